//! `tensority mine` as people and scripts use it, with a development node.

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::Value;
use support::{ALONE, Home, Miner, events, get, nobody, node};

#[test]
fn mines_the_blocks_that_it_is_told_to_and_says_so() {
    let (node, _server, url) = node();
    let output = Home::new().mine(&["-o", &url, "-d", "cpu:1", "--blocks", "2", "--json"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(node.height() >= 2);
    let events = events(&output);
    let accepted = |event: &&Value| event["event"] == "share" && event["result"] == "accepted";
    let heights = events.iter().filter(accepted);
    let heights: Vec<_> = heights.map(|event| event["height"].as_u64()).collect();
    assert!(heights.starts_with(&[Some(1), Some(2)]), "{heights:?}");
    let last = events.last().expect("events");
    assert_eq!(last["event"], "summary");
    let shares = &last["state"]["total"]["shares"];
    assert_eq!(shares["accepted"], heights.len());
    let line = "height 1 device cpu:1 block";
    let is_line =
        |text: &str| text.starts_with("accepted (1/0) diff 4.00 (") && text.ends_with(line);
    assert!(log.lines().any(is_line), "{log}");
    assert!(
        log.lines().any(|line| line.starts_with("summary ")),
        "{log}"
    );
}

#[test]
fn a_signal_has_everything_handed_in_and_a_summary_made() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let (node, _server, url) = node();
        let arguments = ["-o", &url, "-d", "cpu:1"];
        let home = Home::new();
        let mut miner = Miner::start(&home, &[ALONE, &arguments].concat());
        miner.wait_for("share", |share| share["result"] == "accepted");
        miner.signal(signal);
        let (code, events) = miner.end();
        assert_eq!(code, Some(0));
        let ending = events.iter().position(|event| event["event"] == "ending");
        assert!(ending.is_some(), "{events:?}");
        let summary = events.last().expect("events");
        assert_eq!(summary["event"], "summary");
        assert_eq!(summary["state"]["mode"], "ending");
        let shares = &summary["state"]["total"]["shares"];
        assert_eq!(shares["pending"], 0, "{shares}");
        assert_eq!(shares["accepted"], node.height(), "{shares}");
    }
}

#[test]
fn nothing_is_left_in_the_home_of_one_who_switches_the_state_file_off() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let output = home.mine(&["-o", &url, "-d", "cpu:1", "--shares", "1"]);
    assert_eq!(output.status.code(), Some(0));
    let left = fs::read_dir(home.path(".")).expect("a folder").count();
    assert_eq!(left, 0);
}

#[test]
fn totals_add_up_from_one_run_to_the_next() {
    let (node, _server, url) = node();
    let home = Home::new();
    let file = home.argument("lifetime.json");
    let mut lifetime = Value::Null;
    for run in 1..=2 {
        let arguments = ["mine", "-o", &url, "-d", "cpu:1", "--shares", "2", "--json"];
        let kept = ["--api-listen", "off", "--state-file", &file];
        let output = home.run(&[&arguments[..], &kept].concat());
        assert_eq!(output.status.code(), Some(0), "{:?}", output.stderr);
        let state = &events(&output).pop().expect("a summary")["state"];
        let before = std::mem::replace(&mut lifetime, state["lifetime"].clone());
        assert_eq!(lifetime["runs"], run);
        let sum = |total: &Value, of_run: &Value| {
            total.as_u64().unwrap_or(0) + of_run.as_u64().expect("a number")
        };
        let accepted = &state["total"]["shares"]["accepted"];
        assert_eq!(
            lifetime["shares_accepted"],
            sum(&before["shares_accepted"], accepted)
        );
        let hashes = &state["devices"][0]["hashes"];
        assert_eq!(lifetime["hashes"], sum(&before["hashes"], hashes));
        let seconds = lifetime["seconds"].as_f64() > before["seconds"].as_f64();
        assert!(seconds, "{lifetime}");
    }
    assert_eq!(lifetime["shares_accepted"], node.height());
    assert_eq!(lifetime["blocks"], node.height());
    let device = &lifetime["devices"]["cpu:1"];
    assert!(device["nonces"]["valid"].as_u64() >= Some(4), "{device}");
}

#[test]
fn a_running_miner_answers_those_who_look_and_says_why() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let api = nobody();
    let address = api.to_string();
    // The first source is nobody: the second is chosen after a while.
    let away = format!("http://{}", nobody());
    let arguments = [
        "-o",
        &away,
        "-o",
        &url,
        "-d",
        "cpu:1",
        "--api-listen",
        &address,
        "--state-file",
        "off",
    ];
    let mut miner = Miner::start(&home, &arguments);
    miner.wait_for("share", |share| share["result"] == "accepted");
    let start = Instant::now();
    let state = loop {
        let (status, body) = get(api, "/api/v0");
        assert!(status.contains("200"), "{status}");
        let state: Value = serde_json::from_str(&body).expect("JSON");
        if state["total"]["shares"]["accepted"].as_u64() > Some(0) {
            break state;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{state}");
        // What is served is published every second, which nobody is told.
        thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(state["mode"], "mining");
    let conditions: Vec<_> = (0..2)
        .map(|at| &state["sources"][at]["condition"])
        .collect();
    assert_eq!(conditions, ["down", "active"]);
    let (status, metrics) = get(api, "/metrics");
    assert!(status.contains("200"), "{status}");
    assert!(
        metrics.lines().any(|line| line.starts_with("# TYPE")),
        "{metrics}"
    );

    let why = home.run(&["why", "--api", &address, "--json"]);
    assert_eq!(why.status.code(), Some(0), "{:?}", why.stderr);
    let decisions: Value = serde_json::from_slice(&why.stdout).expect("JSON");
    assert_eq!(decisions, state["decisions"]);
    let why = home.run(&["why", "--api", &address]);
    let text = String::from_utf8(why.stdout).expect("text");
    assert_eq!((why.status.code(), text.is_empty()), (Some(0), false));
    miner.signal("-TERM");
    assert_eq!(miner.end().0, Some(0));
    let why = home.run(&["why", "--api", &address]);
    support::assert_refused(&why, 69, &["expected a miner at", &address]);
}

#[test]
fn a_second_miner_with_the_defaults_mines_without_what_the_first_one_has() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let mut first = Miner::start(&home, &["-o", &url, "-d", "cpu:1"]);
    first.wait_for("device", |device| device["condition"] == "starting");
    let output = home.run(&["mine", "-o", &url, "-d", "cpu:1", "--shares", "1"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("totals are not kept"), "{log}");
    assert!(log.contains("there is no API"), "{log}");
    first.signal("-TERM");
    assert_eq!(first.end().0, Some(0));
}

#[test]
fn work_that_pays_anyone_or_nobody_is_warned_of_at_the_start() {
    let (node, _server, url) = node();
    let run = || {
        let output = Home::new().mine(&["-o", &url, "-d", "cpu:1", "--seconds", "3", "--dry-run"]);
        String::from_utf8(output.stderr).expect("text")
    };
    let anyone = " pay anyone, since it has no account";
    let log = run();
    assert_eq!(log.matches(anyone).count(), 1, "{log}");
    let address = "sm1qsl5ytu3atazfnxkk2ep2e3pa0x866axgtdem4c";
    node.set_mining_address(address).expect("an address");
    let log = run();
    assert!(!log.contains(anyone), "{log}");

    let pool = format!("stratum+tcp://{}", nobody());
    let output = Home::new().mine(&["-o", &pool, "-d", "cpu:1", "--seconds", "0.1"]);
    let log = String::from_utf8(output.stderr).expect("text");
    let first = log.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("tensority: --url: expected an account"),
        "{log}"
    );
}

#[test]
fn a_reader_that_leaves_is_no_end_of_the_mining_and_no_error() {
    let (node, _server, url) = node();
    let home = Home::new();
    let arguments = ["-o", &url, "-d", "cpu:1", "--blocks", "3", "--json"];
    let mut command = home.command(&[&["mine"], ALONE, &arguments].concat());
    let mut mine = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // As `head -0` does.
    drop(mine.stdout.take());
    let output = mine.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(node.height(), 3);
}
