//! What `tensority mine` cannot do, and how it says so: one line, and the exit code of its help.

mod support;

use std::fs;
use std::net::TcpListener;

use support::{Home, Miner, assert_refused, node};

/// Nobody answers there, and nobody is asked.
const URL: &str = "http://127.0.0.1:1";

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let home = Home::new();
    let good = ["-o", URL, "-d", "cpu:1"];
    for (arguments, words) in [
        (&["-d", "cpu:1"][..], ["source", "-o"]),
        (&["-o", "ftp://pool:1", "-d", "cpu:1"], ["--url", "ftp"]),
        (&["-o", "", "-d", "cpu:1"], ["--url", "empty"]),
        (
            &["-o", "stratum+tcp://pool", "-d", "cpu:1"],
            ["--url", "pool"],
        ),
        (&["-o", URL, "-d", "cpu:0"], ["--device", "threads"]),
        (&["-o", URL, "-d", "sim:sulk"], ["--device", "sulk"]),
        (&["-o", URL, "-d", "serial:17"], ["--device", "17"]),
        (&["-o", URL, "-d", ""], ["--device", "empty"]),
    ] {
        assert_refused(&home.mine(arguments), 64, &words);
    }
    for (more, words) in [
        (&["--seconds", "0"][..], ["--seconds", "0"]),
        (&["--seconds", "-1"], ["'-1'", "--help"]),
        (&["--seconds", "nan"], ["--seconds", "nan"]),
        (&["--seconds", "1e300"], ["--seconds", "1e300"]),
        (&["--lease", "0"], ["--lease", "0"]),
        (&["--lease", "18446744073709551616"], ["--lease", "large"]),
        (&["--shares", "0"], ["--shares", "0"]),
        (&["--poll-interval", "0"], ["--poll-interval", "0"]),
        (&["--poll-interval", "soon"], ["--poll-interval", "soon"]),
        (&["--dry-run", "--blocks", "1"], ["--dry-run", "--shares"]),
        (&["--verify", "never"], ["--verify", "never"]),
        (&["--verify", "sample:1/0"], ["--verify", "sample:1/0"]),
        (&["--view", "perhaps"], ["--view", "perhaps"]),
        (
            &["--fleet-listen", "nowhere"],
            ["--fleet-listen", "nowhere"],
        ),
        (&["--sulk"], ["--sulk", "--help"]),
        (&["sulk"], ["sulk", "--help"]),
    ] {
        assert_refused(&home.mine(&[&good, more].concat()), 64, &words);
    }
    let listen = ["mine", "-o", URL, "-d", "cpu:1", "--api-listen", "nowhere"];
    assert_refused(&home.run(&listen), 64, &["--api-listen", "nowhere"]);
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused_by_file_and_line() {
    let home = Home::new();
    for (text, words) in [
        ("sulk = 1\n", ["config.toml:1", "sulk"]),
        ("[verify]\npolicy = 7\n", ["config.toml:2", "`before`"]),
        ("[[source]]\nurl = \"ftp://a\"\n", ["config.toml:2", "ftp"]),
        ("[[device]]\nuse = \"cpu:0\"\n", ["config.toml:2", "cpu:"]),
        ("[verify\n", ["config.toml:1", "expected"]),
        (
            "[failover]\nsilence_seconds = 1e400\n",
            ["config.toml:2", "whole number"],
        ),
    ] {
        let file = home.write("config.toml", text);
        // A flag stands over the sources of the file, and is not needed where the file has one.
        let source = if text.contains("source") {
            &[][..]
        } else {
            &["-o", URL]
        };
        let arguments = [&["-c", &file], source].concat();
        assert_refused(&home.mine(&arguments), 65, &words);
    }
}

#[test]
fn what_cannot_be_opened_is_named() {
    let home = Home::new();
    let nowhere = ["-o", URL, "-d", "/nowhere"];
    assert_refused(&home.mine(&nowhere), 66, &["/nowhere", "tensority devices"]);
    let config = ["-c", "/nowhere.toml", "-o", URL];
    assert_refused(&home.mine(&config), 66, &["/nowhere.toml"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let mine = ["mine", "-o", URL, "-d", "cpu:1", "--state-file", "off"];
    for flag in ["--api-listen", "--fleet-listen"] {
        let output = home.run(&[&mine[..], &[flag, &taken]].concat());
        assert_refused(&output, 66, &[&taken]);
    }
}

#[test]
fn one_device_of_two_that_can_be_opened_is_enough() {
    let (node, _server, url) = node();
    let devices = ["-d", "/nowhere", "-d", "cpu:1"];
    let home = Home::new();
    let output = home.mine(&[&["-o", &url, "--shares", "1"], &devices[..]].concat());
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(node.height() > 0);
    assert!(
        log.contains("device /nowhere away: /nowhere: no such port"),
        "{log}"
    );
}

#[test]
fn a_source_that_does_not_answer_in_time_is_unavailable() {
    let output = Home::new().mine(&["-o", URL, "-d", "cpu:1", "--seconds", "0.5"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(69), "{error}");
    let last = error.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("tensority: no answer from any source within 500ms"),
        "{error}"
    );
}

#[test]
fn shares_that_were_not_found_in_time_are_not_success() {
    let (_node, _server, url) = node();
    let arguments = [
        "-o",
        &url,
        "-d",
        "cpu:1",
        "--seconds",
        "1",
        "--shares",
        "1000",
    ];
    let output = Home::new().mine(&arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    let last = error.lines().last().unwrap_or_default();
    assert!(
        last.contains("of 1000 shares accepted within 1s"),
        "{error}"
    );
}

#[test]
fn a_state_file_that_cannot_be_used_is_refused_and_a_broken_one_is_put_aside() {
    let home = Home::new();
    let (_node, _server, url) = node();
    let mine = |file: &str| {
        let mine = ["mine", "-o", &url, "-d", "cpu:1", "--shares", "1"];
        home.run(&[&mine[..], &["--api-listen", "off", "--state-file", file]].concat())
    };
    let newer = home.write("newer.json", r#"{"version":1000000}"#);
    assert_refused(&mine(&newer), 65, &["newer.json"]);
    // A file is no folder that could be made.
    let under_a_file = format!("{newer}/lifetime.json");
    assert_refused(&mine(&under_a_file), 74, &["newer.json"]);
    let folder = home.argument("folder");
    fs::create_dir(&folder).unwrap();
    assert_refused(&mine(&folder), 74, &["folder"]);

    let broken = home.write("broken.json", "{\"version\":1,");
    let output = mine(&broken);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(
        log.lines()
            .next()
            .unwrap_or_default()
            .contains("broken.json"),
        "{log}"
    );

    let shared = home.argument("shared.json");
    let first = ["-o", &url, "-d", "cpu:1", "--api-listen", "off"];
    let mut first = Miner::start(&home, &[&first[..], &["--state-file", &shared]].concat());
    first.wait_for("device", |device| device["condition"] == "starting");
    assert_refused(&mine(&shared), 66, &["shared.json"]);
    first.signal("-TERM");
    first.end();
}

#[test]
fn a_recording_that_cannot_be_written_is_refused() {
    let home = Home::new();
    let mine = ["-o", URL, "-d", "cpu:1", "--record", "/nowhere/at/all"];
    assert_refused(&home.mine(&mine), 74, &["/nowhere/at/all"]);
    let full = ["-o", URL, "-d", "cpu:1", "--record", "/dev/full"];
    assert_refused(&home.mine(&full), 74, &["/dev/full"]);
}

#[test]
fn the_help_names_each_exit_code() {
    let output = Home::new().run(&["mine", "--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    let codes = help.split("Exit codes:").nth(1).expect("a list of codes");
    for code in [0, 1, 64, 65, 66, 69, 70, 74, 77] {
        let is_named = codes
            .split(|c: char| !c.is_ascii_digit())
            .any(|number| number == code.to_string());
        assert!(is_named, "{code}: {codes}");
    }
}
