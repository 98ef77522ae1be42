//! Why there is no history.

use std::io;
use std::path::PathBuf;

/// Why the file of a history cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum HistoryError {
    #[error("expected the history {}, found no file: no miner has kept one there", .0.display())]
    Missing(PathBuf),
    /// Something cannot be opened, read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// SQLite refuses.
    #[error("cannot {action} the history {}: {source}", path.display())]
    Database {
        action: &'static str,
        path: PathBuf,
        source: rusqlite::Error,
    },
    /// Another miner writes to it.
    #[error(
        "expected the history {} to be free, found another miner that writes to it; choose another file",
        .0.display()
    )]
    InUse(PathBuf),
    /// It is a database of something else, or no database.
    #[error("{}: expected a history, found {found}; choose another file, or remove it", path.display())]
    Foreign { path: PathBuf, found: String },
    /// A later program wrote it.
    #[error(
        "{}: expected a history of version {known}, found version {found}; use the program that wrote it, or \
         choose another file",
        path.display()
    )]
    Version {
        path: PathBuf,
        known: i32,
        found: i32,
    },
    /// The system gives no thread to write with.
    #[error("cannot start to write the history: {0}")]
    Thread(#[source] io::Error),
}
