//! A run written down and run again.

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::node::{any_port, node, serve, source};
use support::pool::{Served, cheap};
use support::quick::{Control, Quick};
use support::run::Plan;
use support::{LONG, config, hashing, one, opener};
use tensority_device::flaky::{Faults, Flaky};
use tensority_miner::message::Message;
use tensority_miner::record::VERSION;
use tensority_miner::replay::{ReplayError, Replayed, replay};
use tensority_telemetry::command::Command;
use tensority_telemetry::source::Kind;

/// A recording that can be looked at while it is made.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A disk with room for so many more bytes.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_mining() {
    let pool = Served::with(cheap());
    let control = Control::default();
    let mut plan = Plan::new()
        .source("pool", Kind::Pool, pool.source())
        .device(one("quick", config(), opener(move || control.open(40.0))));
    // The settings, and a few events.
    plan.record = Some(Box::new(Disk(8 << 10)));
    let mut run = plan.start();
    let ended = |message: &Message| match message {
        Message::Decision { about, reason, .. } if about == "recording" => Some(reason.clone()),
        _ => None,
    };
    let reason = run.next_within(LONG, ended).expect("it is told");
    assert!(reason.starts_with("it cannot be written: "), "{reason}");
    run.wait_for_shares(3);
    run.end();
}

fn run_again(recording: &str) -> (Result<Replayed, ReplayError>, Vec<Message>) {
    let mut told = Vec::new();
    let replayed = replay(recording.as_bytes(), &mut |message: &Message| {
        told.push(message.clone());
        Ok(())
    });
    (replayed, told)
}

/// A run with a pool that goes away, a node behind it, a device with all kinds of faults, and
/// commands; what it told, and its recording.
fn record() -> (Vec<Message>, String) {
    let tape = Tape::default();
    let pool = Served::with(tensority_devnet::pool::Settings {
        hash: tensority_devnet::pool::proof_of_work(tensority::fast::Backend::fastest()),
        difficulty: 4.try_into().unwrap(),
        block_every: Some(Duration::from_millis(800)),
        ..cheap()
    });
    let node = node();
    let (server, _) = serve(&node, any_port());
    let control = Control::default();
    let faults = Faults {
        lost: 0.1,
        wrong_hash: 0.1,
        wrong_nonce: 0.05,
        repeated: 0.1,
        miscounted: 0.1,
        restart: 0.05,
        gone: 0.05,
        ..Faults::default()
    };
    let open = move || {
        let quick = Quick::open(&control, 40.0, hashing::real());
        Flaky::new(quick, faults, testvectors::seed(), Arc::default())
    };
    let mut plan = Plan::new()
        .source("pool", Kind::Pool, pool.source())
        .source("node", Kind::Node, source(server.local_addr()))
        .device(one("flaky", config(), opener(open)));
    plan.rehash = hashing::real();
    plan.record = Some(Box::new(tape.clone()));
    plan.settings.limits.canary_interval = Duration::from_millis(500);
    let mut run = plan.start();
    run.wait_for_shares(3);
    let device = || "flaky".to_owned();
    for command in [
        Command::Pause,
        Command::Resume,
        Command::Disable { device: device() },
        Command::Enable { device: device() },
        Command::Reset { device: device() },
    ] {
        run.command(command);
        run.next_within(Duration::from_millis(100), |_| None::<()>);
    }
    drop(pool);
    run.wait_for_decision("node", "chose this source");
    run.wait_for_shares(2);
    let told = run.end().told;
    let recording = tape.0.lock().unwrap().clone();
    (told, String::from_utf8(recording).unwrap())
}

#[test]
fn a_run_again_tells_the_same_and_any_change_is_found() {
    let (told, recording) = record();
    let (replayed, again) = run_again(&recording);
    let replayed = replayed.expect("the same");
    assert_eq!(again, told);
    assert_eq!(replayed.messages, told.len() as u64);
    assert!(replayed.events > 20 && replayed.time < LONG);
    a_changed_line_is_found(&recording);
    what_is_there_of_a_recording_that_was_cut_off_is_run_again(&recording, &told);
}

fn a_changed_line_is_found(recording: &str) {
    for (from, to) in [
        // A message that was never told.
        (r#""result":"valid""#, r#""result":"stale""#),
        // An event that did not happen so: what comes of it differs.
        (r#""answer":"Accepted""#, r#""answer":"NotSent""#),
        // What the run began with.
        (r#""shares":null"#, r#""shares":1"#),
    ] {
        let place = recording.find(from).unwrap_or_else(|| panic!("no {from}"));
        let line = recording[..place].lines().count();
        let changed = recording.replacen(from, to, 1);
        assert_ne!(changed, recording);
        match run_again(&changed).0 {
            Err(ReplayError::Differs {
                line: found,
                expected,
                found: told,
            }) => {
                assert!(found >= line && expected != told, "{from}: line {found}");
            }
            other => panic!("{from}: {other:?}"),
        }
    }
}

fn what_is_there_of_a_recording_that_was_cut_off_is_run_again(recording: &str, told: &[Message]) {
    let ends: Vec<_> = recording
        .match_indices('\n')
        .map(|(end, _)| end + 1)
        .collect();
    for &end in ends.iter().step_by(7) {
        let (replayed, again) = run_again(&recording[..end]);
        replayed.unwrap_or_else(|error| panic!("cut at byte {end}: {error}"));
        assert_eq!(again, told[..again.len()]);
    }
    // In the middle of a line it says which.
    let half = ends[4] + 3;
    match run_again(&recording[..half]).0 {
        Err(ReplayError::Line { line: 6, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_recording_is_refused_by_its_line() {
    let title = {
        let tape = Tape::default();
        let mut plan = Plan::new();
        plan.settings.goal.time = Some(Duration::from_millis(1));
        plan.record = Some(Box::new(tape.clone()));
        plan.start().ended().expect("no trouble");
        let bytes = tape.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        run_again(&text).0.expect("a short run");
        text.lines().next().unwrap().to_owned()
    };
    let version = format!(r#""recording":{VERSION}"#);
    assert!(title.contains(&version), "{title}");
    let other_version = title.replacen(&version, r#""recording":1"#, 1);
    let no_settings = format!("{{{version}}}");
    let unknown = format!("{title}\n{{\"at_us\":1,\"event\":\"Sulk\"}}\n");
    let both = format!("{title}\n{{\"at_us\":1,\"event\":\"Tick\",\"message\":{{}}}}\n");
    let great = format!("{title}\n{{\"at_us\":18446744073709551616,\"event\":\"Tick\"}}\n");
    let late = format!("{title}\n{{\"at_us\":1,\"event\":\"Tick\"}}\n\n");
    let deep = format!("{title}\n{}\n", "[".repeat(100_000));
    for (text, line) in [
        ("", 1),
        ("\n", 1),
        ("garbage", 1),
        ("{}", 1),
        (&*no_settings, 1),
        (&*other_version, 1),
        (&*unknown, 2),
        (&*both, 2),
        (&*great, 2),
        (&*deep, 2),
        (&*late, 3),
    ] {
        match run_again(text).0 {
            Err(error @ ReplayError::Line { line: found, .. }) => {
                assert_eq!(found, line, "{error}");
                assert_eq!(error.to_string().lines().count(), 1, "{error}");
            }
            other => panic!("{text:.80}: {other:?}"),
        }
    }
}

#[test]
fn events_of_devices_and_sources_that_are_not_there_are_no_panic() {
    let tape = Tape::default();
    let mut plan = Plan::new();
    plan.settings.goal.time = Some(Duration::from_millis(1));
    plan.record = Some(Box::new(tape.clone()));
    plan.start().ended().expect("no trouble");
    let title = String::from_utf8(tape.0.lock().unwrap().clone()).unwrap();
    let title = title.lines().next().unwrap();
    for event in [
        r#"{"Device":{"device":9,"event":{"Temperature":1.0}}}"#,
        r#"{"Device":{"device":0,"event":{"Notice":"Restarted"}}}"#,
        r#"{"Checked":{"result":9,"verdict":"Right","took":{"secs":0,"nanos":0},"busy":{"secs":0,"nanos":0}}}"#,
        r#"{"Source":{"source":0,"event":"Up"}}"#,
        r#"{"Source":{"source":9,"event":"Invalidated"}}"#,
    ] {
        let text = format!("{title}\n{{\"at_us\":1,\"event\":{event}}}\n");
        let tried = std::panic::catch_unwind(|| run_again(&text).0);
        assert!(tried.is_ok(), "{event}");
    }
}
