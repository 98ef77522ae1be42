//! The node over HTTP, as clients of every kind meet it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tensority_devnet::node::{Event, Node, ServerError, Settings, Submission, serve};

use crate::common::{Served, exchange, fail, post, solve};

const OK: &str = "{\"status\":\"success\",\"data\":true}\n";

fn json_submit(submission: &Submission) -> String {
    let Submission {
        previous_block_hash,
        timestamp,
        nonce,
    } = submission;
    let parent = hex::encode(previous_block_hash);
    format!(
        r#"{{"block_header":{{"previous_block_hash":"{parent}","timestamp":{timestamp},"nonce":{nonce},"block_commitment":{{}}}}}}"#
    )
}

#[test]
fn what_clients_ask_is_answered_or_refused_as_a_node_does() {
    let served = Served::new();
    let ask = |path: &str, body: &str| served.post(path, body).expect("an answer");
    // As recorded.
    let difficulty = "{\"status\":\"success\",\"data\":{\"hash\":\"ce4fe9431cd0225b3a811f8f8ec922f2b07a921bb12a8dddae9a85540072c770\",\
        \"height\":0,\"bits\":2305843009214532812,\"difficulty\":\"20\"}}\n";
    let of_block_0 = r#"{"block_height":0}"#;
    assert_eq!(ask("/get-difficulty", of_block_0), (200, difficulty.into()));
    let is_mining = "{\"status\":\"success\",\"data\":{\"is_mining\":false}}\n";
    assert_eq!(ask("/is-mining", ""), (200, is_mining.into()));
    served.mine();
    let (status, rate) = ask("/get-hash-rate", r#"{"block_height":1}"#);
    assert!(
        status == 200 && rate.contains("\"height\":1,\"hash_rate\":"),
        "{rate}"
    );
    // bytomcli says "Unable to connect" of any other status.
    for path in [
        "/list-accounts",
        "/list-balances",
        "/get-block",
        "/create-key",
    ] {
        let (status, body) = ask(path, "{}");
        assert!(
            status == 200 && body.contains("wallet not found"),
            "{path}: {body}"
        );
    }
    assert_eq!(ask("/elsewhere", "").0, 500);
}

#[test]
fn answers_carry_the_headers_of_the_real_node() {
    let served = Served::new();
    for path in ["/get-work", "/submit-work", "/elsewhere"] {
        let (_, head, _) = post(served.address(), path, b"").expect("an answer");
        let head = head.to_ascii_lowercase();
        for header in [
            "content-type: application/json; charset=utf-8",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "x-xss-protection: 1",
        ] {
            assert!(head.contains(header), "no {header} in the answer to {path}");
        }
    }
}

#[test]
fn any_method_and_any_query_will_do() {
    let served = Served::new();
    for request in [
        "GET /get-block-count HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n",
        "PUT /get-block-count?x=1 HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n",
        "POST /get-block-count HTTP/1.0\r\n\r\n",
    ] {
        let (status, _, body) = exchange(served.address(), request.as_bytes()).expect("an answer");
        let expected = "{\"status\":\"success\",\"data\":{\"block_count\":0}}\n";
        assert_eq!((status, body.as_str()), (200, expected), "{request}");
    }
}

#[test]
fn a_connection_serves_many_requests() {
    let served = Served::new();
    let mut stream = TcpStream::connect(served.address()).unwrap();
    let request = b"POST /get-block-count HTTP/1.1\r\nHost: node\r\nContent-Length: 0\r\n\r\n";
    for _ in 0..3 {
        stream.write_all(request).unwrap();
        let mut answer = [0; 512];
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK"));
    }
}

#[test]
fn submits_are_told_to_the_observer() {
    let served = Served::new();
    let work = served.node.work();
    let good = solve(&work, 0);
    let bad = Submission {
        nonce: fail(&work, 0),
        ..good
    };
    let answer = |body: &str| served.post("/submit-work-json", body);
    assert!(answer(&json_submit(&bad)).is_some());
    assert!(answer("nonsense").is_some());
    assert!(answer("{}").is_none());
    assert_eq!(answer(&json_submit(&good)), Some((200, OK.to_owned())));
    served.post("/get-work", "");

    let events: Vec<_> = served.events.lock().unwrap().try_iter().collect();
    let Event::Rejected { reason } = &events[0] else {
        panic!("{events:?}");
    };
    assert_eq!(reason, "invalid difficulty proof of work: invalid block");
    assert!(matches!(&events[1], Event::Rejected { .. }), "{events:?}");
    assert_eq!(events[2].to_string(), "rejected: block_header is missing");
    let block = served.node.block_at(1).expect("the block");
    assert_eq!(events[3..], [Event::Accepted(block)]);
}

#[test]
fn of_many_clients_with_the_same_solution_one_wins() {
    let served = Served::new();
    let body = json_submit(&solve(&served.node.work(), 0));
    let address = served.address();
    let stop_asking = Instant::now() + Duration::from_secs(20);
    let answers: Vec<_> = thread::scope(|scope| {
        let submitters: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| served.post("/submit-work-json", &body).expect("an answer")))
            .collect();
        let askers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(move || {
                    while Instant::now() < stop_asking {
                        let (status, _, work) = post(address, "/get-work", b"").expect("work");
                        assert_eq!(status, 200);
                        if work.contains("\"010102") {
                            return;
                        }
                    }
                    panic!("no work for block 2");
                })
            })
            .collect();
        for asker in askers {
            asker.join().unwrap();
        }
        submitters
            .into_iter()
            .map(|submitter| submitter.join().unwrap().1)
            .collect()
    });
    assert_eq!(answers.iter().filter(|answer| *answer == OK).count(), 1);
    let stale = answers
        .iter()
        .filter(|answer| answer.contains("has been changed"));
    assert_eq!(stale.count(), 7);
    assert_eq!(served.node.height(), 1);
}

#[test]
fn garbage_is_refused_and_the_node_lives_on() {
    let served = Served::new();
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST /get-work HTTP/9.9\r\n\r\n",
        b"POST /submit-work HTTP/1.1\r\nContent-Length: many\r\n\r\n",
    ] {
        let answer = exchange(served.address(), garbage);
        let status = answer.map(|(status, ..)| status);
        assert_eq!(status, Some(400), "{}", String::from_utf8_lossy(garbage));
    }
    let chunked = b"POST /submit-work HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n";
    assert!(matches!(
        exchange(served.address(), chunked),
        None | Some((400, ..))
    ));
    assert!(served.post("/get-block-count", "").is_some());
}

#[test]
fn half_a_request_keeps_nobody_from_being_served_or_stopped() {
    let served = Served::new();
    let mut half = TcpStream::connect(served.address()).unwrap();
    half.write_all(b"POST /get-work HT").unwrap();
    assert!(served.post("/get-block-count", "").is_some());
    let started = Instant::now();
    drop(served);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_huge_body_is_refused() {
    let served = Served::new();
    let limit = 1 << 20;
    let spaces = |count: usize| " ".repeat(count);
    let (status, body) = served.post("/submit-work", &spaces(limit)).unwrap();
    assert_eq!(status, 400);
    assert!(body.contains("\"EOF: "), "{body}");
    let (status, body) = served.post("/submit-work", &spaces(limit + 1)).unwrap();
    assert_eq!(status, 400);
    assert!(body.contains("\"http: request body too large: "), "{body}");
}

#[test]
fn other_machines_are_not_served() {
    let bind = |address: &str| {
        let node = Arc::new(Node::new(Settings::default()).unwrap());
        let address: SocketAddr = address.parse().unwrap();
        serve(address, node, |_| {}).map(|server| server.local_addr())
    };
    for address in ["0.0.0.0:0", "192.0.2.1:9888", "[::]:0"] {
        let error = bind(address).unwrap_err();
        assert!(matches!(error, ServerError::NotLoopback(_)), "{error}");
        assert!(error.to_string().contains(address), "{error}");
    }
    let free = bind("127.0.0.1:0").unwrap();
    assert_ne!(free.port(), 0);
}

#[test]
fn a_taken_port_is_an_error_and_a_dropped_server_frees_it() {
    let served = Served::new();
    let address = served.address();
    let bind = || {
        let node = Arc::new(Node::new(Settings::default()).unwrap());
        serve(address, node, |_| {})
    };
    let Err(error) = bind() else {
        panic!("expected a refusal");
    };
    assert!(matches!(error, ServerError::Listen { .. }), "{error}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    drop(served);
    assert!(bind().is_ok());
}
