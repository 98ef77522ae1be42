//! `tensority mine --record` and `tensority replay`.

mod support;

use std::fs;

use serde_json::Value;
use support::{Home, assert_refused, events, node};

#[test]
fn a_recorded_run_is_run_again_and_a_changed_one_is_not() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let file = home.argument("run.jsonl");
    let mine = ["-o", &url, "-d", "cpu:1", "--shares", "2", "--json"];
    let mined = home.mine(&[&mine[..], &["--record", &file]].concat());
    assert_eq!(mined.status.code(), Some(0), "{:?}", mined.stderr);

    let again = home.run(&["replay", &file, "--json"]);
    assert_eq!(again.status.code(), Some(0), "{:?}", again.stderr);
    let mut told = events(&mined);
    for event in &mut told {
        // When it was told is no part of what was told.
        assert!(event.as_object_mut().unwrap().remove("at_unix").is_some());
    }
    assert_eq!(events(&again), told, "the same, to the last number");
    let text = home.run(&["replay", &file]);
    let text = String::from_utf8(text.stdout).expect("text");
    let last = text.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("replayed ") && last.ends_with("all the same"),
        "{last}"
    );

    let recording = fs::read_to_string(&file).unwrap();
    let from = r#""answer":"Accepted""#;
    let changed = recording.replacen(from, r#""answer":"NotSent""#, 1);
    assert_ne!(changed, recording);
    let changed = home.write("changed.jsonl", &changed);
    let output = home.run(&["replay", &changed]);
    assert_refused(&output, 70, &["expected to be told", "line "]);

    let half = home.write("half.jsonl", &recording[..recording.len() / 2]);
    let code = home.run(&["replay", &half]).status.code();
    // Whether it was cut off between two lines or within one.
    assert!(matches!(code, Some(0 | 65)), "{code:?}");
}

#[test]
fn there_is_no_secret_in_a_recording() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let file = home.argument("run.jsonl");
    let url = url.replace("http://", "http://id:s3cr3t-t0k3n@");
    let pass = ["--pass", "s3cr3t-p4ss"];
    let mine = ["-o", &url, "-d", "cpu:1", "--shares", "1", "--json"];
    let mined = home.mine(&[&mine[..], &pass, &["--record", &file]].concat());
    assert_eq!(mined.status.code(), Some(0), "{:?}", mined.stderr);
    let recording = fs::read(&file).unwrap();
    for text in [&recording, &mined.stdout, &mined.stderr] {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains("s3cr3t"), "{text}");
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    let home = Home::new();
    let empty = home.write("empty", "");
    let garbage = home.write("garbage", "\u{1b}[31mgarbage\n");
    fs::write(home.path("bytes"), [0xff, 0xfe, 0]).unwrap();
    let bytes = home.argument("bytes");
    let other = home.write("other", &Value::from(7).to_string());
    for file in [&empty, &garbage, &other] {
        assert_refused(&home.run(&["replay", file]), 65, &["line 1"]);
    }
    assert_refused(&home.run(&["replay", &bytes]), 65, &["line 1"]);
    assert_refused(&home.run(&["replay", "/nowhere"]), 66, &["/nowhere"]);
    assert_refused(&home.run(&["replay"]), 64, &["<FILE>"]);
}
