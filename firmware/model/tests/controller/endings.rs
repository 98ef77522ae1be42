//! Ranges that end before they are complete: exactly once, with everything they found.

use tensority_model::Config;
use tensority_protocol::messages::*;

use crate::bench::*;

/// Quick enough for hundreds of devices.
fn quick() -> Config {
    Config {
        hash: 3000,
        list: 12_800,
        ..Config::default()
    }
}

/// The end of a range is exact: it found what is to be found in the nonces that it hashed.
fn check(bench: &mut Bench, range: u32, job: &SetJob, first: u64, count: u64) -> RangeDone {
    let (found, done) = bench.range(range);
    assert!(done.hashes <= count, "{done:?}");
    assert_eq!(found, truth(job, first, done.hashes), "{done:?}");
    assert_eq!(
        done.hashes == count,
        done.reason == EndReason::Complete as u8,
        "{done:?}"
    );
    done
}

#[test]
fn an_abort_at_any_moment_ends_a_range_once_and_exactly() {
    let mut reasons = [0; EndReason::ALL.len()];
    let mut hashes = 0;
    for turns in (0..400).chain((400..1600).step_by(4)) {
        let mut bench = Bench::ready(quick());
        bench.ask(job(1, 3));
        bench.ask(run(1, 1, 5, 20));
        bench.ask(run(2, 1, 90, 20));
        for _ in 0..turns {
            bench.turn();
        }
        bench.ask(Abort {});
        let done = check(&mut bench, 1, &job(1, 3), 5, 20);
        reasons[usize::from(done.reason)] += 1;
        hashes += done.hashes;
        check(&mut bench, 2, &job(1, 3), 90, 20);
        // What comes next is not touched by it.
        bench.ask(run(3, 1, 0, 3));
        assert_eq!(check(&mut bench, 3, &job(1, 3), 0, 3).hashes, 3);
        bench.settle();
        assert_eq!(bench.ends(), 0, "a range ended twice");
    }
    assert!(reasons[0] > 20 && reasons[1] > 20, "{reasons:?}");
    assert!(hashes > 1000);
}

#[test]
fn a_replacement_at_any_moment_ends_all_before_it() {
    let mut cut = 0;
    for turns in 0..400 {
        let mut bench = Bench::ready(quick());
        bench.ask(job(1, 1));
        bench.ask(job(2, 1));
        bench.ask(run(1, 1, 5, 20));
        bench.ask(run(2, 1, 90, 20));
        for _ in 0..turns {
            bench.turn();
        }
        // Every other time the new range's matrix list has to be made first.
        let other = 1 + turns % 2;
        let taken = bench.ask(replace(run(3, other, 0, 6)));
        assert_eq!(taken, RangeTaken {}.into());
        let done = check(&mut bench, 1, &job(1, 1), 5, 20);
        cut += u64::from(done.reason == EndReason::Replaced as u8 && done.hashes > 0);
        check(&mut bench, 2, &job(1, 1), 90, 20);
        let done = check(&mut bench, 3, &job(other, 1), 0, 6);
        assert_eq!((done.hashes, done.reason), (6, EndReason::Complete as u8));
        bench.settle();
        assert_eq!(bench.ends(), 0, "a range ended twice");
    }
    assert!(cut > 50, "{cut}");
}

#[test]
fn ranges_that_are_replaced_at_once_end_once_each() {
    // Requests come while the core has not settled.
    let mut bench = Bench::ready(Config {
        settle: 10_000,
        ..quick()
    });
    bench.ask(job(1, 1));
    let mut taken = 0;
    for range in 0..100 {
        let first = u64::from(range) * 100;
        // The requests come without a pause, faster than events can be acknowledged.
        let number = bench.send(&replace(run(range, 1, first, 50)).into());
        if range % 4 > 0 {
            continue;
        }
        taken += usize::from(bench.answer(number) == RangeTaken {}.into());
    }
    bench.ask(Abort {});
    bench.settle();
    for said in std::mem::take(&mut bench.said) {
        match said {
            Said::Answer(_, Answer::RangeTaken(_)) => taken += 1,
            Said::Answer(..) => {}
            event => bench.said.push(event),
        }
    }
    assert_eq!(bench.ends(), taken);
    assert!(taken > 10, "{taken}");
    for range in 0..100 {
        if bench.said.iter().any(
            |said| matches!(said, Said::Event(_, Event::RangeDone(done)) if done.range == range),
        ) {
            check(&mut bench, range, &job(1, 1), u64::from(range) * 100, 50);
        }
    }
    assert_eq!(bench.ends(), 0, "a range ended twice");
}

#[test]
fn an_abort_during_the_self_test_ends_the_ranges_that_wait_and_not_the_test() {
    let mut bench = Bench::new(Config::default());
    bench.ask(job(1, 1));
    bench.ask(run(1, 1, 0, 10));
    bench.ask(run(2, 1, 0, 10));
    bench.ask(Abort {});
    for range in [1, 2] {
        let (_, done) = bench.range(range);
        assert_eq!((done.hashes, done.reason), (0, EndReason::Aborted as u8));
    }
    bench.until("self-test", |said| {
        matches!(
            said,
            Said::Event(_, Event::SelfTestDone(SelfTestDone { passed: 1, .. }))
        )
    });
}

#[test]
fn a_matrix_list_goes_on_after_an_abort_and_serves_the_next_range() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 1));
    bench.ask(run(1, 1, 0, 10));
    assert_eq!(bench.report().state, DeviceState::Generating as u8);
    bench.ask(Abort {});
    assert_eq!(bench.range(1).1.hashes, 0);
    assert_eq!(bench.report().state, DeviceState::Generating as u8);
    bench.ask(run(2, 1, 0, 10));
    bench.range(2);
    let lists = bench
        .said
        .iter()
        .filter(|said| matches!(said, Said::Event(_, Event::SeedReady(_))));
    assert_eq!(lists.count(), 1);
}

#[test]
fn a_reset_in_a_range_leaves_nothing_of_it() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 1));
    bench.ask(run(1, 1, 0, 1 << 40));
    while bench.report().range_hashes < 20 {}
    bench.said.clear();
    bench.chip.reset();
    bench.turn();
    bench.until("start", |said| {
        matches!(
            said,
            Said::Event(0, Event::Started(Started { cause, .. })) if *cause == ResetCause::Command as u8
        )
    });
    bench.settle();
    let report = bench.report();
    assert_eq!(
        (report.hashes, report.self_test),
        (1, SelfTestState::Passed as u8)
    );
    assert!(
        bench
            .said
            .iter()
            .all(|said| { !matches!(said, Said::Event(_, Event::Found(_) | Event::RangeDone(_))) })
    );
    assert_eq!(bench.refusal(run(2, 1, 0, 1)), Refusal::Job);
}

#[test]
fn a_reset_in_mid_frame_does_not_hide_the_start() {
    let mut bench = Bench::ready(Config::default());
    bench.send(&Identify {}.into());
    // Until a part of the answer has left, and not its end.
    let sent = loop {
        bench.controller.turn(&mut bench.chip);
        let sent = bench.chip.sent();
        if !sent.is_empty() {
            break sent;
        }
    };
    assert!(!sent.contains(&0), "a part only: {sent:02x?}");
    sent.iter()
        .for_each(|byte| assert_eq!(bench.decoder.feed(*byte), None));
    bench.chip.reset();
    bench.turn();
    bench.until("start", |said| {
        matches!(said, Said::Event(0, Event::Started(_)))
    });
}
