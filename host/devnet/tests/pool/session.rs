//! What a pool does that behaves.

use std::io::Read;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tensority::fast::{Backend, MatrixList, hash};
use tensority::{BlockHeader, Target};
use tensority_devnet::node::{Node, Submission};
use tensority_devnet::pool::{
    BanRule, Chain, DevelopmentChain, Event, Pool, ServerError, Settings, Template, serve,
};

use crate::common::{Hash, Miner, QUIET, Served, login, submit, with_hash};

/// A development node behind the pool.
struct NodeChain(Arc<Node>);

impl Chain for NodeChain {
    fn template(&self) -> Option<Template> {
        Some(self.0.work())
    }

    fn submit(&self, header: &BlockHeader) -> Result<(), String> {
        let submission = Submission {
            previous_block_hash: header.previous_block_hash,
            timestamp: header.timestamp,
            nonce: header.nonce,
        };
        let outcome = self.0.submit(&submission);
        outcome.map(drop).map_err(|error| error.to_string())
    }

    fn advance(&self) {
        panic!("the test has every block mined")
    }
}

fn nonce_of(job: &Value) -> u64 {
    let bytes = hex::decode(job["nonce"].as_str().unwrap()).unwrap();
    u64::from_le_bytes(bytes.try_into().unwrap())
}

/// The first nonce whose PoW hash meets one target and not the other.
fn search(template: &Template, meets: Target, but_not: Option<Target>) -> String {
    let list = MatrixList::build(Backend::fastest(), &template.seed);
    let is_good = |nonce: &u64| {
        let header = BlockHeader {
            nonce: *nonce,
            ..template.header.clone()
        };
        let pow_hash = hash(&header.hash(), &list);
        meets.is_met_by(&pow_hash) && !but_not.is_some_and(|it| it.is_met_by(&pow_hash))
    };
    format!("{:016x}", (0..).find(is_good).unwrap())
}

#[test]
fn each_read_gets_one_line_as_the_b3_needs_it() {
    let served = Served::new(Settings::default());
    let mut miner = served.connect();
    miner.send(&login("a.b"));
    miner
        .stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut lines = Vec::new();
    while lines.len() < 2 {
        let mut buffer = [0; 4096];
        let length = miner.stream.read(&mut buffer).unwrap();
        lines.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    for line in &lines {
        let one = line.strip_suffix('\n').expect("a whole line");
        assert!(!one.contains('\n'), "{line}");
    }
    assert!(lines[0].contains("\"status\":\"OK\"") && lines[1].contains("\"method\":\"job\""));
}

#[test]
fn a_share_is_a_share_and_a_block_is_a_block_of_a_node() {
    let node = Arc::new(Node::new(tensority_devnet::node::Settings::default()).unwrap());
    let served = Served::new(Settings {
        chain: Box::new(NodeChain(Arc::clone(&node))),
        ..Settings::default()
    });
    let (mut miner, job) = served.log_in();
    let template = served.pool.template().unwrap();
    let share = served.pool.share_target();
    let block = Target::from_bits(template.header.bits).unwrap();

    miner.send(&submit(&job, &search(&template, Target::MAX, Some(share))));
    assert_eq!(miner.json()["error"]["code"], 23);
    miner.send(&submit(&job, &search(&template, share, Some(block))));
    assert_eq!(miner.json()["result"]["status"], "OK");
    assert_eq!(node.height(), 0);
    miner.send(&submit(&job, &search(&template, block, None)));
    assert_eq!(miner.json()["result"]["status"], "OK");
    assert_eq!(node.height(), 1, "the node has taken the block");
    let next = miner.json();
    assert_eq!(next["params"]["height"], "0200000000000000");
    let (session, height, hash) = served.event(|event| match event {
        Event::Block {
            session,
            height,
            hash,
        } => Some((*session, *height, *hash)),
        _ => None,
    });
    assert_eq!((session, height), (Some(0), 1));
    assert_eq!(node.block_at(1).unwrap().hash, hash);
    assert_eq!(next["params"]["previous_block_hash"], hex::encode(hash));
}

#[test]
fn a_new_block_is_one_job_for_each_and_ends_the_old_ones() {
    let served = Served::misbehaving(&[]);
    let (mut one, old) = served.log_in();
    let (mut other, _) = served.log_in();
    let mut stranger = served.connect();
    assert_eq!(served.pool.new_block(), Some(2));
    let job = one.json()["params"].clone();
    assert_eq!(job["height"], "0200000000000000");
    assert_ne!(other.json()["params"]["job_id"], job["job_id"]);
    one.send(&submit(&old, "1"));
    assert_eq!(one.json()["error"]["code"], 32);
    one.send(&submit(&job, "1"));
    assert_eq!(one.json()["result"]["status"], "OK");
    assert!(!served.pool.refresh(), "the chain has not moved");
    one.quiet();
    other.quiet();
    stranger.quiet();
}

#[test]
fn each_session_has_nonces_of_its_own_and_numbers_are_given_again() {
    let served = Served::new(Settings {
        stratum_id: 9,
        ..with_hash(&Hash::good())
    });
    let first = |session: u64| 9 << 60 | session << 45;
    let (zero, job) = served.log_in();
    assert_eq!(nonce_of(&job), first(0));
    let (_one, job) = served.log_in();
    assert_eq!(nonce_of(&job), first(1));
    drop(zero);
    assert_eq!(served.why(), "by the miner");
    assert_eq!(served.pool.session_count(), 1);
    let (_zero, job) = served.log_in();
    assert_eq!(nonce_of(&job), first(0));
}

#[test]
fn the_last_eight_jobs_are_good_and_the_ninth_is_not() {
    let served = Served::misbehaving(&["job-storm=200"]);
    let (mut miner, mut job) = served.log_in();
    let mut jobs = vec![job.clone()];
    while jobs.len() < 9 {
        job = miner.json()["params"].clone();
        jobs.push(job);
    }
    served.pool.misbehave(&[]);
    // Those that came meanwhile, up to the answer.
    miner.send(&submit(&jobs[0], "1"));
    let refused = loop {
        let line = miner.json();
        match line.get("params") {
            Some(job) => jobs.push(job.clone()),
            None => break line,
        }
    };
    assert_eq!(refused["error"]["message"], "Job Not Found");
    for job in jobs.iter().rev().take(8) {
        miner.send(&submit(job, "1"));
        assert_eq!(miner.json()["result"]["status"], "OK");
    }
    miner.send(&submit(&jobs[jobs.len() - 9], "1"));
    assert_eq!(miner.json()["error"]["code"], 21);
}

#[test]
fn a_nonce_may_come_again_unless_the_pool_looks() {
    for refuse_duplicates in [false, true] {
        let served = Served::new(Settings {
            refuse_duplicates,
            ..with_hash(&Hash::good())
        });
        let (mut miner, job) = served.log_in();
        for (nonce, again) in [("1", false), ("01", true), ("2", false)] {
            miner.send(&submit(&job, nonce));
            let reply = miner.json();
            let code = &reply["error"]["code"];
            if again && refuse_duplicates {
                assert_eq!(code, 22, "{reply}");
            } else {
                assert_eq!(code, &Value::Null, "{reply}");
            }
        }
    }
}

#[test]
fn half_of_the_submits_bad_is_a_ban_for_the_name() {
    let hash = Hash::good();
    let lasts = Duration::from_millis(700);
    let served = Served::new(Settings {
        ban: BanRule {
            submits: 10,
            bad_percent: 50,
            lasts,
        },
        ..with_hash(&hash)
    });
    let (mut miner, job) = served.log_in();
    for number in 0..10 {
        if number == 5 {
            hash.set_bad();
        }
        miner.send(&submit(&job, "1"));
        assert_eq!(miner.json()["error"].is_null(), number < 5, "{number}");
    }
    miner.send(&submit(&job, "1"));
    assert_eq!(miner.closed(), "");
    assert_eq!(served.why(), "the miner is banned");
    let mut again = served.connect();
    again.send(&login("a.b"));
    assert_eq!(again.closed(), "");
    let mut other = served.connect();
    other.send(&login("a.c"));
    assert_eq!(other.json()["error"], Value::Null);
    // The time that the ban lasts.
    thread::sleep(lasts);
    served.log_in();
}

#[test]
fn who_is_idle_is_closed_and_a_line_or_a_job_is_a_sign_of_life() {
    let idle_timeout = 10 * QUIET;
    let served = Served::new(Settings {
        idle_timeout,
        ..with_hash(&Hash::good())
    });
    let (mut miner, job) = served.log_in();
    for turn in 0..12 {
        // Together longer than the timeout, each shorter.
        thread::sleep(QUIET);
        if turn % 2 == 0 {
            served.pool.new_block();
        } else {
            miner.send(&submit(&job, "1"));
        }
        miner.json();
    }
    let start = std::time::Instant::now();
    assert_eq!(miner.closed(), "");
    assert!(start.elapsed() >= idle_timeout - QUIET);
    assert_eq!(served.why(), "nothing was said for too long");
}

#[test]
fn a_block_comes_by_itself_and_brings_the_new_seed() {
    let served = Served::new(Settings {
        chain: Box::new(DevelopmentChain::at_height(256, 0x2000_0000_000c_cccc).unwrap()),
        block_every: Some(2 * QUIET),
        ..with_hash(&Hash::good())
    });
    let (mut miner, job) = served.log_in();
    let next = miner.json()["params"].clone();
    assert_eq!(next["height"], "0101000000000000");
    assert_ne!(next["seed"], job["seed"]);
    assert_eq!(next["seed"], next["previous_block_hash"]);
    let block = served.event(|event| match event {
        Event::Block {
            session, height, ..
        } => Some((*session, *height)),
        _ => None,
    });
    assert_eq!(block, (None, 256));
}

#[test]
fn a_block_of_imagined_hashes_is_a_block_of_the_pools_own_chain() {
    let hash = Hash::good();
    hash.set_block();
    let served = Served::new(with_hash(&hash));
    let (mut miner, job) = served.log_in();
    miner.send(&submit(&job, "7"));
    assert_eq!(miner.json()["result"]["status"], "OK");
    assert_eq!(miner.json()["params"]["height"], "0200000000000000");
    hash.set_good();
    miner.send(&submit(&job, "8"));
    assert_eq!(miner.json()["error"]["code"], 32);
}

#[test]
fn lines_may_come_in_pieces_and_together_and_up_to_ten_kibibytes() {
    let served = Served::misbehaving(&[]);
    let mut miner = served.connect();
    let text = login("a.b");
    let (start, end) = text.split_at(20);
    miner.write(start.as_bytes());
    miner.quiet();
    miner.write(format!("{end}\r\n").as_bytes());
    let job = miner.json()["result"]["job"].clone();
    miner.json();
    let both = format!("{0}\n{0}\n", submit(&job, "1"));
    miner.write(both.as_bytes());
    assert_eq!(
        [miner.json()["id"].clone(), miner.json()["id"].clone()],
        [2, 2]
    );
    let longest = format!("{:<10239}", submit(&job, "1"));
    miner.send(&longest);
    assert_eq!(miner.json()["result"]["status"], "OK");
    miner.send(&format!("{longest} "));
    assert_eq!(miner.closed(), "");
    assert_eq!(served.why(), "a line of more than 10 KiB");
}

#[test]
fn no_input_harms_the_pool() {
    let served = Served::misbehaving(&[]);
    let deep = "[".repeat(10_000);
    for line in [
        "null",
        "\u{0}",
        "{}",
        "[]",
        &deep,
        r#"{"id":1,"method":"login","params":null}"#,
        r#"{"id":1,"method":"login","params":{"login":18446744073709551616}}"#,
        r#"{"id":18446744073709551616,"method":"submit","params":{"id":1e400}}"#,
        r#"{"id":{"a":[]},"method":"submit","params":{}}"#,
    ] {
        let mut miner = served.connect();
        miner.send(line);
        let end = std::time::Instant::now();
        drop(miner);
        served.why();
        assert!(end.elapsed() < Duration::from_secs(1), "{line:.20}");
    }
    let mut miner = served.connect();
    miner.write(b"\xff\xfe\n");
    assert_eq!(miner.closed(), "");
    served.log_in();
}

#[test]
fn who_does_not_read_is_closed() {
    let served = Served::misbehaving(&["garbage=huge-line", "job-storm=1000"]);
    let mut miner = served.connect();
    miner.send(&login("a.b"));
    assert_eq!(served.why(), "the miner does not read");
}

#[test]
fn sixty_four_miners_at_once_and_all_end_with_the_pool() {
    let served = Served::misbehaving(&[]);
    let mut miners: Vec<_> = (0..64).map(|_| served.log_in()).collect();
    assert_eq!(served.pool.session_count(), 64);
    served.pool.new_block();
    for (miner, _) in &mut miners {
        assert_eq!(miner.json()["params"]["height"], "0200000000000000");
    }
    let pool = Arc::clone(&served.pool);
    drop(served);
    assert_eq!(pool.session_count(), 0);
    for (miner, _) in miners {
        assert_eq!(miner.closed(), "");
    }
}

#[test]
fn a_pool_answers_this_machine_only_and_has_its_address_alone() {
    let bind = |address: &str| {
        let pool = Arc::new(Pool::new(Settings::default()));
        serve(address.parse().unwrap(), pool, |_| {})
    };
    let error = bind("0.0.0.0:0").err();
    assert!(matches!(error, Some(ServerError::NotLoopback(_))));
    let first = bind("127.0.0.1:0").unwrap();
    let error = bind(&first.local_addr().to_string()).err();
    assert!(matches!(error, Some(ServerError::Listen { .. })));
}

#[test]
fn what_is_no_submit_is_refused_as_a_login_is() {
    let served = Served::misbehaving(&[]);
    let (mut miner, _) = served.log_in();
    miner.send(&json!({"id": 3, "method": "submit", "params": ["a.b", "1", "2"]}).to_string());
    assert_eq!(miner.json()["error"]["code"], 20);
    assert_eq!(miner.closed(), "");
}

#[test]
fn great_difficulties_are_told_as_zero() {
    let served = Served::new(Settings {
        difficulty: NonZero::new(1 << 33).unwrap(),
        ..with_hash(&Hash::good())
    });
    let (_miner, job): (Miner, _) = served.log_in();
    assert_eq!(job["target"], "00000000");
}
