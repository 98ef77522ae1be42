//! The history over HTTP.

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{Served, sample, settings};
use serde_json::Value;
use tensority_api::Settings;
use tensority_history::Recorder;

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a clock after 1970").as_secs()
}

#[test]
fn the_history_is_that_of_the_file_as_far_back_as_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let mut recorder = Recorder::open(&path).unwrap();
    let (minute, state) = (Duration::from_secs(60), sample());
    recorder.observe(&state, now() - 7200, minute);
    recorder.observe(&state, now() - 60, minute);
    let served = Served::with(Settings {
        history: Some(path),
        ..settings()
    });
    // The miner still writes.
    assert!(recorder.end().is_none());
    let hashes = |query: &str| -> u64 {
        let report = served.get(&format!("/api/v0/history{query}")).json();
        let spans = report["spans"].as_array().expect("spans").clone();
        spans
            .iter()
            .map(|span| span["hashes"].as_u64().expect("a number"))
            .sum()
    };
    let all: u64 = state.devices.iter().map(|device| device.hashes).sum();
    assert!(all > 0);
    assert_eq!(hashes(""), all, "of a day");
    assert_eq!(hashes("?seconds=86400"), all);
    assert_eq!(hashes("?seconds=600"), 0, "all was counted before");
    let device = &state.devices[0];
    let name = device.name.replace('/', "%2F").replace(' ', "%20");
    assert_eq!(hashes(&format!("?device={name}")), device.hashes);
    let devices = served.get("/api/v0/history").json()["devices"].clone();
    assert_eq!(devices.as_array().map(Vec::len), Some(state.devices.len()));
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let none = Served::new().get("/api/v0/history");
    assert_eq!(none.status, 404);
    assert!(none.error().contains("state.history"), "{}", none.error());
    let served = Served::with(Settings {
        history: Some(folder.path().join("none.db")),
        ..settings()
    });
    let missing = served.get("/api/v0/history");
    assert_eq!(missing.status, 503);
    assert!(missing.error().contains("none.db"), "{}", missing.error());
    for query in [
        "?seconds=-1",
        "?seconds=a",
        "?hours=1",
        "?seconds=1&seconds=2",
    ] {
        let answer = served.get(&format!("/api/v0/history{query}"));
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        assert!(
            answer.error().contains("?seconds=NUMBER"),
            "{}",
            answer.error()
        );
        assert!(matches!(answer.json(), Value::Object(_)));
    }
}
