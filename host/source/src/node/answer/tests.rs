use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use testvectors::node_captures;

use super::*;

fn fail(detail: &str) -> Vec<u8> {
    let (code, msg) = ("BTM000", "Bytom API Error");
    serde_json::json!({"status": "fail", "code": code, "msg": msg, "error_detail": detail})
        .to_string()
        .into_bytes()
}

#[test]
fn every_recorded_work_is_read_to_the_last_bit() {
    let mut read = 0;
    let mut greater_than_a_double_holds = 0;
    for capture in node_captures() {
        let Some(response) = capture.response else {
            continue;
        };
        if capture.request.path != "/get-work-json" {
            continue;
        }
        let body = response.body.as_bytes();
        let template = get_work(NodeForm::Json, response.status, body).unwrap();
        let json: Value = serde_json::from_str(&response.body).unwrap();
        let header = &json["data"]["block_header"];
        assert_eq!(template.header.bits, header["bits"].as_u64().unwrap());
        assert_eq!(template.header.height, header["height"].as_u64().unwrap());
        assert_eq!(template.header.nonce, 0, "not {}", header["nonce"]);
        assert_eq!(hex::encode(template.seed), json["data"]["seed"]);
        read += 1;
        greater_than_a_double_holds += u32::from(template.header.bits as f64 as u64 > 1 << 53);
    }
    assert!(read >= 2 && greater_than_a_double_holds == read);
}

#[test]
fn every_recorded_answer_to_a_submit_has_its_meaning() {
    let mut seen = std::collections::BTreeSet::new();
    for capture in node_captures() {
        let Some(response) = capture.response else {
            continue;
        };
        if !capture.request.path.starts_with("/submit-work") {
            continue;
        }
        let answer = submit_work(response.status, response.body.as_bytes());
        let expected = match &*response.body {
            body if body.contains("\"data\":true") => "accepted",
            body if body.contains("has been changed") => "stale",
            body if body.contains("proof of work") => "proof_of_work",
            body if body.contains("timestamp") => "timestamp",
            body if body.contains("BTM002") => "http_status",
            _ => "failed",
        };
        let name = answer.map_or_else(|error| error.name(), |()| "accepted");
        assert_eq!(name, expected, "{}: {}", capture.name, response.body);
        seen.insert(name);
    }
    let all = [
        "accepted",
        "failed",
        "http_status",
        "proof_of_work",
        "stale",
        "timestamp",
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn failures_have_their_meaning() {
    let meaning = |detail: &str| get_work(NodeForm::Json, 200, &fail(detail)).unwrap_err();
    assert_eq!(meaning("no block is ready for mining"), NodeError::NotReady);
    let orphan = submit_work(200, &fail("submit result is orphan"));
    assert_eq!(orphan, Err(NodeError::Orphan));
    assert_eq!(
        meaning("can't submit empty block"),
        NodeError::Failed("can't submit empty block".to_owned())
    );
}

#[test]
fn statuses_have_their_meaning() {
    let unauthorized = br#"{"code":"BTM860","status":"fail","detail":"no token"}"#;
    let error = get_work(NodeForm::Json, 401, unauthorized).unwrap_err();
    assert_eq!(error, NodeError::Unauthorized("no token".to_owned()));
    assert!(!error.may_pass());
    let error = get_work(NodeForm::Json, 500, b"").unwrap_err();
    let detail = "nothing".to_owned();
    assert_eq!(
        error,
        NodeError::Status {
            status: 500,
            detail
        }
    );
    assert!(error.may_pass());
    assert_eq!(get_work(NodeForm::Hex, 200, b""), Err(NodeError::Empty));
}

#[test]
fn what_is_no_answer_is_named_with_its_beginning() {
    for body in ["<html>", "[]", "{}", r#"{"status":"success","data":{}}"#] {
        let error = get_work(NodeForm::Json, 200, body.as_bytes()).unwrap_err();
        assert!(matches!(error, NodeError::Unexpected { .. }), "{error}");
        assert!(error.to_string().contains(&format!("{body:?}")), "{error}");
    }
    let not_true = submit_work(200, br#"{"status":"success","data":false}"#);
    assert_eq!(not_true.unwrap_err().name(), "unexpected");
    let latin = get_work(NodeForm::Json, 200, &[0xe9; 500])
        .unwrap_err()
        .to_string();
    assert!(latin.chars().count() < 250, "{latin}");
}

#[test]
fn a_submit_keeps_integers_that_no_double_holds() {
    let header = BlockHeader {
        nonce: (1 << 53) + 1,
        bits: 2_305_843_009_214_532_813,
        timestamp: (1 << 63) - 1,
        ..BlockHeader::default()
    };
    let body = submit_work_body(NodeForm::Json, &header).unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains(r#""nonce":9007199254740993,"#), "{body}");
    assert!(body.contains(r#""bits":2305843009214532813,"#), "{body}");
    assert!(
        body.contains(r#""timestamp":9223372036854775807,"#),
        "{body}"
    );
    assert!(body.contains(r#""block_commitment":{"#), "{body}");
}

#[test]
fn recorded_work_in_hexadecimal_is_read_and_said_in_the_same_way() {
    let mut read = 0;
    for capture in node_captures() {
        let Some(response) = capture
            .response
            .filter(|response| !response.body.is_empty())
        else {
            continue;
        };
        if capture.request.path != "/get-work" {
            continue;
        }
        let body = response.body.as_bytes();
        let template = get_work(NodeForm::Hex, response.status, body).unwrap();
        assert_eq!(template.header.nonce, 0);
        let json: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(hex::encode(template.seed), json["data"]["seed"]);
        let recorded = json["data"]["block_header"].as_str().unwrap();
        let recorded = BlockHeader::deserialize(&hex::decode(recorded).unwrap()).unwrap();
        let header = BlockHeader {
            nonce: recorded.nonce,
            ..template.header
        };
        let said = submit_work_body(NodeForm::Hex, &header).unwrap();
        let said: Value = serde_json::from_slice(&said).unwrap();
        assert_eq!(said["block_header"], json["data"]["block_header"]);
        read += 1;
    }
    assert!(read > 0);
}

#[test]
fn what_no_block_can_hold_is_neither_read_nor_said() {
    let work = |bits: u64, height: u64| {
        let hash = "00".repeat(32);
        serde_json::json!({"status": "success", "data": {"seed": hash, "block_header": {
            "version": 1, "height": height, "previous_block_hash": hash, "timestamp": 1,
            "nonce": u64::MAX, "bits": bits, "block_commitment": {
                "transaction_merkle_root": hash, "transaction_status_hash": hash}}}})
        .to_string()
    };
    let read = |bits, height| get_work(NodeForm::Json, 200, work(bits, height).as_bytes());
    let bits = 2_305_843_009_214_532_812;
    assert!(read(bits, 7).is_ok(), "the nonce is nothing to us");
    for (bits, height) in [(0, 7), (bits, 1 << 63), (0x0480_0000_0012_3456, 7)] {
        assert_eq!(read(bits, height).unwrap_err().name(), "unexpected");
    }
    let header = BlockHeader {
        nonce: 1 << 63,
        ..BlockHeader::default()
    };
    for form in [NodeForm::Json, NodeForm::Hex] {
        assert!(submit_work_body(form, &header).is_err());
    }
}

#[test]
fn no_answer_mutated_in_any_way_makes_it_panic() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let (mut good, mut bad) = (0, 0);
    for capture in node_captures() {
        let Some(response) = capture.response else {
            continue;
        };
        for _ in 0..50 {
            let mut body = response.body.clone().into_bytes();
            for _ in 0..random.random_range(0..3) {
                if body.is_empty() {
                    break;
                }
                let at = random.random_range(0..body.len());
                match random.random_range(0..3) {
                    0 => body[at] = random.random(),
                    1 => drop(body.remove(at)),
                    _ => body.truncate(at),
                }
            }
            for form in [NodeForm::Json, NodeForm::Hex] {
                match get_work(form, response.status, &body) {
                    Ok(template) => good += u32::from(template.header.nonce == 0),
                    Err(error) => bad += u32::from(error.to_string().len() < 2000),
                }
            }
            // Any answer will do.
            let _ = submit_work(response.status, &body);
        }
    }
    assert!(good > 0 && bad > 0, "{good} {bad}");
}
