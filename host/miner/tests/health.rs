//! Devices that fall silent or hash wrongly, what is done about it, and what helps.

mod support;

use std::sync::Arc;
use std::time::Duration;

use support::giver::{giver, work};
use support::quick::{Control, Mood};
use support::run::{Plan, Run, lines};
use support::{config, one, opener};
use tensority_device::flaky::{Faults, Flaky, Injected};
use tensority_miner::fleet::Opener;
use tensority_miner::message::Message;
use tensority_miner::{Limits, RangeSize, WorkerConfig};
use tensority_telemetry::command::Command;
use tensority_telemetry::device::Condition;
use tensority_telemetry::source::Kind;

/// Hashes a second of the device, of which one in 8 is a result.
const RATE: f64 = 1000.0;

/// A miner of one device that is helped soon.
fn plan(open: Opener) -> Plan {
    let (source, _) = giver(work(1, 8.0));
    let config = WorkerConfig {
        expected_rate: Some(RATE),
        range_size: RangeSize::Fixed(40.try_into().expect("above 0")),
        ..config()
    };
    let mut plan = Plan::new()
        .source("source", Kind::Pool, source)
        .device(one("quick", config, open));
    plan.settings.limits = Limits {
        sick_after: Duration::from_secs(1),
        dead_after: Duration::from_secs(5),
        canary_interval: Duration::ZERO,
    };
    plan
}

fn start(control: &Control) -> Run {
    let control = control.clone();
    plan(opener(move || control.open(RATE))).start()
}

#[test]
fn a_silent_device_is_helped_in_stages_given_up_and_comes_back_when_enabled() {
    let control = Control::default();
    let mut run = start(&control);
    run.wait_for_condition("quick", "healthy");
    control.set(Mood::Silent);
    let complaint = run.wait_for_condition("quick", "sick");
    assert!(complaint.contains("results in"), "{complaint}");
    let stages = [
        "sent it other work",
        "had it give up its work",
        "restarted it",
        "closed it, to open it again",
        "gave it up",
    ];
    for stage in stages {
        let reason = run.wait_for_decision("quick", stage);
        assert!(reason.contains("results in"), "{stage}: {reason}");
    }
    run.wait_for_condition("quick", "dead");
    run.wait_for_state("dead device", |state| {
        (state.devices[0].condition == Condition::Dead).then_some(())
    });
    assert!(control.aborts() > 0 && control.resets() > 0);
    assert_eq!(control.opened(), 2);
    control.set(Mood::Good);
    let device = "quick".to_owned();
    run.command(Command::Enable { device });
    run.wait_for_condition("quick", "healthy");
    run.wait_for_shares(3);
    let ended = run.end();
    assert_eq!(control.opened(), 3);
    let actions = ended.actions("quick");
    let of_stages: Vec<_> = actions.iter().zip(stages).collect();
    assert!(
        of_stages.len() == 5
            && of_stages
                .iter()
                .all(|(action, stage)| action.contains(stage)),
        "{actions:?}"
    );
}

#[test]
fn a_device_that_is_silent_from_its_first_work_on_is_helped() {
    let control = Control::default();
    control.set(Mood::SilentUntilReset);
    let mut run = start(&control);
    run.wait_for_condition("quick", "sick");
    run.wait_for_decision("quick", "restarted it");
    run.wait_for_condition("quick", "healthy");
    run.wait_for_shares(1);
    run.end();
}

#[test]
fn a_device_that_only_needs_to_give_up_its_work_is_not_restarted() {
    is_cured_by(Mood::SilentUntilAbort, "had it give up its work");
}

#[test]
fn a_device_that_only_needs_a_restart_is_not_opened_again() {
    is_cured_by(Mood::SilentUntilReset, "restarted it");
}

fn is_cured_by(mood: Mood, cure: &str) {
    let control = Control::default();
    let mut run = start(&control);
    run.wait_for_condition("quick", "healthy");
    control.set(mood);
    run.wait_for_decision("quick", cure);
    let reason = run.wait_for_decision("quick", "called it healthy again");
    assert!(reason.contains("last three results were right"), "{reason}");
    run.wait_for_condition("quick", "healthy");
    let ended = run.end();
    let actions = ended.actions("quick");
    let [.., last, healthy] = &actions[..] else {
        panic!("{actions:?}")
    };
    assert_eq!((*last, *healthy), (cure, "called it healthy again"));
    assert_eq!(control.opened(), 1);
    assert_eq!(ended.device("quick").condition, Condition::Healthy);
}

#[test]
fn a_flaky_device_that_hangs_is_cured_by_a_restart_or_by_opening_it_again() {
    let injected = Arc::<Injected>::default();
    let control = Control::default();
    let (counts, opened) = (Arc::clone(&injected), control.clone());
    let faults = Faults {
        hang: 0.05,
        ..Faults::default()
    };
    let seed = 1;
    let open = move || Flaky::new(opened.open(RATE), faults, seed, Arc::clone(&counts));
    let mut run = plan(opener(open)).start();
    run.wait_for_decision("quick", "called it healthy again");
    let ended = run.end();
    let actions = ended.actions("quick");
    let cured = actions.iter().position(|action| action.contains("healthy"));
    let cure = actions[cured.expect("it was cured") - 1];
    let cures = ["restarted it", "closed it, to open it again"];
    assert!(cures.contains(&cure), "{actions:?}");
    assert!(injected.counts().hangs > 0);
    assert_eq!(ended.device("quick").nonces.hardware_errors, 0);
}

#[test]
fn a_device_whose_hashes_are_wrong_is_sick_by_its_errors_and_well_when_it_is_right_again() {
    let control = Control::default();
    let mut run = start(&control);
    run.wait_for_condition("quick", "healthy");
    control.set(Mood::WrongHash);
    let complaint = run.wait_for_condition("quick", "sick");
    assert!(complaint.contains("results were wrong"), "{complaint}");
    control.set(Mood::Good);
    run.wait_for_condition("quick", "healthy");
    let ended = run.end();
    let device = ended.device("quick");
    assert!(device.nonces.hardware_errors >= 10, "{:?}", device.nonces);
    assert_eq!(ended.state.total.shares.all_rejected(), 0);
    let error = device.last_error.as_deref().unwrap_or_default();
    assert!(error.starts_with("expected the hash"), "{error}");
}

#[test]
fn a_device_that_answers_what_is_known_wrongly_is_sick_and_one_that_is_right_is_not() {
    let control = Control::default();
    let opened = control.clone();
    let mut plan = plan(opener(move || opened.open(RATE)));
    plan.settings.limits.canary_interval = Duration::from_millis(500);
    let mut run = plan.start();
    let right = |wanted| {
        move |message: &Message| match message {
            Message::Canary { right, .. } if *right == wanted => Some(()),
            _ => None,
        }
    };
    run.wait_for("right answer", right(true));
    assert!(!lines(&run.told).contains(" sick"), "{}", lines(&run.told));
    control.set(Mood::WrongCanary);
    run.wait_for("wrong answer", right(false));
    let complaint = run.wait_for_condition("quick", "sick");
    assert!(
        complaint.contains("known-answer test was wrong"),
        "{complaint}"
    );
    let ended = run.end();
    let device = ended.device("quick");
    assert!(device.canaries_right > 0 && device.canaries_wrong > 0);
    assert_eq!(device.nonces.hardware_errors, 0, "its nonces were right");
    assert!(device.losses.canaries > 0.0);
}

#[test]
fn a_device_that_is_as_fast_as_it_says_is_never_sick() {
    let control = Control::default();
    let mut run = start(&control);
    run.next_within(Duration::from_secs(4), |_| None::<()>);
    let ended = run.end();
    assert!(
        ended.actions("quick").is_empty(),
        "{:?}",
        ended.state.decisions
    );
    assert_eq!(ended.device("quick").condition, Condition::Healthy);
}
