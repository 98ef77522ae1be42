//! Tensority itself, dimension 256, whole hashes through the RTL array.

mod common;

use common::{core, silent, variant};
use tensority::{BlockHeader, INITIAL_SEED, Target};
use tensority_sim::model::source::ArrayKind;
use tensority_sim::scoreboard::Work;

const LANES: usize = 16;

#[test]
fn published_hashes_come_out_stage_by_stage() {
    // All zero, all ones, and a sequence in which an index follows itself.
    const CHOSEN: [&str; 4] = [
        "header hash zero, seed zero",
        "header hash all ones, seed all ones",
        "Bytom test 0",
        "header hash and seed random 0",
    ];
    let pairs = testvectors::pairs();
    for name in CHOSEN {
        let pair = pairs.iter().find(|pair| pair.name == name).expect(name);
        let mut core = core(&variant(256, LANES, true, ArrayKind::Rtl), &pair.seed);
        let work = Work::HeaderHash(pair.header_hash);
        let outcome = core.hash(&work, Target::MAX, &mut silent).unwrap();
        assert_eq!(outcome.results[0].hash, pair.pow_hash, "{name}");
        assert_eq!(outcome.stages_checked, 4 * 64 + 4 + 3);
        assert!(outcome.utilization() > 0.9999, "{}", outcome.utilization());
    }
}

#[test]
fn the_nonce_of_the_mainnet_genesis_block_is_found() {
    let headers = testvectors::headers();
    let genesis = headers
        .iter()
        .find(|header| header.name == "mainnet genesis")
        .unwrap();
    let header = BlockHeader::deserialize(&genesis.serialized).unwrap();
    let target = Target::from_bits(header.bits).unwrap();
    let mut core = core(&variant(256, LANES, true, ArrayKind::Rtl), &INITIAL_SEED);
    let work = Work::Nonces {
        prefix: header.prefix(),
        start: header.nonce - 1,
        count: 2,
    };
    let outcome = core.hash(&work, target, &mut silent).unwrap();
    let [found] = outcome.results[..] else {
        panic!("{:?}", outcome.results)
    };
    assert_eq!(found.nonce, header.nonce);
    assert_eq!(
        Some(found.hash),
        genesis.pow.as_ref().map(|pow| pow.pow_hash)
    );
}
