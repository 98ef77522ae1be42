//! Each misbehaviour does what it says, and nothing else.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tensority_devnet::pool::{
    FAULTS, Field, Garbage, Misbehaviour, Named, Oddity, Settings, Tls, explain,
};

use crate::common::{Hash, QUIET, Served, login, submit, with_hash};

#[test]
fn every_fault_is_explained_and_understood() {
    let text = explain();
    let examples = [
        "silent",
        "silent=2s",
        "late=2s",
        "job-storm=7",
        "wrong-endian",
        "wrong-endian=bits",
        "odd-replies",
        "odd-replies=null-ids",
        "no-newline",
        "split",
        "garbage",
        "garbage=not-json",
        "disconnect=2s",
        "ban",
        "reject=7%",
        "no-template",
        "forget-jobs",
        "forget-jobs=2s",
        "forget-login",
        "forget-login=2s",
    ];
    for fault in &FAULTS {
        assert!(text.contains(&fault.to_string()) && text.contains(fault.about));
        let is_example = |example: &&&str| example.split('=').next() == Some(fault.name);
        let examples: Vec<_> = examples.iter().filter(is_example).collect();
        for example in &examples {
            assert!(example.parse::<Misbehaviour>().is_ok(), "{example}");
        }
        let optional = fault.argument.starts_with('[');
        assert_eq!(examples.len(), 1 + usize::from(optional), "{}", fault.name);
        for wrong in [format!("{}=", fault.name), format!("{}=?", fault.name)] {
            let error = wrong.parse::<Misbehaviour>().unwrap_err().to_string();
            assert!(error.contains(&fault.to_string()), "{error}");
        }
    }
    let parsed = |text: &str| text.parse::<Misbehaviour>();
    assert_eq!(
        parsed("late=500ms"),
        Ok(Misbehaviour::Late(Duration::from_millis(500)))
    );
    assert_eq!(
        parsed("late=0.5"),
        Ok(Misbehaviour::Late(Duration::from_millis(500)))
    );
    assert_eq!(
        parsed("wrong-endian"),
        Ok(Misbehaviour::WrongEndian(Field::Nonce))
    );
    assert_eq!(parsed("reject=100%"), Ok(Misbehaviour::Reject(100)));
    for bad in [
        "late=-1s",
        "late=1e9s",
        "late=nan",
        "reject=101%",
        "reject=7",
        "job-storm=0",
    ] {
        assert!(parsed(bad).is_err(), "{bad}");
    }
    let error = parsed("sulk").unwrap_err().to_string();
    assert!(error.starts_with("expected one of silent, late") && error.ends_with("\"sulk\""));
}

#[test]
fn a_silent_pool_listens_and_says_nothing_not_even_goodbye() {
    let served = Served::new(Settings {
        misbehave: vec!["silent".parse().unwrap()],
        idle_timeout: QUIET / 2,
        ..with_hash(&Hash::good())
    });
    let mut miner = served.connect();
    miner.send(&login("a.b"));
    miner.send("not json");
    miner.quiet();
    served.pool.misbehave(&[]);
    assert_eq!(miner.closed(), "", "idle for long by now");
}

#[test]
fn a_pool_can_fall_silent_after_a_while() {
    let served = Served::misbehaving(&["silent=500ms"]);
    let (mut miner, job) = served.log_in();
    // The time after which it falls silent.
    std::thread::sleep(Duration::from_millis(500));
    miner.send(&submit(&job, "1"));
    served.pool.new_block();
    miner.quiet();
}

#[test]
fn a_late_pool_says_all_in_order_and_later() {
    let served = Served::misbehaving(&["late=150ms"]);
    let mut miner = served.connect();
    let start = Instant::now();
    miner.send(&login("a.b"));
    miner.send(r#"{"id":2,"method":"login","params":{"login":"a.b"}}"#);
    assert_eq!(miner.json()["id"], 1);
    assert!(start.elapsed() >= Duration::from_millis(150));
    assert_eq!(miner.json()["method"], "job");
    assert_eq!(miner.json()["error"]["code"], 40);
    assert_eq!(miner.closed(), "");
}

#[test]
fn a_storm_is_so_many_jobs_a_second_for_the_same_block() {
    let served = Served::misbehaving(&[]);
    let (mut miner, job) = served.log_in();
    let start = Instant::now();
    served.pool.misbehave(&[Misbehaviour::JobStorm(100)]);
    let mut ids = HashSet::from([job["job_id"].to_string()]);
    for _ in 0..20 {
        let next = miner.json()["params"].clone();
        assert_eq!(next["previous_block_hash"], job["previous_block_hash"]);
        assert!(ids.insert(next["job_id"].to_string()), "an id of its own");
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(195), "{took:?}");
}

#[test]
fn a_field_can_have_its_bytes_turned_around() {
    let turned = |text: &Value| {
        let mut bytes = hex::decode(text.as_str().unwrap()).unwrap();
        bytes.reverse();
        Value::from(hex::encode(bytes))
    };
    for name in ["version", "height", "timestamp", "nonce", "bits", "target"] {
        let served = Served::misbehaving(&[]);
        let (_first, _) = served.log_in();
        let (mut miner, job) = served.log_in();
        let storm = Misbehaviour::JobStorm(100);
        let fault = format!("wrong-endian={name}").parse().unwrap();
        served.pool.misbehave(&[storm, fault]);
        let found = miner.json()["params"].clone();
        for (key, value) in job.as_object().unwrap() {
            match key.as_str() {
                "job_id" => {}
                key if key == name => assert_eq!(found[key], turned(value), "{name}"),
                key => assert_eq!(found[key], *value, "{key} with {name} turned"),
            }
        }
        assert_ne!(turned(&job["nonce"]), job["nonce"], "the test can fail");
    }
}

/// The answer to a login, the job behind it, and the answers to a good and to a bad submit, told by
/// a pool of this oddity.
fn odd(kind: &str) -> [Value; 4] {
    let hash = Hash::good();
    let served = Served::new(Settings {
        misbehave: vec![format!("odd-replies={kind}").parse().unwrap()],
        ..with_hash(&hash)
    });
    let mut miner = served.connect();
    miner.send(&login("a.b").replace("\"id\":1,", "\"id\":9,"));
    let first = [miner.json(), miner.json()];
    let job = &first[1]["params"];
    miner.send(&submit(job, "1"));
    let good = miner.json();
    hash.set_bad();
    miner.send(&submit(job, "2"));
    let bad = miner.json();
    let [reply, notification] = first;
    [reply, notification, good, bad]
}

#[test]
fn replies_can_be_odd() {
    let [reply, _, good, bad] = odd("bare-true");
    assert_eq!(reply["result"]["status"], "OK");
    assert_eq!(good["result"], true);
    assert_eq!(bad["result"], Value::Null);

    let [_, _, good, bad] = odd("minus-one");
    assert_eq!(good["error"], Value::Null);
    assert_eq!(bad["error"]["code"], -1);
    assert_eq!(bad["error"]["message"], "Low difficulty share");

    let ids = |kind| odd(kind).map(|line| line["id"].clone());
    assert_eq!(
        ids("text-ids"),
        ["9".into(), Value::Null, "2".into(), "2".into()]
    );
    assert_eq!(ids("null-ids"), [(); 4].map(|()| Value::Null));
    assert_eq!(ids("id-one"), [1.into(), Value::Null, 2.into(), 2.into()]);
}

#[test]
fn jobs_can_be_odd() {
    let [reply, job, good, _] = odd("number-job-id");
    assert!(job["params"]["job_id"].is_u64());
    assert_eq!(reply["result"]["job"], job["params"]);
    assert_eq!(good["result"]["status"], "OK", "it takes what it gave");

    let target = |kind| odd(kind)[1]["params"]["target"].clone();
    assert_eq!(target("short-target"), "33");
    assert_eq!(target("long-target"), format!("{}33333333", "0".repeat(56)));

    let [_, job, ..] = odd("upper-case");
    let hash = job["params"]["transaction_status_hash"].as_str().unwrap();
    assert!(hash.starts_with("C9C377E5"), "{hash}");
    assert_eq!(job["method"], "job");
}

#[test]
fn an_unknown_notification_comes_before_each_line() {
    let served = Served::misbehaving(&["odd-replies=unknown-notification"]);
    let mut miner = served.connect();
    miner.send(&login("a.b"));
    let lines = [(); 4].map(|()| miner.json());
    let methods = lines.map(|line| line["method"].clone());
    let unknown = Value::from("mining.set_difficulty");
    assert_eq!(
        methods,
        [unknown.clone(), Value::Null, unknown, "job".into()]
    );
}

#[test]
fn oddities_take_turns() {
    let served = Served::misbehaving(&["odd-replies"]);
    let mut miner = served.connect();
    // A login takes the turns of bare-true and minus-one, which change neither.
    miner.send(&login("a.b"));
    let job = miner.json()["result"]["job"].clone();
    miner.json();
    let mut ids = Vec::new();
    for _ in 0..3 {
        miner.send(&submit(&job, "1"));
        ids.push(miner.json()["id"].clone());
    }
    assert_eq!(ids, ["2".into(), Value::Null, 2.into()]);
    assert_eq!(
        Oddity::ALL[2..5],
        [Oddity::TextIds, Oddity::NullIds, Oddity::IdOne]
    );
}

#[test]
fn jobs_can_come_without_an_end() {
    let served = Served::misbehaving(&["no-newline"]);
    let mut miner = served.connect();
    miner.send(&login("a.b"));
    let reply = miner.json();
    let length = r#"{"jsonrpc":"2.0","method":"job","params":}"#.len();
    let job = miner.part(length + reply["result"]["job"].to_string().len());
    let job: Value = serde_json::from_str(&job).expect("a whole job");
    assert_eq!(job["params"], reply["result"]["job"]);
    miner.quiet();
}

#[test]
fn what_is_split_comes_in_pieces_and_is_whole_in_the_end() {
    let served = Served::misbehaving(&["split"]);
    let pieces = || {
        let mut miner = served.connect();
        miner.send(&login("a.b"));
        let (mut pieces, mut text) = (0, Vec::new());
        while text.iter().filter(|&&byte| byte == b'\n').count() < 2 {
            let mut chunk = [0; 4096];
            let read = miner.stream.read(&mut chunk).unwrap();
            text.extend(&chunk[..read]);
            pieces += 1;
        }
        for line in String::from_utf8(text).unwrap().lines() {
            serde_json::from_str::<Value>(line).expect("JSON");
        }
        pieces
    };
    // A busy machine may put them together again.
    assert!((0..20).any(|_| pieces() > 2));
}

#[test]
fn garbage_comes_before_what_makes_sense() {
    for kind in [
        "not-json",
        "broken-json",
        "huge-line",
        "wrong-types",
        "great-integers",
        "not-utf8",
    ] {
        let served = Served::misbehaving(&[&format!("garbage={kind}")]);
        let mut miner = served.connect();
        miner.send(&login("a.b"));
        for _ in 0..2 {
            let nonsense = miner.bytes();
            let json = serde_json::from_slice::<Value>(&nonsense);
            match kind {
                "wrong-types" => assert!(json.unwrap()["method"].is_array()),
                // A number of 1e400 is beyond what is usual.
                "great-integers" => {
                    assert!(nonsense.starts_with(b"{\"jsonrpc\":\"2.0\",\"method\":\"job\""))
                }
                _ => assert!(json.is_err(), "{kind}"),
            }
            assert_eq!(nonsense.len() == 1 << 20, kind == "huge-line");
            assert_eq!(miner.json()["jsonrpc"], "2.0");
        }
    }
}

#[test]
fn garbage_takes_turns_and_ends_with_half_a_message() {
    let served = Served::misbehaving(&["garbage"]);
    let mut miner = served.connect();
    miner.send(&login("a.b"));
    for _ in 0..2 {
        miner.bytes();
        miner.json();
    }
    for _ in 2..Garbage::ALL.len() - 1 {
        served.pool.new_block();
        miner.bytes();
        miner.json();
    }
    served.pool.new_block();
    let half = miner.closed();
    assert!(
        half.starts_with(r#"{"jsonrpc":"2.0","method":"job","#),
        "{half}"
    );
    assert_eq!(served.why(), "as it was asked to");
}

#[test]
fn connections_can_be_closed_at_an_age() {
    let served = Served::misbehaving(&["disconnect=300ms"]);
    for _ in 0..2 {
        let start = Instant::now();
        let (miner, _) = served.log_in();
        assert_eq!(miner.closed(), "");
        assert!(start.elapsed() >= Duration::from_millis(299));
        assert_eq!(served.why(), "as it was asked to");
    }
}

#[test]
fn a_login_can_be_closed_upon() {
    for (fault, reason) in [
        ("ban", "the miner is banned"),
        ("no-template", "no template"),
    ] {
        let served = Served::misbehaving(&[fault]);
        let mut miner = served.connect();
        miner.quiet();
        miner.send(&login("a.b"));
        assert_eq!(miner.closed(), "");
        assert_eq!(served.why(), reason);
    }
}

#[test]
fn so_many_good_shares_are_rejected() {
    for (fault, expected) in [("reject=0%", 0), ("reject=30%", 6), ("reject=100%", 20)] {
        let served = Served::misbehaving(&[fault]);
        let (mut miner, job) = served.log_in();
        let rejected = (0..20).filter(|_| {
            miner.send(&submit(&job, "1"));
            miner.json()["error"]["code"] == 23
        });
        assert_eq!(rejected.count(), expected, "{fault}");
    }
}

#[test]
fn a_session_can_be_forgotten_while_its_jobs_go_on() {
    for (fault, code) in [("forget-jobs", 21), ("forget-login", 24)] {
        let served = Served::misbehaving(&[&format!("{fault}=300ms")]);
        for _ in 0..2 {
            let (mut miner, job) = served.log_in();
            miner.send(&submit(&job, "1"));
            assert_eq!(miner.json()["result"]["status"], "OK");
            std::thread::sleep(Duration::from_millis(300));
            for nonce in ["2", "3"] {
                miner.send(&submit(&job, nonce));
                assert_eq!(miner.json()["error"]["code"], code);
            }
            served.pool.new_block();
            let job = miner.json()["params"].clone();
            miner.send(&submit(&job, "1"));
            assert_eq!(miner.json()["error"]["code"], code);
        }
    }
}

#[test]
fn tls_speaks_the_same_and_a_stranger_to_it_harms_nothing() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let served = Served::new(Settings {
        tls: Some(Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap()),
        misbehave: vec!["garbage=huge-line".parse().unwrap()],
        ..with_hash(&Hash::good())
    });
    let mut stranger = served.connect();
    stranger.send(&login("a.b"));
    let why = served.why();
    assert!(why.starts_with("broken: "), "{why}");

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(client), name).unwrap();
    let socket = std::net::TcpStream::connect(served.address()).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, socket);
    // The empty line ends the connection.
    let text = format!("{}\n\n", login("a.b"));
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("a proper end");
    let lines: Vec<_> = answer.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0].len(), 1 << 20);
    let reply: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(reply["result"]["status"], "OK");
    assert_eq!(served.why(), "an empty line");
}
