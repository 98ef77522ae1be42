//! Boards that are plugged in, unplugged, and plugged in elsewhere.
//!
//! The ports of a real machine are looked at when one comes or goes; those of these tests when a
//! device is closed, which has the miner look as well.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use support::board::Machine;
use support::giver::{giver, work};
use support::quick::{Control, Mood};
use support::run::Plan;
use support::{config, one, opener};
use tensority_miner::WorkerConfig;
use tensority_miner::fleet::Selection;
use tensority_miner::message::Message;
use tensority_telemetry::device::{Condition, Device};
use tensority_telemetry::source::Kind;

const ONE: &str = "0000000000000011";
const OTHER: &str = "0000000000000022";

fn fast() -> WorkerConfig {
    WorkerConfig {
        expected_rate: Some(1000.0),
        ..config()
    }
}

fn plan(devices: Vec<Selection>) -> Plan {
    let (source, _) = giver(work(1, 16.0));
    Plan {
        devices,
        ..Plan::new().source("source", Kind::Pool, source)
    }
}

/// A device that has the miner look at the ports when it is unplugged.
fn bystander(control: &Control) -> Selection {
    let control = control.clone();
    one("bystander", config(), opener(move || control.open(10.0)))
}

#[test]
fn a_board_that_is_plugged_in_elsewhere_is_the_same_device() {
    let machine = Machine::default();
    machine.plug("/dev/ttyUSB0", 0x11);
    let mut run = plan(vec![machine.every(fast())]).start();
    let reason = run.wait_for_condition(ONE, "starting");
    assert_eq!(reason, "it is at /dev/ttyUSB0");
    run.wait_for_shares(3);
    let before = run.wait_for_state("valid results", |state| {
        let valid = state.devices[0].nonces.valid;
        (valid > 0).then_some(valid)
    });
    machine.plug("/dev/ttyUSB1", 0x11);
    machine.unplug("/dev/ttyUSB0");
    run.wait_for_condition(ONE, "away");
    let reason = run.wait_for_condition(ONE, "starting");
    assert_eq!(reason, "it is at /dev/ttyUSB1");
    run.wait_for_condition(ONE, "healthy");
    run.wait_for_shares(1);
    run.wait_for_state("the new port", |state| {
        (state.devices[0].port.as_deref() == Some("/dev/ttyUSB1")).then_some(())
    });
    let ended = run.end();
    assert_eq!(ended.state.devices.len(), 1);
    let device = ended.device(ONE);
    assert_eq!((device.id.as_str(), device.restarts), (ONE, 1));
    assert!(device.nonces.valid > before);
    assert_eq!(device.nonces.hardware_errors, 0);
}

#[test]
fn boards_of_different_serial_numbers_are_different_devices_and_one_goes_alone() {
    let machine = Machine::default();
    machine.plug("/dev/ttyUSB0", 0x11);
    machine.plug("/dev/ttyUSB1", 0x22);
    let mut run = plan(vec![machine.every(fast())]).start();
    run.wait_for_state("two healthy devices", |state| {
        let healthy = |device: &&Device| device.condition == Condition::Healthy;
        (state.devices.iter().filter(healthy).count() == 2).then_some(())
    });
    machine.unplug("/dev/ttyUSB0");
    run.wait_for_condition(ONE, "away");
    run.wait_for_shares(3);
    let ended = run.end();
    assert_eq!(ended.state.devices.len(), 2);
    assert_eq!(ended.device(ONE).port, None);
    assert!(ended.device(OTHER).nonces.valid > 0);
    assert_eq!(ended.device(OTHER).restarts, 0);
}

#[test]
fn a_board_that_is_plugged_in_later_mines_and_what_is_no_board_is_no_device() {
    let machine = Machine::default();
    machine.plug_nothing("/dev/ttyUSB7");
    let control = Control::default();
    let mut run = plan(vec![machine.every(fast()), bystander(&control)]).start();
    run.wait_for_condition("bystander", "healthy");
    machine.plug("/dev/ttyUSB0", 0x22);
    control.set(Mood::Gone);
    run.wait_for_condition(OTHER, "healthy");
    let ended = run.end();
    let names = ended.state.devices.iter().map(|device| &*device.name);
    assert_eq!(names.collect::<Vec<_>>(), ["bystander", OTHER]);
}

#[test]
fn another_board_at_the_same_path_is_another_device() {
    let machine = Machine::default();
    machine.plug("/dev/ttyUSB0", 0x11);
    let opened = machine.clone();
    let device = Selection::One {
        name: "/dev/ttyUSB0".to_owned(),
        named: false,
        config: fast(),
        open: Arc::new(move || opened.open(Path::new("/dev/ttyUSB0"))),
    };
    let mut run = plan(vec![device]).start();
    run.wait_for_condition(ONE, "healthy");
    machine.plug("/dev/ttyUSB0", 0x22);
    run.wait_for_condition(ONE, "away");
    run.wait_for_condition(OTHER, "healthy");
    // And the first one comes back.
    machine.plug("/dev/ttyUSB0", 0x11);
    run.wait_for_condition(OTHER, "away");
    run.wait_for_condition(ONE, "healthy");
    let ended = run.end();
    assert_eq!(ended.state.devices.len(), 2);
    for name in [ONE, OTHER] {
        let device = ended.device(name);
        assert_eq!((device.id.as_str(), device.restarts), (name, 1));
        assert!(device.nonces.valid > 0);
    }
}

#[test]
fn a_port_without_a_board_is_named_once_and_asked_again_only_when_plugged_in_anew() {
    let machine = Machine::default();
    machine.plug_nothing("/dev/ttyUSB7");
    let control = Control::default();
    let mut run = plan(vec![machine.every(fast()), bystander(&control)]).start();
    let told = |message: &Message| match message {
        Message::Decision {
            about,
            action,
            reason,
        } if action == "leave alone" => Some((about.clone(), reason.clone())),
        _ => None,
    };
    let (about, reason) = run
        .next_within(Duration::from_secs(60), told)
        .expect("it is told");
    assert_eq!(
        (&about[..], &reason[..]),
        ("/dev/ttyUSB7", "/dev/ttyUSB7: no answer")
    );
    // Several of the waits after which a device is tried again.
    let again = run.next_within(Duration::from_secs(3), told);
    assert_eq!((again, machine.opened("/dev/ttyUSB7")), (None, 1));
    // Unplugged and plugged in again between two looks.
    machine.plug("/dev/ttyUSB7", 0x11);
    control.set(Mood::Gone);
    run.wait_for_condition(ONE, "healthy");
    run.end();
}

#[test]
fn two_boards_with_one_serial_number_both_mine() {
    let machine = Machine::default();
    machine.plug("/dev/ttyUSB0", 0x11);
    machine.plug("/dev/ttyUSB1", 0x11);
    let run = plan(vec![machine.every(fast())]).start();
    run.wait_for_state("two devices with results", |state| {
        let valid = |device: &Device| device.nonces.valid > 0;
        (state.devices.iter().filter(|device| valid(device)).count() == 2).then_some(())
    });
    let ended = run.end();
    let mut names: Vec<_> = ended
        .state
        .devices
        .iter()
        .map(|device| &*device.name)
        .collect();
    names.sort_unstable();
    let [first, second] = names[..] else {
        panic!("{names:?}");
    };
    assert_eq!(first, ONE);
    let place = second.strip_prefix(&format!("{ONE}@")).expect("a place");
    assert!(["/dev/ttyUSB0", "/dev/ttyUSB1"].contains(&place));
    let told = ended.state.decisions.iter();
    let mut told = told.filter(|decision| decision.action == "tell apart by port");
    assert_eq!(told.next().expect("it is told").about, second);
}

#[test]
fn a_port_that_a_board_has_left_does_not_speak_for_it() {
    let machine = Machine::default();
    machine.plug("/dev/ttyUSB0", 0x11);
    let mut run = plan(vec![machine.every(fast())]).start();
    run.wait_for_condition(ONE, "healthy");
    // The adapter stays, the board moves to another one.
    machine.plug("/dev/ttyUSB1", 0x11);
    machine.plug_nothing("/dev/ttyUSB0");
    run.wait_for_condition(ONE, "away");
    run.wait_for_condition(ONE, "healthy");
    run.next_within(Duration::from_millis(1500), |_| None::<()>);
    run.wait_for_shares(1);
    let state = run.wait_for_state("a device", |state| state.devices.first().cloned());
    let ended = run.end();
    assert_eq!(ended.state.devices.len(), 1);
    assert_eq!(state.condition, Condition::Healthy, "{}", state.reason);
    assert_eq!(state.port.as_deref(), Some("/dev/ttyUSB1"));
}
