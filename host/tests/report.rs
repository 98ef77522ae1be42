//! `tensority report` over what a miner left.

mod support;

use std::fs;

use serde_json::Value;
use support::{Home, Miner, assert_refused, node};

#[test]
fn a_run_is_in_the_report_after_it_and_one_that_is_killed_keeps_its_whole_minutes() {
    let (_node, _server, url) = node();
    let home = Home::new();
    let config = format!(
        "[[source]]\nurl = \"{url}\"\nname = \"node\"\n[[device]]\nuse = \"cpu:1\"\nname = \"processor\"\n\
         [api]\nlisten = \"off\"\n[state]\nfile = \"state.json\"\n"
    );
    home.write("config.toml", &config);
    let run = home.run(&[
        "mine",
        "-c",
        "config.toml",
        "--blocks",
        "3",
        "--view",
        "off",
    ]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");

    let output = home.run(&["report", "-c", "config.toml", "--since", "1h"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.lines()
            .next()
            .is_some_and(|head| head.contains("runs 1, hashes ")),
        "{text}"
    );
    for word in [
        "device ",
        "processor ",
        "source ",
        "node ",
        "in 5 min 00 s from",
    ] {
        assert!(
            text.lines().any(|line| line.starts_with(word)),
            "{word}: {text}"
        );
    }

    let output = home.run(&["report", "--history", "state.history.db", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["sources"][0]["accepted"], 3, "{report}");
    let hashes = report["devices"][0]["hashes"].as_u64().expect("hashes");
    assert!(hashes > 0);
    assert!(
        report["devices"][0]["verified"]["low"].as_f64() > Some(0.0),
        "{report}"
    );

    // A second run is killed as soon as it hashes: what the first one left is still there.
    let mut miner = Miner::start(&home, &["-c", "config.toml"]);
    miner.wait_for("share", |_| true);
    miner.signal("-KILL");
    let (code, _) = miner.end();
    assert_eq!(code, None);
    let output = home.run(&["report", "-c", "config.toml", "--json", "-d", "processor"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(
        report["devices"][0]["hashes"].as_u64() >= Some(hashes),
        "{report}"
    );
}

#[test]
fn what_is_no_history_or_no_time_is_refused_in_a_line() {
    let home = Home::new();
    assert_refused(
        &home.run(&["report", "--history", "none.db"]),
        66,
        &["none.db", "no miner has kept one"],
    );
    home.write("text.db", &"no database ".repeat(100));
    assert_refused(
        &home.run(&["report", "--history", "text.db"]),
        65,
        &["text.db", "no whole database"],
    );
    home.write("off.toml", "[state]\nhistory = \"off\"\n");
    assert_refused(
        &home.run(&["report", "-c", "off.toml"]),
        64,
        &["state.history"],
    );
    let backwards = ["report", "--since", "1h", "--until", "2h"];
    assert_refused(&home.run(&backwards), 64, &["--until after --since"]);
    let output = home.run(&["report", "--since", "yesterday"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("such as 24h or 7d"));
}

#[test]
fn a_history_that_cannot_be_kept_does_not_keep_anyone_from_mining() {
    let (_node, _server, url) = node();
    let home = Home::new();
    fs::create_dir(home.path("folder.db")).expect("a folder");
    home.write(
        "config.toml",
        "[api]\nlisten = \"off\"\n[state]\nhistory = \"folder.db\"\n",
    );
    let run = home.run(&[
        "mine",
        "-c",
        "config.toml",
        "-o",
        &url,
        "-d",
        "cpu:1",
        "--blocks",
        "1",
        "--view",
        "off",
    ]);
    let log = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{log}");
    assert!(
        log.contains("folder.db") && log.contains("mining goes on without a history"),
        "{log}"
    );
}
