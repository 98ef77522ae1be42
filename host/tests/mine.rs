//! `tensority mine` as people and scripts use it, with a development node.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};
use tensority_node::{Node, Running, Server, Settings};

/// A node whose blocks take four hashes each.
fn node() -> (Arc<Node>, Running, String) {
    let settings = Settings {
        bits: 0x2000_0000_003f_ffff,
        ..Settings::default()
    };
    let node = Arc::new(Node::new(settings).expect("good bits"));
    let address = "127.0.0.1:0".parse().unwrap();
    let server = Server::bind(address, Arc::clone(&node), |_| {}).expect("a free port");
    let server = server.spawn().expect("a thread");
    let url = format!("http://{}", server.local_addr());
    (node, server, url)
}

/// The URL of nobody.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().unwrap())
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
    command.arg("mine").args(arguments);
    command.env_remove("TENSORITY_BACKEND");
    command
}

fn mine(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

fn events(lines: impl Iterator<Item = String>) -> Vec<serde_json::Value> {
    lines
        .map(|line| serde_json::from_str(&line).expect("JSON"))
        .collect()
}

/// Asserts that the last line on standard error says what is wrong.
#[track_caller]
fn assert_refused(output: &Output, code: i32, words: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    let line = error.lines().last().unwrap_or_default();
    assert!(line.starts_with("tensority: "), "{error}");
    for word in words {
        assert!(line.contains(word), "no {word:?} in: {line}");
    }
}

#[test]
fn mines_the_blocks_that_it_is_told_to_and_says_so() {
    let (node, _server, url) = node();
    let output = mine(&["-o", &url, "-d", "cpu:1", "--blocks", "2", "--json"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(node.height(), 2);
    let stdout = String::from_utf8(output.stdout.clone()).expect("text");
    let events = events(stdout.lines().map(str::to_owned));
    let heights = events.iter().filter(|event| event["event"] == "accepted");
    let heights: Vec<_> = heights.map(|event| event["height"].clone()).collect();
    assert_eq!(heights, [1, 2]);
    let summary = events.last().expect("events");
    assert_eq!(summary["event"], "summary");
    assert_eq!(summary["blocks"]["accepted"], 2);
    let nonce = node.block_at(1).unwrap().header.nonce;
    let line = format!("accepted height 1 nonce {nonce} device cpu:1 (");
    assert!(log.lines().any(|text| text.starts_with(&line)), "{log}");
}

#[test]
fn an_interrupt_ends_with_a_summary() {
    let (_node, _server, url) = node();
    let mut child = command(&["-o", &url, "-d", "cpu:1", "--json", "--dry-run"]);
    let mut child = child
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut lines = stdout.lines().map(|line| line.expect("text"));
    let found = lines.find(|line| line.contains(r#""event":"found""#));
    assert!(found.is_some());
    interrupt(&child);
    let events = events(lines);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    let summary = events.last().expect("events");
    assert_eq!(
        (&summary["event"], &summary["blocks"]["accepted"]),
        (&"summary".into(), &0.into())
    );
}

fn interrupt(child: &Child) {
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill starts").success());
}

#[test]
fn a_node_that_does_not_answer_in_time_is_unavailable() {
    let output = mine(&["-o", &nobody(), "-d", "cpu:1", "--seconds", "0.5"]);
    assert_refused(&output, 69, &["no answer", "500ms"]);
}

#[test]
fn blocks_that_were_not_mined_in_time_are_not_success() {
    let (_node, _server, url) = node();
    let arguments = [
        "-o",
        &url,
        "-d",
        "cpu:1",
        "--seconds",
        "1",
        "--blocks",
        "1000",
    ];
    assert_refused(&mine(&arguments), 1, &["of 1000 blocks"]);
}

#[test]
fn a_device_that_cannot_be_opened_is_named() {
    let output = mine(&["-o", &nobody(), "-d", "/nowhere"]);
    assert_refused(&output, 66, &["/nowhere", "tensority devices"]);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let url = nobody();
    for (arguments, words) in [
        (
            &["-o", "stratum+tcp://pool:1", "-d", "cpu"][..],
            ["--url", "`stratum+tcp`"],
        ),
        (&["-o", &url], ["--device", "required"]),
        (&["-o", &url, "-d", "cpu:0"], ["--device", "threads"]),
        (
            &["-o", &url, "-d", "cpu", "--seconds", "0"],
            ["--seconds", "0"],
        ),
        (
            &["-o", &url, "-d", "cpu", "--lease", "0"],
            ["--lease", "zero"],
        ),
        (
            &["-o", &url, "-d", "cpu", "--poll-interval", "0"],
            ["--poll-interval", "0"],
        ),
        (
            &["-o", &url, "-d", "cpu", "--dry-run", "--blocks", "1"],
            ["--dry-run", "--blocks"],
        ),
    ] {
        assert_refused(&mine(arguments), 64, &words);
    }
}
