//! The command as people and scripts use it.

use std::process::{Command, Output};

use testvectors::{AcceptedBlock, Pair};

const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn tensority(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
    command.args(arguments).env_remove("TENSORITY_BACKEND");
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn json(output: &Output) -> serde_json::Value {
    let text = stdout(output);
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

/// Asserts that the command says in one line what is wrong with its input, and nothing else.
#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{error}");
    assert_eq!(
        (error.lines().count(), stdout(output).as_str()),
        (1, ""),
        "{error}"
    );
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}

fn pair() -> Pair {
    testvectors::pairs().swap_remove(0)
}

fn block() -> AcceptedBlock {
    testvectors::accepted_blocks().swap_remove(0)
}

#[test]
fn hash_prints_the_known_hash_on_one_line() {
    let pair = pair();
    let (header_hash, seed) = (hex::encode(pair.header_hash), hex::encode(pair.seed));
    let output = tensority(&["hash", &header_hash, "--seed", &seed]);
    assert_eq!(stdout(&output), format!("{}\n", hex::encode(pair.pow_hash)));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn hash_obeys_the_environment() {
    let pair = pair();
    let (header_hash, seed) = (hex::encode(pair.header_hash), hex::encode(pair.seed));
    let mut command = command(&["hash", &header_hash, "--seed", &seed, "--json"]);
    let output = command
        .env("TENSORITY_BACKEND", "portable")
        .output()
        .unwrap();
    let json = json(&output);
    assert_eq!(json["backend"], "portable");
    assert_eq!(json["pow_hash"], hex::encode(pair.pow_hash));
}

#[test]
fn verify_tells_a_valid_header_from_another() {
    let block = block();
    let seed = hex::encode(block.seed);
    let header = hex::encode(&block.serialized);
    let valid = tensority(&["verify", "--header", &header, "--seed", &seed, "--json"]);
    let answer = json(&valid);
    assert_eq!(valid.status.code(), Some(0));
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["block_hash"], hex::encode(block.block_hash));
    assert_eq!(answer["pow_hash"], hex::encode(block.pow_hash));
    assert_eq!(answer["target"].as_str().map(str::len), Some(64));

    // The least target there is, 1, instead of the block's own.
    let mut header = tensority::BlockHeader::deserialize(&block.serialized).unwrap();
    header.bits = 0x0300_0000_0000_0001;
    let hard = hex::encode(header.serialize().unwrap());
    let invalid = tensority(&["verify", "--header", &hard, "--seed", &seed]);
    assert_eq!(invalid.status.code(), Some(1));
    assert!(stdout(&invalid).ends_with("no\n"), "{}", stdout(&invalid));
}

#[test]
fn refuses_hashes_of_a_wrong_form() {
    let short = &ZEROS[1..];
    let output = tensority(&["hash", short, "--seed", ZEROS]);
    assert_refused(&output, &["expected 64 hexadecimal digits", "found 63"]);
    let output = tensority(&["hash", ZEROS, "--seed", &format!("{short}x")]);
    assert_refused(&output, &["--seed", "place 64", "'x'"]);
    let output = tensority(&["hash", &"é".repeat(32), "--seed", ZEROS]);
    assert_refused(&output, &["place 1", "'é'"]);
    let output = tensority(&["hash", ZEROS]);
    assert_refused(&output, &["--seed"]);
    assert_refused(&tensority(&[]), &["--help"]);
}

#[test]
fn refuses_headers_that_no_node_would_read() {
    let verify = |header: &str| tensority(&["verify", "--header", header, "--seed", ZEROS]);
    assert_refused(&verify("010"), &["even number", "found 3"]);
    assert_refused(&verify("02"), &["flag", "0x01", "0x02"]);
    let whole = hex::encode(block().serialized);
    assert_refused(&verify(&whole[..20]), &["cut short"]);

    // A nonce of 2^63 is ten bytes long; the node could not store it.
    let block = block();
    let mut header = tensority::BlockHeader::deserialize(&block.serialized).unwrap();
    (header.nonce, header.bits) = (0, 1);
    let mut bytes = header.serialize().unwrap();
    bytes.truncate(bytes.len() - 2);
    bytes.extend([0x80; 9]);
    bytes.extend([0x01, 0x01]);
    assert_refused(
        &verify(&hex::encode(bytes)),
        &["nonce", "9223372036854775807"],
    );

    header.bits = 0;
    let no_target = hex::encode(header.serialize().unwrap());
    assert_refused(
        &verify(&no_target),
        &["expected a positive target", "found zero"],
    );
}

#[test]
fn refuses_a_back_end_there_is_not() {
    for name in ["", "mmx", "AVX2"] {
        let mut command = command(&["hash", ZEROS, "--seed", ZEROS]);
        let output = command.env("TENSORITY_BACKEND", name).output().unwrap();
        let found = format!("found `{name}`");
        assert_refused(&output, &["expected portable", &found, "TENSORITY_BACKEND"]);
    }
}

#[test]
fn bench_measures_every_back_end_and_their_checksums_agree() {
    let arguments = ["bench", "--json", "--seconds", "0", "--threads", "2"];
    let output = tensority(&arguments);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    let backends = report["backends"].as_array().expect("an array");
    assert_eq!(backends[0]["backend"], "portable");
    for measurement in backends {
        assert_eq!(measurement["checksum"], testvectors::FIFTH_IN_CHAIN);
        assert_eq!(measurement["threads"].as_array().map(Vec::len), Some(2));
        assert!(measurement["hash_ms"].as_f64() > Some(0.0));
    }
    assert_refused(&tensority(&["bench", "--seconds", "-1"]), &["-1"]);
    assert_refused(&tensority(&["bench", "--threads", "0"]), &["1 to 1024"]);
}
