//! The hasher takes the hashes of the reference's header, sequences, PoW hash and extended seed.

use std::collections::VecDeque;

use rand::Rng;
use sha3::{Digest, Sha3_256};
use tensority_hdl::core::hasher::{BLOCK_CYCLES, Hasher};
use tensority_hdl::geometry::Geometry;
use tensority_protocol::codes::JobLane;
use tensority_sim::model::block::BlockModel;

use crate::{Verdict, common, expect, model};

const DIMENSION: usize = 256;

fn sha3(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha3_256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

fn lanes(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes
        .chunks(8)
        .map(|lane| u64::from_le_bytes(lane.try_into().unwrap()))
}

/// The hasher and its job memory, which answers two cycles after it is asked.
struct Bench {
    block: BlockModel,
    job: [u64; 32],
    answers: VecDeque<u64>,
}

impl Bench {
    fn new(job: [u64; 32]) -> Self {
        let geometry = Geometry::new(DIMENSION, 4, true).unwrap();
        let mut block = model("hasher", Hasher::new(&geometry));
        block.set("clear", 1);
        block.step(1);
        block.set("clear", 0);
        Self {
            block,
            job,
            answers: VecDeque::from([0; 2]),
        }
    }

    /// Lets the inputs act, after which outputs can be looked at.
    fn settle(&mut self) {
        self.block.set("job", self.answers[0]);
        self.block.settle();
    }

    fn step(&mut self) {
        self.answers.pop_front();
        self.answers
            .push_back(self.job[self.block.get("job_address") as usize]);
        self.block.step(1);
    }

    /// Hands a number of the job over, as control does.
    fn hand(&mut self, port: &str, value: u64) {
        self.block.set(port, 1);
        self.block.set("job", value);
        self.block.step(1);
        self.block.set(port, 0);
    }
}

/// Hashes a range of three nonces; the sequences and folded rows are used up at random moments. The
/// model takes the first byte of every folded row to be XORed with `flip`.
fn range(flip: u8) -> Verdict {
    let mut random = common::random();
    let mut job: [u64; 32] = random.random();
    // Half of all hashes meet this target.
    job[JobLane::Target as usize..][..4].copy_from_slice(&[0, 0, 0, 1 << 63]);
    let (start, range) = (random.random_range(0..1 << 40), random.random::<u32>());
    let prefix: Vec<u8> = job[..16]
        .iter()
        .flat_map(|lane| lane.to_le_bytes())
        .collect();

    let mut sequences = VecDeque::new();
    let (mut hashes, mut results) = (VecDeque::new(), VecDeque::new());
    let rows: [[u8; DIMENSION]; 3] = std::array::from_fn(|_| random.random());
    for (n, row) in rows.iter().enumerate() {
        let nonce = start + n as u64;
        let inner = sha3(&[&prefix, &nonce.to_le_bytes()]);
        let header_hash = sha3(&[b"entryid:blockheader:", &inner]);
        let of = |chain: usize| sha3(&[&header_hash[8 * chain..][..8]]);
        sequences.push_back(
            (0..4)
                .flat_map(|chain| lanes(&of(chain)).collect::<Vec<_>>())
                .collect::<Vec<_>>(),
        );
        let mut row = *row;
        row[0] ^= flip;
        let hash: Vec<u64> = lanes(&sha3(&[&row])).collect();
        let hit = hash[3] < 1 << 63 || hash == [0, 0, 0, 1 << 63];
        hashes.push_back((nonce, hash.clone()));
        if hit {
            results.push_back((range, nonce, hash));
        }
    }

    let mut bench = Bench::new(job);
    bench.hand("set_nonce", start);
    bench.hand("set_count", 3);
    bench.hand("set_range", u64::from(range) | 0xdead << 32);
    bench.block.set("run", 1);
    // Words of the row that is being folded, and the sequence RAM's answers.
    let (mut taken, mut folding, mut reading) = (0, None, None);
    for cycle in 0..60 * BLOCK_CYCLES {
        // The sequences are read lane by lane, then taken.
        let block = &mut bench.block;
        block.set("hash_taken", 0);
        block.set("word_valid", 0);
        block.set("result_ready", random.random_bool(0.01).into());
        if let Some(word) = folding.filter(|&word| word < DIMENSION / 4) {
            block.set("word_valid", 1);
            block.set("word_index", word as u64);
            let bytes = rows[taken - 1][4 * word..][..4].try_into().unwrap();
            block.set("word", u32::from_le_bytes(bytes).into());
            folding = Some(word + 1);
        }
        block.set("fold_full", (folding == Some(DIMENSION / 4)).into());
        if reading == Some(17) {
            block.set("hash_taken", 1);
            (taken, folding, reading) = (taken + 1, Some(0), None);
            sequences.pop_front();
        }
        bench.settle();
        let block = &mut bench.block;
        if let (Some(at), Some(expected)) = (reading, sequences.front()) {
            if at > 0 && block.get("indices") != expected[at - 1] {
                return Err(format!(
                    "cycle {cycle}: lane {} of nonce {taken}'s sequences",
                    at - 1
                ));
            }
            block.set("sequence_address", (at % 16 + taken % 2 * 16) as u64);
            reading = Some(at + 1);
        } else if folding.is_none() && block.get("hash_ready") == 1 && random.random_bool(0.01) {
            reading = Some(0);
            block.set("sequence_address", (taken % 2 * 16) as u64);
        }
        if block.get("fold_taken") == 1 {
            folding = None;
        }
        let hash = |block: &BlockModel| -> Vec<u64> {
            (0..4)
                .map(|i| block.get(&format!("result_hash${i}")))
                .collect()
        };
        if block.get("hash_done") == 1 {
            expect(&mut hashes, (block.get("result_nonce"), hash(block)))?;
        }
        if block.get("result_valid") == 1 && block.get("result_ready") == 1 {
            let found = (
                block.get("result_range") as u32,
                block.get("result_nonce"),
                hash(block),
            );
            expect(&mut results, found)?;
        }
        if block.get("finished") == 1 {
            let all = hashes.is_empty() && results.is_empty();
            return if all {
                Ok(())
            } else {
                Err("finished before all was reported".into())
            };
        }
        bench.step();
    }
    Err(format!(
        "{} hashes missing when the time was over",
        hashes.len()
    ))
}

#[test]
fn a_range_is_hashed_nonce_by_nonce_and_its_hits_reported() {
    for _ in 0..3 {
        range(0).unwrap();
    }
}

#[test]
fn a_wrong_folded_row_is_noticed() {
    assert!(range(1).is_err());
}

#[test]
fn the_extended_seed_is_the_seed_and_three_hashes_in_a_chain() {
    let mut random = common::random();
    let job: [u64; 32] = random.random();
    let seed: Vec<u8> = job[JobLane::Seed as usize..][..4]
        .iter()
        .flat_map(|lane| lane.to_le_bytes())
        .collect();
    let first = sha3(&[&seed]);
    let second = sha3(&[&first]);
    let third = sha3(&[&second]);
    let expected: Vec<u64> = lanes(&[&seed[..], &first, &second, &third].concat()).collect();

    let mut bench = Bench::new(job);
    bench.hand("extend_seed", 0);
    let mut found = Vec::new();
    for _ in 0..4 * BLOCK_CYCLES {
        bench.settle();
        if bench.block.get("seed_valid") == 1 {
            found.push(bench.block.get("seed_lane"));
        }
        if bench.block.get("seed_done") == 1 {
            break;
        }
        bench.step();
    }
    assert_eq!(found, expected);
}
