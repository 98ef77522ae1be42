//! A development node: the mining interface of Bytom's node over HTTP, on a chain of its own.
//!
//! It answers `/get-work`, `/get-work-json`, `/submit-work`, `/submit-work-json`,
//! `/get-block-count`, `/get-block-header`, `/get-raw-block`, `/get-mining-address`,
//! `/set-mining-address`, `/list-addresses` and `/net-info` as Bytom v1.1.0 does, errors and traps
//! included; the tests replay what such a node was recorded to say. Every other path is unknown to
//! it. It has no peers, no account and no transactions but the coinbase, which pays the mining
//! address if there is one, else anyone; it listens on the loopback interface only.
//!
//! ```text
//! request ─ server ─► api ─► request (the body, as Go's decoder reads it)
//!                      │
//!                      └──► node ─► chain (the rules), template, chain file ─► load
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use tensority_devnet::node::{Node, Settings, serve};
//!
//! let node = Arc::new(Node::new(Settings::default())?);
//! let running = serve("127.0.0.1:0".parse()?, Arc::clone(&node), |_event| {})?;
//! println!("http://{}/get-work", running.local_addr());
//! assert_eq!(node.height(), 0);
//! drop(running);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod api;
mod chain;
pub(crate) mod chain_file;
mod coinbase;
mod load;
mod proof_of_work;
pub(crate) mod request;
mod server;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use chain::Chain;
use chain_file::ChainFile;
use coinbase::ANYONE;
use load::load;
use proof_of_work::has_proof_of_work;
use tensority::fast::{Backend, MatrixLists};
use tensority::{BlockHeader, varint63};
use tensority_payment::{Address, AddressError, Network};

use crate::{LISTS, SOLONET_BITS, Template, unix_now};

pub use api::Event;
pub use chain::{Block, Mismatch};
pub use chain_file::{FileError, Recovery};
pub use server::serve;
pub use tensority_loopback::{Running, ServerError};

/// How far a timestamp may be ahead of the clock, in seconds.
const MAX_SECONDS_AHEAD: u64 = 3600;

/// The seconds since 1970-01-01 UTC.
pub type Clock = Box<dyn Fn() -> u64 + Send>;

/// What a node is made with.
pub struct Settings {
    /// The bits of block 0, which hold until the first retarget.
    pub bits: u64,
    /// Where the node has the time from.
    pub clock: Clock,
    /// What it hashes with.
    pub backend: Backend,
}

/// The bits of a solonet, the system's clock, the fastest back end.
impl Default for Settings {
    fn default() -> Self {
        Self {
            bits: SOLONET_BITS,
            clock: Box::new(unix_now),
            backend: Backend::fastest(),
        }
    }
}

/// Why there is no node.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The bits are those of no chain.
    #[error("bad bits: {0}")]
    Bits(#[from] tensority::Error),
    /// The chain file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Why a submit is refused. All but the last are Bytom's, and so are their texts.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The work is not for the next block.
    #[error("pending mining block has been changed")]
    Stale,
    /// The timestamp does not exceed the median of the last blocks, or is more than an hour ahead.
    #[error("block timestamp is not in the valid range: invalid block")]
    Timestamp,
    /// The PoW hash exceeds the target.
    #[error("invalid difficulty proof of work: invalid block")]
    ProofOfWork,
    /// The proof of work is valid, but no block can hold a nonce of 2^63 or more.
    #[error("Marshal block meta: value out of range")]
    Nonce,
    /// The block cannot be kept.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What a node looks at in a submitted header; the rest is as in its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Submission {
    /// The parent, which tells what the work was for.
    pub previous_block_hash: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub timestamp: u64,
    pub nonce: u64,
}

/// A development node. Threads share it; while it verifies a submit, as long as a hash takes,
/// the others wait, as they do with Bytom's.
pub struct Node {
    state: Mutex<State>,
}

struct State {
    clock: Clock,
    lists: MatrixLists,
    chain: Chain,
    /// The next block, but for its nonce and timestamp, which are those of the last submit.
    template: tensority_payment::Block,
    mining_address: Option<MiningAddress>,
    /// Nothing for a chain that lives as long as the node.
    file: Option<ChainFile>,
}

/// An address as it was given, and its program.
struct MiningAddress {
    text: String,
    program: Vec<u8>,
}

impl Node {
    /// The network whose addresses it takes.
    pub const NETWORK: Network = Network::Solonet;

    /// A node on a new chain, which lives as long as the node.
    ///
    /// # Errors
    /// [`OpenError::Bits`].
    pub fn new(settings: Settings) -> Result<Self, OpenError> {
        let chain = Chain::new(template::genesis(settings.bits)?);
        let lists = MatrixLists::new(settings.backend, LISTS);
        Ok(Self::with(settings.clock, lists, chain, None))
    }

    /// A node on the chain of a file, which is made if there is none, and what had to be done to
    /// the file.
    ///
    /// Every block of the file is checked as if it were submitted, but for two things: the clock
    /// does not matter, and the proof of work, a hash for each block, is that of the last 8 only.
    /// The hash of the last block vouches for all before it.
    ///
    /// # Errors
    /// All of [`OpenError`].
    pub fn open(settings: Settings, path: &Path) -> Result<(Self, Option<Recovery>), OpenError> {
        let genesis = template::genesis(settings.bits)?;
        let (mut file, blocks, recovery) = ChainFile::open(path)?;
        let mut lists = MatrixLists::new(settings.backend, LISTS);
        if blocks.is_empty() {
            file.append(&genesis)?;
        }
        let chain = load(genesis, &blocks, &mut lists, path)?;
        let node = Self::with(settings.clock, lists, chain, Some(file));
        Ok((node, recovery))
    }

    fn with(clock: Clock, lists: MatrixLists, chain: Chain, file: Option<ChainFile>) -> Self {
        let template = template::next(&chain, ANYONE);
        Self {
            state: Mutex::new(State {
                clock,
                lists,
                chain,
                template,
                mining_address: None,
                file,
            }),
        }
    }

    /// Work for the next block: its header with the time of the request and the nonce of the last
    /// submit that failed, else 0.
    pub fn work(&self) -> Template {
        let state = self.state();
        Template {
            header: BlockHeader {
                timestamp: (state.clock)(),
                ..state.template.header.clone()
            },
            seed: state.chain.next_seed(),
        }
    }

    /// Makes the next block of a nonce and a timestamp, if they are good, and returns it.
    ///
    /// # Errors
    /// All of [`SubmitError`]. All but [`SubmitError::Stale`] leave the nonce in the template, so
    /// [`work`](Self::work) shows it.
    pub fn submit(&self, submission: &Submission) -> Result<Block, SubmitError> {
        let State {
            clock,
            lists,
            chain,
            template: block,
            mining_address,
            file,
        } = &mut *self.state();
        let template = &mut block.header;
        if submission.previous_block_hash != template.previous_block_hash {
            return Err(SubmitError::Stale);
        }
        template.nonce = submission.nonce;
        template.timestamp = submission.timestamp;
        let latest = clock().saturating_add(MAX_SECONDS_AHEAD);
        if template.timestamp > latest || template.timestamp <= chain.median_timestamp() {
            return Err(SubmitError::Timestamp);
        }
        if !has_proof_of_work(template, &chain.next_seed(), lists) {
            return Err(SubmitError::ProofOfWork);
        }
        if template.nonce > varint63::MAX {
            return Err(SubmitError::Nonce);
        }
        if let Some(file) = file {
            file.append(block)?;
        }
        let accepted = chain.push(block.clone()).clone();
        let address = mining_address.as_ref();
        *block = template::next(chain, address.map_or(ANYONE, |it| &it.program));
        Ok(accepted)
    }

    /// The height of the last block, which Bytom calls the block count.
    pub fn height(&self) -> u64 {
        self.state().chain.tip().header.height
    }

    /// The block at a height.
    pub fn block_at(&self, height: u64) -> Option<Block> {
        self.state().chain.at(height).cloned()
    }

    /// The block of a hash.
    pub fn block_named(&self, hash: &[u8; 32]) -> Option<Block> {
        self.state().chain.named(hash).cloned()
    }

    /// The address that coinbases pay, as it was given; without one they pay anyone.
    pub fn mining_address(&self) -> Option<String> {
        let state = self.state();
        Some(state.mining_address.as_ref()?.text.clone())
    }

    /// Has coinbases pay this address of the solonet from the block after the next on: the coinbase of
    /// the next one is made already. It is forgotten when the node ends.
    ///
    /// # Errors
    /// All of [`AddressError`].
    pub fn set_mining_address(&self, text: &str) -> Result<(), AddressError> {
        let program = Address::parse(text, Self::NETWORK)?.program();
        let text = text.to_owned();
        self.state().mining_address = Some(MiningAddress { text, program });
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics with the state")
    }
}
