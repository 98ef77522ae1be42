//! A development pool: the stratum dialect of Bytom's official pool, on a chain of its own.
//!
//! It speaks as btmcpool, the official pool server, was recorded to speak, to the last byte: the
//! tests replay the recording. One thing is not copied: btmcpool reckons the network's difficulty at
//! twice what it is, and throws half of its blocks away; this pool keeps them. It has no accounts
//! and pays nobody, and listens on the loopback interface only. On request it misbehaves, in the
//! ways of [`FAULTS`]. `Settings::default()` asks for shares of 5 hashes and blocks of 20.
//!
//! ```text
//! server ─► connection (a thread for each) ─► session ─► request (a line of a miner)
//!                │         │                     │
//!                ▼         ▼                     ▼
//!               wire     dialect ◄─ faults     pool ─► chain
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use tensority_devnet::pool::{Event, Pool, Settings, serve};
//!
//! let settings = Settings {
//!     misbehave: vec!["late=10ms".parse()?],
//!     ..Settings::default()
//! };
//! let pool = Arc::new(Pool::new(settings));
//! let observer = |event: Event| println!("{event:?}");
//! let running = serve("127.0.0.1:0".parse()?, Arc::clone(&pool), observer)?;
//! println!("stratum+tcp://{}", running.local_addr());
//! pool.new_block(); // everybody gets a job
//! pool.misbehave(&[]); // good again
//! assert_eq!(pool.session_count(), 0);
//! drop(running); // all connections are closed, all threads are gone
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In tests: [`DevelopmentChain::at_height`] to begin in front of a new seed,
//! [`Settings::hash`] to do without hashing, [`Tls::from_pem`] for TLS.

mod bans;
mod chain;
mod code;
mod connection;
mod dialect;
mod event;
mod faults;
mod kinds;
mod mail;
mod message;
mod misbehaviour;
mod request;
mod server;
pub(crate) mod session;
mod settings;
mod target;
mod tls;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bans::Bans;
use faults::Faults;
use mail::{Mail, Sender};
use tensority::{BlockHeader, Target};

pub use crate::Template;
pub use chain::{Chain, DevelopmentChain};
pub use code::Code;
pub use event::{CloseReason, Event};
pub use kinds::{Field, Garbage, Named, Oddity};
pub use misbehaviour::{FAULTS, Fault, Misbehaviour, UnknownMisbehaviour, explain};
pub use server::serve;
pub use settings::{BanRule, HashFunction, Settings, proof_of_work};
pub use tensority_loopback::{Running, ServerError};
pub use tls::{Tls, TlsError};

/// The most sessions at a time. btmcpool has 32768, which is what first nonces have room for.
const MAX_SESSIONS: u64 = 1024;
/// The place of the session's number in a first nonce: below it each has 2^45 nonces of its own.
const SESSION_SHIFT: u32 = 45;
/// The place of the server's number in a first nonce.
const STRATUM_SHIFT: u32 = 60;

/// A development pool. Its sessions are those of the servers that it is given to.
pub struct Pool {
    settings: Settings,
    share_target: Target,
    told_target: String,
    state: Mutex<State>,
}

struct State {
    template: Option<Arc<Template>>,
    sessions: BTreeMap<u64, Sender>,
    bans: Bans,
    faults: Faults,
    /// The good shares since the faults were asked for.
    good_shares: u64,
}

/// A block that the chain has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewBlock {
    pub height: u64,
    pub hash: [u8; 32],
}

impl Pool {
    /// A pool that asks the chain for its first template now.
    pub fn new(settings: Settings) -> Self {
        let state = State {
            template: settings.chain.template().map(Arc::new),
            sessions: BTreeMap::new(),
            bans: Bans::new(settings.ban),
            faults: Faults::new(&settings.misbehave),
            good_shares: 0,
        };
        Self {
            share_target: target::share_target(settings.difficulty),
            told_target: target::told_target(settings.difficulty),
            state: Mutex::new(state),
            settings,
        }
    }

    /// Makes a block that nobody mined, and gives everybody a job for the next. Returns the height of
    /// the next, if there is a template.
    pub fn new_block(&self) -> Option<u64> {
        self.settings.chain.advance();
        self.refresh();
        self.template().map(|template| template.header.height)
    }

    /// Asks the chain for its template, and gives everybody a job if it has another parent than the
    /// last. Whether it has.
    pub fn refresh(&self) -> bool {
        let mut state = self.state();
        let parent = |it: &Template| it.header.previous_block_hash;
        let template = self.settings.chain.template();
        if template.as_ref().map(parent) == state.template.as_deref().map(parent) {
            return false;
        }
        state.template = template.map(Arc::new);
        state.tell_all(|| Mail::Template);
        true
    }

    /// Misbehaves in these ways from now on, and in no other.
    pub fn misbehave(&self, faults: &[Misbehaviour]) {
        let mut state = self.state();
        let faults = Faults::new(faults);
        state.faults = faults.clone();
        state.good_shares = 0;
        state.tell_all(|| Mail::Faults(faults.clone()));
    }

    /// The number of connections.
    pub fn session_count(&self) -> usize {
        self.state().sessions.len()
    }

    /// What jobs are made of at the moment.
    pub fn template(&self) -> Option<Arc<Template>> {
        self.state().template.clone()
    }

    /// What the PoW hash of a share must not exceed.
    pub fn share_target(&self) -> Target {
        self.share_target
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The target as jobs tell it.
    pub(crate) fn told_target(&self) -> &str {
        &self.told_target
    }

    pub(crate) fn faults(&self) -> Faults {
        self.state().faults.clone()
    }

    /// Gives a session the lowest free number, unless there are too many.
    pub(crate) fn enter(&self, sending: &Sender) -> Option<u64> {
        let sessions = &mut self.state().sessions;
        let number = (0..MAX_SESSIONS).find(|number| !sessions.contains_key(number))?;
        sessions.insert(number, sending.clone());
        Some(number)
    }

    pub(crate) fn leave(&self, session: u64) {
        self.state().sessions.remove(&session);
    }

    /// The first nonce of a session.
    pub(crate) fn first_nonce(&self, session: u64) -> u64 {
        u64::from(self.settings.stratum_id) << STRATUM_SHIFT | session << SESSION_SHIFT
    }

    pub(crate) fn is_banned(&self, login: &str) -> bool {
        self.state().bans.is_banned(login, Instant::now())
    }

    /// Counts a submit for or against its miner.
    pub(crate) fn count(&self, login: &str, good: bool) {
        self.state().bans.count(login, good, Instant::now());
    }

    /// Hashes a share and returns its PoW hash, if that meets the share target.
    pub(crate) fn check(&self, header: &BlockHeader, seed: &[u8; 32]) -> Result<[u8; 32], Code> {
        let pow_hash = (self.settings.hash)(&header.hash(), seed);
        if !self.share_target.is_met_by(&pow_hash) || self.is_unjust() {
            return Err(Code::LowDifficulty);
        }
        Ok(pow_hash)
    }

    /// Whether a good share is called bad.
    fn is_unjust(&self) -> bool {
        let mut state = self.state();
        let percent = u64::from(state.faults.rejected_percent());
        let before = state.good_shares * percent / 100;
        state.good_shares += 1;
        state.good_shares * percent / 100 > before
    }

    /// Gives the header of a share to the chain, if its PoW hash is that of a block.
    pub(crate) fn offer(
        &self,
        header: &BlockHeader,
        pow_hash: &[u8; 32],
    ) -> Option<Result<NewBlock, String>> {
        let target = Target::from_bits(header.bits).ok()?;
        target.is_met_by(pow_hash).then(|| {
            self.settings.chain.submit(header)?;
            self.refresh();
            Ok(NewBlock {
                height: header.height,
                hash: header.hash(),
            })
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell_all(&self, mail: impl Fn() -> Mail) {
        for session in self.sessions.values() {
            session.send(mail());
        }
    }
}
