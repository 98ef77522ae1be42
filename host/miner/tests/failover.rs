//! From a node to a pool and back.

mod support;

use std::time::Duration;

use support::giver::{giver, work};
use support::node::{nobody, node, serve, source};
use support::pool::{Served, cheap};
use support::quick::{Control, Quick};
use support::run::{Plan, is_share};
use support::{config, hashing, one, opener};
use tensority_devnet::pool::Misbehaviour;
use tensority_miner::message::Message;
use tensority_source::{Answer, Event, Reason};
use tensority_telemetry::source::{Condition, Kind};

fn is_accepted_by(message: &Message, wanted: &str) -> Option<()> {
    match message {
        Message::Share(share) if share.source == wanted => is_share(message, "accepted"),
        _ => None,
    }
}

#[test]
fn a_pool_stands_in_for_the_node_until_it_has_been_back_for_a_while() {
    let node = node();
    let address = nobody();
    // Each share waits for its answer, so that some are pending whenever the source changes.
    let pool = Served::with(tensority_devnet::pool::Settings {
        misbehave: vec![Misbehaviour::Late(Duration::from_millis(400))],
        hash: tensority_devnet::pool::proof_of_work(tensority::fast::Backend::fastest()),
        difficulty: 2.try_into().unwrap(),
        ..cheap()
    });
    let control = Control::default();
    let opened = control.clone();
    let open = move || Quick::open(&opened, 20.0, hashing::real());
    let mut plan = Plan::new()
        .source("node", Kind::Node, source(address))
        .source("pool", Kind::Pool, pool.source())
        .device(one("quick", config(), opener(open)));
    plan.rehash = hashing::real();
    let mut run = plan.start();
    run.wait_for("share of the pool", |m| is_accepted_by(m, "pool"));
    let (_server, _) = serve(&node, address);
    let reason = run.wait_for_decision("node", "chose this source");
    assert!(
        reason.contains("preferred") && reason.contains("has been well for"),
        "{reason}"
    );
    run.wait_for("block of the node", |m| is_accepted_by(m, "node"));
    // It is left when nothing is pending any more.
    run.wait_for_state("pool left", |state| {
        let pool = &state.sources[1];
        (pool.condition == Condition::Waiting).then_some(())
    });
    let ended = run.end();
    let shares = &ended.source("pool").shares;
    assert_eq!((shares.pending, shares.unanswered), (0, 0), "{shares:?}");
    assert_eq!(shares.accepted as usize, pool.accepted());
    assert!(node.height() > 0);
    assert_eq!(ended.source("node").condition, Condition::Active);
}

#[test]
fn shares_that_are_pending_when_the_source_changes_are_answered() {
    let (first, preferred) = giver(work(1, 16.0));
    let (second, stand_in) = giver(work(2, 16.0));
    preferred.tell(Event::Invalidated);
    let control = Control::default();
    let opened = control.clone();
    let mut plan = Plan::new()
        .source("first", Kind::Node, first)
        .source("second", Kind::Pool, second)
        .device(one("quick", config(), opener(move || opened.open(1000.0))));
    plan.settings.patience.return_after = Duration::ZERO;
    let mut run = plan.start();
    run.wait_for_shares(1);
    let down = Reason::new("closed", "went away, as the test wants");
    preferred.tell(Event::Down(down));
    let reason = run.wait_for_decision("second", "chose this source");
    assert!(reason.contains("gives no work"), "{reason}");
    // From here on the answers of the second source are kept back.
    run.wait_for("share", |m| is_accepted_by(m, "second"));
    stand_in.keep_answers();
    run.wait_for_state("pending shares", |state| {
        (state.sources[1].shares.pending > 2).then_some(())
    });
    preferred.tell(Event::Up);
    preferred.give(work(3, 16.0));
    let reason = run.wait_for_decision("first", "chose this source");
    assert!(reason.contains("preferred"), "{reason}");
    run.wait_for("share", |m| is_accepted_by(m, "first"));
    let kept = stand_in.release_answers(Answer::Accepted);
    for _ in 0..kept {
        run.wait_for("share", |m| is_accepted_by(m, "second"));
    }
    run.wait_for_state("second left", |state| {
        (state.sources[1].condition == Condition::Waiting).then_some(())
    });
    let ended = run.end();
    assert!(kept > 2);
    let shares = &ended.source("second").shares;
    assert_eq!((shares.pending, shares.unanswered), (0, 0));
    assert_eq!(shares.accepted, stand_in.shares().len() as u64);
}

#[test]
fn a_source_that_rejects_is_left_and_one_that_rejects_alone_is_not() {
    let (first, bad) = giver(work(1, 16.0));
    let (second, good) = giver(work(2, 16.0));
    let no = || Answer::Rejected(Reason::new("low_difficulty", "does not want it"));
    bad.answer_by(move |_| no());
    let control = Control::default();
    let opened = control.clone();
    let mut run = Plan::new()
        .source("bad", Kind::Pool, first)
        .source("good", Kind::Pool, second)
        .device(one("quick", config(), opener(move || opened.open(1000.0))))
        .start();
    let reason = run.wait_for_decision("good", "chose this source");
    assert!(reason.contains("rejected 10"), "{reason}");
    run.wait_for_shares(3);
    // One that rejects is better than none.
    good.tell(Event::Down(Reason::new("closed", "went away")));
    run.wait_for_decision("bad", "chose this source");
    let ended = run.end();
    assert!(ended.source("bad").shares.all_rejected() >= 10);
    assert_eq!(ended.source("good").shares.all_rejected(), 0);
}

#[test]
fn a_source_that_is_silent_is_left() {
    let (first, _silent) = giver(work(1, 16.0));
    let (second, _) = giver(work(2, 16.0));
    let control = Control::default();
    let opened = control.clone();
    let mut plan = Plan::new()
        .source("silent", Kind::Pool, first)
        .source("good", Kind::Pool, second)
        .device(one("quick", config(), opener(move || opened.open(1000.0))));
    plan.settings.patience.silence = Duration::from_secs(2);
    let mut run = plan.start();
    run.wait_for_shares(1);
    let reason = run.wait_for_decision("good", "chose this source");
    assert!(reason.contains("silent for 2 s"), "{reason}");
    run.wait_for("share", |m| is_accepted_by(m, "good"));
    run.end();
}
