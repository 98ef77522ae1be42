//! The command line: results as JSON, and one clear line for every kind of bad input.

use std::process::{Command, Output};

const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn tensority_sim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tensority-sim"))
        .args(args)
        .output()
        .unwrap()
}

fn refused(args: &[&str], code: i32, says: &str) {
    let output = tensority_sim(args);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    assert!(text.contains(says), "{args:?}: expected {says:?} in {text}");
    assert!(!text.contains("panicked"), "{text}");
    assert!(output.stdout.is_empty());
}

#[test]
fn hash_prints_one_line_of_json() {
    let pair = &testvectors::small_pairs()[0];
    let hex = |bytes: [u8; 32]| hex::encode(bytes);
    let output = tensority_sim(&[
        "hash",
        "--header-hash",
        &hex(pair.header_hash),
        "--seed",
        &hex(pair.seed),
        "--dim",
        &pair.dimension.to_string(),
        "--lanes",
        "4",
        "--generate-list",
        "--json",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert_eq!(json["hash"], hex(pair.pow_hash));
    assert_eq!(json["mac_utilization"], 1.0);
    for name in [
        "cycles",
        "mac_cycles_ideal",
        "list_cycles",
        "stages_checked",
    ] {
        assert!(json[name].as_u64().unwrap() > 100, "{name}: {text}");
    }
    assert!(json["stalls"]["weights"].is_u64() && json["kcycles_per_sec"].is_f64());
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let hash = |hash, seed, more: &[&'static str]| {
        [&["hash", "--header-hash", hash, "--seed", seed], more].concat()
    };
    refused(
        &hash("1234", ZERO, &[]),
        64,
        "--header-hash: expected 64 hex digits (32 bytes), found 4",
    );
    refused(
        &hash("zz", ZERO, &[]),
        64,
        "--header-hash: expected hex digits",
    );
    refused(
        &hash(ZERO, "00", &[]),
        64,
        "--seed: expected 64 hex digits (32 bytes), found 2",
    );
    refused(
        &hash(ZERO, ZERO, &["--lanes", "3"]),
        64,
        "expected 1, 2, 4, 8 or 16 lanes, found 3",
    );
    refused(
        &hash(ZERO, ZERO, &["--dim", "100"]),
        64,
        "--dim: expected dimension",
    );
    refused(&hash(ZERO, ZERO, &["--array", "none"]), 64, "--array");
    refused(
        &hash(
            ZERO,
            ZERO,
            &[
                "--dim",
                "32",
                "--lanes",
                "1",
                "--trace",
                "/no/such/folder.fst",
            ],
        ),
        74,
        "cannot write a waveform",
    );
    refused(
        &hash(ZERO, ZERO, &["--lanes", "x"]),
        64,
        "tensority-sim: invalid value 'x'",
    );
    refused(
        &hash(
            ZERO,
            ZERO,
            &["--trace", "x.fst", "--trace-from", "9", "--trace-to", "5"],
        ),
        64,
        "expected a window, found 9 to 5",
    );
}

#[test]
fn impossible_ranges_and_targets_are_refused() {
    let header = ZERO.repeat(4);
    let mine = |start, count, goal: [&'static str; 2]| {
        let range = [
            "mine", "--header", &header, "--seed", ZERO, "--start", start, "--count", count,
        ];
        [&range[..], &goal]
            .concat()
            .into_iter()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    let refused = |args: Vec<String>, says| {
        refused(
            &args.iter().map(String::as_str).collect::<Vec<_>>(),
            64,
            says,
        );
    };
    const BITS: [&str; 2] = ["--bits", "2161727821137910632"];
    refused(
        mine("9223372036854775807", "2", BITS),
        "expected nonces below 2^63",
    );
    refused(
        mine("18446744073709551615", "2", BITS),
        "expected nonces below 2^63",
    );
    refused(
        mine("0", "0", BITS),
        "--count: expected at least 1, found 0",
    );
    refused(mine("0", "1", ["--target", ZERO]), "--target");
    refused(mine("0", "1", ["--bits", "0"]), "--bits");
    refused(
        mine("0", "1", ["--bits", "many"]),
        "--bits: expected a 64-bit number",
    );
}

#[test]
fn an_output_that_nobody_reads_is_no_panic() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tensority-sim"))
        .args([
            "hash",
            "--header-hash",
            ZERO,
            "--seed",
            ZERO,
            "--dim",
            "32",
            "--lanes",
            "4",
        ])
        .stdout(full)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(74), "{text}");
    assert!(text.contains("cannot write the output"), "{text}");
}

#[test]
fn a_missing_tool_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_tensority-sim"))
        .args([
            "hash",
            "--header-hash",
            ZERO,
            "--seed",
            ZERO,
            "--dim",
            "32",
            "--lanes",
            "1",
        ])
        .env("TENSORITY_TOOLS", "/no/such/folder")
        .env("PATH", "/no/such/folder")
        .env_remove("VERILATOR_ROOT")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    // A machine with Verilator in its usual place has it all the same.
    if !std::path::Path::new("/usr/share/verilator").exists() {
        assert_eq!(output.status.code(), Some(69), "{text}");
        assert!(text.contains("cargo xtask setup"), "{text}");
    }
}

#[test]
fn mine_prints_the_nonces_that_meet_the_target() {
    let header = ZERO.repeat(4);
    let mine = |target: &str| {
        let range = [
            "mine", "--header", &header, "--seed", ZERO, "--start", "7", "--count", "2",
        ];
        let core = ["--dim", "32", "--lanes", "4", "--json", "--target", target];
        let output = tensority_sim(&[&range[..], &core].concat());
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let all = mine(&"f".repeat(64));
    assert_eq!(
        (&all["nonce"], all["results"].as_array().unwrap().len()),
        (&7.into(), 2)
    );
    assert_eq!(all["hash"], all["results"][0]["hash"]);
    let none = mine(&format!("{}1", "0".repeat(63)));
    assert!(none["nonce"].is_null() && none["results"].as_array().unwrap().is_empty());
}
