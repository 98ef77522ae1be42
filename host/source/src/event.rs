//! Events of a source, shares for it and its answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority::BlockHeader;

use crate::template::Template;

/// Something that happened at a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Event {
    /// It answers as it should. Work follows, at once or later, also if it was told before. A node that stands by
    /// tells it with each answer.
    Up,
    Template(Template),
    /// All work that it gave so far is worthless; more may come.
    Invalidated,
    /// It cannot be reached, does not let us in, is silent, or gives no work. It is tried again. A node
    /// tells it when the reason changes, a pool after each attempt.
    Down(Reason),
    /// A share was answered, or never will be.
    #[allow(missing_docs)]
    Answered {
        /// [`Share::number`].
        share: u64,
        answer: Answer,
        /// From the first submit to the answer.
        took: Duration,
    },
    /// It said something that it should not have, which changes nothing else. Each kind of oddity is
    /// told once for a connection.
    Odd(Reason),
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
    /// The word of a pool that refused all shares as if it did not know us, until we left to log in again.
    pub const FORGOTTEN: &str = "forgotten";
    /// The word of a share that was refused because of who hands it in. It says nothing of the share.
    pub const UNAUTHORIZED: &str = "unauthorized";

    /// See the fields.
    pub fn new(word: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            text: text.into(),
        }
    }
}

/// A verified result on its way to a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Share {
    /// The number that its answer comes with; greater than all before.
    pub number: u64,
    /// [`Template::id`] of its template.
    pub template: Option<String>,
    pub header: BlockHeader,
}

/// What became of a share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Answer {
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
