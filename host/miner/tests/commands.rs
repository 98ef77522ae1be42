//! Commands to a running miner.

mod support;

use std::time::Duration;

use support::giver::{giver, work};
use support::quick::Control;
use support::run::{Plan, Run};
use support::{config, one, opener};
use tensority_miner::message::Message;
use tensority_telemetry::Mode;
use tensority_telemetry::command::Command;
use tensority_telemetry::device::Condition;
use tensority_telemetry::source::Kind;

fn start(controls: &[(&str, &Control)]) -> Run {
    let (source, _) = giver(work(1, 16.0));
    let mut plan = Plan::new().source("source", Kind::Pool, source);
    for (name, control) in controls {
        let control = (*control).clone();
        plan = plan.device(one(name, config(), opener(move || control.open(1000.0))));
    }
    plan.start()
}

/// How many nonces a device hashes in half a second.
fn hashed_soon(run: &mut Run, control: &Control) -> u64 {
    let before = control.hashed();
    run.next_within(Duration::from_millis(500), |_| None::<()>);
    control.hashed() - before
}

#[test]
fn a_pause_stops_all_devices_and_an_end_of_it_starts_them() {
    let controls = [Control::default(), Control::default()];
    let mut run = start(&[("one", &controls[0]), ("other", &controls[1])]);
    run.wait_for_shares(3);
    run.command(Command::Pause);
    // A second time it changes nothing.
    run.command(Command::Pause);
    let paused = |wanted| {
        move |message: &Message| match message {
            Message::Paused { paused } if *paused == wanted => Some(()),
            _ => None,
        }
    };
    run.wait_for("pause", paused(true));
    run.wait_for_state("a pause", |state| {
        let idle =
            |device: &tensority_telemetry::device::Device| device.condition == Condition::Idle;
        (state.mode == Mode::Paused && state.devices.iter().all(idle)).then_some(())
    });
    for control in &controls {
        assert_eq!(hashed_soon(&mut run, control), 0);
        assert!(control.aborts() > 0);
    }
    run.command(Command::Resume);
    run.wait_for("end of the pause", paused(false));
    run.wait_for_shares(3);
    assert!(hashed_soon(&mut run, &controls[0]) > 0);
    let ended = run.end();
    let pauses = ended.told.iter();
    let pauses = pauses.filter(|message| matches!(message, Message::Paused { .. }));
    assert_eq!(pauses.count(), 2, "one line for each change");
    assert!(ended.device("one").losses.no_work > 0.1);
    assert_eq!(ended.device("one").nonces.hardware_errors, 0);
}

#[test]
fn a_device_that_is_switched_off_rests_and_the_others_go_on() {
    let controls = [Control::default(), Control::default()];
    let mut run = start(&[("one", &controls[0]), ("other", &controls[1])]);
    run.wait_for_condition("one", "healthy");
    run.wait_for_shares(1);
    let device = || "one".to_owned();
    run.command(Command::Disable { device: device() });
    let reason = run.wait_for_condition("one", "disabled");
    assert_eq!(reason, "a person switched it off");
    run.next_within(Duration::from_millis(100), |_| None::<()>);
    assert_eq!(hashed_soon(&mut run, &controls[0]), 0);
    assert!(hashed_soon(&mut run, &controls[1]) > 0);
    run.command(Command::Enable { device: device() });
    run.wait_for_condition("one", "healthy");
    assert!(hashed_soon(&mut run, &controls[0]) > 0);
    let ended = run.end();
    assert!(ended.device("one").losses.away > 0.05);
    assert!(ended.device("other").losses.away < 0.05);
}

#[test]
fn a_device_that_is_reset_restarts_and_goes_on() {
    let control = Control::default();
    let mut run = start(&[("one", &control)]);
    run.wait_for_condition("one", "healthy");
    let device = "one".to_owned();
    run.command(Command::Reset { device });
    let reason = run.wait_for_condition("one", "starting");
    assert!(reason.contains("restarted"), "{reason}");
    run.wait_for_condition("one", "healthy");
    run.wait_for_shares(1);
    let ended = run.end();
    let device = ended.device("one");
    assert_eq!((control.resets(), device.restarts), (1, 1));
    assert_eq!(device.nonces.hardware_errors, 0);
    assert_eq!(control.opened(), 1);
}

#[test]
fn what_is_asked_of_a_device_that_is_not_there_changes_nothing() {
    let control = Control::default();
    let mut run = start(&[("one", &control)]);
    run.wait_for_condition("one", "healthy");
    let device = || "nobody".to_owned();
    for command in [
        Command::Disable { device: device() },
        Command::Enable { device: device() },
        Command::Reset { device: device() },
    ] {
        run.command(command);
    }
    run.wait_for_shares(5);
    let ended = run.end();
    assert_eq!((control.resets(), control.opened()), (0, 1));
    assert_eq!(ended.state.devices.len(), 1);
}
