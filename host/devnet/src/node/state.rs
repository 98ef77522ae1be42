//! The node: a chain, the template of its next block, and what becomes of a submit.

use crate::node::{
    chain::{Block, Chain},
    chain_file::{ChainFile, FileError, Recovery},
    load::load,
    proof_of_work::has_proof_of_work,
    template::{self, SOLONET_BITS},
};
use std::{
    num::NonZero,
    path::Path,
    sync::{Mutex, MutexGuard},
    time::SystemTime,
};
use tensority::{
    BlockHeader,
    fast::{Backend, Caches},
    varint63,
};

/// How far a timestamp may be ahead of the clock, in seconds.
const MAX_SECONDS_AHEAD: u64 = 3600;
/// The matrix lists that are kept: those of the epoch and of the one before.
const CACHES: NonZero<usize> = NonZero::new(2).unwrap();

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
        let clock = || {
            let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            since_1970.map_or(0, |duration| duration.as_secs())
        };
        Self {
            bits: SOLONET_BITS,
            clock: Box::new(clock),
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
pub struct Submission {
    /// The parent, which tells what the work was for.
    pub previous_block_hash: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub timestamp: u64,
    /// The nonce.
    pub nonce: u64,
}

/// Work for a miner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The header of the next block, with the time of the request and the nonce of the last submit
    /// that failed, else 0.
    pub header: BlockHeader,
    /// Its seed.
    pub seed: [u8; 32],
}

/// A development node. Threads share it; while it verifies a submit, as long as a hash takes,
/// the others wait, as they do with Bytom's.
pub struct Node {
    state: Mutex<State>,
}

struct State {
    clock: Clock,
    caches: Caches,
    chain: Chain,
    /// The next block, but for its nonce and timestamp, which are those of the last submit.
    template: BlockHeader,
    /// Nothing for a chain that lives as long as the node.
    file: Option<ChainFile>,
}

impl Node {
    /// A node on a new chain, which lives as long as the node.
    ///
    /// # Errors
    ///
    /// [`OpenError::Bits`].
    pub fn new(settings: Settings) -> Result<Self, OpenError> {
        let chain = Chain::new(template::genesis(settings.bits)?);
        let caches = Caches::new(settings.backend, CACHES);
        Ok(Self::with(settings.clock, caches, chain, None))
    }

    /// A node on the chain of a file, which is made if there is none, and what had to be done to
    /// the file.
    ///
    /// Every header of the file is checked as if it were submitted, but for two things: the clock
    /// does not matter, and the proof of work, a hash for each block, is that of the last 8 only.
    /// The hash of the last block vouches for all before it.
    ///
    /// # Errors
    ///
    /// All of [`OpenError`].
    pub fn open(settings: Settings, path: &Path) -> Result<(Self, Option<Recovery>), OpenError> {
        let genesis = template::genesis(settings.bits)?;
        let (mut file, headers, recovery) = ChainFile::open(path)?;
        let mut caches = Caches::new(settings.backend, CACHES);
        if headers.is_empty() {
            file.append(&genesis)?;
        }
        let chain = load(genesis, &headers, &mut caches, path)?;
        let node = Self::with(settings.clock, caches, chain, Some(file));
        Ok((node, recovery))
    }

    fn with(clock: Clock, caches: Caches, chain: Chain, file: Option<ChainFile>) -> Self {
        let template = template::next(&chain);
        Self {
            state: Mutex::new(State {
                clock,
                caches,
                chain,
                template,
                file,
            }),
        }
    }

    /// Work for the next block.
    pub fn work(&self) -> Work {
        let state = self.state();
        Work {
            header: BlockHeader {
                timestamp: (state.clock)(),
                ..state.template.clone()
            },
            seed: state.chain.next_seed(),
        }
    }

    /// Makes the next block of a nonce and a timestamp, if they are good, and returns it.
    ///
    /// # Errors
    ///
    /// All of [`SubmitError`]. All but [`SubmitError::Stale`] leave the nonce in the template, so
    /// [`work`](Self::work) shows it.
    pub fn submit(&self, submission: &Submission) -> Result<Block, SubmitError> {
        let State {
            clock,
            caches,
            chain,
            template,
            file,
        } = &mut *self.state();
        if submission.previous_block_hash != template.previous_block_hash {
            return Err(SubmitError::Stale);
        }
        template.nonce = submission.nonce;
        template.timestamp = submission.timestamp;
        let latest = clock().saturating_add(MAX_SECONDS_AHEAD);
        if template.timestamp > latest || template.timestamp <= chain.median_timestamp() {
            return Err(SubmitError::Timestamp);
        }
        if !has_proof_of_work(template, &chain.next_seed(), caches) {
            return Err(SubmitError::ProofOfWork);
        }
        if template.nonce > varint63::MAX {
            return Err(SubmitError::Nonce);
        }
        if let Some(file) = file {
            file.append(template)?;
        }
        let block = chain.push(template.clone()).clone();
        *template = template::next(chain);
        Ok(block)
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics with the state")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::PathBuf};

    /// Bits of a target that every hash meets.
    const EASIEST_BITS: u64 = 0x2100_0000_00ff_ffff;
    const NOW: u64 = 1_795_333_454;

    fn settings(bits: u64) -> Settings {
        Settings {
            bits,
            clock: Box::new(|| NOW),
            ..Settings::default()
        }
    }

    fn any_submission(node: &Node) -> Submission {
        let header = node.work().header;
        Submission {
            previous_block_hash: header.previous_block_hash,
            timestamp: header.timestamp,
            nonce: 0,
        }
    }

    /// A chain file of so many blocks after block 0, which every nonce makes.
    fn file_of(folder: &Path, blocks: u64) -> PathBuf {
        let path = folder.join("chain");
        let (mut file, ..) = ChainFile::open(&path).unwrap();
        let mut chain = Chain::new(template::genesis(EASIEST_BITS).unwrap());
        file.append(&chain.tip().header).unwrap();
        for _ in 0..blocks {
            let header = BlockHeader {
                timestamp: chain.median_timestamp() + 1,
                ..template::next(&chain)
            };
            file.append(&header).unwrap();
            chain.push(header);
        }
        path
    }

    #[test]
    fn a_chain_goes_on_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain");
        let (node, recovery) = Node::open(settings(EASIEST_BITS), &path).unwrap();
        assert_eq!(recovery, None);
        let first = node.submit(&any_submission(&node)).unwrap();
        let second = node.submit(&any_submission(&node));
        assert!(
            matches!(second, Err(SubmitError::Timestamp)),
            "the clock stands: {second:?}"
        );
        drop(node);

        let clock = Box::new(|| NOW + 1);
        let settings = Settings {
            clock,
            ..settings(EASIEST_BITS)
        };
        let (node, recovery) = Node::open(settings, &path).unwrap();
        assert_eq!((node.height(), recovery), (1, None));
        assert_eq!(node.block_at(1), Some(first.clone()));
        assert_eq!(node.block_named(&first.hash), Some(first));
        let second = node.submit(&any_submission(&node)).unwrap();
        assert_eq!(second.header.height, 2);
    }

    #[test]
    fn a_torn_last_line_costs_that_block_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = file_of(folder.path(), 3);
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 10]).unwrap();
        let (node, recovery) = Node::open(settings(EASIEST_BITS), &path).unwrap();
        assert_eq!(node.height(), 2);
        let told = recovery.expect("a recovery").to_string();
        assert!(told.contains("line 4: expected a whole line"), "{told}");
        node.submit(&any_submission(&node)).unwrap();
        drop(node);
        let (node, recovery) = Node::open(settings(EASIEST_BITS), &path).unwrap();
        assert_eq!((node.height(), recovery), (3, None));
    }

    #[test]
    fn a_file_has_one_node_and_its_own_bits() {
        let folder = tempfile::tempdir().unwrap();
        let path = file_of(folder.path(), 1);
        let refused = |bits| {
            Node::open(settings(bits), &path)
                .err()
                .map(|e| e.to_string())
        };
        let other = refused(SOLONET_BITS).expect("a refusal");
        for word in ["line 1", "2305843009214532812", &EASIEST_BITS.to_string()] {
            assert!(other.contains(word), "no {word:?} in: {other}");
        }
        let node = Node::open(settings(EASIEST_BITS), &path).unwrap();
        let second = refused(EASIEST_BITS).expect("a refusal");
        assert!(second.contains("locked by another node"), "{second}");
        drop(node);
        assert_eq!(refused(EASIEST_BITS), None);
    }

    #[test]
    fn block_257_is_mined_with_the_hash_of_block_256() {
        let folder = tempfile::tempdir().unwrap();
        let path = file_of(folder.path(), 255);
        let (node, _) = Node::open(settings(EASIEST_BITS), &path).unwrap();
        assert_eq!(node.work().header.height, 256);
        assert_eq!(node.work().seed, tensority::INITIAL_SEED);
        let last = node.submit(&any_submission(&node)).unwrap();
        assert_eq!(node.work().seed, last.hash);
        let next = Submission {
            timestamp: NOW + 1,
            ..any_submission(&node)
        };
        assert_eq!(node.submit(&next).unwrap().header.height, 257);
        assert_eq!(node.work().seed, last.hash);
    }
}
