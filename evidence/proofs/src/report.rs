//! Verdicts as text, and as data.

use std::fmt;

use crate::proof::{Outcome, Verdict};

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proved => f.write_str("proved"),
            Self::Bounded { cycles } => write!(f, "bounded to {cycles} cycles"),
            Self::Failed { reason, trace } => write!(f, "FAILED: {reason}; {}", trace.display()),
            Self::Empty { reason } => write!(f, "EMPTY: {reason}"),
            Self::NotProved { reason } => write!(f, "NOT PROVED: {reason}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            seconds,
            verdict,
            ..
        } = self;
        write!(f, "{seconds:6.1} s  {name}: {verdict}")
    }
}
