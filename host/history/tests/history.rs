//! From states of a miner to a file, and from the file to reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tensority_history::{Archive, HistoryError, Query, Recorder, Report};
use tensority_telemetry::account::{Losses, Rates};
use tensority_telemetry::device::{Condition, Device, Kind, Nonces};
use tensority_telemetry::source::{self, Shares, Source};
use tensority_telemetry::{Decision, State};

/// A time that is the beginning of a day.
const START: u64 = 1_800_057_600;
const MINUTE: u64 = 60;

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("made/history.db")
}

/// Hashes and valid results, as each device has after so many seconds.
fn state(seconds: u64, devices: u64) -> State {
    let device = |number: u64| Device {
        name: format!("board {number}"),
        id: format!("{number:016x}"),
        kind: Kind::Board,
        port: None,
        condition: if seconds.is_multiple_of(4) {
            Condition::Sick
        } else {
            Condition::Healthy
        },
        reason: String::new(),
        condition_seconds: 0.0,
        lanes: 1,
        expected_rate: None,
        rates: Rates::default(),
        nonces: Nonces {
            valid: seconds / 10,
            stale: seconds / 100,
            ..Nonces::default()
        },
        valid_hashes: (seconds / 10) as f64 * 100.0,
        shares_accepted: seconds / 20,
        shares_rejected: 0,
        losses: Losses::default(),
        hashes: seconds * 10 * (number + 1),
        canaries_right: 0,
        canaries_wrong: 0,
        seed_switch_seconds: None,
        last_valid_seconds: None,
        temperature_c: Some(40.0 + (seconds % 7) as f64),
        restarts: 0,
        last_error: None,
    };
    let pool = Source {
        name: "pool".into(),
        url: String::new(),
        kind: source::Kind::Pool,
        user: None,
        condition: source::Condition::Active,
        reason: String::new(),
        condition_seconds: 0.0,
        last_work_seconds: None,
        jobs: seconds / 30,
        shares: Shares {
            accepted: seconds / 20,
            ..Shares::default()
        },
        accepted_hashes: (seconds / 20) as f64 * 200.0,
        implied_rate: tensority_telemetry::account::Estimate::default(),
        answer_seconds: None,
    };
    State {
        started_unix: START,
        devices: (0..devices).map(device).collect(),
        sources: vec![pool],
        ..State::default()
    }
}

/// Keeps a state every `step` seconds, from the start to the end.
fn record(path: &Path, end: u64, step: u64, devices: u64) {
    let mut recorder = Recorder::open(path).unwrap();
    recorder.observe(&state(0, devices), START, Duration::ZERO);
    for seconds in (step..=end).step_by(step as usize) {
        let since_last = Duration::from_secs(step);
        recorder.observe(&state(seconds, devices), START + seconds, since_last);
    }
    assert!(recorder.end().is_none());
}

fn report(path: &Path, from: u64, to: u64, device: Option<&str>) -> Report {
    let query = Query {
        since_unix: START + from,
        until_unix: START + to,
        now_unix: START + to,
        device: device.map(String::from),
        most_spans: 360,
    };
    Archive::open(path).unwrap().report(&query).unwrap()
}

#[test]
fn what_was_counted_is_in_the_report_once() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    record(&path, 1000, 1, 2);
    let report = report(&path, 0, 1001, None);
    assert_eq!(report.span_seconds, MINUTE);
    assert_eq!(report.spans.len(), 17);
    let sum = |of: fn(&tensority_history::DeviceCounts) -> u64| -> u64 {
        report.spans.iter().map(|span| of(&span.counts)).sum()
    };
    assert_eq!(sum(|counts| counts.hashes), 1000 * 10 + 1000 * 20);
    assert_eq!(sum(|counts| counts.valid), 2 * 100);
    assert_eq!(sum(|counts| counts.stale), 2 * 10);
    let seconds: f64 = report.spans.iter().map(|span| span.counts.seconds).sum();
    assert_eq!(seconds, 1000.0, "of devices side by side");

    let span = &report.spans[3];
    assert_eq!(span.start_unix, START + 3 * MINUTE);
    assert_eq!(span.rate, Some(30.0));
    let verified = span.verified.unwrap();
    assert!(verified.low < verified.value && verified.value < verified.high);
    assert!((verified.value - 20.0).abs() < 2.0, "{verified:?}");
    assert_eq!(span.counts.temperature_c, Some(46.0));

    let [first, second] = &report.devices[..] else {
        panic!("expected two devices: {:?}", report.devices);
    };
    assert_eq!(
        (first.total.counts.hashes, second.total.counts.hashes),
        (10_000, 20_000)
    );
    assert_eq!(
        (first.id.as_str(), first.name.as_str()),
        ("0000000000000000", "board 0")
    );
    assert_eq!(first.total.counts.healthy_seconds, 750.0);
    let [pool] = &report.sources[..] else {
        panic!("expected one source: {:?}", report.sources);
    };
    assert_eq!((pool.counts.accepted, pool.counts.jobs), (50, 33));
    let implied = pool.implied.unwrap();
    assert!((implied.value - 10.0).abs() < 0.1, "{implied:?}");
    assert_eq!(report.runs.len(), 1);
    assert_eq!(report.runs[0].ended_unix, START + 1000);
}

#[test]
fn one_device_can_be_asked_for_by_name_or_id() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    record(&path, 300, 1, 3);
    let by_name = report(&path, 0, 301, Some("board 1"));
    assert_eq!(by_name.devices.len(), 1);
    assert_eq!(by_name.spans[1].rate, Some(20.0));
    assert_eq!(by_name, report(&path, 0, 301, Some("0000000000000001")));
    assert!(report(&path, 0, 301, Some("another")).spans.is_empty());
}

#[test]
fn decisions_are_kept_once_though_a_state_repeats_them() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let decision = |number: u64| Decision {
        at_unix: START + number,
        about: if number.is_multiple_of(2) {
            "board 0"
        } else {
            "pool"
        }
        .into(),
        action: format!("did {number}"),
        reason: "of a reason".into(),
    };
    let mut recorder = Recorder::open(&path).unwrap();
    for seconds in 0..400 {
        // A state holds the last fifty.
        let decisions = (0..=seconds / 2)
            .rev()
            .take(50)
            .map(decision)
            .collect::<Vec<_>>();
        let state = State {
            decisions: decisions.into_iter().rev().collect(),
            ..state(seconds, 1)
        };
        recorder.observe(&state, START + seconds, Duration::from_secs(1));
    }
    assert!(recorder.end().is_none());
    let all = report(&path, 0, 401, None).decisions;
    assert_eq!(all, (0..200).map(decision).collect::<Vec<_>>());
    let of_the_board = report(&path, 0, 401, Some("board 0")).decisions;
    assert_eq!(of_the_board.len(), 100);
    assert!(
        of_the_board
            .iter()
            .all(|decision| decision.about == "board 0")
    );
}

#[test]
fn a_second_run_goes_on_in_the_same_file() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    record(&path, 100, 1, 1);
    let mut recorder = Recorder::open(&path).unwrap();
    for seconds in 0..=100 {
        let state = State {
            started_unix: START + 200,
            ..state(seconds, 1)
        };
        let since_last = Duration::from_secs(u64::from(seconds > 0));
        recorder.observe(&state, START + 200 + seconds, since_last);
    }
    drop(recorder.end());
    let report = report(&path, 0, 400, None);
    assert_eq!(report.devices[0].total.counts.hashes, 2000);
    assert_eq!(report.devices[0].total.counts.seconds, 200.0);
    assert_eq!(report.runs.len(), 2);
}

#[test]
fn what_is_no_history_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("history.db");
    let refusal = |path: &Path| Recorder::open(path).unwrap_err();
    assert!(matches!(
        Archive::open(&path),
        Err(HistoryError::Missing(_))
    ));
    fs::write(&path, "this is a text and no database at all".repeat(100)).unwrap();
    assert!(matches!(refusal(&path), HistoryError::Foreign { .. }));
    assert!(matches!(
        Archive::open(&path),
        Err(HistoryError::Foreign { .. })
    ));
    fs::remove_file(&path).unwrap();

    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE a (b)").unwrap();
    assert!(matches!(refusal(&path), HistoryError::Foreign { .. }));
    drop(other);
    fs::remove_file(&path).unwrap();

    record(&path, 10, 1, 1);
    let later = rusqlite::Connection::open(&path).unwrap();
    later.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(
        refusal(&path),
        HistoryError::Version { found: 99, .. }
    ));

    let taken = folder.path().join("taken.db");
    let _first = Recorder::open(&taken).unwrap();
    assert!(matches!(refusal(&taken), HistoryError::InUse(_)));
}

#[test]
fn a_full_disk_is_said_once_and_what_waited_is_written_when_there_is_room() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let mut recorder = Recorder::open(&path).unwrap();
    // A table that is away stands for the disk.
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("ALTER TABLE run RENAME TO away")
        .unwrap();
    for seconds in 0..=200 {
        recorder.observe(&state(seconds, 1), START + seconds, Duration::from_secs(1));
    }
    let fault = loop {
        match recorder.fault() {
            Some(fault) => break fault,
            None => std::thread::yield_now(),
        }
    };
    assert!(
        fault.to_string().starts_with("cannot write to the history"),
        "{fault}"
    );
    lock.execute_batch("ALTER TABLE away RENAME TO run")
        .unwrap();
    assert!(recorder.end().is_none(), "one fault is said once");
    let report = report(&path, 0, 201, None);
    assert_eq!(report.devices[0].total.counts.hashes, 2000);
}
