//! Devices and a source that go wrong at random: nothing is lost, and nothing wrong is submitted.

mod storm;
mod support;

use storm::{Judge, Storm, run};
use support::giver::work;
use support::hashing::Cheap;
use tensority::{Target, header_hash};
use tensority_device::device::{Message as Hashed, Range, RangeId};
use tensority_miner::message::{Message, Share as ShareMessage};
use tensority_miner::verifier::Rehash;
use tensority_source::{Share, Template};
use tensority_telemetry::State;
use tensority_telemetry::outcome::Outcome;
use tensority_telemetry::source::Shares;

#[test]
fn in_a_storm_of_faults_no_result_is_lost_and_no_wrong_one_submitted() {
    let seed = testvectors::seed();
    let storm = Storm {
        results: 100_000,
        devices: 4,
        hang: 0.0,
    };
    let outcome = run(storm, seed);
    println!("{}", outcome.lines().join("\n"));
    assert!(outcome.complaints.is_empty());
}

#[test]
fn the_judge_sees_what_is_lost_or_wrong_and_only_that() {
    const NONCE: u64 = 55;
    // What happens besides a right result that a device tells: nothing is wrong if all of it does.
    for (found, concluded, submitted, lost, wrong) in [
        (true, true, 1, 0, 0),
        (false, true, 1, 1, 0),
        (true, false, 1, 1, 0),
        (true, true, 2, 0, 1),
        (true, true, 0, 0, 0),
    ] {
        let judge = Judge::default();
        let work = work(1, 1.0);
        judge.job(&work);
        let given = range_of(&work);
        judge.device_told(Some(&given), NONCE, &hash(&work, NONCE));
        let (height, nonce) = (work.header.height, NONCE);
        if found {
            judge.miner_told(&valid(height, nonce));
        }
        for _ in 0..submitted {
            judge.source_got(&share(&work, NONCE));
        }
        if concluded {
            judge.miner_told(&accepted(height, nonce));
        }
        let mut state = State::default();
        state.total.nonces.valid = u64::from(found);
        state.total.shares.accepted = u64::from(found);
        let answers = Shares {
            accepted: u64::from(found),
            ..Shares::default()
        };
        let outcome = judge.verdict(&state, &answers);
        let case = (found, concluded, submitted);
        assert_eq!(
            (outcome.lost, outcome.wrong_shares),
            (lost, wrong),
            "{case:?}"
        );
        assert_eq!(outcome.complaints.is_empty(), lost + wrong == 0, "{case:?}");
    }
    let judge = Judge::default();
    let work = work(1, 1.0);
    judge.job(&work);
    let given = range_of(&work);
    judge.device_told(Some(&given), NONCE, &[0; 32]);
    judge.source_got(&share(&work, NONCE));
    let outcome = judge.verdict(&State::default(), &Shares::default());
    assert_eq!(outcome.wrong_shares, 1, "the device told another hash");
}

fn range_of(template: &Template) -> Range {
    Range {
        id: RangeId(1),
        message: Hashed::Header(template.header.prefix()),
        seed: template.seed,
        target: Target::MAX,
        first: 50,
        count: 10,
    }
}

fn hash(work: &Template, nonce: u64) -> [u8; 32] {
    let header_hash = header_hash(&work.header.prefix(), nonce).expect("below 2^63");
    Cheap.hash(&header_hash, &work.seed)
}

fn share(work: &Template, nonce: u64) -> Share {
    let mut header = work.header.clone();
    header.nonce = nonce;
    Share {
        number: 0,
        template: None,
        header,
    }
}

fn valid(height: u64, nonce: u64) -> Message {
    Message::Found {
        device: String::new(),
        height,
        nonce,
        result: Outcome::Valid,
        reason: None,
    }
}

fn accepted(height: u64, nonce: u64) -> Message {
    Message::Share(ShareMessage {
        result: Outcome::Accepted,
        source: String::new(),
        device: String::new(),
        height,
        nonce,
        difficulty: 1.0,
        block: false,
        block_hash: String::new(),
        ms: 1,
        reason: None,
        detail: None,
        accepted: 1,
        rejected: 0,
    })
}
