//! A miner to look at, and raw requests.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::Value;
use tensority_api::{Running, Settings, start};
use tensority_telemetry::account::{Estimate, Interval, Losses, Rates, Windows};
use tensority_telemetry::command::Command;
use tensority_telemetry::device::{self, Device, Nonces};
use tensority_telemetry::lifetime::{BestShare, History, Lifetime};
use tensority_telemetry::published::Published;
use tensority_telemetry::source::{self, Shares, Source};
use tensority_telemetry::{Bucket, Decision, Job, Mode, Program, State, Total, Verification};

/// The token of [`Served::new`].
pub const TOKEN: &str = "correct-horse";
/// The name of the device that is well.
pub const BOARD: &str = "/dev/ttyUSB0";
/// The name of the device of which little is known, with all that has to be escaped somewhere.
pub const ODD: &str = "a \"b\\c|d,e=f\ng";

/// A miner with one of everything.
pub fn sample() -> State {
    let shares = Shares {
        accepted: 28,
        rejected: BTreeMap::from([("low difficulty".to_owned(), 2), ("other".to_owned(), 1)]),
        stale: 1,
        unanswered: 4,
        not_submitted: 3,
        pending: 1,
        waiting: 2,
    };
    let nonces = Nonces {
        valid: 97,
        hardware_errors: 3,
        duplicates: 1,
        stale: 2,
        unverified: 5,
    };
    let interval = Interval {
        value: 12.25,
        low: 10.5,
        high: 14.0,
    };
    let estimate = Estimate {
        over_15m: Some(interval),
        since_start: Some(interval),
    };
    let rates = Rates {
        device: Windows {
            over_5s: Some(12.5),
            over_1m: Some(12.25),
            over_5m: Some(12.0),
            over_15m: None,
            since_start: Some(11.75),
        },
        verified: estimate,
        pool: estimate,
    };
    let losses = Losses {
        good: 0.94,
        late: 0.02,
        stale: 0.01,
        canaries: 0.01,
        seed: 0.03,
        slow: -0.01,
        ..Losses::default()
    };
    let board = Device {
        name: BOARD.to_owned(),
        id: "0011223344556677".to_owned(),
        kind: device::Kind::Board,
        port: Some(BOARD.to_owned()),
        condition: device::Condition::Healthy,
        reason: "97 results, 98 expected".to_owned(),
        condition_seconds: 3500.0,
        lanes: 16,
        expected_rate: Some(12.5),
        rates,
        nonces,
        valid_hashes: 1.5e6,
        shares_accepted: 8,
        shares_rejected: 1,
        losses,
        hashes: 42_300,
        canaries_right: 6,
        canaries_wrong: 1,
        seed_switch_seconds: Some(0.104),
        last_valid_seconds: Some(20.5),
        temperature_c: Some(41.5),
        restarts: 2,
        last_error: Some("no answer for 5 s".to_owned()),
    };
    let odd = Device {
        name: ODD.to_owned(),
        id: ODD.to_owned(),
        kind: device::Kind::Processor,
        port: None,
        condition: device::Condition::Disabled,
        reason: "somebody asked for it".to_owned(),
        expected_rate: None,
        rates: Rates::default(),
        nonces: Nonces::default(),
        losses: Losses::default(),
        hashes: 0,
        seed_switch_seconds: None,
        last_valid_seconds: None,
        temperature_c: None,
        last_error: None,
        ..board.clone()
    };
    let pool = Source {
        name: "pool".to_owned(),
        url: "stratum+tcp://pool.example:1118".to_owned(),
        kind: source::Kind::Pool,
        user: Some("bm1q.rig".to_owned()),
        condition: source::Condition::Active,
        reason: "it gives work".to_owned(),
        condition_seconds: 3590.0,
        last_work_seconds: Some(12.0),
        jobs: 40,
        shares: shares.clone(),
        accepted_hashes: 1.2e6,
        implied_rate: estimate,
        answer_seconds: Some(0.08),
    };
    let node = Source {
        name: "node".to_owned(),
        url: "http://127.0.0.1:9888".to_owned(),
        kind: source::Kind::Node,
        user: None,
        condition: source::Condition::Waiting,
        reason: "the pool is preferred".to_owned(),
        last_work_seconds: None,
        jobs: 0,
        shares: Shares::default(),
        accepted_hashes: 1.2e6,
        implied_rate: Estimate::default(),
        answer_seconds: None,
        ..pool.clone()
    };
    let bucket = |up_to_seconds, count| Bucket {
        up_to_seconds,
        count,
    };
    State {
        program: Program {
            name: "tensority".to_owned(),
            version: "0.2.0".to_owned(),
            backend: "avx512vnni".to_owned(),
        },
        mode: Mode::Mining,
        started_unix: 1_795_330_000,
        uptime_seconds: 3600.5,
        job: Some(Job {
            number: 41,
            source: "pool".to_owned(),
            id: Some("1234".to_owned()),
            height: 1_000_001,
            seed: "07".repeat(32),
            block_difficulty: 1.5e9,
            share_difficulty: 1500.0,
            age_seconds: 12.0,
        }),
        sources: vec![pool, node],
        devices: vec![board, odd],
        total: Total {
            rates,
            nonces,
            shares,
            losses,
        },
        verification: Verification {
            policy: "sample:1/8".to_owned(),
            waiting: 1,
            verified: 103,
            busy_seconds: 1.9,
            latency: vec![
                bucket(Some(0.02), 10),
                bucket(Some(0.05), 90),
                bucket(None, 103),
            ],
            latency_seconds: 3.5,
        },
        decisions: vec![Decision {
            at_unix: 1_795_333_000,
            about: BOARD.to_owned(),
            action: "reset it".to_owned(),
            reason: "no result for 120 s".to_owned(),
        }],
        lifetime: Lifetime {
            since_unix: 1_790_000_000,
            runs: 7,
            seconds: 1e6,
            hashes: 11_000_000,

            shares_accepted: 7000,
            shares_rejected: 20,
            blocks: 1,
            best_share: Some(BestShare {
                difficulty: 2.5e9,
                at_unix: 1_794_000_000,
                height: 900_000,
                pow_hash: "00".repeat(32),
            }),
            devices: BTreeMap::from([(
                "0011223344556677".to_owned(),
                History {
                    name: BOARD.to_owned(),
                    nonces,
                    hashes: 11_000_000,
                    restarts: 9,
                    last_error: Some("no answer for 5 s".to_owned()),
                    last_error_unix: Some(1_795_332_000),
                },
            )]),
        },
    }
}

/// The sample, served.
pub struct Served {
    pub published: Arc<Published>,
    pub commands: mpsc::Receiver<Command>,
    pub running: Running,
}

impl Served {
    /// Everything, with [`TOKEN`] and the allowed host `miner.lan`.
    pub fn new() -> Self {
        Self::with(Settings {
            token: Some(tensority_secret::Secret::new(TOKEN)),
            ..settings()
        })
    }

    /// By these settings.
    pub fn with(settings: Settings) -> Self {
        let published = Arc::new(Published::default());
        published.publish(sample());
        let (sender, commands) = mpsc::channel();
        let running = start(settings, Arc::clone(&published), sender).unwrap();
        Self {
            published,
            commands,
            running,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.running.addr().unwrap()
    }

    /// The answer to a GET by a client of good will.
    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n"))
    }

    /// The answer to a command by one that sends these lines of headers.
    pub fn post(&self, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let head = "POST /api/v0/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        self.exchange(&format!(
            "{head}Content-Length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    /// The answer to a request without its last lines, which has no body.
    pub fn ask(&self, head: &str) -> Answer {
        self.exchange(&format!("{head}Connection: close\r\n\r\n"))
    }

    /// The answer to these bytes.
    pub fn exchange(&self, request: &str) -> Answer {
        let bytes = exchange(self.address(), request.as_bytes());
        Answer::parse(&bytes).unwrap_or_else(|| panic!("no answer to {request:?}: {bytes:?}"))
    }

    /// The reply of the API of fleet tools.
    pub fn fleet(&self, request: &[u8]) -> String {
        String::from_utf8(exchange(self.running.fleet_addr().unwrap(), request)).unwrap()
    }
}

/// The header with [`TOKEN`].
pub fn token() -> String {
    format!("Authorization: Bearer {TOKEN}\r\n")
}

/// Everything on free ports, with the allowed host `miner.lan` and no token.
pub fn settings() -> Settings {
    Settings {
        listen: Some("127.0.0.1:0".parse().unwrap()),
        token: None,
        allowed_hosts: vec!["miner.lan".to_owned()],
        fleet_listen: Some("127.0.0.1:0".parse().unwrap()),
        history: None,
    }
}

/// All that comes until the other end closes.
pub fn exchange(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    // Who refuses a request may close before all of it has come.
    let _ = stream.write_all(request);
    read_to_end(&mut stream)
}

/// A connection that gives up after 20 s.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    stream
}

/// All that comes until the other end closes or resets.
pub fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part) {
            Ok(0) => return answer,
            Ok(length) => answer.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return answer,
            Err(error) => panic!("{error} after {answer:?}"),
        }
    }
}

/// The answer to an HTTP request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters.
    pub head: String,
    pub body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Self {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error of a refusal, which is one line.
    pub fn error(&self) -> String {
        let json = self.json();
        let fields = json.as_object().unwrap();
        assert_eq!(fields.len(), 1, "{json}");
        let error = fields["error"].as_str().unwrap().to_owned();
        assert!(!error.contains('\n'), "{error}");
        error
    }
}
