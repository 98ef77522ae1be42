//! A node over HTTP: its answers, and what miners ask the development node.

use tensority_devnet::decoders::{self, Refused};
use tensority_source::NodeForm;
use tensority_source::decoders::{get_work, submit_work, submit_work_body};

use super::is_plain_line;
use crate::Target;

pub const ANSWERS: Target = Target {
    name: "node-answers",
    about: "status and body of a node's answer, by the miner",
    claims: "a template can be mined; a block of it, as it is handed in, is what a node reads; an error is a line",
    longest: 4096,
    memory_per_byte: 512,
    seeds: answer_seeds,
    check: answers,
};

pub const SERVER: Target = Target {
    name: "node-requests",
    about: "the body of a request, by the development node",
    claims: "what is taken is the same when it is written again",
    longest: 4096,
    memory_per_byte: 512,
    seeds: request_seeds,
    check: requests,
};

/// What the first byte says of the rest: the form, and whether the status is that of success.
fn form(selector: u8) -> NodeForm {
    match selector & 1 {
        0 => NodeForm::Json,
        _ => NodeForm::Hex,
    }
}

fn answer_seeds() -> Vec<Vec<u8>> {
    let captures = testvectors::node_captures().into_iter();
    let seeds = captures.filter_map(|capture| {
        let response = capture.response?;
        let hex = u8::from(!capture.request.path.ends_with("-json"));
        let selector = hex | u8::from(response.status != 200) << 1;
        Some([&[selector], response.body.as_bytes()].concat())
    });
    seeds.collect()
}

fn answers(bytes: &[u8]) {
    let Some((&selector, body)) = bytes.split_first() else {
        return;
    };
    let form = form(selector);
    let status = if selector & 2 == 0 {
        200
    } else {
        400 + u16::from(selector >> 2)
    };
    if let Err(error) = submit_work(status, body) {
        assert!(is_plain_line(&error.to_string()), "{error:?}");
    }
    let template = match get_work(form, status, body) {
        Ok(template) => template,
        Err(error) => return assert!(is_plain_line(&error.to_string()), "{error:?}"),
    };
    let mut header = template.header.clone();
    header.nonce = template.nonces - 1;
    let body = submit_work_body(form, &header).expect("a header that can be mined");
    let read = match form {
        NodeForm::Json => decoders::submit_work_json(&body).expect("a header"),
        NodeForm::Hex => decoders::submit_work(&body)
            .expect("a body")
            .expect("a header"),
    };
    assert_eq!(read.previous_block_hash, header.previous_block_hash);
    assert_eq!(
        (read.timestamp, read.nonce),
        (header.timestamp, header.nonce)
    );
}

/// The first byte says what is asked.
fn request_seeds() -> Vec<Vec<u8>> {
    let captures = testvectors::node_captures().into_iter();
    let seeds = captures.map(|capture| {
        let selector = match &*capture.request.path {
            "/submit-work" => 0,
            "/submit-work-json" => 1,
            "/set-mining-address" => 3,
            _ => 2,
        };
        [&[selector], capture.request.body.as_bytes()].concat()
    });
    seeds.collect()
}

fn requests(bytes: &[u8]) {
    let Some((&selector, body)) = bytes.split_first() else {
        return;
    };
    let refused = match selector % 4 {
        0 => decoders::submit_work(body).err(),
        1 => decoders::submit_work_json(body).err(),
        2 => decoders::block_name(body).err(),
        _ => match decoders::set_mining_address(body) {
            Ok(address) => {
                let again = serde_json::json!({ "mining_address": address }).to_string();
                assert_eq!(decoders::set_mining_address(again.as_bytes()), Ok(address));
                None
            }
            Err(refused) => Some(refused),
        },
    };
    if let Some(Refused::BadBody(reason)) = refused {
        assert!(!reason.is_empty());
    }
}
