//! The sequencer plans the passes of the reference's chains, whenever hashes are ready and passes taken.

use rand::Rng;
use tensority_hdl::core::sequencer::{CYCLES, Sequencer};
use tensority_hdl::geometry::Geometry;

use crate::{Pass, Verdict, common, model};

const DIMENSION: u64 = 32;

/// The passes of three hashes; the sequencer reads sequences that differ by `skew` from those of the model.
fn plan(skew: u8, ready: f64) -> Verdict {
    let mut random = common::random();
    let geometry = Geometry::new(DIMENSION as usize, 4, true).unwrap();
    let mut block = model("sequencer", Sequencer::new(&geometry));
    let sequences: [[[u8; 32]; 4]; 3] = std::array::from_fn(|_| random.random());
    let index = |hash: usize, chain: usize, number: usize| {
        u64::from(sequences[hash][chain][(number - 1) % 32]) % DIMENSION
    };
    block.set("clear", 1);
    block.step(1);
    block.set("clear", 0);
    let (mut taken, mut lane, mut waited) = (0, 0, 0);
    // The multiply that comes next: hash, chain and number; none before the first load.
    let mut next: Option<(usize, usize, usize)> = None;
    let (mut since_pass, mut is_ready) = (0, false);
    for _ in 0..200_000 {
        if taken == sequences.len() && next.is_none() {
            return Ok(());
        }
        is_ready = taken < sequences.len() && (is_ready || random.random_bool(0.02 + 0.9 * ready));
        let takes = random.random_bool(0.1 + 0.9 * ready);
        block.set("hash_ready", is_ready.into());
        block.set("pass_ready", takes.into());
        block.set("indices", lane);
        block.settle();
        waited = if is_ready { waited + 1 } else { 0 };
        since_pass += 1;
        if block.get("pass_valid") == 1 && takes {
            if ready == 1.0 && next.is_some_and(|(_, _, number)| number > 2) && since_pass != CYCLES
            {
                return Err(format!("a pass after {since_pass} cycles"));
            }
            since_pass = 0;
            let multiply = next.is_some();
            let (hash, chain, number) = next.unwrap_or((taken, 3, 64));
            let (last, found) = (number == 64, block.get("pass"));
            // The load of the chain after; of the next hash only if that is ready in time.
            let loads = found >> 1 & 1 == 1;
            let must_load = last && (multiply && chain != 3 || waited > 2 * CYCLES);
            let may_load = last && (multiply && chain != 3 || is_ready);
            if loads && !may_load || !loads && must_load {
                return Err(format!(
                    "load is {loads} after chain {chain}, number {number}"
                ));
            }
            let pass = Pass {
                multiply,
                load: loads,
                last: multiply && last,
                chain: if multiply { chain as u64 } else { found >> 3 },
            };
            if pass.bits() != found {
                return Err(format!("expected {pass:?}, found {found:05b}"));
            }
            if multiply && block.get("weight_matrix") != index(hash, chain, number) {
                return Err(format!("the matrix of chain {chain}, number {number}"));
            }
            let other = if multiply && chain != 3 {
                (hash, chain + 1)
            } else {
                (taken, 0)
            };
            if loads && block.get("load_matrix") != index(other.0, other.1, 1) {
                return Err(format!("the matrix to load for chain {}", other.1));
            }
            next = match (last, loads) {
                (false, _) => Some((hash, chain, number + 1)),
                (true, true) => Some((other.0, other.1, 2)),
                (true, false) => None,
            };
            if (block.get("hash_taken") == 1) != (loads && other.1 == 0) {
                return Err("a hash is taken with the load of its chain 0".into());
            }
        }
        if block.get("hash_taken") == 1 {
            (taken, is_ready) = (taken + 1, false);
        }
        // The RAM of the sequences holds hash n in half n mod 2.
        let address = block.get("sequence_address") as usize;
        let hash = (0..sequences.len()).rfind(|n| n % 2 == address / 16 && *n <= taken);
        lane = hash.map_or(0, |hash| {
            let chain = sequences[hash][address / 4 % 4];
            let lane: [u8; 8] = chain[8 * (address % 4)..][..8].try_into().unwrap();
            u64::from_le_bytes(lane.map(|index| index ^ skew))
        });
        block.step(1);
    }
    Err(format!("{taken} hashes taken when the time was over"))
}

#[test]
fn passes_come_in_the_order_of_the_chains() {
    plan(0, 0.0).unwrap();
    plan(0, 0.5).unwrap();
}

#[test]
fn a_pass_is_planned_in_the_cycles_promised() {
    plan(0, 1.0).unwrap();
}

#[test]
fn a_wrong_index_of_the_sequencer_is_noticed() {
    assert!(plan(1, 0.5).is_err());
}
