//! What a pool tells of itself.

use crate::pool::code::Code;
use std::fmt;

/// Something that happened. Sessions are numbered from 0; a number is given again when its session
/// is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody connected.
    Opened {
        /// The new session.
        session: u64,
    },
    /// Somebody logged in.
    Login {
        /// The session.
        session: u64,
        /// The account, and with a full stop behind it the worker.
        login: String,
        /// The program of the miner.
        agent: String,
    },
    /// A share is good.
    Accepted {
        /// The session.
        session: u64,
        /// Its login.
        login: String,
        /// The height of its job.
        height: u64,
        /// The nonce.
        nonce: u64,
    },
    /// A submit is bad.
    Rejected {
        /// The session.
        session: u64,
        /// Its login; none if it has not logged in.
        login: Option<String>,
        /// Why.
        code: Code,
    },
    /// The chain has another block.
    Block {
        /// The session whose share it is; none if nobody here mined it.
        session: Option<u64>,
        /// The height of the block.
        height: u64,
        /// The hash of the block.
        hash: [u8; 32],
    },
    /// The PoW hash of a share meets the network's target, but the chain does not take the block.
    BlockRefused {
        /// The session whose share it is.
        session: u64,
        /// What the chain says.
        reason: String,
    },
    /// A connection ended.
    Closed {
        /// The session that is over.
        session: u64,
        /// Why.
        why: Why,
    },
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
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
    /// The pool ends.
    Ended,
}

impl fmt::Display for Why {
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
