//! The view of a miner that is made up: `cargo run -p tensority-tui --example sample`.

use std::f64::consts::TAU;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tensority_telemetry::account::{Estimate, Interval, Losses, Rates, Windows};
use tensority_telemetry::command::Command;
use tensority_telemetry::device::{Condition, Device, Kind, Nonces};
use tensority_telemetry::published::Published;
use tensority_telemetry::source::{self, Shares, Source};
use tensority_telemetry::{Decision, Job, Mode, State};
use tensority_tui::{View, ViewError};

fn main() -> Result<(), ViewError> {
    let published = Arc::<Published>::default();
    let stop = Arc::<AtomicBool>::default();
    let (commands, asked) = mpsc::channel();
    let now = || std::process::exit(130);
    let view = View::start(Arc::clone(&published), commands, Arc::clone(&stop), now)?;
    let start = Instant::now();
    let mut mode = Mode::Mining;
    let mut off = [false; 3];
    while view.is_open() && !stop.load(Ordering::SeqCst) {
        let seconds = start.elapsed().as_secs_f64();
        published.publish(state(seconds, mode, off));
        view.log(format!("{seconds:.0} s: another second of nothing"));
        match asked.recv_timeout(Duration::from_secs(1)) {
            Ok(Command::Pause) => mode = Mode::Paused,
            Ok(Command::Resume) => mode = Mode::Mining,
            Ok(Command::Disable { device }) => off[place(&device)] = true,
            Ok(Command::Enable { device }) => off[place(&device)] = false,
            Ok(Command::Reset { device }) => view.log(format!("reset {device}")),
            Err(_) => {}
        }
    }
    if view.is_open() {
        published.publish(state(start.elapsed().as_secs_f64(), Mode::Ending, off));
        thread::sleep(Duration::from_secs(2));
    }
    Ok(())
}

const NAMES: [&str; 3] = ["board-a", "board-b", "cpu"];

fn place(device: &str) -> usize {
    NAMES
        .iter()
        .position(|name| *name == device)
        .unwrap_or_default()
}

fn state(seconds: f64, mode: Mode, off: [bool; 3]) -> State {
    let devices = [0, 1, 2].map(|place| device(place, seconds, off[place]));
    let mut state = State {
        mode,
        started_unix: 1_700_000_000,
        uptime_seconds: seconds,
        job: Some(Job {
            number: 1,
            source: "pool".to_owned(),
            id: Some("16942".to_owned()),
            height: 245_760,
            seed: "ab".repeat(32),
            block_difficulty: 1_234_567.0,
            share_difficulty: 1_500.0,
            age_seconds: seconds % 75.0,
        }),
        sources: vec![
            source("pool", source::Condition::Active),
            source("node", source::Condition::Down),
        ],
        decisions: vec![Decision {
            at_unix: 1_700_000_000,
            about: "board-b".to_owned(),
            action: "reset it".to_owned(),
            reason: "No valid result for 131 s, where 12 were expected.".to_owned(),
        }],
        ..State::default()
    };
    state.program.name = "sample".to_owned();
    state.total.rates = rates(24.0, seconds);
    state.total.losses = devices[0].losses;
    state.total.shares = state.sources[0].shares.clone();
    state.devices = devices.into();
    state
}

fn device(place: usize, seconds: f64, off: bool) -> Device {
    let (condition, reason) = match (off, place) {
        (true, _) => (Condition::Disabled, "A person switched it off."),
        (_, 1) => (
            Condition::Sick,
            "No valid result for 131 s, where 12 were expected.",
        ),
        _ => (Condition::Healthy, "It hashes as expected."),
    };
    Device {
        name: NAMES[place].to_owned(),
        id: format!("00e1d3a955c0ff{place:02x}"),
        kind: if place == 2 {
            Kind::Processor
        } else {
            Kind::Board
        },
        port: (place < 2).then(|| format!("/dev/ttyUSB{place}")),
        condition,
        reason: reason.to_owned(),
        condition_seconds: seconds,
        lanes: 16,
        expected_rate: Some(12.0),
        rates: rates(12.0, seconds),
        nonces: Nonces {
            valid: seconds as u64,
            stale: seconds as u64 / 30,
            ..Nonces::default()
        },
        valid_hashes: 1.5e6,
        shares_accepted: 8,
        shares_rejected: 1,
        losses: Losses {
            good: 0.93 + 0.02 * (seconds / 20.0 * TAU).sin(),
            stale: 0.01,
            seed: 0.02,
            away: 0.02,
            slow: 0.02 - 0.02 * (seconds / 20.0 * TAU).sin(),
            ..Losses::default()
        },
        hashes: (12.0 * seconds) as u64,
        canaries_right: seconds as u64 / 60,
        canaries_wrong: 0,
        seed_switch_seconds: Some(31.2),
        last_valid_seconds: Some(seconds % 7.0),
        temperature_c: (place < 2).then_some(61.0),
        restarts: 0,
        last_error: None,
    }
}

fn rates(rate: f64, seconds: f64) -> Rates {
    let now = rate * (1.0 + 0.03 * seconds.sin());
    // The interval of a Poisson count, a share for each 1000 hashes.
    let part = 1.96 / (rate * seconds / 1000.0).max(1.0).sqrt();
    let interval = Interval {
        value: rate,
        low: (rate * (1.0 - part)).max(0.0),
        high: rate * (1.0 + part),
    };
    let estimate = Estimate {
        over_15m: Some(interval),
        since_start: None,
    };
    Rates {
        device: Windows {
            over_5s: (seconds >= 5.0).then_some(now),
            over_1m: (seconds >= 60.0).then_some(rate),
            since_start: Some(rate),
            ..Windows::default()
        },
        verified: estimate,
        pool: estimate,
    }
}

fn source(name: &str, condition: source::Condition) -> Source {
    let active = condition == source::Condition::Active;
    Source {
        name: name.to_owned(),
        url: format!("stratum+tcp://{name}.example:9221"),
        kind: source::Kind::Pool,
        user: None,
        condition,
        reason: match active {
            true => "It gives work that is hashed.".to_owned(),
            false => "It cannot be reached (connection refused).".to_owned(),
        },
        condition_seconds: 12.0,
        last_work_seconds: active.then_some(12.0),
        jobs: 0,
        shares: Shares {
            accepted: if active { 28 } else { 0 },
            ..Shares::default()
        },
        accepted_hashes: 1.2e6,
        implied_rate: Estimate::default(),
        answer_seconds: active.then_some(0.08),
    }
}
