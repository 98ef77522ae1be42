//! Codes and texts of a pool's refusals.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The reason for a refusal. The texts are those of btmcpool as they were recorded, but for
/// [`Duplicate`](Self::Duplicate), which that pool never says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// 20: the parameters cannot be read.
    Unknown,
    /// 21: no job of that id was given to this session lately.
    JobNotFound,
    /// 22: the nonce was submitted before.
    Duplicate,
    /// 23: the PoW hash exceeds the share target.
    LowDifficulty,
    /// 24: nobody has logged in by that name here.
    Unauthorized,
    /// 32: job id or nonce are written wrong, or the job is for a block that exists by now.
    SubmitFormat,
    /// 40: somebody has logged in here already.
    MultipleAuthorization,
}

impl Code {
    /// The number in a reply.
    pub fn number(self) -> i64 {
        self.entry().0
    }

    /// The text in a reply.
    pub fn message(self) -> &'static str {
        self.entry().1
    }

    fn entry(self) -> (i64, &'static str) {
        match self {
            Self::Unknown => (20, "Unknown Error"),
            Self::JobNotFound => (21, "Job Not Found"),
            Self::Duplicate => (22, "Duplicate Share"),
            Self::LowDifficulty => (23, "Low Difficulty Share"),
            Self::Unauthorized => (24, "Unauthorized Worker"),
            Self::SubmitFormat => (32, "Invalid Submit Format"),
            Self::MultipleAuthorization => (40, "Multiple Authorization"),
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (code, reason) = self.entry();
        let mut entry = serializer.serialize_struct("Code", 2)?;
        entry.serialize_field("code", &code)?;
        entry.serialize_field("reason", reason)?;
        entry.end()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.message())
    }
}
