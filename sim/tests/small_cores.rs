//! Cores of dimension 32 and 64: every parameter, every mode, bad memories, borders of ranges.

mod common;

use common::{core, random, silent, small_core, variant};
use rand::Rng;
use tensority::Target;
use tensority_sim::model::core::{Command, CoreModel, Counter, JobLane};
use tensority_sim::model::source::{ArrayKind, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::stage::{Event, Stage};

#[test]
fn every_number_of_lanes_equals_the_reference_with_and_without_fip() {
    let mut random = random();
    for (lanes, fip) in [
        (1, true),
        (2, true),
        (4, true),
        (8, true),
        (16, true),
        (1, false),
        (2, false),
        (4, false),
    ] {
        let mut core = core(&variant(32, lanes, fip, ArrayKind::Rtl), &random.random());
        let work = Work::HeaderHash(random.random());
        let outcome = core.hash(&work, Target::MAX, &mut silent).unwrap();
        // Load and 63 multiplies of 4 chains, 4 sequences, sum, fold, hash.
        assert_eq!(outcome.stages_checked, 4 * 64 + 4 + 3, "{lanes} lanes");
        assert_eq!(outcome.utilization(), 1.0, "{lanes} lanes");
        assert_eq!(outcome.results.len(), 1);
    }
}

#[test]
fn published_small_hashes_come_out() {
    for pair in testvectors::small_pairs() {
        let mut core = core(
            &variant(pair.dimension, 4, true, ArrayKind::Rtl),
            &pair.seed,
        );
        let work = Work::HeaderHash(pair.header_hash);
        let outcome = core.hash(&work, Target::MAX, &mut silent).unwrap();
        assert_eq!(outcome.results[0].hash, pair.pow_hash, "{}", pair.name);
    }
}

#[test]
fn a_core_generates_its_matrix_list_itself() {
    let mut random = random();
    for lanes in [1, 4, 16] {
        let seed = random.random();
        let variant = variant(32, lanes, true, ArrayKind::Rtl);
        let model = CoreModel::open(&variant, &default_cache(), &mut |_| {}).unwrap();
        let mut core = tensority_sim::simulation::Simulation::with(model, &seed);
        for stall in [0, 60] {
            core.model().memory().fill(0);
            core.model()
                .set_memory(1 + stall / 10, stall, random.random());
            let outcome = core.generate_list(&mut silent).unwrap();
            // S1 … S3, three per round but for the first X, and a checksum per matrix.
            assert_eq!(outcome.stages_checked, 3 + 3 * 16 + 32);
            let work = Work::HeaderHash(random.random());
            core.hash(&work, Target::MAX, &mut silent).unwrap();
        }
    }
}

#[test]
fn the_functional_array_does_what_the_rtl_array_does_cycle_by_cycle() {
    let mut random = random();
    for lanes in [1, 2, 16] {
        let seed = random.random();
        let (stall, memory_seed) = (random.random_range(0..200), random.random());
        let header_hash: [u8; 32] = random.random();
        let events = |array| {
            let mut core = core(&variant(32, lanes, true, array), &seed);
            let model = core.model();
            model.set_memory(3, stall, memory_seed);
            model.write_job(JobLane::HeaderHash, &header_hash);
            model.start(Command::Hash);
            run(model)
        };
        let (rtl, functional) = (events(ArrayKind::Rtl), events(ArrayKind::Functional));
        assert_eq!(rtl.len(), functional.len());
        for (rtl, functional) in rtl.iter().zip(&functional) {
            assert!(
                rtl == functional,
                "{lanes} lanes, {:?}, cycle {}",
                rtl.stage,
                rtl.cycle
            );
        }
    }
}

fn run(model: &mut CoreModel) -> Vec<Event> {
    let mut events = Vec::new();
    let limit = model.cycle() + 5_000_000;
    while model.running() && model.cycle() < limit {
        events.extend(model.step(1000));
    }
    events
}

#[test]
fn a_slow_memory_stalls_the_core_and_changes_nothing() {
    let mut random = random();
    for lanes in [1, 4, 16] {
        let mut core = small_core(lanes, &random.random());
        core.model()
            .set_memory(random.random_range(1..40), 200, random.random());
        let work = Work::HeaderHash(random.random());
        let outcome = core.hash(&work, Target::MAX, &mut silent).unwrap();
        let stalls = outcome.counts[Counter::StallWeights] + outcome.counts[Counter::StallLoad];
        assert!(stalls > 100, "{lanes} lanes: {:?}", outcome.counts);
        assert!(outcome.utilization() < 1.0);
    }
}

#[test]
fn a_range_reports_each_nonce_that_meets_the_target_and_no_other() {
    let mut random = random();
    let mut core = small_core(16, &random.random());
    let mut prefix = [0; 128];
    random.fill(&mut prefix[..]);
    // The nonce's lower bytes carry within the range.
    for start in [0, 0xfe, 0xffff_fffe, (1 << 63) - 4] {
        let work = Work::Nonces {
            prefix,
            start,
            count: 4,
        };
        let all = core.hash(&work, Target::MAX, &mut silent).unwrap().results;
        let nonces: Vec<u64> = all.iter().map(|result| result.nonce).collect();
        assert_eq!(nonces, [start, start + 1, start + 2, start + 3]);

        // A target that is the smallest hash is met by it alone; one less by none.
        let smallest = all
            .iter()
            .min_by_key(|result| reversed(result.hash))
            .unwrap();
        let target = Target::from_le_bytes(smallest.hash).unwrap();
        let hits = core.hash(&work, target, &mut silent).unwrap().results;
        assert_eq!(
            hits,
            [tensority_sim::stage::HashReport {
                range: hits[0].range,
                ..*smallest
            }]
        );
        let mut less = smallest.hash;
        for byte in &mut less {
            let (difference, borrow) = byte.overflowing_sub(1);
            *byte = difference;
            if !borrow {
                break;
            }
        }
        let target = Target::from_le_bytes(less).unwrap();
        assert!(
            core.hash(&work, target, &mut silent)
                .unwrap()
                .results
                .is_empty()
        );
    }
}

fn reversed(mut hash: [u8; 32]) -> [u8; 32] {
    hash.reverse();
    hash
}

#[test]
fn a_range_ends_before_nonces_that_bytom_cannot_store() {
    let mut core = small_core(16, &[1; 32]);
    let model = core.model();
    model.write_job(JobLane::Prefix, &[0; 128]);
    model.write_job(JobLane::Target, &[0xff; 32]);
    model.write_job(JobLane::First, &((1u64 << 63) - 2).to_le_bytes());
    model.write_job(JobLane::Count, &u64::MAX.to_le_bytes());
    model.start(Command::Range);
    let nonces: Vec<u64> = run(model).iter().filter_map(result_nonce).collect();
    assert_eq!(nonces, [(1 << 63) - 2, (1 << 63) - 1]);
    assert!(!model.running());
}

fn result_nonce(event: &Event) -> Option<u64> {
    match &event.stage {
        Stage::Result(result) => Some(result.nonce),
        _ => None,
    }
}

#[test]
fn results_that_nobody_takes_stall_the_core_and_are_not_lost() {
    let mut core = small_core(16, &[2; 32]);
    let model = core.model();
    model.write_job(JobLane::Prefix, &[7; 128]);
    model.write_job(JobLane::Target, &[0xff; 32]);
    model.write_job(JobLane::First, &5u64.to_le_bytes());
    model.write_job(JobLane::Count, &6u64.to_le_bytes());
    model.hold_results(true);
    model.start(Command::Range);
    let end = model.cycle() + 200_000;
    while model.cycle() < end {
        if let Some(event) = model.step(1000) {
            assert_eq!(
                result_nonce(&event),
                None,
                "no result leaves while they are held"
            );
        }
    }
    assert!(
        model.counts()[Counter::StallFold] > 0,
        "{:?}",
        model.counts()
    );
    assert!(model.running());
    model.hold_results(false);
    let nonces: Vec<u64> = run(model).iter().filter_map(result_nonce).collect();
    assert_eq!(nonces, [5, 6, 7, 8, 9, 10]);
}
