//! Verification policies.

mod support;

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use support::giver::{Giver, giver, work};
use support::hashing::Cheap;
use support::quick::{Control, Mood};
use support::run::{Plan, is_share};
use support::{config, one, opener};
use tensority_miner::Policy;
use tensority_miner::verifier::Rehash;
use tensority_source::{Answer, Reason, Share};
use tensority_telemetry::source::Kind;

/// Hashes nothing until it is opened.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Rehash for Gate {
    fn hash(&self, header_hash: &[u8; 32], seed: &[u8; 32]) -> [u8; 32] {
        let open = self.open.lock().unwrap();
        drop(self.opened.wait_while(open, |open| !*open).unwrap());
        Cheap.hash(header_hash, seed)
    }

    fn prepare(&self, _: &[u8; 32]) {}
}

/// Whether a share is what its source takes.
fn is_right(share: &Share) -> bool {
    let work = work(1, 16.0);
    work.target
        .is_met_by(&Cheap.hash(&share.header.hash(), &work.seed))
}

/// A miner of a source that takes what is right.
fn plan(control: &Control, policy: Policy) -> (Plan, Giver) {
    let (source, giver) = giver(work(1, 16.0));
    giver.answer_by(|share| match is_right(share) {
        true => Answer::Accepted,
        false => Answer::Rejected(Reason::new("low_difficulty", "is no share")),
    });
    let control = control.clone();
    let mut plan = Plan::new().source("source", Kind::Pool, source).device(one(
        "quick",
        config(),
        opener(move || control.open(500.0)),
    ));
    plan.settings.policy = policy;
    (plan, giver)
}

fn sample(of: u64) -> Policy {
    Policy::Sample(of.try_into().unwrap())
}

#[test]
fn before_submits_nothing_that_was_not_hashed_again() {
    let gate = Arc::<Gate>::default();
    let control = Control::default();
    let (mut plan, giver) = plan(&control, Policy::Before);
    plan.rehash = Arc::clone(&gate) as _;
    let mut run = plan.start();
    run.wait_for_condition("quick", "healthy");
    run.next_within(Duration::from_millis(700), |_| None::<()>);
    assert!(control.hashed() > 100);
    assert_eq!(giver.shares(), [], "nothing was hashed again");
    gate.open();
    run.wait_for_shares(3);
    let ended = run.end();
    assert_eq!(ended.state.total.nonces.unverified, 0);
}

#[test]
fn before_submits_nothing_that_is_wrong() {
    let control = Control::default();
    let (plan, giver) = plan(&control, Policy::Before);
    let mut run = plan.start();
    run.wait_for_shares(1);
    control.set(Mood::WrongHash);
    run.wait_for_state("errors", |state| {
        (state.total.nonces.hardware_errors > 20).then_some(())
    });
    control.set(Mood::Good);
    run.wait_for_shares(3);
    let ended = run.end();
    assert!(giver.shares().iter().all(is_right));
    assert_eq!(ended.state.total.shares.all_rejected(), 0);
    let actions = ended.actions("quick");
    let is_demoted = |action: &&str| action.contains("verifies all");
    assert!(!actions.iter().any(is_demoted), "{actions:?}");
}

#[test]
fn after_and_sample_submit_at_once_and_no_more_when_a_device_has_erred() {
    for policy in [Policy::After, sample(4)] {
        let gate = Arc::<Gate>::default();
        let control = Control::default();
        let (mut plan, giver) = plan(&control, policy);
        plan.rehash = Arc::clone(&gate) as _;
        let mut run = plan.start();
        run.wait_for_shares(3);
        gate.open();
        control.set(Mood::WrongHash);
        let reason = run.wait_for_decision("quick", "verifies all its results");
        assert!(reason.contains("expected the hash"), "{reason}");
        // Those that were under way.
        run.next_within(Duration::from_millis(200), |_| None::<()>);
        let wrong = || {
            giver
                .shares()
                .iter()
                .filter(|share| !is_right(share))
                .count()
        };
        let before = wrong();
        assert!(before > 0, "{policy}: the first wrong one was submitted");
        run.next_within(Duration::from_millis(500), |_| None::<()>);
        assert_eq!(wrong(), before, "{policy}");
        control.set(Mood::Good);
        run.wait_for_shares(3);
        let ended = run.end();
        let actions = ended.actions("quick");
        let demotions = actions.iter().filter(|it| it.contains("verifies all"));
        assert_eq!(demotions.count(), 1, "demoted once: {actions:?}");
        assert_eq!(ended.state.verification.policy, policy.to_string());
    }
}

#[test]
fn sample_hashes_one_of_so_many_again_and_counts_the_others_apart() {
    let control = Control::default();
    let (plan, _) = plan(&control, sample(4));
    let mut run = plan.start();
    run.wait_for_shares(41);
    let ended = run.end();
    let nonces = ended.device("quick").nonces;
    let all = nonces.valid + nonces.unverified;
    assert!(nonces.valid.abs_diff(all / 4) <= 1, "{nonces:?}");
    assert_eq!(ended.state.verification.verified, nonces.valid);
    assert!(ended.told.iter().any(|m| is_share(m, "accepted").is_some()));
}
