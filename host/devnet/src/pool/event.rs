//! Events of a pool, as values, text and JSON.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::pool::code::Code;

/// Something that happened. Sessions are numbered from 0; a number is given again when its session
/// is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Event {
    Opened {
        session: u64,
    },
    /// Somebody logged in: the account, and with a full stop behind it the worker, with this program.
    Login {
        session: u64,
        login: String,
        agent: String,
    },
    /// A share is good.
    Accepted {
        session: u64,
        login: String,
        height: u64,
        nonce: u64,
    },
    /// A submit is bad. There is no login if nobody has logged in.
    Rejected {
        session: u64,
        login: Option<String>,
        #[serde(flatten)]
        code: Code,
    },
    /// The chain has another block, by a share of this session or mined by nobody here.
    Block {
        session: Option<u64>,
        height: u64,
        #[serde(with = "hex::serde")]
        hash: [u8; 32],
    },
    /// The PoW hash of a share meets the network's target, but the chain does not take the block, for
    /// this reason.
    BlockRefused {
        session: u64,
        reason: String,
    },
    Closed {
        session: u64,
        reason: CloseReason,
    },
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CloseReason {
    /// The miner closed it.
    Miner,
    /// The connection broke, or TLS failed.
    Broken(String),
    /// The miner sent an empty line.
    EmptyLine,
    /// The miner sent more than 10 KiB without an end of line.
    LongLine,
    /// The miner sent what is no request of this dialect.
    NoRequest,
    /// After this refusal btmcpool closes.
    Refused(Code),
    /// The miner is banned.
    Banned,
    /// There is no template.
    NoTemplate,
    /// Nobody said anything for too long.
    Idle,
    /// The miner does not read what it is told.
    NotRead,
    /// The pool was asked to misbehave.
    Misbehaviour,
    Ended,
}

/// The texts of miners are quoted, for they may hold anything.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block {
                session: None,
                height,
                hash,
            } => return write!(f, "block {height} by nobody here, {}", hex::encode(hash)),
            Self::Opened { session }
            | Self::Login { session, .. }
            | Self::Accepted { session, .. }
            | Self::Rejected { session, .. }
            | Self::BlockRefused { session, .. }
            | Self::Closed { session, .. }
            | Self::Block {
                session: Some(session),
                ..
            } => write!(f, "session {session}: ")?,
        }
        match self {
            Self::Opened { .. } => f.write_str("opened"),
            Self::Login { login, agent, .. } => write!(f, "login {login:?} with {agent:?}"),
            Self::Accepted { height, nonce, .. } => {
                write!(f, "accepted share for block {height}, nonce {nonce}")
            }
            Self::Rejected { code, .. } => write!(f, "rejected: {code}"),
            Self::Block { height, hash, .. } => write!(f, "block {height}, {}", hex::encode(hash)),
            Self::BlockRefused { reason, .. } => write!(f, "block refused: {reason}"),
            Self::Closed { reason, .. } => write!(f, "closed: {reason}"),
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Miner => f.write_str("by the miner"),
            Self::Broken(error) => write!(f, "broken: {error}"),
            Self::EmptyLine => f.write_str("an empty line"),
            Self::LongLine => f.write_str("a line of more than 10 KiB"),
            Self::NoRequest => f.write_str("a line that is neither login nor submit"),
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::Banned => f.write_str("the miner is banned"),
            Self::NoTemplate => f.write_str("no template"),
            Self::Idle => f.write_str("nothing was said for too long"),
            Self::NotRead => f.write_str("the miner does not read"),
            Self::Misbehaviour => f.write_str("as it was asked to"),
            Self::Ended => f.write_str("the pool ends"),
        }
    }
}

impl Serialize for CloseReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
