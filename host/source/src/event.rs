//! What a source says, and what it is given.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use tensority::{BlockHeader, Target};

/// Something that happened at a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// It answers as it should. Work follows, at once or later, also if it was told before.
    Up,
    /// There is something to hash.
    Work(Work),
    /// All work that it gave so far is worthless; more may come.
    Void,
    /// It cannot be reached, does not let us in, is silent, or gives no work. It is tried again. A node
    /// tells it when the reason changes, a pool after each attempt.
    Down(Reason),
    /// A share was answered, or never will be.
    Answered {
        /// The number that the share came with.
        share: u64,
        /// The answer.
        answer: Answer,
        /// From the first submit to the answer.
        took: Duration,
    },
    /// It said something that it should not have, which changes nothing else. Each kind of oddity is
    /// told once for a connection.
    Odd(Reason),
}

/// Something to hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// What the source calls it, if it does.
    pub id: Option<String>,
    /// The header; its nonce is 0.
    pub header: BlockHeader,
    /// The seed of the block's epoch.
    #[serde(with = "hex::serde")]
    pub seed: [u8; 32],
    /// The target of a share; the block's own at a node.
    pub target: Target,
    /// The first nonce that is ours; nothing where any will do.
    pub first_nonce: Option<u64>,
    /// The number of nonces that are ours, from the first one on; none is beyond 2^63 - 1.
    pub nonces: u64,
    /// All work that came before from this source is worthless. Otherwise it stays good, and is only
    /// less fresh.
    pub replace: bool,
}

/// Why something is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A word for counters and for telling changes: `unreachable`, `timed_out`, `unauthorized`.
    pub word: String,
    /// One line: expected, found, what to do.
    pub text: String,
}

impl Reason {
    /// A word and a text.
    pub fn new(word: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            text: text.into(),
        }
    }
}

/// A verified result on its way to a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The number that its answer comes with; greater than all before.
    pub number: u64,
    /// [`Work::id`] of its work.
    pub work: Option<String>,
    /// The header with its nonce.
    pub header: BlockHeader,
}

/// What became of a share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The source has it.
    Accepted,
    /// The source does not want it any more.
    Stale(Reason),
    /// The source does not want it.
    Rejected(Reason),
    /// It was sent, and the source never said what became of it.
    Unanswered(Reason),
    /// It was not sent, since its work was worthless by then.
    NotSent,
}
