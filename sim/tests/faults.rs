//! The negative control of the scoreboard: a bit flipped in any stage is found, and the stage named.

mod common;

use common::{silent, variant};
use tensority::Target;
use tensority_sim::error::Error;
use tensority_sim::model::core::CoreModel;
use tensority_sim::model::source::{ArrayKind, default_cache, source, with_faults};
use tensority_sim::scoreboard::Work;
use tensority_sim::scoreboard::mismatch::Mismatch;
use tensority_sim::simulation::Simulation;
use tensority_sim::stage::{DigestKind, Event, Stage};

/// Where bits are flipped.
const SIGNALS: [(&str, &str); 8] = [
    ("core.hasher.keccak", "parity$0"),
    ("core.smix.block_mix", "words$5"),
    ("core.load", "picked$0"),
    ("core.array.lanes$0", "sum"),
    ("core.fold.lanes$0.ram", "mem[5]"),
    ("core.fold.levels$0", "first"),
    ("core.hasher.comparison", "below"),
    ("core.hasher", "completing"),
];
const PARITY: usize = 0;
const X_WORD: usize = 1;
const LOADED: usize = 2;
const PARTIAL_SUM: usize = 3;
const SUM_RAM: usize = 4;
const FOLD_WORD: usize = 5;
const HIT: usize = 6;
const NONCE: usize = 7;

fn faulty_core() -> Simulation {
    let variant = variant(32, 4, true, ArrayKind::Rtl);
    let source = with_faults(source(&variant, &default_cache()).unwrap(), &SIGNALS);
    let model = CoreModel::load(&variant, &source, &default_cache(), &mut |_| {}).unwrap();
    let mut core = Simulation::with(model, &[9; 32]);
    core.fill_memory();
    core
}

fn mismatch(error: Error) -> Mismatch {
    match error {
        Error::Mismatch(mismatch) => mismatch,
        other => panic!("expected a mismatch, found {other}"),
    }
}

/// Hashes two nonces; once `at` has been seen, and `later` cycles after it, flips the signal.
fn hash_with_flip(fault: usize, at: impl Fn(&Event) -> bool + 'static, later: u64) -> Mismatch {
    let mut core = faulty_core();
    let work = Work::Nonces {
        prefix: [1; 128],
        start: 10,
        count: 2,
    };
    let mut flipped = false;
    core.disturb(move |model, event| {
        if !flipped && at(event) {
            for _ in 0..later {
                assert!(
                    model.step(1).is_none(),
                    "the flip is due before the next stage"
                );
            }
            model.flip(fault);
            flipped = true;
        }
    });
    mismatch(
        core.hash(&work, Target::MAX, &mut silent)
            .expect_err("a flipped bit is found"),
    )
}

fn is_digest(wanted: DigestKind) -> impl Fn(&Event) -> bool {
    move |event| matches!(event.stage, Stage::Digest(kind, _) if kind == wanted)
}

#[test]
fn a_sound_core_passes_with_the_same_means() {
    let mut core = faulty_core();
    let work = Work::Nonces {
        prefix: [1; 128],
        start: 10,
        count: 2,
    };
    let outcome = core.hash(&work, Target::MAX, &mut silent).unwrap();
    assert_eq!(outcome.results.len(), 2);
    core.generate_list(&mut silent).unwrap();
}

#[test]
fn a_flip_in_each_digest_is_named() {
    let after_header_block = hash_with_flip(PARITY, is_digest(DigestKind::HeaderBlock), 100);
    assert_eq!(after_header_block.stage, "inner hash");
    assert_eq!(after_header_block.place, [("nonce", 10)]);
    let after_inner = hash_with_flip(PARITY, is_digest(DigestKind::Inner), 100);
    assert_eq!(after_inner.stage, "header hash");
    let after_second = hash_with_flip(PARITY, is_digest(DigestKind::Sequence(1)), 100);
    assert_eq!(after_second.stage, "sequence");
    assert_eq!(after_second.place, [("nonce", 10), ("chain", 2)]);
    let after_fold = hash_with_flip(PARITY, |event| matches!(event.stage, Stage::Folded(_)), 100);
    assert_eq!(after_fold.stage, "hash");
}

#[test]
fn a_flip_in_the_load_is_named() {
    // The load begins about 30 cycles after the last sequence and takes 256.
    let found = hash_with_flip(LOADED, is_digest(DigestKind::Sequence(3)), 150);
    assert_eq!(found.stage, "load");
    assert_eq!(found.place[..3], [("nonce", 10), ("chain", 0), ("step", 1)]);
}

#[test]
fn a_flip_in_a_multiply_is_named_with_row_column_and_cycle() {
    let found = hash_with_flip(
        PARTIAL_SUM,
        |event| matches!(event.stage, Stage::Loaded(_)),
        60,
    );
    assert_eq!(found.stage, "multiply");
    assert_eq!(found.place[..3], [("nonce", 10), ("chain", 0), ("step", 2)]);
    let names: Vec<_> = found.place.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["nonce", "chain", "step", "row", "column"]);
    assert_ne!(found.expected, found.found);
}

#[test]
fn a_flip_in_the_last_multiply_of_a_chain_is_named() {
    let multiplies = std::cell::Cell::new(0);
    let after_62 = move |event: &Event| {
        multiplies.set(multiplies.get() + u64::from(matches!(event.stage, Stage::Multiplied(_))));
        multiplies.get() == 62
    };
    let found = hash_with_flip(PARTIAL_SUM, after_62, 60);
    assert_eq!(found.stage, "chain result");
    assert_eq!(
        found.place[..3],
        [("nonce", 10), ("chain", 0), ("step", 64)]
    );
}

#[test]
fn a_flip_in_the_sum_is_named() {
    // The second load is complete when the first chain is summed.
    let loads = std::cell::Cell::new(0);
    let after_chain_0 = move |event: &Event| {
        loads.set(loads.get() + u64::from(matches!(event.stage, Stage::Loaded(_))));
        loads.get() == 2
    };
    assert_eq!(hash_with_flip(SUM_RAM, after_chain_0, 50).stage, "sum");
}

#[test]
fn a_flip_in_the_fold_is_named() {
    // Multiply 64 of chain 3 is the 252nd.
    let multiplies = std::cell::Cell::new(0);
    let before_the_end = move |event: &Event| {
        multiplies.set(multiplies.get() + u64::from(matches!(event.stage, Stage::Multiplied(_))));
        multiplies.get() == 251
    };
    let found = hash_with_flip(FOLD_WORD, before_the_end, FOLD_WORD_WAITS);
    assert_eq!(found.stage, "fold");
    assert_eq!(found.place[0], ("nonce", 10));
}

/// A cycle in which the first level of the fold keeps a word for its partner.
const FOLD_WORD_WAITS: u64 = 101;

#[test]
fn a_flip_of_the_hit_or_the_nonce_is_named() {
    // From a PoW hash's last lane: 22 cycles of the permutation, then 8 to compare.
    // The second hash is taken, since no multiplies run beside it.
    let second = || {
        let hashes = std::cell::Cell::new(0);
        let is_hash = is_digest(DigestKind::FoldBlock);
        move |event: &Event| {
            hashes.set(hashes.get() + u64::from(is_hash(event)));
            hashes.get() == 2
        }
    };
    assert_eq!(hash_with_flip(HIT, second(), 30).stage, "hit");
    let found = hash_with_flip(NONCE, second(), 5);
    assert_eq!(
        (found.stage, &found.place[..]),
        ("nonce", &[("nonce", 11)][..])
    );
}

/// Generates a matrix list; flips the signal, or a byte of memory, `later` cycles after `at`.
fn generate_with_flip(
    at: impl Fn(&Event) -> bool + 'static,
    later: u64,
    flip: impl Fn(&mut CoreModel) + 'static,
) -> Mismatch {
    let mut core = faulty_core();
    core.model().memory().fill(0);
    let mut flipped = false;
    core.disturb(move |model, event| {
        if !flipped && at(event) {
            for _ in 0..later {
                assert!(
                    model.step(1).is_none(),
                    "the flip is due before the next stage"
                );
            }
            flip(model);
            flipped = true;
        }
    });
    mismatch(
        core.generate_list(&mut silent)
            .expect_err("a flipped bit is found"),
    )
}

#[test]
fn a_flip_in_the_matrix_list_is_named() {
    let seeded = is_digest(DigestKind::Seed(2));
    let x = |model: &mut CoreModel| model.flip(X_WORD);
    let found = generate_with_flip(seeded, 10, x);
    assert_eq!(found.stage, "extended seed");
    // A round of 16 entries is filled in 16 * 72 cycles; what follows is the mixing.
    let found = generate_with_flip(|event| event.stage == Stage::Round(1), 1500, x);
    assert_eq!(found.stage, "X");
    assert_eq!(found.place, [("round", 2)]);
    let memory = |model: &mut CoreModel| model.memory()[2 * 1024 + 300] ^= 1;
    let found = generate_with_flip(|event| event.stage == Stage::Round(1), 2200, memory);
    assert_eq!(found.stage, "matrix");
    assert_eq!(found.place, [("matrix", 2), ("byte", 256)]);
    let memory = |model: &mut CoreModel| model.memory()[7 * 1024 + 1] ^= 1;
    let found = generate_with_flip(|event| event.stage == Stage::Round(16), 0, memory);
    assert_eq!(found.stage, "matrix checksum");
    assert_eq!(found.place, [("matrix", 7)]);
}

#[test]
fn a_flip_in_the_seed_hash_is_named() {
    let parity = |model: &mut CoreModel| model.flip(PARITY);
    let found = generate_with_flip(is_digest(DigestKind::Seed(0)), 100, parity);
    assert_eq!(found.stage, "extended seed");
    assert_eq!(found.place, [("part", 2)]);
}
