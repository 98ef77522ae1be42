use super::*;
use std::sync::Arc;
use tensority::{BlockHeader, Target};

fn template(parent: u8) -> Template {
    Template {
        header: BlockHeader {
            previous_block_hash: [parent; 32],
            height: u64::from(parent) + 1,
            bits: 0x2000_0000_003f_ffff,
            ..BlockHeader::default()
        },
        seed: [0; 32],
    }
}

fn controller(now: Instant, goal: Goal) -> Controller {
    let (url, devices) = ("http://node".to_owned(), vec!["board".to_owned()]);
    let mut controller = Controller::new(now, url, devices, goal);
    controller.handle(Event::Work(Ok(template(0))));
    controller
}

fn found(controller: &Controller, nonce: u64) -> Found {
    Found {
        device: 0,
        job: Arc::clone(controller.jobs().current().unwrap()),
        nonce,
        hash: [1; 32],
    }
}

fn report(controller: &mut Controller, found: &Found) -> Vec<Action> {
    controller.handle(Event::Device {
        device: 0,
        event: DeviceEvent::Found(found.clone()),
    })
}

const BLOCK_HASH: [u8; 32] = [7; 32];

/// Reports a nonce and lets it be valid.
fn valid(controller: &mut Controller, found: &Found) -> Vec<Action> {
    report(controller, found);
    let block_hash = BLOCK_HASH;
    controller.handle(Event::Checked {
        found: found.clone(),
        verdict: Verdict::Valid { block_hash },
    })
}

fn conclude(controller: &mut Controller, found: &Found, outcome: Outcome) -> Vec<Action> {
    controller.handle(Event::Submitted {
        found: found.clone(),
        block_hash: BLOCK_HASH,
        outcome,
        took: Duration::from_millis(80),
    })
}

fn ended() -> Event {
    let (device, event) = (0, DeviceEvent::Ended);
    Event::Device { device, event }
}

/// The actions by name, messages by their events.
fn names(actions: &[Action]) -> Vec<String> {
    let name = |action: &Action| match action {
        Action::Tell(message) => {
            let json = serde_json::to_value(message).unwrap();
            json["event"].as_str().unwrap().to_owned()
        }
        Action::Verify(_) => "VERIFY".to_owned(),
        Action::Submit(_) => "SUBMIT".to_owned(),
        other => format!("{other:?}").to_uppercase(),
    };
    actions.iter().map(name).collect()
}

#[test]
fn a_nonce_is_verified_then_submitted_then_accepted() {
    let mut controller = controller(Instant::now(), Goal::default());
    let found = found(&controller, 5);
    assert_eq!(names(&report(&mut controller, &found)), ["VERIFY"]);
    let block_hash = BLOCK_HASH;
    let checked = controller.handle(Event::Checked {
        found: found.clone(),
        verdict: Verdict::Valid { block_hash },
    });
    assert_eq!(names(&checked), ["found", "SUBMIT"]);
    let accepted = conclude(&mut controller, &found, Outcome::Accepted);
    assert_eq!(names(&accepted), ["SHOW", "POLL", "accepted"]);
    let late = super::Found { nonce: 6, ..found };
    assert_eq!(names(&report(&mut controller, &late)), ["found"], "stale");
    assert_eq!(controller.devices[0].nonces.stale, 1);
}

#[test]
fn what_is_not_valid_is_never_submitted() {
    for verdict in [
        Verdict::OtherHash { pow_hash: [2; 32] },
        Verdict::AboveTarget,
        Verdict::Stale,
    ] {
        let mut controller = controller(Instant::now(), Goal::default());
        let found = found(&controller, 5);
        report(&mut controller, &found);
        let actions = controller.handle(Event::Checked { found, verdict });
        assert_eq!(names(&actions), ["found"], "{verdict:?}");
        let nonces = controller.devices[0].nonces;
        assert_eq!(
            (nonces.valid, nonces.hardware_errors + nonces.stale),
            (0, 1)
        );
    }
}

#[test]
fn the_same_nonce_is_a_duplicate_for_one_job_only() {
    let mut controller = controller(Instant::now(), Goal::default());
    let first = found(&controller, 5);
    report(&mut controller, &first);
    assert_eq!(names(&report(&mut controller, &first)), ["found"]);
    assert_eq!(controller.devices[0].nonces.duplicates, 1);
    controller.handle(Event::Work(Ok(template(1))));
    let next = found(&controller, 5);
    assert_eq!(names(&report(&mut controller, &next)), ["VERIFY"]);
}

#[test]
fn an_answer_that_was_lost_is_found_in_the_next_parent_or_not() {
    let error = NodeError::Closed(String::new());
    for (parent, accepted, unanswered) in [(BLOCK_HASH[0], 1, 0), (9, 0, 1)] {
        let mut controller = controller(Instant::now(), Goal::default());
        let found = found(&controller, 5);
        valid(&mut controller, &found);
        controller.handle(Event::Work(Ok(template(parent))));
        conclude(&mut controller, &found, Outcome::Unanswered(error.clone()));
        assert_eq!(controller.accepted(), accepted);
        assert_eq!(controller.blocks.unanswered, unanswered);
        let current = controller.jobs().current().unwrap();
        assert!(!controller.jobs().is_stale(current), "the next job lives");
    }
}

#[test]
fn the_end_waits_for_devices_verdicts_and_answers() {
    let goal = Goal {
        blocks: Some(1),
        ..Goal::default()
    };
    let mut controller = controller(Instant::now(), goal);
    let [first, second] = [5, 6].map(|nonce| found(&controller, nonce));
    valid(&mut controller, &first);
    valid(&mut controller, &second);
    let third = found(&controller, 7);
    report(&mut controller, &third);
    let actions = conclude(&mut controller, &first, Outcome::Accepted);
    assert_eq!(
        names(&actions),
        ["SHOW", "POLL", "accepted", "END", "ending"]
    );
    assert!(names(&controller.stop()).is_empty(), "it ends once");
    assert!(!controller.is_over());
    controller.handle(ended());
    assert!(!controller.is_over());
    conclude(&mut controller, &second, Outcome::Outrun);
    assert!(!controller.is_over());
    let (found, verdict) = (third, Verdict::Stale);
    controller.handle(Event::Checked { found, verdict });
    assert!(controller.is_over());
    assert_eq!(controller.blocks.not_submitted, 1);
}

#[test]
fn rates_are_told_every_ten_seconds_and_the_time_ends() {
    let now = Instant::now();
    let goal = Goal {
        time: Some(Duration::from_secs(25)),
        ..Goal::default()
    };
    let mut controller = controller(now, goal);
    let mut told = Vec::new();
    for second in 0..30 {
        for name in names(&controller.tick(now + Duration::from_secs(second))) {
            told.push((second, name));
        }
    }
    let expected = [(10, "rate"), (20, "rate"), (25, "END"), (25, "ending")];
    assert_eq!(
        told,
        expected.map(|(second, name)| (second, name.to_owned()))
    );
}

#[test]
fn the_node_is_told_of_when_it_changes() {
    let mut controller = controller(Instant::now(), Goal::default());
    let mut told = |work| names(&controller.handle(Event::Work(work))).len();
    let away = || NodeError::Unreachable("refused".to_owned());
    assert_eq!((told(Err(away())), told(Err(away()))), (1, 0));
    assert_eq!((told(Err(NodeError::Empty)), told(Ok(template(0)))), (1, 1));
    let mut hopeless = template(0);
    hopeless.header.bits = 0;
    assert_eq!((told(Ok(hopeless.clone())), told(Ok(hopeless))), (1, 0));
}

#[test]
fn a_valid_nonce_is_credited_by_the_target_of_its_job() {
    let mut controller = controller(Instant::now(), Goal::default());
    let found = found(&controller, 5);
    assert_eq!(
        found.job.target,
        Target::from_bits(0x2000_0000_003f_ffff).unwrap()
    );
    valid(&mut controller, &found);
    let verified = controller.devices[0].verified_hashes;
    assert!((verified - 4.0).abs() < 1e-3, "{verified}");
}
