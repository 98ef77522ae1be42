//! The known-answer test.

use tensority_firmware::self_test;
use tensority_model::{Config, Faults};
use tensority_protocol::messages::*;

use crate::bench::*;

fn verdict(bench: &mut Bench) -> SelfTestDone {
    let done = bench.until("self-test", |said| {
        matches!(said, Said::Event(_, Event::SelfTestDone(_)))
    });
    match done {
        Said::Event(_, Event::SelfTestDone(done)) => done,
        _ => unreachable!("an event was looked for"),
    }
}

#[test]
fn the_known_answer_is_that_of_the_test_vectors() {
    let headers = testvectors::headers();
    let genesis = &headers[0];
    assert_eq!(genesis.name, "mainnet genesis");
    let pow = genesis.pow.as_ref().expect("its seed is known");
    assert_eq!(genesis.block_hash, self_test::HEADER_HASH);
    assert_eq!(
        (pow.seed, pow.pow_hash),
        (self_test::SEED, self_test::POW_HASH)
    );
}

#[test]
fn a_core_that_hashes_wrongly_does_not_mine() {
    let mut bench = Bench::new(Config {
        faults: Faults {
            wrong_hash_each: Some(2),
            ..Faults::default()
        },
        ..Config::default()
    });
    assert_eq!(verdict(&mut bench).passed, 1);
    // The second hash is wrong, and what waits for the test ends with it.
    bench.ask(job(1, 1));
    assert_eq!(bench.ask(SelfTest {}), SelfTestTaken {}.into());
    assert_eq!(bench.refusal(SelfTest {}), Refusal::Busy);
    assert_eq!(bench.refusal(ReadChecksums { first: 0 }), Refusal::Busy);
    bench.ask(run(1, 1, 0, 4));
    let done = verdict(&mut bench);
    let mut wrong = self_test::POW_HASH;
    wrong[0] ^= 1;
    assert_eq!((done.passed, done.hash), (0, wrong));
    assert_eq!(bench.range(1).1.reason, EndReason::Aborted as u8);
    let report = bench.report();
    assert_eq!(
        (report.state, report.self_test),
        (DeviceState::Unfit as u8, SelfTestState::Failed as u8)
    );
    assert_eq!(bench.refusal(run(2, 1, 0, 4)), Refusal::Unfit);
    // The third is right: the device is fit again.
    bench.ask(SelfTest {});
    assert_eq!(verdict(&mut bench).passed, 1);
    assert_eq!(bench.ask(run(3, 1, 0, 1)), RangeTaken {}.into());
}

#[test]
fn a_test_is_refused_while_a_range_runs() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 1));
    bench.ask(run(1, 1, 0, 4));
    assert_eq!(bench.refusal(SelfTest {}), Refusal::Busy);
    bench.range(1);
    bench.settle();
    assert_eq!(bench.ask(SelfTest {}), SelfTestTaken {}.into());
    assert_eq!(verdict(&mut bench).passed, 1);
    // The test has made its own matrix list; the range's is made again.
    bench.ask(run(2, 1, 0, 4));
    assert_eq!(bench.range(2).0, truth(&job(1, 1), 0, 4));
}
