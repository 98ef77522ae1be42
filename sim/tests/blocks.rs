//! Single blocks: the emitted Verilog under Verilator against the reference, on random input.

mod common;

use common::random;
use rand::Rng;
use rust_hdl::prelude::Block;
use tensority::{block_mix, fnv, reduce};
use tensority_hdl::core::block_mix::BlockMix;
use tensority_hdl::core::fnv::Fnv;
use tensority_hdl::core::keccak::{self, Keccak};
use tensority_hdl::core::lane::{self, Lane};
use tensority_hdl::core::load::Load;
use tensority_hdl::core::pair::PlainCorrection;
use tensority_hdl::core::wide_lane::WideLane;
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::{Geometry, Multiplier};
use tensority_hdl::primitives::{Product, product};
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;

fn model(name: &str, block: impl Block) -> BlockModel {
    let design = Design::new(name, block).unwrap();
    BlockModel::open(&design, &default_cache(), &mut |_| {}).unwrap()
}

/// Absorbs blocks of 17 lanes, and returns the digest of the last and the cycles it took.
fn absorb(model: &mut BlockModel, blocks: &[[u64; 17]]) -> ([u8; 32], u64) {
    let mut digest = [0; 32];
    let mut cycles = 0;
    for (i, block) in blocks.iter().enumerate() {
        model.set("start", 1);
        model.set("fresh", u64::from(i == 0));
        model.step(1);
        model.set("start", 0);
        cycles = 1;
        let mut before = [0; 2];
        while model.get("finished") == 0 {
            assert!(
                cycles < 2 * keccak::CYCLES,
                "finished within {} cycles",
                keccak::CYCLES
            );
            let asked = model.get("lane_index") as usize;
            model.step(1);
            model.set("lane", block.get(before[1]).copied().unwrap_or(0));
            before = [asked, before[0]];
            model.settle();
            if model.get("digest_valid") == 1 {
                let lane = 8 * model.get("digest_index") as usize;
                digest[lane..lane + 8].copy_from_slice(&model.get("digest").to_le_bytes());
            }
            cycles += 1;
        }
        model.step(1);
    }
    (digest, cycles)
}

#[test]
fn keccak_is_sha3_256_in_the_cycles_it_promises() {
    use sha3::Digest;
    let mut random = random();
    let mut model = model("keccak", Keccak::new());
    for length in [0, 1, 7, 8, 52, 64, 135, 136, 137, 256, 271, 272, 400] {
        let mut message = vec![0; length];
        random.fill(&mut message[..]);
        let mut padded = message.clone();
        padded.push(0x06);
        padded.resize(padded.len().next_multiple_of(136), 0);
        *padded.last_mut().unwrap() |= 0x80;
        let lane = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
        let blocks: Vec<[u64; 17]> = padded
            .chunks(136)
            .map(|block| std::array::from_fn(|i| lane(&block[8 * i..][..8])))
            .collect();
        let (digest, cycles) = absorb(&mut model, &blocks);
        let expected: [u8; 32] = sha3::Sha3_256::digest(&message).into();
        assert_eq!(digest, expected, "{length} bytes");
        assert_eq!(
            cycles + 1,
            keccak::CYCLES,
            "the first and the last cycle count"
        );
    }
}

#[test]
fn block_mix_is_the_references_in_the_cycles_it_promises() {
    let mut random = random();
    let geometry = Geometry::new(32, 1, true).unwrap();
    let mut model = model("block_mix", BlockMix::new(&geometry));
    for _ in 0..200 {
        let x: [u32; 32] = random.random();
        model.set("shift", 1);
        for pair in x.chunks(2) {
            model.set("lane", u64::from(pair[0]) | u64::from(pair[1]) << 32);
            model.step(1);
        }
        model.set("shift", 0);
        model.set("start", 1);
        model.step(1);
        model.set("start", 0);
        let mut cycles = 0;
        loop {
            model.settle();
            cycles += 1;
            let done = model.get("done") == 1;
            model.step(1);
            if done {
                break;
            }
            assert!(
                cycles < 2 * tensority_hdl::core::block_mix::CYCLES,
                "a BlockMix that does not end"
            );
        }
        assert_eq!(cycles, tensority_hdl::core::block_mix::CYCLES);
        let found: [u32; 32] = std::array::from_fn(|i| model.get(&format!("x${i}")) as u32);
        assert_eq!(found, block_mix(&x));
    }
}

#[test]
fn rotating_x_by_beats_xors_an_entry_into_it() {
    let mut random = random();
    let geometry = Geometry::new(256, 4, true).unwrap();
    let mut model = model("block_mix_4", BlockMix::new(&geometry));
    let (x, entry): ([u32; 32], [u32; 32]) = (random.random(), random.random());
    model.set("shift", 1);
    for pair in x.chunks(2) {
        model.set("lane", u64::from(pair[0]) | u64::from(pair[1]) << 32);
        model.step(1);
    }
    model.set("shift", 0);
    model.set("rotate", 1);
    for beat in entry.chunks(4) {
        for (i, word) in beat.iter().enumerate() {
            model.set(&format!("beat${i}"), u64::from(*word));
        }
        model.step(1);
    }
    model.set("rotate", 0);
    model.step(2);
    for i in 0..32 {
        assert_eq!(
            model.get(&format!("x${i}")) as u32,
            x[i] ^ entry[i],
            "word {i}"
        );
    }
}

#[test]
fn a_lane_with_its_corrections_multiplies_signed_bytes() {
    let mut random = random();
    for fip in [true, false] {
        let (mut lane, mut correction) = match fip {
            true => {
                let multiplier = Multiplier::Inferred;
                let mut correction = model("correction_fip", Product::new(multiplier));
                correction.set("v0", 128);
                correction.set("v1", 128);
                (model("lane_fip", Lane::fip([multiplier; 2])), correction)
            }
            false => (
                model("lane_plain", Lane::plain()),
                model("correction_plain", PlainCorrection::default()),
            ),
        };
        let mut of = |word: [u8; 4]| {
            let mut sum = 0;
            for pair in word.chunks(2) {
                correction.set("u0", u64::from(pair[0]));
                correction.set("u1", u64::from(pair[1]));
                correction.step(product::LATENCY as u64);
                sum += correction.get("product");
            }
            sum
        };
        for round in 0..3000 {
            let byte = |random: &mut rand::rngs::StdRng| match round % 4 {
                0 => -128i8,
                1 => [-128, -1, 0, 127][random.random_range(0..4)],
                _ => random.random(),
            };
            let state: [i8; 4] = std::array::from_fn(|_| byte(&mut random));
            let weight: [i8; 4] = std::array::from_fn(|_| byte(&mut random));
            let offset = |bytes: [i8; 4]| bytes.map(|byte| byte as u8 ^ 0x80);
            let sum_in: u16 = random.random();
            lane.set("latch", 1);
            lane.set("weight", u32::from_le_bytes(offset(weight)).into());
            lane.step(1);
            lane.set("latch", 0);
            lane.set("state", u32::from_le_bytes(offset(state)).into());
            lane.step(lane::LATENCY as u64 - 1);
            lane.set("sum_in", sum_in.into());
            lane.step(1);
            // Over the whole row the constants of the offsets vanish; over four columns they are
            // 4 * 2^14 for a plain lane and twice as much, which is 0, for one with FIP.
            let products: i64 = state
                .iter()
                .zip(weight)
                .map(|(&s, w)| i64::from(s) * i64::from(w))
                .sum();
            let found = lane.get("sum_out") as i64 - i64::from(sum_in);
            let found = found - of(offset(state)) as i64 - of(offset(weight)) as i64;
            assert_eq!(
                (found - products) & 0xffff,
                0,
                "{state:?} . {weight:?}, fip {fip}"
            );
        }
    }
}

#[test]
fn a_wide_lane_keeps_24_bits_of_its_products() {
    let mut random = random();
    let mut lane = model("lane_wide", WideLane::new([Multiplier::Inferred; 2]));
    for round in 0..3000 {
        let mut word = || match round % 3 {
            0 => u32::MAX,
            _ => random.random::<u32>(),
        };
        let (state, weight) = (word(), word());
        let sum_in = random.random_range(0..1u64 << 24);
        lane.set("latch", 1);
        lane.set("weight", weight.into());
        lane.step(1);
        lane.set("latch", 0);
        lane.set("state", state.into());
        lane.step(lane::LATENCY as u64 - 1);
        lane.set("sum_in", sum_in);
        lane.step(1);
        let (u, v) = (state.to_le_bytes(), weight.to_le_bytes());
        let pair = |i: usize| {
            let (left, right) = (
                u64::from(u[i]) + u64::from(v[i + 1]),
                u64::from(u[i + 1]) + u64::from(v[i]),
            );
            left * right
        };
        let expected = (sum_in + pair(0) + pair(2)) % (1 << 24);
        assert_eq!(lane.get("sum_out"), expected, "{u:?} . {v:?}");
    }
}

#[test]
fn fnv_is_the_references() {
    let mut random = random();
    let mut model = model("fnv", Fnv::default());
    for _ in 0..10_000 {
        let (a, b): (u32, u32) = (random.random(), random.random());
        model.set("a", a.into());
        model.set("b", b.into());
        model.set("take", 1);
        model.step(1);
        model.set("take", 0);
        assert_eq!(model.get("done"), 0);
        model.step(1);
        assert_eq!(model.get("done"), 1);
        assert_eq!(model.get("hash") as u32, fnv(a, b));
    }
}

#[test]
fn the_load_reduces_every_byte_as_the_reference_does() {
    let geometry = Geometry::new(256, 1, true).unwrap();
    let mut model = model("load", Load::new(&geometry));
    for byte in i8::MIN..=i8::MAX {
        for slot in [0, 1, 2, 3, 77, 128, 255u64] {
            let row = geometry.row_of_slot(slot as usize);
            model.set("token_early", slot);
            model.settle();
            assert_eq!(model.get("read_word") as usize, row / 4);
            model.step(2);
            let word =
                u64::from(byte as u8) << (8 * (row % 4)) | 0x5a5a_5a5a & !(0xff << (8 * (row % 4)));
            model.set("word$0", word);
            model.step(2);
            assert_eq!(
                model.get("byte$0") as u8 as i8,
                reduce(byte.into()),
                "byte {byte}"
            );
        }
    }
}
