//! Replays what a real node was recorded to say.
//!
//! Block 0 is that of the recorded node, and so is the coinbase; the nonces that meet a target differ,
//! and with them the parents of later blocks. In requests and answers these are exchanged, and
//! nothing else: the bodies must then be equal to the last byte.

use serde_json::Value;
use tensority::BlockHeader;
use tensority_devnet::Template;
use tensority_devnet::node::Submission;
use testvectors::{NodeCapture, NodeResponse};

use crate::common::{NOW, Served, fail, solve};

fn capture(name: &str) -> NodeCapture {
    let captures = testvectors::node_captures();
    let capture = captures.into_iter().find(|capture| capture.name == name);
    capture.unwrap_or_else(|| panic!("no capture {name}"))
}

fn recorded_body(capture: &NodeCapture) -> &str {
    &capture.response.as_ref().expect("an answer").body
}

/// The header in a body, in hexadecimal or by its fields; without a commitment it is zero.
fn header_in(body: &str) -> BlockHeader {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let holder = body.get("data").unwrap_or(&body);
    match &holder["block_header"] {
        Value::String(hex) => BlockHeader::deserialize(&hex::decode(hex).unwrap()).unwrap(),
        fields => {
            let integer = |name: &str| fields[name].as_u64().expect(name);
            let hash = |text: &Value| {
                let mut hash = [0; 32];
                if let Some(text) = text.as_str() {
                    hex::decode_to_slice(text, &mut hash).expect("a hash");
                }
                hash
            };
            let commitment = &fields["block_commitment"];
            BlockHeader {
                version: integer("version"),
                height: integer("height"),
                previous_block_hash: hash(&fields["previous_block_hash"]),
                timestamp: integer("timestamp"),
                nonce: integer("nonce"),
                bits: integer("bits"),
                transaction_merkle_root: hash(&commitment["transaction_merkle_root"]),
                transaction_status_hash: hash(&commitment["transaction_status_hash"]),
            }
        }
    }
}

/// A body with another parent, Merkle root, nonce and timestamp in its header.
fn exchanged(body: &str, ours: &BlockHeader) -> String {
    let recorded = header_in(body);
    let hex = |header: &BlockHeader| header.serialize().map(hex::encode);
    match (hex(&recorded), hex(ours)) {
        (Ok(before), Ok(after)) if body.contains(&before) => body.replace(&before, &after),
        _ => {
            let pair = |name: &str, number: u64, space| format!("\"{name}\":{space}{number}");
            let space = if body.contains("\": ") { " " } else { "" };
            let integers = [
                ("nonce", recorded.nonce, ours.nonce),
                ("timestamp", recorded.timestamp, ours.timestamp),
            ];
            let hashes = [
                (recorded.previous_block_hash, ours.previous_block_hash),
                (
                    recorded.transaction_merkle_root,
                    ours.transaction_merkle_root,
                ),
            ];
            let mut body = body.to_owned();
            for (name, before, after) in integers {
                body = body.replace(&pair(name, before, space), &pair(name, after, space));
            }
            for (before, after) in hashes {
                body = body.replace(&hex::encode(before), &hex::encode(after));
            }
            body
        }
    }
}

/// A replay of captures against a node of this crate.
struct Replay {
    served: Served,
}

impl Replay {
    /// A node whose chain has so many blocks after block 0, at the time of the recording.
    fn after(blocks: u64) -> Self {
        let served = Served::new();
        for block in 0..blocks {
            served.clock.set(NOW - 1000 + 10 * block);
            served.mine();
        }
        served.clock.set(NOW);
        Self { served }
    }

    /// Asserts that a request is answered as the capture says.
    #[track_caller]
    fn assert_answer(&self, capture: &NodeCapture, body: &str, expected: Option<&NodeResponse>) {
        let found = self.served.post(&capture.request.path, body);
        let found = found.map(|(status, body)| NodeResponse { status, body });
        assert_eq!(found.as_ref(), expected, "{}", capture.name);
    }

    /// Sends a recorded request and asserts the recorded answer, both unchanged.
    #[track_caller]
    fn unchanged(&self, name: &str) {
        let capture = capture(name);
        self.assert_answer(&capture, &capture.request.body, capture.response.as_ref());
    }

    /// Asks for work as recorded and asserts that the answer is the recorded one for this chain's
    /// parent and Merkle root, at the recorded time, with this nonce.
    #[track_caller]
    fn work(&self, name: &str, nonce: u64) -> Template {
        let capture = capture(name);
        let recorded = header_in(recorded_body(&capture));
        self.served.clock.set(recorded.timestamp);
        let work = self.served.node.work();
        let header = BlockHeader {
            nonce,
            ..work.header.clone()
        };
        let expected = NodeResponse {
            status: 200,
            body: exchanged(recorded_body(&capture), &header),
        };
        self.assert_answer(&capture, &capture.request.body, Some(&expected));
        assert_eq!(
            (header.height, header.bits),
            (recorded.height, recorded.bits)
        );
        work
    }

    /// Submits as recorded, but with this submission in the place of the recorded one, and asserts
    /// the recorded answer.
    #[track_caller]
    fn submit(&self, name: &str, submission: &Submission, merkle_root: [u8; 32]) {
        let capture = capture(name);
        let body = exchanged(
            &capture.request.body,
            &BlockHeader {
                previous_block_hash: submission.previous_block_hash,
                timestamp: submission.timestamp,
                nonce: submission.nonce,
                transaction_merkle_root: merkle_root,
                ..header_in(&capture.request.body)
            },
        );
        self.assert_answer(&capture, &body, capture.response.as_ref());
    }

    fn root(&self) -> [u8; 32] {
        self.served.node.work().header.transaction_merkle_root
    }
}

/// A submission of the work with another nonce.
fn with_nonce(work: &Template, nonce: u64) -> Submission {
    Submission {
        previous_block_hash: work.header.previous_block_hash,
        timestamp: work.header.timestamp,
        nonce,
    }
}

#[test]
fn a_fresh_node() {
    let replay = Replay::after(0);
    replay.unchanged("get-block-count");
    replay.work("get-work", 0);
    replay.work("get-work-with-empty-json", 0);
    replay.work("get-work-json", 0);
    for name in [
        "submit-work-empty-body",
        "submit-work-empty-object",
        "submit-work-badhex",
        "submit-work-badserflag",
        "submit-work-short",
        "unknown-path",
    ] {
        replay.unchanged(name);
    }
    let work = replay.served.node.work();
    let bad = with_nonce(&work, fail(&work, 0));
    replay.submit("submit-work-lowdiff", &bad, replay.root());

    replay.unchanged("get-block-genesis");

    replay.unchanged("get-hash-rate");
    let missing = capture("get-hash-rate");
    let (_, body) = replay
        .served
        .post(
            "/get-block-header",
            &format!(r#"{{"block_hash":"{}"}}"#, "0".repeat(64)),
        )
        .unwrap();
    assert_eq!(body, recorded_body(&missing));
}

#[test]
fn flow_1_a_block_in_json_and_the_same_again() {
    let replay = Replay::after(0);
    let work = replay.served.node.work();
    let failed = fail(&work, 1);
    let refused = replay.served.node.submit(&with_nonce(&work, failed));
    assert!(refused.is_err());

    let work = replay.work("flow1-get-work-json", failed);
    let (solution, root) = (solve(&work, 0), replay.root());
    replay.submit("flow1-submit-work-json-ok", &solution, root);
    replay.submit("flow1-submit-work-json-again-stale", &solution, root);

    let header = capture("flow1-get-block-header");
    let stored = BlockHeader {
        nonce: solution.nonce,
        ..work.header
    };
    let expected = NodeResponse {
        status: 200,
        body: exchanged(recorded_body(&header), &stored),
    };
    replay.assert_answer(&header, &header.request.body, Some(&expected));
}

#[test]
fn flow_2_a_block_in_hexadecimal_and_bytes_behind_it() {
    let replay = Replay::after(1);
    let work = replay.work("flow2-get-work", 0);
    let (solution, root) = (solve(&work, 0), replay.root());
    replay.submit("flow2-submit-work-ok", &solution, root);
    replay.submit("flow2-submit-work-again-stale", &solution, root);
    replay.submit("flow2-submit-work-trailing-bytes-stale", &solution, root);
}

#[test]
fn bytes_behind_a_good_header_do_not_harm_it() {
    let replay = Replay::after(0);
    let work = replay.served.node.work();
    let header = BlockHeader {
        nonce: solve(&work, 0).nonce,
        ..work.header
    };
    let hex = hex::encode(header.serialize().unwrap());
    let body = format!(r#"{{"block_header":"{hex}00ff"}}"#);
    let ok = (200, "{\"status\":\"success\",\"data\":true}\n".to_owned());
    assert_eq!(replay.served.post("/submit-work", &body), Some(ok));
}

#[test]
fn flow_3_fields_that_are_wrong() {
    let replay = Replay::after(2);
    let work = replay.served.node.work();
    let root = replay.root();
    let good = solve(&work, 0);
    let bad = with_nonce(&work, fail(&work, 12_345_680));
    replay.submit("flow3-submit-wrong-nonce", &bad, root);
    assert_eq!(replay.served.node.work().header.nonce, bad.nonce);
    let out_of_range = with_nonce(&work, fail(&work, (1 << 63) + 5));
    replay.submit("flow3-submit-json-nonce-2^63+5", &out_of_range, root);
    replay.unchanged("flow3-submit-json-nonce-2^64");
    replay.unchanged("flow3-submit-json-nonce-as-string");
    replay.unchanged("flow3-submit-json-short-hash");
    replay.unchanged("flow3-submit-json-other-prevhash");
    let elsewhere = Submission {
        previous_block_hash: [0; 32],
        ..good
    };
    replay.submit("flow3-submit-json-other-prevhash", &elsewhere, root);
    replay.submit("flow3-submit-json-no-commitment", &good, root);
    replay.unchanged("flow3-submit-json-empty-object");
    assert_eq!(replay.served.node.height(), 2, "none of them made a block");

    // Version, height, bits and both hashes stay garbage.
    let garbage = header_in(
        &capture("flow3-submit-json-garbage-other-fields-accepted")
            .request
            .body,
    );
    let name = "flow3-submit-json-garbage-other-fields-accepted";
    replay.submit(name, &good, garbage.transaction_merkle_root);
    let header = replay.served.node.block_at(3).unwrap().header;
    assert_eq!(header.transaction_merkle_root, root);
    assert_ne!(header.version, garbage.version);
}

#[test]
fn flow_4_timestamps() {
    let replay = Replay::after(3);
    let node = &replay.served.node;
    let at = |timestamp: u64| {
        let mut work = node.work();
        work.header.timestamp = timestamp;
        solve(&work, 0)
    };
    let recorded = header_in(recorded_body(&capture("flow4-get-work-json-after")));
    replay.served.clock.set(recorded.timestamp);
    let median = NOW - 990; // of blocks 0 to 3; then of 0 to 4 it is the same
    let ahead = at(recorded.timestamp + 1800);
    replay.submit("flow4-submit-ts-plus-1800", &ahead, replay.root());
    replay.work("flow4-get-work-json-after", 0);
    for (name, timestamp) in [
        ("flow4-submit-ts-plus-3700", recorded.timestamp + 3700),
        ("flow4-submit-ts-at-median-or-below", 1_528_945_000),
        ("flow4-submit-ts-equal-median", median),
    ] {
        replay.submit(name, &at(timestamp), replay.root());
        assert_eq!(node.height(), 4, "{name}");
    }
    let name = "flow4-submit-ts-median-plus-1";
    replay.submit(name, &at(median + 1), replay.root());
    assert_eq!(node.height(), 5);
}

#[test]
fn flow_5_another_merkle_root() {
    let replay = Replay::after(5);
    let other = header_in(&capture("flow5-mined-on-other-merkle-root").request.body);
    let work = replay.served.node.work();
    let mut elsewhere = work.clone();
    elsewhere.header.transaction_merkle_root = other.transaction_merkle_root;
    // A nonce that is good there and, as 19 of 20 are, no good here.
    let mut solution = solve(&elsewhere, 0);
    while fail(&work, solution.nonce) != solution.nonce {
        solution = solve(&elsewhere, solution.nonce + 1);
    }
    let name = "flow5-mined-on-other-merkle-root";
    replay.submit(name, &solution, other.transaction_merkle_root);
    replay.unchanged("flow5-count");
}

#[test]
fn flow_6_nonces_that_no_block_can_hold() {
    let replay = Replay::after(6);
    let (work, root) = (replay.served.node.work(), replay.root());
    let great = solve(&work, 1 << 63);
    let name = "flow6-submit-json-valid-pow-nonce-above-2^63";
    replay.submit(name, &great, root);
    replay.unchanged("flow6-count");
    replay.unchanged("flow6-get-work-after-big-nonce");
    replay.work("flow6-get-work-json-after-big-nonce", great.nonce);
    replay.unchanged("flow6-submit-hex-nonce-2^63+1");
    replay.served.clock.set(work.header.timestamp);
    let fits = solve(&work, 1 << 62);
    let name = "flow6-submit-hex-valid-pow-nonce-2^62";
    replay.submit(name, &fits, root);
    assert_eq!(replay.served.node.height(), 7);
    let (_, body) = replay.served.post("/get-work", "").unwrap();
    assert_eq!(header_in(&body).nonce, 0, "get-work answers again");
}

#[test]
#[should_panic(expected = "flow5-count")]
fn an_answer_that_differs_in_one_digit_is_noticed() {
    Replay::after(4).unchanged("flow5-count");
}

#[test]
fn every_capture_is_replayed() {
    let this_file = include_str!("captures.rs");
    for capture in testvectors::node_captures() {
        let name = format!("\"{}\"", capture.name);
        assert!(this_file.contains(&name), "{name} is not replayed");
    }
}
