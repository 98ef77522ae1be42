//! Ranges: from the request to their end.

use tensority_model::Config;
use tensority_model::hashing::{Cheap, Hashing};
use tensority_protocol::messages::*;

use crate::bench::*;

#[test]
fn a_new_device_starts_tests_itself_and_hashes() {
    let mut bench = Bench::new(Config::default());
    let Said::Event(0, Event::Started(started)) = bench.until("start", |_| true) else {
        panic!("the first is no Started");
    };
    assert_eq!(
        (started.cause, started.bank),
        (ResetCause::PowerUp as u8, 0)
    );
    assert_eq!(bench.ask(job(1, 4)), JobSet {}.into());
    // Two ranges are taken while the self-test runs; they wait.
    assert_eq!(bench.ask(run(7, 1, 1000, 64)), RangeTaken {}.into());
    assert_eq!(bench.ask(run(8, 1, 0, 1)), RangeTaken {}.into());
    assert_eq!(bench.refusal(run(9, 1, 0, 1)), Refusal::Full);
    let report = bench.report();
    let (state, self_test) = (DeviceState::SelfTest as u8, SelfTestState::Runs as u8);
    assert_eq!(
        (report.state, report.waiting, report.self_test),
        (state, 2, self_test)
    );

    let (found, done) = bench.range(7);
    assert_eq!(found, truth(&job(1, 4), 1000, 64));
    assert!(!found.is_empty());
    assert_eq!((done.hashes, done.reason), (64, EndReason::Complete as u8));
    let (_, done) = bench.range(8);
    assert_eq!((done.hashes, done.reason), (1, EndReason::Complete as u8));
    bench.settle();
    let kinds: Vec<_> = bench
        .said
        .iter()
        .map(|said| match said {
            Said::Event(number, Event::SeedReady(ready)) => (*number, ready.seed[0]),
            Said::Event(number, Event::SelfTestDone(test)) => (*number, test.passed),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [(1, 0x9e), (2, 1), (3, 2)]);
}

#[test]
fn a_range_is_refused_for_what_is_wrong_with_it() {
    let mut bench = Bench::ready(Config::default());
    assert_eq!(bench.refusal(run(1, 1, 0, 1)), Refusal::Job);
    bench.ask(job(1, 4));
    let raw = SetJob {
        flags: RAW,
        ..job(2, 4)
    };
    assert_eq!(bench.ask(raw), JobSet {}.into());
    let half = 1 << 63;
    for (run, refusal) in [
        (run(1, 3, 0, 1), Refusal::Job),
        (run(1, 1, 0, 0), Refusal::Range),
        (run(1, 1, half, 1), Refusal::Range),
        (run(1, 1, half - 1, 2), Refusal::Range),
        (run(1, 1, u64::MAX, 1), Refusal::Range),
        (run(1, 1, 1, u64::MAX), Refusal::Range),
        (run(1, 2, 0, 2), Refusal::Range),
        (
            Run {
                flags: 2,
                ..run(1, 1, 0, 1)
            },
            Refusal::Value,
        ),
    ] {
        assert_eq!(bench.refusal(run), refusal, "{run:?}");
    }
    assert_eq!(bench.ask(run(1, 1, half - 1, 1)), RangeTaken {}.into());
    assert_eq!(bench.range(1).1.hashes, 1);
    assert_eq!(bench.ends(), 0);
}

#[test]
fn a_job_is_refused_for_what_is_wrong_with_it() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 4));
    let no_seed = SetJob {
        seed: [0; 32],
        ..job(1, 4)
    };
    assert_eq!(bench.refusal(no_seed), Refusal::Seed);
    let flags = SetJob {
        flags: 2,
        ..job(1, 4)
    };
    assert_eq!(bench.refusal(flags), Refusal::Value);
    // The job that was set before is still there.
    bench.ask(run(1, 1, 0, 32));
    assert_eq!(bench.range(1).0, truth(&job(1, 4), 0, 32));
}

#[test]
fn a_range_keeps_the_job_it_was_taken_with() {
    let mut bench = Bench::ready(Config::default());
    let (old, new) = (
        job(1, 2),
        SetJob {
            prefix: [9; 128],
            ..job(1, 2)
        },
    );
    bench.ask(old);
    bench.ask(run(1, 1, 0, 8));
    bench.ask(run(2, 1, 100, 8));
    bench.ask(new);
    // Two ranges hold the old job, the third slot the new one: a fourth takes the new one's place.
    assert_eq!(bench.range(1).0, truth(&old, 0, 8));
    bench.ask(run(3, 1, 0, 8));
    assert_eq!(bench.range(2).0, truth(&old, 100, 8));
    assert_eq!(bench.range(3).0, truth(&new, 0, 8));
}

#[test]
fn three_jobs_are_kept_and_those_in_use_are_not_forgotten() {
    let mut bench = Bench::ready(Config::default());
    for number in 1..=4 {
        bench.ask(job(number, 4));
    }
    assert_eq!(bench.refusal(run(1, 1, 0, 1)), Refusal::Job);
    assert_eq!(bench.ask(run(2, 2, 0, 1000)), RangeTaken {}.into());
    assert_eq!(bench.ask(run(3, 3, 0, 1)), RangeTaken {}.into());
    for number in 5..9 {
        bench.ask(job(number, 4));
    }
    assert_eq!(bench.range(2).0, truth(&job(2, 4), 0, 1000));
    assert_eq!(bench.range(3).0, truth(&job(3, 4), 0, 1));
    for number in [5, 6, 7] {
        assert_eq!(bench.refusal(run(4, number, 0, 1)), Refusal::Job);
    }
    assert_eq!(bench.ask(run(4, 8, 0, 1)), RangeTaken {}.into());
}

#[test]
fn a_raw_job_is_hashed_as_it_is_and_always_reported() {
    let mut bench = Bench::ready(Config::default());
    let raw = SetJob {
        flags: RAW,
        target: [0; 32],
        ..job(5, 0)
    };
    bench.ask(raw);
    bench.ask(run(1, 5, 77, 1));
    let (found, done) = bench.range(1);
    let header_hash = raw.prefix[..32].try_into().expect("32 bytes");
    assert_eq!(found, [(77, Cheap.pow_hash(&raw.seed, header_hash))]);
    assert_eq!((done.hashes, done.reason), (1, EndReason::Complete as u8));
}

#[test]
fn a_seed_is_made_once_for_all_its_ranges_and_said() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 4));
    bench.ask(job(3, 4));
    bench.ask(job(2, 4));
    for (range, job) in [(1, 1), (2, 3), (3, 2), (4, 1)] {
        bench.ask(run(range, job, 0, 4));
        bench.range(range);
    }
    let made: Vec<u8> = bench
        .said
        .iter()
        .filter_map(|said| match said {
            Said::Event(_, Event::SeedReady(ready)) => {
                assert!(
                    (1_280_000..1_300_000).contains(&ready.cycles),
                    "{}",
                    ready.cycles
                );
                Some(ready.seed[0])
            }
            _ => None,
        })
        .collect();
    assert_eq!(made, [2, 1, 2]);
}

#[test]
fn the_next_range_begins_within_a_thousand_cycles() {
    let config = Config::default();
    let mut bench = Bench::ready(config.clone());
    bench.ask(job(1, 8));
    bench.ask(run(1, 1, 0, 1));
    bench.range(1);
    bench.settle();
    bench.ask(run(2, 1, 0, 40));
    bench.ask(run(3, 1, 0, 40));
    let begun = bench.chip.now();
    bench.range(3);
    let work = 2 * (6000 + 40 * config.hash);
    let rest = bench.chip.now() - begun - work.min(bench.chip.now() - begun);
    // Two events on the line, their acknowledgements, and turns of the model.
    assert!(rest < 60_000, "{rest} cycles");
}

#[test]
fn a_status_counts_the_hashes_of_the_range_that_runs() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 8));
    bench.ask(run(1, 1, 0, 1000));
    bench.ask(run(2, 1, 0, 1000));
    let mut last = 0;
    loop {
        let report = bench.report();
        assert!(report.range_hashes >= last);
        last = report.range_hashes;
        if report.state == DeviceState::Hashing as u8 && last > 500 {
            assert_eq!((report.range, report.waiting), (1, 1));
            assert_eq!(report.hashes, 1 + last);
            break;
        }
    }
}
