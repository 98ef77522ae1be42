//! `tensority mine --receipts` and `tensority audit receipts`: what is kept of shares, and what is made of it.

mod support;

use std::fs;

use serde_json::Value;
use support::{Home, assert_refused, events, node};

/// A home in which two blocks were mined, and the receipts of that.
fn mined() -> (Home, String, Vec<String>) {
    let home = Home::new();
    let (node, _server, url) = node();
    let file = home.argument("receipts");
    let output = home.mine(&[
        "-o",
        &url,
        "-d",
        "cpu:1",
        "--blocks",
        "2",
        "--receipts",
        &file,
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let hashes = (1..=node.height()).map(|height| {
        let block = node.block_at(height).expect("a block");
        hex::encode(block.hash)
    });
    let hashes = hashes.collect();
    (home, file, hashes)
}

/// The report on a file, and the exit code.
fn audit(home: &Home, file: &str) -> (Value, Option<i32>) {
    let output = home.run(&["audit", "receipts", file, "--json"]);
    assert!(output.stderr.is_empty(), "{output:?}");
    (events(&output).remove(0), output.status.code())
}

#[test]
fn every_accepted_block_has_a_receipt_that_can_be_hashed_again() {
    let (home, file, hashes) = mined();
    let (report, _) = audit(&home, &file);
    assert_eq!(report["wrong"], Value::Array(Vec::new()));
    let blocks = report["blocks"].as_array().expect("blocks").iter();
    let accepted = blocks.filter(|block| block["answer"] == "accepted");
    let found: Vec<_> = accepted.map(|block| block["block_hash"].as_str()).collect();
    let expected: Vec<_> = hashes.iter().map(|hash| Some(hash.as_str())).collect();
    assert_eq!(found, expected);
    let source = &report["sources"][0];
    assert_eq!(source["answers"]["accepted"], hashes.len());
    let work = source["hashes"].as_u64().expect("hashes");
    let expected = source["expected_shares"].as_f64().expect("shares");
    assert!(
        work > 0 && (expected - work as f64 / 4.0).abs() < 0.1,
        "{source}"
    );

    // Two blocks may take any number of hashes: without the work there is nothing to hold them against.
    let whole = fs::read_to_string(&file).expect("receipts");
    let shares = whole.lines().filter(|line| line.contains("\"share\""));
    let shares: Vec<_> = shares.map(|line| format!("{line}\n")).collect();
    let (report, code) = audit(&home, &home.write("shares", &shares.concat()));
    assert_eq!((code, &report["right"]), (Some(0), &true.into()));
    assert_eq!(report["sources"][0]["verdict"], "unknown");
}

#[test]
fn a_torn_last_line_is_left_out_and_the_next_run_goes_on_behind_the_whole_ones() {
    let (home, file, _) = mined();
    let whole = fs::read_to_string(&file).expect("receipts");
    fs::write(&file, format!("{whole}{{\"entry\":\"sha")).expect("a file");
    let (report, _) = audit(&home, &file);
    assert_eq!(report["torn_bytes"], 13);
    let text = home.run(&["audit", "receipts", &file]);
    let text = String::from_utf8_lossy(&text.stdout);
    assert!(
        text.contains("the last line has no end, 13 bytes"),
        "{text}"
    );
    assert!(
        text.contains("not proven: that the sources gave this work"),
        "{text}"
    );

    let (_node, _server, url) = node();
    home.mine(&[
        "-o",
        &url,
        "-d",
        "cpu:1",
        "--blocks",
        "1",
        "--receipts",
        &file,
    ]);
    let longer = fs::read_to_string(&file).expect("receipts");
    assert!(longer.starts_with(&whole) && longer.len() > whole.len());
    let (report, _) = audit(&home, &file);
    assert_eq!(report["torn_bytes"], 0, "{report}");
}

#[test]
fn receipts_that_prove_nothing_and_credit_that_is_too_low_are_told() {
    let (home, file, _) = mined();
    let whole = fs::read_to_string(&file).expect("receipts");
    let first = whole.lines().next().expect("a line");
    let mut share: Value = serde_json::from_str(first).expect("JSON");
    share["seed"] = "00".repeat(32).into();
    // Met by one hash in 2^255.
    share["target"] = format!("01{}", "00".repeat(31)).into();
    let forged = home.write("forged", &format!("{whole}{first}\n{share}\n"));
    let (report, code) = audit(&home, &forged);
    assert_eq!(code, Some(1), "{report}");
    let faults = report["wrong"].as_array().expect("faults").iter();
    let faults: Vec<_> = faults.map(|fault| fault["fault"].as_str()).collect();
    assert_eq!(faults, [Some("twice"), Some("hash")]);

    let source = &share["source"];
    let work = format!(
        r#"{{"entry":"work","at_unix":1,"source":{source},"hashes":4000,"expected_shares":1000.0}}"#
    );
    let unpaid = home.write("unpaid", &format!("{whole}{work}\n"));
    let (report, code) = audit(&home, &unpaid);
    assert_eq!(
        (code, &report["sources"][0]["verdict"]),
        (Some(1), &"too_few".into())
    );
    assert_eq!(report["wrong"], Value::Array(Vec::new()));
}

#[test]
fn receipts_that_cannot_be_kept_do_not_end_mining() {
    let home = Home::new();
    let (_node, _server, url) = node();
    let foreign = home.write("notes", "to do\n");
    for (file, reason) in [
        ("/nowhere/at/all", "No such file"),
        ("/dev/full", "no file"),
        (foreign.as_str(), "something else than receipts"),
    ] {
        let output = home.mine(&[
            "-o",
            &url,
            "-d",
            "cpu:1",
            "--blocks",
            "1",
            "--receipts",
            file,
        ]);
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{log}");
        let line = log
            .lines()
            .find(|line| line.contains("cannot keep receipts"));
        let line = line.unwrap_or_else(|| panic!("no warning in: {log}"));
        assert!(line.contains(file) && line.contains(reason), "{line}");
    }
    assert_eq!(fs::read_to_string(&foreign).expect("notes"), "to do\n");
}

#[test]
fn what_are_no_receipts_is_one_line() {
    let home = Home::new();
    let foreign = home.write("notes", "to do\n");
    let refused = |file: &str, code, words: &[&str]| {
        let output = home.run(&["audit", "receipts", file]);
        assert!(output.stdout.is_empty(), "{output:?}");
        assert_refused(&output, code, words);
    };
    refused(&foreign, 65, &["notes", "line 1", "expected a receipt"]);
    refused("/nowhere/at/all", 66, &["/nowhere/at/all"]);
}
