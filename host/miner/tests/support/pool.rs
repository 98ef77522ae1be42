//! Development pools as sources, good and bad ones.

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tensority::Target;
use tensority_devnet::pool::{
    Code, DevelopmentChain, Event, Misbehaviour, Pool, Running, Settings, serve,
};
use tensority_miner::miner::StartSource;
use tensority_miner::verifier::Rehash;

use super::hashing::Cheap;
use super::node::start;

/// A served pool, and what happened there.
pub struct Served {
    pub pool: Arc<Pool>,
    pub events: Arc<Mutex<Vec<Event>>>,
    /// A word for each session that was opened.
    opened: Mutex<mpsc::Receiver<()>>,
    running: Running,
}

impl Served {
    /// A pool with cheap hashes, and often a new block.
    pub fn new(misbehave: Vec<Misbehaviour>) -> Self {
        Self::with(Settings {
            block_every: Some(Duration::from_millis(700)),
            misbehave,
            ..cheap()
        })
    }

    /// A pool with these settings.
    pub fn with(settings: Settings) -> Self {
        let pool = Arc::new(Pool::new(settings));
        let events = Arc::<Mutex<Vec<Event>>>::default();
        let notes = Arc::clone(&events);
        let (sender, opened) = mpsc::channel();
        let note = move |event| {
            if matches!(event, Event::Opened { .. }) {
                // Nobody listens once this is gone.
                let _ = sender.send(());
            }
            notes.lock().expect("no panic").push(event);
        };
        let address = super::node::any_port();
        let running = serve(address, Arc::clone(&pool), note).expect("a free port");
        Self {
            pool,
            events,
            opened: Mutex::new(opened),
            running,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.running.local_addr()
    }

    /// This pool as a source that does not wait for long.
    pub fn source(&self) -> StartSource {
        source(self.address())
    }

    /// Takes the first session, so that the miner's first nonce is not 0.
    pub fn occupy(&self) -> TcpStream {
        let other = TcpStream::connect(self.address()).expect("the pool listens");
        let opened = self.opened.lock().expect("no panic");
        let noticed = opened.recv_timeout(Duration::from_secs(10));
        noticed.expect("the pool notices it");
        other
    }

    /// How many events are like this.
    pub fn count(&self, like: impl Fn(&Event) -> bool) -> usize {
        let events = self.events.lock().expect("no panic");
        events.iter().filter(|event| like(event)).count()
    }

    /// How many shares it took.
    pub fn accepted(&self) -> usize {
        self.count(|event| matches!(event, Event::Accepted { .. }))
    }

    /// How many shares it refused because they are none: a share may also be late, which is nobody's
    /// fault.
    pub fn wrong(&self) -> usize {
        self.count(|event| {
            let code = Code::LowDifficulty;
            matches!(event, Event::Rejected { code: found, .. } if *found == code)
        })
    }

    /// How many shares it refused.
    pub fn rejected(&self) -> usize {
        self.count(|event| matches!(event, Event::Rejected { .. }))
    }
}

/// Settings with cheap hashes, shares of 16 hashes on average, and no block by luck.
pub fn cheap() -> Settings {
    let bits = Target::of_average(1e12).to_bits();
    Settings {
        chain: Box::new(DevelopmentChain::new(bits).expect("good bits")),
        difficulty: 16.try_into().expect("above 0"),
        hash: Box::new(|header_hash, seed| Cheap.hash(header_hash, seed)),
        ..Settings::default()
    }
}

/// The pool at an address as a source that does not wait for long.
pub fn source(address: SocketAddr) -> StartSource {
    let address = format!("stratum+tcp://{address}").parse().expect("a URL");
    let mut settings = tensority_source::Settings::new(address);
    settings.user = "account.worker".to_owned();
    let limits = &mut settings.limits;
    limits.login = Duration::from_millis(500);
    limits.submit = Duration::from_secs(1);
    limits.silence = Duration::from_secs(2);
    limits.refusals = Duration::from_secs(1);
    limits.first_wait = Duration::from_millis(50);
    limits.longest_wait = Duration::from_millis(500);
    limits.banned_wait = Duration::from_millis(500);
    start(settings)
}
