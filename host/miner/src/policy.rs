//! Verification policy: the results that are hashed again, before or after they are submitted.

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which results are hashed again, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Policy {
    #[default]
    Before,
    /// All, after they were submitted.
    After,
    /// One of so many, after it was submitted.
    Sample(NonZero<u64>),
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before => f.write_str("before"),
            Self::After => f.write_str("after"),
            Self::Sample(count) => write!(f, "sample:1/{count}"),
        }
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sample = || text.strip_prefix("sample:1/")?.parse().ok();
        match text {
            "before" => Ok(Self::Before),
            "after" => Ok(Self::After),
            _ => sample().map(Self::Sample).ok_or_else(|| {
                format!("expected before, after or sample:1/N with N from 1, found {text:?}")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_its_text() {
        for text in ["before", "after", "sample:1/16"] {
            assert_eq!(text.parse::<Policy>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "never",
            "sample",
            "sample:1/0",
            "sample:2/3",
            "sample:1/x",
        ] {
            assert!(bad.parse::<Policy>().is_err(), "{bad}");
        }
    }
}
