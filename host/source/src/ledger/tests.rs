use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

use testvectors::{NodeResponse, payment_captures};

use super::*;
use crate::address::Address;

/// The node's clock, 784111777 seconds after 1970 began.
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// A ledger that gets the recorded answer, and must ask as it was recorded.
fn recorded(name: &'static str) -> Ledger {
    let mut captures = payment_captures().into_iter();
    let capture = captures.find(|capture| capture.name == name).expect(name);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a question");
        let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            reader.read_line(&mut head).expect("a head");
            let line = head[start..].to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let compact = |text: &str| text.replace(' ', "");
        let same = head.starts_with(&format!("POST {} ", capture.request.path))
            && compact(&String::from_utf8_lossy(&body)) == compact(&capture.request.body);
        let NodeResponse { status, body } = match (capture.response, same) {
            (Some(response), true) => response,
            _ => NodeResponse {
                status: 418,
                body: head,
            },
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} X\r\nDate: {DATE}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).expect("a reader");
    });
    let settings = Settings::new(address.parse().expect("an address"));
    let Address::Node(url) = &settings.address else {
        panic!("no node");
    };
    Ledger::new(url, &settings).expect("a ledger")
}

/// The hash that a recorded request names.
fn named(name: &str) -> [u8; 32] {
    let mut captures = payment_captures().into_iter();
    let capture = captures.find(|capture| capture.name == name).expect(name);
    let body: serde_json::Value = serde_json::from_str(&capture.request.body).expect("JSON");
    let mut hash = [0; 32];
    hex::decode_to_slice(body["block_hash"].as_str().expect("a hash"), &mut hash).expect("a hash");
    hash
}

#[test]
fn recorded_blocks_are_read_with_the_status_of_each_transaction() {
    let blocks = testvectors::payments().blocks;
    for (capture, height, block) in [
        ("get-raw-block-genesis", 0, "genesis-solonet"),
        ("get-raw-block-op-true", 1, "coinbase-op-true"),
        ("get-raw-block", 416, "coinbase-p2wpkh"),
        (
            "get-raw-block-status-fail",
            531,
            "4-transactions-one-failed",
        ),
    ] {
        let found = recorded(capture).block(BlockName::Height(height));
        let expected = blocks.iter().find(|it| it.name == block).expect(block);
        assert_eq!(
            found,
            Ok(RawBlock {
                bytes: expected.raw_block.clone(),
                failed: expected.failed.clone()
            })
        );
    }
    let nothing = recorded("get-raw-block-not-found").block(BlockName::Height(99_999));
    assert_eq!(nothing, Err(NodeError::NoBlock));
}

#[test]
fn a_block_that_lost_comes_by_its_hash() {
    let hash = named("get-raw-block-side-branch");
    let block = recorded("get-raw-block-side-branch").block(BlockName::Hash(hash));
    let header = BlockHeader::deserialize(&block.expect("a block").bytes);
    assert_eq!(header.expect("a header").hash(), hash);
}

#[test]
fn a_recorded_header_is_read() {
    let header = recorded("get-block-header-reward-with-fees").header(529);
    let header = header.expect("a header");
    let by_hash = named("get-block-header-by-hash");
    assert_eq!((header.height, header.hash()), (529, by_hash));
}

#[test]
fn whom_a_node_pays_is_told_with_the_reasons_to_pay_anyone() {
    let address = |name| recorded(name).mining_address();
    let set = MiningAddress::Set("sm1qfdxq486uu2hlreqqshszwf0n5uzmvlsdkkq4n9".to_owned());
    assert_eq!(address("get-mining-address"), Ok(set));
    let none = address("get-mining-address-no-account");
    assert_eq!(none, Ok(MiningAddress::NoAccount));
    let off = address("wallet-disabled-get-mining-address");
    assert_eq!(off, Ok(MiningAddress::WalletOff));
}

#[test]
fn the_programs_of_an_account_are_read() {
    let programs = recorded("list-addresses-p2wsh").programs("multi");
    let programs = programs.expect("programs");
    assert!(programs.len() > 1, "{}", programs.len());
    let is_p2wsh = |program: &Vec<u8>| program.starts_with(&[0x00, 0x20]) && program.len() == 34;
    assert!(programs.iter().all(is_p2wsh));
}

#[test]
fn the_name_of_the_network_is_read() {
    assert_eq!(recorded("net-info").network().as_deref(), Ok("solonet"));
}

#[test]
fn how_a_node_stands_comes_with_its_clock() {
    let standing = recorded("net-info").standing().expect("an answer");
    let clock = standing.clock.expect("a clock");
    let since = clock.duration_since(SystemTime::UNIX_EPOCH);
    assert_eq!(since.ok(), Some(Duration::from_secs(784_111_777)));
    assert_eq!(standing.network, "solonet");
    assert!(!standing.syncing);
    let numbers = (standing.height, standing.highest, standing.peers);
    assert_eq!(numbers, (0, 0, 0));
}
