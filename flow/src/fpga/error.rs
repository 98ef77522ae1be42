//! What can go wrong between a project and its bitstream.
//!
//! A missed clock is no error here: it is a result, with a report.

use std::io;
use std::path::{Path, PathBuf};

/// An error of the build.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A tool is not installed.
    #[error("no {tool} in {}; run: cargo xtask setup", looked_in.display())]
    MissingTool {
        /// Its name.
        tool: &'static str,
        /// The folder of the tools.
        looked_in: PathBuf,
    },
    /// A file cannot be worked with.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// Read, write and so on.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A tool refuses the design.
    #[error("{tool} stopped: {reason}; its log is {}", log.display())]
    Tool {
        /// Its name.
        tool: &'static str,
        /// The first error in its log.
        reason: String,
        /// All it said.
        log: PathBuf,
    },
    /// A tool wrote something else than expected.
    #[error(
        "{tool} wrote a {file} that is not as expected: {reason}; are the pinned tools installed? run: cargo xtask setup"
    )]
    Output {
        /// Its name.
        tool: &'static str,
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A clock of the project is none of the design's.
    #[error(
        "expected a clock net {clock} in the design, found none; name it as the top module does"
    )]
    NoClock {
        /// The name.
        clock: String,
    },
    /// No tool builds for the part.
    #[error("expected a part {expected}, found {found}; choose a board with one of these")]
    Part {
        /// Those there are.
        expected: String,
        /// The project's.
        found: String,
    },
    /// The build was stopped from outside.
    #[error("stopped before the build was done; what is done is kept")]
    Stopped,
    /// The account of the blocks does not add up.
    #[error(
        "expected {expected} {what} in the blocks together, found {found}; a kind of cell is not counted"
    )]
    Account {
        /// Which resource.
        what: &'static str,
        /// What the tool counts.
        expected: u64,
        /// What the blocks hold.
        found: u64,
    },
}

impl Error {
    /// Wraps what went wrong with a file.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
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
