//! The settings of a pool.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tensority::fast::{Backend, Hasher, MatrixLists};

use crate::pool::chain::{Chain, DevelopmentChain};
use crate::pool::misbehaviour::Misbehaviour;
use crate::pool::tls::Tls;
use crate::{LISTS, SOLONET_BITS};

/// From a header hash and a seed to a PoW hash.
pub type HashFunction = Box<dyn Fn(&[u8; 32], &[u8; 32]) -> [u8; 32] + Send + Sync>;

/// What a pool is made with.
pub struct Settings {
    /// What it mines for.
    pub chain: Box<dyn Chain>,
    /// How many hashes a share takes on average.
    pub difficulty: NonZero<u64>,
    /// The number of this server among those of a pool: the four most significant bits of every
    /// first nonce. From 8 on no block can hold the nonces; from 16 on the high bits are lost.
    pub stratum_id: u8,
    /// After which silence of both sides a connection is closed.
    pub idle_timeout: Duration,
    /// When a miner is banned.
    pub ban: BanRule,
    /// Whether a nonce is refused if it comes again with the same job. btmcpool does not look, others
    /// do.
    pub refuse_duplicates: bool,
    /// How often a block comes that nobody here mined, if one does.
    pub block_every: Option<Duration>,
    /// How shares are hashed; anything else than [`proof_of_work`] is for tests of load.
    pub hash: HashFunction,
    /// What it does wrong from the start.
    pub misbehave: Vec<Misbehaviour>,
    /// With it, connections are TLS ones.
    pub tls: Option<Tls>,
}

/// The recorded btmcpool: shares of 5 hashes, for blocks of 20.
impl Default for Settings {
    fn default() -> Self {
        let chain = DevelopmentChain::new(SOLONET_BITS).expect("the bits have a target");
        Self {
            chain: Box::new(chain),
            difficulty: NonZero::new(5).expect("it is not zero"),
            stratum_id: 0,
            idle_timeout: Duration::from_secs(300),
            ban: BanRule::default(),
            refuse_duplicates: false,
            block_every: None,
            hash: proof_of_work(Backend::fastest()),
            misbehave: Vec::new(),
            tls: None,
        }
    }
}

/// When a miner is banned: after so many submits, if so many of them were bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BanRule {
    /// The submits that are waited for.
    pub submits: u32,
    /// How many of a hundred must be bad.
    pub bad_percent: u32,
    /// How long the ban lasts.
    pub lasts: Duration,
}

/// That of btmcpool: 20 minutes for 100 submits of which 50 % are bad.
impl Default for BanRule {
    fn default() -> Self {
        Self {
            submits: 100,
            bad_percent: 50,
            lasts: Duration::from_secs(20 * 60),
        }
    }
}

/// The proof of work itself.
pub fn proof_of_work(backend: Backend) -> HashFunction {
    let lists = Mutex::new(MatrixLists::new(backend, LISTS));
    Box::new(move |header_hash, seed| {
        let list = lists
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(seed);
        Hasher::new().hash(header_hash, &list)
    })
}
