//! The watchdog: bites a core that does nothing, and only that.

use tensority_model::{Config, Faults};
use tensority_protocol::messages::*;

use crate::bench::*;

#[test]
fn a_core_that_hangs_is_reset_and_the_host_is_told() {
    // In the self-test's hash, in a matrix list, in a range.
    for hang_after in [0, 1, 5] {
        let mut bench = Bench::new(Config {
            faults: Faults {
                hang_after: Some(hang_after),
                ..Faults::default()
            },
            ..Config::default()
        });
        bench.ask(job(1, 1));
        bench.ask(run(1, 1, 0, 1000));
        let begun = bench.chip.now();
        let bitten = |said: &Said| match said {
            Said::Event(0, Event::Started(started)) => started.cause == ResetCause::Watchdog as u8,
            _ => false,
        };
        while !bench.said.iter().any(bitten) {
            bench.turn();
            bench.chip.advance(1000);
            assert!(bench.chip.now() < 1_000_000_000, "it is not bitten");
        }
        let time = bench.chip.now() - begun;
        assert!((100_000_000..200_000_000).contains(&time), "{time} cycles");
        bench.settle();
        let report = bench.report();
        assert_eq!(
            (report.watchdog_resets, report.self_test),
            (1, SelfTestState::Passed as u8)
        );
    }
}

#[test]
fn a_slow_core_is_not_bitten() {
    // Nearly three times as long as a core that processes one row at a time.
    let mut bench = Bench::new(Config {
        hash: 48_000_000,
        list: 128 * 48_000_000,
        ..Config::default()
    });
    bench.ask(job(1, 0));
    bench.ask(run(1, 1, 0, 3));
    let mut turns = 0;
    while bench.ends() == 0 {
        bench.turn();
        bench.chip.advance(20_000);
        turns += 1;
        assert!(turns < 2_000_000, "it does not end");
    }
    assert_eq!(bench.report().watchdog_resets, 0);
}

#[test]
fn an_idle_device_is_not_bitten() {
    let mut bench = Bench::ready(Config::default());
    for _ in 0..100_000 {
        bench.turn();
        bench.chip.advance(20_000);
    }
    let report = bench.report();
    assert!(report.uptime > 2_000_000_000);
    assert_eq!(report.watchdog_resets, 0);
}

#[test]
fn its_patience_counts_the_multiplies_of_a_hash() {
    let multiplies = tensority_firmware::MULTIPLIES as usize;
    assert_eq!(multiplies, tensority::reference::ARRAY_MULTIPLIES);
}
