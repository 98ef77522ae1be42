use tensority::{
    BlockHeader, INITIAL_SEED, Target, bits_to_value, header_hash, header_hash_of_inner,
    inner_hash, seed_height,
};
use testvectors::{HeaderVector, Origin, headers};

use crate::hashing::{Input, pow_hashes};

/// The header of a vector as the reference has it.
pub fn block_header(header: &testvectors::Header) -> BlockHeader {
    BlockHeader {
        version: header.version,
        height: header.height,
        previous_block_hash: header.previous_block_hash,
        timestamp: header.timestamp,
        transaction_merkle_root: header.transaction_merkle_root,
        transaction_status_hash: header.transaction_status_hash,
        bits: header.bits,
        nonce: header.nonce,
    }
}

#[test]
fn headers_serialize_as_known_both_ways() {
    for vector in headers() {
        let header = block_header(&vector.header);
        assert_eq!(
            header.serialize().as_ref(),
            Ok(&vector.serialized),
            "{}",
            vector.name
        );
        assert_eq!(
            BlockHeader::deserialize(&vector.serialized),
            Ok(header),
            "{}",
            vector.name
        );
    }
}

#[test]
fn headers_hash_as_known() {
    for vector in headers() {
        let name = &vector.name;
        let header = block_header(&vector.header);
        assert_eq!(header.preimage(), vector.preimage, "{name}");
        assert_eq!(header.prefix(), vector.preimage[..128], "{name}");
        assert_eq!(inner_hash(&vector.preimage), vector.inner_hash, "{name}");
        assert_eq!(
            header_hash_of_inner(&vector.inner_hash),
            vector.block_hash,
            "{name}"
        );
        assert_eq!(header.hash(), vector.block_hash, "{name}");
        let hash = header_hash(&header.prefix(), header.nonce);
        assert_eq!(hash, Ok(vector.block_hash), "{name}");
    }
}

#[test]
fn a_flipped_bit_of_any_byte_of_a_header_changes_its_hash() {
    let vector = headers().swap_remove(0);
    for byte in 0..vector.preimage.len() {
        let mut preimage = vector.preimage;
        preimage[byte] ^= 1;
        let hash = header_hash_of_inner(&inner_hash(&preimage));
        assert_ne!(hash, vector.block_hash, "byte {byte}");
    }
}

#[test]
fn bits_give_the_known_target() {
    for HeaderVector {
        name,
        header,
        target,
        ..
    } in headers()
    {
        let mut le_bytes = target;
        le_bytes.reverse();
        let expected = Target::from_le_bytes(le_bytes);
        assert_eq!(Target::from_bits(header.bits), expected, "{name}");
        assert_eq!(
            bits_to_value(header.bits),
            expected.unwrap().to_value(),
            "{name}"
        );
    }
}

#[test]
fn proofs_of_work_are_as_known_and_meet_their_target_or_not() {
    let vectors = headers();
    let proofs: Vec<_> = vectors
        .iter()
        .filter_map(|vector| Some((vector, vector.pow.as_ref()?)))
        .collect();
    let inputs: Vec<_> = proofs
        .iter()
        .map(|(vector, pow)| Input {
            seed: pow.seed,
            header_hash: vector.block_hash,
        })
        .collect();
    for ((vector, pow), pow_hash) in proofs.iter().zip(pow_hashes(&inputs)) {
        assert_eq!(pow_hash, pow.pow_hash, "{}", vector.name);
        let target = Target::from_bits(vector.header.bits).unwrap();
        assert_eq!(
            target.is_met_by(&pow_hash),
            pow.meets_target,
            "{}",
            vector.name
        );
    }
    assert_eq!(proofs.len(), 14);
    assert!(
        proofs.iter().any(|(_, pow)| !pow.meets_target),
        "both outcomes occur"
    );
}

#[test]
fn blocks_up_to_256_have_the_initial_seed() {
    for vector in headers() {
        let Some(pow) = vector.pow else { continue };
        let initial = seed_height(vector.header.height).is_none();
        // The example of the API documentation is of a chain of its own.
        if vector.origin != Origin::Published {
            assert_eq!(pow.seed == INITIAL_SEED, initial, "{}", vector.name);
        }
    }
}

#[test]
fn mainnet_genesis_meets_its_target() {
    let vectors = headers();
    let genesis = vectors
        .iter()
        .find(|vector| vector.name == "mainnet genesis")
        .unwrap();
    assert_eq!(genesis.origin, Origin::Mainnet);
    assert!(!genesis.source.is_empty());
    let pow = genesis.pow.as_ref().unwrap();
    assert_eq!(pow.seed, INITIAL_SEED);
    assert!(
        Target::from_bits(genesis.header.bits)
            .unwrap()
            .is_met_by(&pow.pow_hash)
    );
}
