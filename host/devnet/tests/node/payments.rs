//! What an audit asks a node: recorded answers, and blocks that were mined here.

use serde_json::Value;
use tensority_payment::{Address, Block, Network, Question, Subject, Verdict, Warning, audit};
use testvectors::{NodeCapture, NodeResponse, payment_captures};

use crate::common::Served;

const ADDRESS: &str = "sm1qsl5ytu3atazfnxkk2ep2e3pa0x866axgtdem4c";

/// Asserts that a request is answered as it was recorded.
#[track_caller]
fn assert_answer(served: &Served, name: &str) {
    let mut captures = payment_captures().into_iter();
    let capture = captures.find(|capture| capture.name == name);
    let NodeCapture {
        request, response, ..
    } = capture.unwrap_or_else(|| panic!("no capture {name}"));
    let found = served.post(&request.path, &request.body);
    let found = found.map(|(status, body)| NodeResponse { status, body });
    assert_eq!(found, response, "{name}");
}

#[test]
fn a_node_without_an_account_answers_as_recorded() {
    let served = Served::new();
    for name in [
        "net-info",
        "get-raw-block-genesis",
        "get-raw-block-not-found",
        "get-mining-address-no-account",
        "list-addresses-no-account",
        "set-mining-address-empty",
        "set-mining-address-mainnet",
        "set-mining-address-p2wsh",
        "set-mining-address-no-account",
    ] {
        assert_answer(&served, name);
    }
    // An address is told as it was given, and one more time when it is asked for.
    assert_answer(&served, "set-mining-address-uppercase");
    assert_answer(&served, "get-mining-address-uppercase");
}

/// The block at a height as the API gives it, and whether each transaction failed.
fn raw_block(served: &Served, height: u64) -> (Block, Vec<bool>) {
    let body = format!(r#"{{"block_height":{height}}}"#);
    let (_, answer) = served.post("/get-raw-block", &body).expect("an answer");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let data = &answer["data"];
    let raw = hex::decode(data["raw_block"].as_str().unwrap()).unwrap();
    let statuses = data["transaction_status"]["verify_status"].as_array();
    let failed = statuses.unwrap().iter();
    let failed = failed.map(|it| it["status_fail"] == Value::Bool(true));
    (Block::decode(&raw).expect("a block"), failed.collect())
}

#[test]
fn a_block_that_was_mined_audits_as_right_and_pays_one_height_late() {
    let served = Served::new();
    served.node.set_mining_address(ADDRESS).unwrap();
    served.mine();
    served.clock.set(crate::common::NOW + 1);
    served.mine();
    let address = Address::parse(ADDRESS, Network::Solonet).unwrap();
    for height in [1, 2] {
        let (block, failed) = raw_block(&served, height);
        let hash = served.node.block_at(height).unwrap().hash;
        let programs = [address.program()];
        let audit = audit(&Question {
            block: &block,
            network: Network::Solonet,
            failed: Some(&failed),
            height: Some(height),
            block_hash: Some(hash),
            main_chain: Some(hash),
            pow_hash: None,
            programs: &programs,
        });
        let faults: Vec<_> = audit.faults().map(|(subject, _)| subject).collect();
        let program = audit.verdict(Subject::Program);
        if height == 1 {
            assert_eq!(faults, [Subject::Payee]);
            let warning = Warning::Anyone;
            assert_eq!(program, Some(&Verdict::Doubtful { warning }));
        } else {
            assert_eq!(faults, []);
            let coinbase = audit.coinbase.expect("a coinbase");
            assert_eq!(coinbase.address, Some(address));
        }
    }
}
