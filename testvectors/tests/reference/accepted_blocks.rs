use tensority::{BlockHeader, INITIAL_SEED, Target, seed_height};
use testvectors::{Origin, accepted_blocks};

use crate::hashing::{Input, pow_hashes};
use crate::headers::block_header;

#[test]
fn accepted_blocks_serialize_and_hash_as_known() {
    for block in accepted_blocks() {
        let header = block_header(&block.header);
        assert_eq!(
            header.serialize().as_ref(),
            Ok(&block.serialized),
            "{}",
            block.name
        );
        assert_eq!(header.hash(), block.block_hash, "{}", block.name);
        assert_eq!(
            BlockHeader::deserialize(&block.serialized),
            Ok(header),
            "{}",
            block.name
        );
        assert_eq!(block.origin, Origin::SolonetNode);
    }
}

#[test]
fn accepted_blocks_meet_their_target() {
    let blocks = accepted_blocks();
    let inputs: Vec<_> = blocks
        .iter()
        .map(|block| Input {
            seed: block.seed,
            header_hash: block.block_hash,
        })
        .collect();
    for (block, pow_hash) in blocks.iter().zip(pow_hashes(&inputs)) {
        assert_eq!(pow_hash, block.pow_hash, "{}", block.name);
        let target = Target::from_bits(block.header.bits).unwrap();
        assert!(target.is_met_by(&pow_hash), "{}", block.name);
    }
}

#[test]
fn accepted_blocks_form_a_chain_whose_seeds_follow_the_epochs() {
    let blocks = accepted_blocks();
    let at = |height| blocks.iter().find(|block| block.header.height == height);
    for block in &blocks {
        let height = block.header.height;
        if let Some(parent) = at(height - 1) {
            assert_eq!(
                block.header.previous_block_hash, parent.block_hash,
                "{}",
                block.name
            );
        }
        let seed = match seed_height(height) {
            None => INITIAL_SEED,
            Some(height) => at(height).expect("block 256 is among them").block_hash,
        };
        assert_eq!(block.seed, seed, "{}", block.name);
    }
}
