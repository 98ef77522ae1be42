//! A job that ends another in mid-hash: no nonce is ever credited to the wrong job; and a reset, of
//! which nothing is left in the next hash.

mod common;

use std::collections::HashMap;

use common::{core, random, small_core, variant};
use rand::Rng;
use tensority::{MatrixList, header_hash, tensority};
use tensority_sim::model::core::{Command, CoreModel, JobLane};
use tensority_sim::model::source::ArrayKind;
use tensority_sim::stage::Stage;

const COUNT: u64 = 4;

struct Job {
    prefix: [u8; 128],
    start: u64,
}

fn write(model: &mut CoreModel, id: u32, job: &Job) {
    model.write_job(JobLane::Prefix, &job.prefix);
    model.write_job(JobLane::Target, &[0xff; 32]);
    model.write_job(JobLane::First, &job.start.to_le_bytes());
    model.write_job(JobLane::Count, &COUNT.to_le_bytes());
    model.write_job(JobLane::Range, &id.to_le_bytes());
}

#[test]
fn no_nonce_is_credited_to_another_job() {
    let mut random = random();
    let seed = random.random();
    let list = MatrixList::<32>::from_seed(&seed);
    let mut core = small_core(16, &seed);
    let model = core.model();
    model.set_memory(2, 40, random.random());

    let mut jobs: HashMap<u32, Job> = HashMap::new();
    let mut results = Vec::new();
    for id in 1..=150 {
        let mut prefix = [0; 128];
        random.fill(&mut prefix[..]);
        let job = Job {
            prefix,
            start: random.random_range(0..1 << 62),
        };
        // The next job is written while the one before still runs.
        write(model, id, &job);
        jobs.insert(id, job);
        if random.random_ratio(1, 5) {
            model.cancel();
            for _ in 0..10_000 {
                if model.ready() {
                    break;
                }
                results.extend(model.step(1));
            }
            assert!(
                model.ready() && !model.running(),
                "a cancelled core is idle"
            );
        }
        model.start(Command::Range);
        let end = model.cycle() + random.random_range(200..80_000);
        while model.cycle() < end {
            results.extend(model.step(end - model.cycle()));
        }
        assert!(model.ready(), "a core takes the next job within 200 cycles");
    }

    let mut last = 0;
    let mut credited = 0;
    for event in results {
        let Stage::Result(result) = event.stage else {
            continue;
        };
        let job = &jobs[&result.range];
        assert!(
            result.range >= last,
            "results come in the order of the ranges"
        );
        last = result.range;
        assert!(
            (job.start..job.start + COUNT).contains(&result.nonce),
            "range {}",
            result.range
        );
        let header_hash = header_hash(&job.prefix, result.nonce).unwrap();
        assert_eq!(
            result.hash,
            tensority(&header_hash, &list),
            "range {}",
            result.range
        );
        credited += 1;
    }
    assert!(
        credited > 50,
        "enough hashes were completed to see a wrong one: {credited}"
    );
}

#[test]
fn a_reset_in_mid_hash_leaves_nothing_behind() {
    let mut random = random();
    let seed = random.random();
    let list = MatrixList::<32>::from_seed(&seed);
    for array in [ArrayKind::Rtl, ArrayKind::Functional] {
        let mut core = core(&variant(32, 16, true, array), &seed);
        let model = core.model();
        for id in 1..=60 {
            let job = Job {
                prefix: [id as u8; 128],
                start: 0,
            };
            write(model, id, &job);
            model.start(Command::Range);
            // The array works after some 6000 cycles; a block takes 32 cycles.
            let end = model.cycle() + random.random_range(7000..8000);
            while model.cycle() < end {
                model.step(end - model.cycle());
            }
            model.reset();
            write(model, id, &job);
            model.start(Command::Range);
            let header_hash = header_hash(&job.prefix, job.start).unwrap();
            let expected = tensority(&header_hash, &list);
            let found = first_hash(model);
            assert_eq!(found, expected, "{array:?}, reset {id}");
        }
    }
}

#[test]
fn a_result_that_waits_ends_with_a_reset() {
    let mut random = random();
    let seed = random.random();
    let list = MatrixList::<32>::from_seed(&seed);
    let mut core = small_core(16, &seed);
    let model = core.model();
    // The range's only nonce is handed over, or waits until the reset.
    for (id, held) in [(1, true), (2, false), (3, true)] {
        let mut prefix = [0; 128];
        random.fill(&mut prefix[..]);
        let job = Job { prefix, start: 0 };
        write(model, id, &job);
        model.write_job(JobLane::Count, &1_u64.to_le_bytes());
        model.hold_results(held);
        model.start(Command::Range);
        let (hashes, results) = count(model);
        assert_eq!((hashes, results), (1, usize::from(!held)), "range {id}");
        model.reset();
        model.hold_results(false);
        assert_eq!(count(model), (0, 0), "range {id}, after the reset");

        write(model, id + 100, &job);
        model.start(Command::Range);
        let header_hash = header_hash(&job.prefix, job.start).unwrap();
        assert_eq!(first_hash(model), tensority(&header_hash, &list));
        model.reset();
    }
}

/// How many hashes are complete, and how many results handed over, within 100 000 cycles.
fn count(model: &mut CoreModel) -> (usize, usize) {
    let end = model.cycle() + 100_000;
    let (mut hashes, mut results) = (0, 0);
    while model.cycle() < end {
        match model.step(end - model.cycle()).map(|event| event.stage) {
            Some(Stage::Hashed(_)) => hashes += 1,
            Some(Stage::Result(_)) => results += 1,
            _ => {}
        }
    }
    (hashes, results)
}

/// The PoW hash of the next result, which comes within 100 000 cycles.
fn first_hash(model: &mut CoreModel) -> [u8; 32] {
    let end = model.cycle() + 100_000;
    while model.cycle() < end {
        if let Some(event) = model.step(end - model.cycle())
            && let Stage::Result(result) = event.stage
        {
            return result.hash;
        }
    }
    panic!("no result in 100 000 cycles");
}
