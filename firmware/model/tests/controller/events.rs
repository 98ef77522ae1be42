//! Events: sent until they are acknowledged, in order, and none lost.

use tensority_model::Config;
use tensority_protocol::messages::*;

use crate::bench::*;

/// A device whose host does not acknowledge any more.
fn silent_host() -> Bench {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 1));
    bench.acknowledging = false;
    bench
}

fn events(bench: &mut Bench) -> Vec<(u16, Event)> {
    let said = std::mem::take(&mut bench.said);
    said.into_iter()
        .filter_map(|said| match said {
            Said::Event(number, event) => Some((number, event)),
            Said::Answer(..) => None,
        })
        .collect()
}

#[test]
fn the_oldest_event_is_sent_every_fifty_milliseconds() {
    let mut bench = silent_host();
    bench.ask(run(1, 1, 0, 4));
    let mut times = Vec::new();
    while times.len() < 5 {
        bench.turn();
        let now = bench.chip.now();
        times.extend(
            events(&mut bench)
                .into_iter()
                .map(|(number, _)| (number, now)),
        );
    }
    for pair in times.windows(2) {
        assert_eq!(pair[0].0, pair[1].0, "a later event overtook");
        let pause = pair[1].1 - pair[0].1;
        assert!((4_990_000..5_010_000).contains(&pause), "{pause} cycles");
    }
}

#[test]
fn an_acknowledgement_is_taken_twice_but_not_too_early() {
    let mut bench = silent_host();
    bench.ask(run(1, 1, 0, 40));
    let Said::Event(number, _) = bench.until("event", |said| matches!(said, Said::Event(..)))
    else {
        unreachable!("an event was looked for");
    };
    let unsent = Acknowledge { event: number + 1 };
    while bench.report().events < 2 {}
    assert_eq!(bench.refusal(unsent), Refusal::Value);
    for _ in 0..2 {
        let answer = bench.ask(Acknowledge { event: number });
        assert_eq!(answer, Acknowledged {}.into());
    }
    let (next, _) = loop {
        bench.turn();
        if let Some(event) = events(&mut bench).pop() {
            break event;
        }
    };
    assert_eq!(next, number + 1);
}

#[test]
fn a_host_that_is_away_loses_nothing() {
    let mut bench = silent_host();
    bench.ask(run(1, 1, 0, 100));
    bench.ask(run(2, 1, 500, 10));
    // Longer than the watchdog and the core's patience: the core has to wait, not to be blamed.
    for _ in 0..400_000 {
        bench.turn();
        bench.chip.advance(1000);
    }
    let report = bench.report();
    assert_eq!((report.watchdog_resets, report.range), (0, 1));
    assert!(report.range_hashes < 40, "the core did not wait");
    bench.said.clear();
    bench.acknowledging = true;
    assert_eq!(bench.range(1).0, truth(&job(1, 1), 0, 100));
    assert_eq!(bench.range(2).0, truth(&job(1, 1), 500, 10));
}

#[test]
fn ranges_are_refused_before_their_ends_would_be_lost() {
    let mut bench = silent_host();
    let mut taken = Vec::new();
    for range in 0..40 {
        let first = u64::from(range) * 1000;
        match bench.ask(replace(run(range, 1, first, 1 << 40))) {
            Answer::RangeTaken(_) => taken.push(range),
            Answer::Refused(refused) => assert_eq!(refused.code, Refusal::Full as u8),
            other => panic!("{other:?}"),
        }
        for _ in 0..200 {
            bench.turn();
        }
    }
    assert!((3..20).contains(&taken.len()), "{taken:?}");
    bench.ask(Abort {});
    bench.said.clear();
    bench.acknowledging = true;
    for range in taken {
        let (found, done) = bench.range(range);
        let first = u64::from(range) * 1000;
        assert_eq!(found, truth(&job(1, 1), first, done.hashes));
    }
    bench.settle();
    assert_eq!(bench.ends(), 0);
}
