//! A node to ask, a clock to set, and a miner.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use tensority::fast::{Backend, MatrixList, hash};
use tensority::{BlockHeader, Target};
use tensority_devnet::Template;
use tensority_devnet::node::{Event, Node, Running, Settings, Submission, serve};

/// A time at which the recorded node was running, in seconds.
pub const NOW: u64 = 1_795_333_454;

/// A clock that stands until it is set.
#[derive(Clone)]
pub struct StoppedClock(Arc<AtomicU64>);

impl StoppedClock {
    pub fn at(now: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
    }

    /// Solonet bits and this clock.
    pub fn settings(&self) -> Settings {
        let clock = self.clone();
        Settings {
            clock: Box::new(move || clock.0.load(Ordering::Relaxed)),
            ..Settings::default()
        }
    }
}

/// A served node.
pub struct Served {
    pub node: Arc<Node>,
    pub clock: StoppedClock,
    pub events: Mutex<mpsc::Receiver<Event>>,
    running: Running,
}

impl Served {
    pub fn new() -> Self {
        let clock = StoppedClock::at(NOW);
        let node = Arc::new(Node::new(clock.settings()).unwrap());
        let (sender, events) = mpsc::channel();
        let address = "127.0.0.1:0".parse().unwrap();
        let observer = move |event| sender.send(event).expect("the test listens");
        let running = serve(address, Arc::clone(&node), observer).unwrap();
        Self {
            node,
            clock,
            events: Mutex::new(events),
            running,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.running.local_addr()
    }

    /// Status and body of the answer, or nothing if the connection was closed without one.
    pub fn post(&self, path: &str, body: &str) -> Option<(u16, String)> {
        let (status, _, body) = post(self.address(), path, body.as_bytes())?;
        Some((status, body))
    }

    /// Makes the node's next block.
    pub fn mine(&self) {
        let work = self.node.work();
        let submission = solve(&work, 0);
        self.node.submit(&submission).expect("a good submit");
    }
}

/// Status, head and body of the answer to a POST, or nothing if there is none.
pub fn post(address: SocketAddr, path: &str, body: &[u8]) -> Option<(u16, String, String)> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: node\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    exchange(address, &[head.as_bytes(), body].concat())
}

/// Status, head and body of the answer to these bytes, or nothing if there is none.
pub fn exchange(address: SocketAddr, request: &[u8]) -> Option<(u16, String, String)> {
    let mut stream = TcpStream::connect(address).expect("the node listens");
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).unwrap();
    stream.write_all(request).expect("the node reads");
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("no end of the answer: {error}"),
    }
    if answer.is_empty() {
        return None;
    }
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    let status = head.split(' ').nth(1).expect("a status line");
    Some((status.parse().unwrap(), head.to_owned(), body.to_owned()))
}

/// The first nonce from `first` on that meets the target of the work.
pub fn solve(work: &Template, first: u64) -> Submission {
    let meets = |nonce: &u64| has_proof_of_work(&work.header, &work.seed, *nonce);
    Submission {
        previous_block_hash: work.header.previous_block_hash,
        timestamp: work.header.timestamp,
        nonce: (first..).find(meets).expect("one of 2^64"),
    }
}

/// The first nonce from `first` on that does not.
pub fn fail(work: &Template, first: u64) -> u64 {
    let meets = |nonce: &u64| has_proof_of_work(&work.header, &work.seed, *nonce);
    (first..).find(|nonce| !meets(nonce)).expect("one of 2^64")
}

fn has_proof_of_work(header: &BlockHeader, seed: &[u8; 32], nonce: u64) -> bool {
    static LIST: OnceLock<MatrixList> = OnceLock::new();
    let list = LIST.get_or_init(|| MatrixList::build(Backend::fastest(), &tensority::INITIAL_SEED));
    assert_eq!(list.seed(), seed, "tests mine in the first epoch only");
    let header = BlockHeader {
        nonce,
        ..header.clone()
    };
    let target = Target::from_bits(header.bits).expect("a target");
    target.is_met_by(&hash(&header.hash(), list))
}
