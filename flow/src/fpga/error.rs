//! Errors between a project and its bitstream.
//!
//! A missed clock is no error here: it is a result, with a report.

use std::io;
use std::path::{Path, PathBuf};

/// An error of the build. Each says what was expected, what was found and what to do.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Error {
    /// A tool is not installed.
    #[error("no {tool} in {}; run: cargo xtask setup", looked_in.display())]
    MissingTool {
        tool: &'static str,
        looked_in: PathBuf,
    },
    /// A file cannot be worked with; `action` is read, write and so on.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A tool refuses the design, for the first reason in its log.
    #[error("{tool} stopped: {reason}; its log is {}", log.display())]
    Tool {
        tool: &'static str,
        reason: String,
        log: PathBuf,
    },
    /// A tool wrote something else than expected.
    #[error(
        "{tool} wrote a {file} that is not as expected: {reason}; are the pinned tools installed? run: cargo xtask setup"
    )]
    Output {
        tool: &'static str,
        file: &'static str,
        reason: String,
    },
    /// A clock of the project is none of the design's.
    #[error(
        "expected a clock net {clock} in the design, found none; name it as the top module does"
    )]
    NoClock { clock: String },
    /// A memory to be filled is not in the routed design.
    #[error(
        "expected each column of a memory's mark once in the routed design, found one {found} times; is the memory a block RAM?"
    )]
    Mark { found: u32 },
    /// No tool builds for the part.
    #[error("expected a part {expected}, found {found}; choose a board with one of these")]
    Part { expected: String, found: String },
    /// The build was stopped from outside.
    #[error("stopped before the build was done; what is done is kept")]
    Stopped,
    /// The blocks together hold another number of a resource than the tool counts.
    #[error(
        "expected {expected} {what} in the blocks together, found {found}; a kind of cell is not counted"
    )]
    Account {
        what: &'static str,
        expected: u64,
        found: u64,
    },
}

impl Error {
    /// Wraps what went wrong with a file.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    /// Wraps what is wrong with a tool's output.
    pub(crate) fn output<E: std::fmt::Display>(
        tool: &'static str,
        file: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |reason| Self::Output {
            tool,
            file,
            reason: reason.to_string(),
        }
    }
}
