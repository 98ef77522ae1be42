//! Requests about the device itself.

use tensority_firmware::self_test;
use tensority_model::hashing::{Cheap, Hashing};
use tensority_model::{Config, Faults};
use tensority_protocol::messages::*;

use crate::bench::*;

#[test]
fn the_identity_is_what_the_registers_say() {
    let mut bench = Bench::ready(Config {
        serial: 0x0102_0304_0506_0708,
        lanes: 4,
        temperature: Some(-150),
        loader: true,
        ..Config::default()
    });
    let Answer::Identity(identity) = bench.ask(Identify {}) else {
        panic!("no identity");
    };
    assert_ne!(identity.firmware_build, 0);
    let [major, minor, patch] = identity.firmware_version;
    let version = format!("{major}.{minor}.{patch}");
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    assert_eq!(
        identity,
        Identity {
            protocol_low: 1,
            protocol_high: 1,
            map_version: 1,
            serial: 0x0102_0304_0506_0708,
            hardware_build: 0xde1,
            firmware_build: identity.firmware_build,
            firmware_version: identity.firmware_version,
            bank: 0,
            dimension: 256,
            lanes: 4,
            clock: 100_000_000,
            capabilities: LOADER | TEMPERATURE,
            queue: 1,
            self_test: SelfTestState::Passed as u8,
            events: 16,
            reserved: [0; 5],
        }
    );
    assert_eq!(bench.report().temperature, -150);
}

#[test]
fn the_report_is_what_the_registers_say() {
    let mut bench = Bench::ready(Config::default());
    let now = bench.chip.now();
    let report = bench.report();
    assert!((now..now + 100_000).contains(&report.uptime));
    assert_eq!(
        (report.state, report.waiting, report.events),
        (DeviceState::Idle as u8, 0, 0)
    );
    assert_eq!(
        (report.hashes, report.round, report.cause),
        (1, 128, ResetCause::PowerUp as u8)
    );
    assert_eq!(report.temperature, NO_TEMPERATURE);
    assert!(report.issued > 0);
    // In the model an access takes 20 cycles, so this is the number of accesses.
    assert!(
        (1..20_000).contains(&report.longest_turn),
        "{}",
        report.longest_turn
    );
}

#[test]
fn checksums_are_those_of_the_list_and_come_once() {
    let mut bench = Bench::ready(Config::default());
    for first in [0, 16, 240] {
        let request = ReadChecksums { first };
        let number = bench.send(&request.into());
        // Repetitions are dropped until the answer is there; status is answered.
        bench.send_bytes(&frame(number, &request.into()));
        assert_eq!(bench.report().state, DeviceState::Checksums as u8);
        assert_eq!(bench.refusal(run(1, 1, 0, 1)), Refusal::Busy);
        assert_eq!(bench.refusal(request), Refusal::Busy);
        let answer = bench.answer(number);
        let Answer::Checksums(Checksums { first: own, sums }) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(own, first);
        for (matrix, sum) in (first..=u8::MAX).zip(sums.as_chunks().0) {
            let expected = Cheap.checksum(&self_test::SEED, matrix);
            assert_eq!(u32::from_le_bytes(*sum), expected, "matrix {matrix}");
        }
        bench.send_bytes(&frame(number, &request.into()));
        assert_eq!(bench.answer(number), answer);
        bench.settle();
        assert_eq!(bench.said, []);
    }
    assert_eq!(bench.refusal(ReadChecksums { first: 8 }), Refusal::Value);
    bench.ask(job(1, 4));
    bench.ask(run(1, 1, 0, 4));
    assert_eq!(bench.refusal(ReadChecksums { first: 0 }), Refusal::Busy);
    assert_eq!(bench.range(1).0, truth(&job(1, 4), 0, 4));
}

#[test]
fn a_reset_is_answered_whole_before_it_happens() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 1));
    bench.ask(run(1, 1, 0, 1 << 40));
    bench.said.clear();
    // Behind a long answer, and with a request behind it, which is not answered any more.
    let status = bench.send(&Status {}.into());
    let reset = bench.send(&Reset {}.into());
    bench.send(&Status {}.into());
    bench.until("start", |said| {
        matches!(
            said,
            Said::Event(0, Event::Started(Started { cause, .. })) if *cause == ResetCause::Command as u8
        )
    });
    let answers: Vec<u16> = bench
        .said
        .iter()
        .filter_map(|said| match said {
            Said::Answer(number, _) => Some(*number),
            Said::Event(..) => None,
        })
        .collect();
    assert_eq!(answers, [status, reset]);
}

#[test]
fn a_request_waits_until_there_is_room_for_its_answer() {
    let mut bench = Bench::ready(Config::default());
    // Fifteen reports of 122 bytes, in requests that come all at once.
    let numbers: Vec<u16> = (0..15).map(|_| bench.send(&Status {}.into())).collect();
    for number in numbers {
        assert!(matches!(bench.answer(number), Answer::Report(_)));
    }
}

#[test]
fn a_fault_that_does_not_show_changes_nothing() {
    let mut bench = Bench::ready(Config {
        faults: Faults {
            wrong_hash_each: Some(1000),
            ..Faults::default()
        },
        ..Config::default()
    });
    bench.ask(job(1, 1));
    bench.ask(run(1, 1, 0, 100));
    assert_eq!(bench.range(1).0, truth(&job(1, 1), 0, 100));
}
