//! Errors of a configuration, one line for each mistake.

use std::path::PathBuf;
use std::{fmt, io};

use crate::Origin;

/// Why a configuration cannot be used. It shows itself as one line for each mistake.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A file that a secret is in cannot be read.
    #[error("{origin}: cannot read the secret in {}: {source}", path.display())]
    SecretFile {
        origin: Origin,
        path: PathBuf,
        source: io::Error,
    },
    /// What is said makes no sense.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
}

/// Something that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Mistake {
    pub origin: Origin,
    /// What was expected and what was found, on one line.
    pub reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    let lines: Vec<_> = mistakes.iter().map(Mistake::to_string).collect();
    lines.join("\n")
}
