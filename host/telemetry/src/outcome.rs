//! Outcomes of results and shares.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a result, first by the miner's verdict and then, if it is a share, by the source's
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Hashed again, and right.
    Valid,
    /// Not what the device said.
    HardwareError,
    /// Reported before.
    Duplicate,
    /// Not hashed again, as the policy says.
    Unverified,
    /// Of a job that was worthless when it came to the miner, or to the source.
    Stale,
    /// The source has the share.
    Accepted,
    /// The source does not want it.
    Rejected,
    /// The source never said what became of it.
    Unanswered,
    /// The source did not get it.
    NotSubmitted,
}

impl Outcome {
    /// The word for it, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::HardwareError => "hardware_error",
            Self::Duplicate => "duplicate",
            Self::Unverified => "unverified",
            Self::Stale => "stale",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unanswered => "unanswered",
            Self::NotSubmitted => "not_submitted",
        }
    }
}

/// The words of a line for people.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word().replace('_', " "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_that_of_json() {
        for outcome in [
            Outcome::Valid,
            Outcome::HardwareError,
            Outcome::Duplicate,
            Outcome::Unverified,
            Outcome::Stale,
            Outcome::Accepted,
            Outcome::Rejected,
            Outcome::Unanswered,
            Outcome::NotSubmitted,
        ] {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
        }
        assert_eq!(Outcome::NotSubmitted.to_string(), "not submitted");
    }
}
