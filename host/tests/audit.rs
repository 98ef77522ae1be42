//! `tensority audit`: blocks that the miner mined, blocks that a node made up, and arguments that make no sense.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::thread;

use serde_json::{Value, json};
use support::{Home, assert_refused, events, nobody, node};
use testvectors::{PaidBlock, TamperedBlock, payments};

const ADDRESS: &str = "sm1qsl5ytu3atazfnxkk2ep2e3pa0x866axgtdem4c";

fn report(output: &Output) -> Value {
    let mut lines = events(output);
    assert_eq!((lines.len(), &*output.stderr), (1, &b""[..]), "{output:?}");
    lines.remove(0)
}

/// The subjects of a block's checks that have a verdict.
fn subjects<'a>(block: &'a Value, verdict: &str) -> Vec<&'a str> {
    let checks = block["checks"].as_array().expect("checks").iter();
    let checks = checks.filter(|check| check["verdict"] == verdict);
    checks
        .filter_map(|check| check["subject"].as_str())
        .collect()
}

#[test]
fn a_block_that_the_miner_mined_pays_the_address_one_height_after_it_is_set() {
    let home = Home::new();
    let (node, _server, url) = node();
    node.set_mining_address(ADDRESS).expect("an address");
    let mined = home.mine(&["-o", &url, "-d", "cpu:1", "--blocks", "2"]);
    assert_eq!(mined.status.code(), Some(0), "{mined:?}");
    // The miner has audited each itself, also the last one before its end.
    let log = String::from_utf8_lossy(&mined.stderr);
    let line = |start: &str| {
        let mut lines = log.lines();
        let line = lines.find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no {start:?}: {log}"))
    };
    let first = line("warning: block 1 of ");
    for words in ["payee: ", "one height late", "anyone"] {
        assert!(first.contains(words), "no {words:?}: {first}");
    }
    let second = line("block 2 of ");
    let pays = format!(" pays 412.50000000 BTM to {ADDRESS}, as its bytes prove");
    assert!(second.ends_with(&pays), "{second}");

    let audit = |arguments: &[&str]| home.run(&[&["audit", "-o", &url], arguments].concat());
    let output = audit(&["--last", "2", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let report = report(&output);
    assert_eq!(
        (&report["right"], &report["network"]),
        (&true.into(), &"solonet".into())
    );
    let [first, second] = &report["blocks"].as_array().expect("blocks")[..] else {
        panic!("{report}");
    };
    for (block, height) in [(first, 1), (second, 2)] {
        let hash = node.block_at(height).expect("a block").hash;
        assert_eq!(block["height"], height);
        assert_eq!(block["block_hash"], hex::encode(hash));
        assert_eq!(block["coinbase"]["amount"], 41_250_000_000_u64);
        let right = subjects(block, "right");
        for subject in [
            "main_chain",
            "proof_of_work",
            "transaction_root",
            "status_root",
            "amount",
        ] {
            assert!(right.contains(&subject), "{subject}: {block}");
        }
        assert_eq!(subjects(block, "wrong"), [""; 0]);
    }
    assert_eq!(first["coinbase"]["to"], "anyone");
    assert_eq!(subjects(first, "doubtful"), ["program"]);
    assert_eq!(first["pays_mining_address"], false);
    assert_eq!(second["coinbase"]["address"], ADDRESS);
    assert_eq!(second["pays_mining_address"], true);
    let warning = report["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("one height late"), "{warning}");

    let hash = hex::encode(node.block_at(2).expect("a block").hash);
    let good = audit(&["--hash", &hash, "--ours"]);
    let text = String::from_utf8_lossy(&good.stdout);
    assert_eq!(good.status.code(), Some(0), "{text}");
    assert!(
        text.contains("not proven: that spends were signed"),
        "{text}"
    );
    let bad = audit(&["--height", "1", "--address", ADDRESS]);
    let text = String::from_utf8_lossy(&bad.stdout);
    assert_eq!(
        (bad.status.code(), &*bad.stderr),
        (Some(1), &b""[..]),
        "{text}"
    );
    assert!(
        text.contains("WRONG: expected the program 001487e8"),
        "{text}"
    );
    assert!(text.contains("found 51"), "{text}");
}

/// A node that says what a function does: a path and a body give a status and an answer. The rest is unknown to it.
fn pretend(answer: impl Fn(&str, &str) -> Option<(u16, String)> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut lines = reader.by_ref().lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            let head = lines.take_while(|line| !line.is_empty());
            let length = head.filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse().ok())?
            });
            let mut body = vec![0; length.last().unwrap_or(0)];
            reader.read_exact(&mut body).expect("a body");
            let path = request.split(' ').nth(1).unwrap_or_default();
            let found = answer(path, &String::from_utf8_lossy(&body));
            let (status, body) = found.unwrap_or((500, "{\"detail\":\"not Found\"}".to_owned()));
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n");
            // A client that has gone away is none of our business.
            let _ = write!(stream, "{head}Connection: close\r\n\r\n{body}");
        }
    });
    url
}

/// A node without its wallet that has one block, and gives its transactions tampered with.
fn one_block(tampered: &TamperedBlock, base: &PaidBlock) -> String {
    let raw = tampered.patch.as_ref().expect("a patch");
    let raw = hex::encode(raw.apply(&base.raw_block));
    let header = tensority::BlockHeader::deserialize(&base.raw_block).expect("a header");
    let header_hex = hex::encode(header.serialize().expect("a header"));
    let statuses: Vec<_> = base.failed.iter().map(|_| json!({})).collect();
    let height = header.height;
    pretend(move |path, body| {
        let asked: Value = serde_json::from_str(body).unwrap_or_default();
        let is_there = asked["block_height"].as_u64().is_none_or(|at| at == height);
        let data = match path {
            "/net-info" => json!({"network_id": "solonet"}),
            "/get-block-count" => json!({"block_count": height}),
            "/get-mining-address" => return Some((301, String::new())),
            _ if !is_there => {
                let detail = "can't find block in given height";
                let fail = json!({"status": "fail", "error_detail": detail});
                return Some((200, fail.to_string()));
            }
            "/get-block-header" => json!({"block_header": header_hex, "reward": 0}),
            "/get-raw-block" => {
                let status = json!({"version": 1, "verify_status": statuses});
                json!({"raw_block": raw, "transaction_status": status})
            }
            _ => return None,
        };
        Some((200, json!({"status": "success", "data": data}).to_string()))
    })
}

#[test]
fn a_node_that_tells_of_other_transactions_is_found_out() {
    let payments = payments();
    let home = Home::new();
    for (name, expected) in [
        (
            "coinbase-amount-plus-1",
            Some(&["transaction_root", "amount"][..]),
        ),
        (
            "coinbase-program-other-address",
            Some(&["transaction_root", "payee"]),
        ),
        (
            "coinbase-stolen-root-recomputed",
            Some(&["main_chain", "payee"]),
        ),
        ("truncated-last-byte", None),
    ] {
        let mut all = payments.tampered.iter();
        let tampered = all.find(|it| it.name == name).expect(name);
        let mut bases = payments.blocks.iter();
        let base = bases.find(|it| it.name == tampered.base).expect(name);
        let url = one_block(tampered, base);
        let output = home.run(&[
            "audit",
            "-o",
            &url,
            "--last",
            "1",
            "--address",
            ADDRESS,
            "--json",
        ]);
        assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
        let report = report(&output);
        let block = &report["blocks"][0];
        match expected {
            Some(expected) => assert_eq!(subjects(block, "wrong"), expected, "{name}"),
            None => assert!(block["error"].to_string().contains("cut short"), "{block}"),
        }
        assert_eq!(
            (&block["right"], &report["right"]),
            (&false.into(), &false.into())
        );
        let warning = report["warnings"][0].as_str().expect("a warning");
        assert!(warning.contains("wallet of the node is off"), "{warning}");
    }
}

#[test]
fn what_cannot_be_audited_is_one_line() {
    let home = Home::new();
    let (_node, _server, url) = node();
    let refused = |arguments: &[&str], code, words: &[&str]| {
        let output = home.run(&[&["audit"], arguments].concat());
        assert!(output.stdout.is_empty(), "{output:?}");
        assert_refused(&output, code, words);
    };
    refused(&["--height", "1"], 64, &["expected a node", "-o http://"]);
    refused(&["-o", &url], 64, &["--height"]);
    refused(
        &["-o", "stratum+tcp://pool:1", "--last", "1"],
        64,
        &["a pool, whose blocks pay the pool"],
    );
    refused(
        &["-o", &url, "--height", "9"],
        64,
        &["height 9", "no such block"],
    );
    refused(
        &["-o", &url, "--hash", "00"],
        64,
        &["64 hexadecimal digits"],
    );
    refused(&["-o", &url, "--last", "0"], 64, &["--last"]);
    refused(
        &["-o", &url, "--last", "1", "--ours"],
        64,
        &["pays anyone", "set-mining-address"],
    );
    refused(
        &["-o", &url, "--last", "1", "--account", "me"],
        64,
        &["\"me\"", "no such account"],
    );
    let mainnet = "bm1q3jwsv0lhfmndnlag3kp6avpcq6pkd3xy8e5r88";
    refused(
        &["-o", &url, "--last", "1", "--address", mainnet],
        64,
        &["sm1", "bm1q"],
    );
    let nobody = format!("http://{}", nobody());
    refused(&["-o", &nobody, "--last", "1"], 69, &["cannot be reached"]);
}
