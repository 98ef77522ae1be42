//! A pool to talk to, and a miner who does.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tensority_devnet::pool::{Event, Pool, Running, Settings, serve};

/// How long something may take that should happen.
pub const SOON: Duration = Duration::from_secs(20);
/// How long is waited for something that should not happen.
pub const QUIET: Duration = Duration::from_millis(60);

/// A served pool.
pub struct Served {
    pub pool: Arc<Pool>,
    pub events: Mutex<mpsc::Receiver<Event>>,
    running: Running,
}

impl Served {
    pub fn new(settings: Settings) -> Self {
        let pool = Arc::new(Pool::new(settings));
        let (sender, events) = mpsc::channel();
        // Nobody listens while a test ends.
        let observer = move |event| drop(sender.send(event));
        let address = "127.0.0.1:0".parse().unwrap();
        let running = serve(address, Arc::clone(&pool), observer).unwrap();
        Self {
            pool,
            events: Mutex::new(events),
            running,
        }
    }

    /// A pool that misbehaves so, with a hash that is always that of a share and never of a block.
    pub fn misbehaving(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| fault.parse().expect("a fault"));
        Self::new(Settings {
            misbehave: faults.collect(),
            ..with_hash(&Hash::good())
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.running.local_addr()
    }

    pub fn connect(&self) -> Miner {
        Miner::connect(self.address())
    }

    /// A miner who has logged in, and its job.
    pub fn log_in(&self) -> (Miner, Value) {
        let mut miner = self.connect();
        miner.send(&login("a.b"));
        let reply = miner.json();
        assert_eq!(reply["result"]["status"], "OK", "{reply}");
        let job = reply["result"]["job"].clone();
        assert_eq!(miner.json()["params"], job, "the same again");
        (miner, job)
    }

    /// The next event that is like this.
    #[track_caller]
    pub fn event<T>(&self, like: impl Fn(&Event) -> Option<T>) -> T {
        let events = self.events.lock().unwrap();
        let end = Instant::now() + SOON;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = events.recv_timeout(left).expect("such an event");
            if let Some(found) = like(&event) {
                return found;
            }
        }
    }

    /// Why the next connection ends.
    #[track_caller]
    pub fn why(&self) -> String {
        self.event(|event| match event {
            Event::Closed { reason, .. } => Some(reason.to_string()),
            _ => None,
        })
    }
}

/// Hashes to order, for tests that are not about hashing.
#[derive(Clone)]
pub struct Hash(Arc<AtomicU8>);

impl Hash {
    /// A share, but no block.
    pub fn good() -> Self {
        Self(Arc::new(AtomicU8::new(0x20)))
    }

    pub fn set_good(&self) {
        self.0.store(0x20, Ordering::SeqCst);
    }

    pub fn set_bad(&self) {
        self.0.store(0xff, Ordering::SeqCst);
    }

    pub fn set_block(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

/// Settings with such hashes.
pub fn with_hash(hash: &Hash) -> Settings {
    let hash = hash.clone();
    Settings {
        hash: Box::new(move |_, _| [hash.0.load(Ordering::SeqCst); 32]),
        ..Settings::default()
    }
}

pub fn login(name: &str) -> String {
    json!({"id": 1, "method": "login", "params": {"login": name, "pass": "x", "agent": "t"}})
        .to_string()
}

/// A submit by `a.b`.
pub fn submit(job: &Value, nonce: &str) -> String {
    let params = json!({"id": "a.b", "job_id": job["job_id"], "nonce": nonce});
    json!({"id": 2, "method": "submit", "params": params}).to_string()
}

/// One end of a connection.
pub struct Miner {
    pub stream: TcpStream,
    read: Vec<u8>,
}

impl Miner {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the pool listens");
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Sends a line.
    pub fn send(&mut self, line: &str) {
        self.write(format!("{line}\n").as_bytes());
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the pool reads");
    }

    /// The next line, without its line feed.
    #[track_caller]
    pub fn line(&mut self) -> String {
        String::from_utf8(self.bytes()).expect("UTF-8")
    }

    /// The bytes of the next line, without its line feed.
    #[track_caller]
    pub fn bytes(&mut self) -> Vec<u8> {
        let end = Instant::now() + SOON;
        loop {
            if let Some(place) = self.read.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<_> = self.read.drain(..=place).collect();
                line.pop();
                return line;
            }
            let more = self.receive(end).expect("a line in time");
            assert!(
                more,
                "closed, after {:?}",
                String::from_utf8_lossy(&self.read)
            );
        }
    }

    #[track_caller]
    pub fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"))
    }

    /// Asserts that the pool closes now and says nothing before; returns half a line, if there is.
    #[track_caller]
    pub fn closed(mut self) -> String {
        let end = Instant::now() + SOON;
        while self.receive(end).expect("an end in time") {}
        let rest = String::from_utf8(self.read).expect("UTF-8");
        assert!(!rest.contains('\n'), "{rest}");
        rest
    }

    /// Asserts that nothing comes for a while.
    #[track_caller]
    pub fn quiet(&mut self) {
        if let Some(more) = self.receive(Instant::now() + QUIET) {
            panic!("closed: {}, said {:?}", !more, self.read);
        }
        assert!(self.read.is_empty(), "{:?}", self.read);
    }

    /// What has come in without a line feed, once this much has.
    #[track_caller]
    pub fn part(&mut self, length: usize) -> String {
        let end = Instant::now() + SOON;
        while self.read.len() < length {
            assert!(self.receive(end).expect("bytes in time"), "closed");
        }
        String::from_utf8(self.read.drain(..length).collect()).expect("UTF-8")
    }

    /// Reads once. Whether there was something, or nothing if the time is over.
    fn receive(&mut self, end: Instant) -> Option<bool> {
        let left = end.saturating_duration_since(Instant::now());
        self.stream
            .set_read_timeout(Some(left.max(Duration::from_millis(1))))
            .unwrap();
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk) {
            Ok(read) => {
                self.read.extend(&chunk[..read]);
                Some(read > 0)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                None
            }
            Err(error) => panic!("the connection is not ended well: {error}"),
        }
    }
}
