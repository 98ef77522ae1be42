//! Errors: what keeps a property from being asked about at all.

use std::io;
use std::path::{Path, PathBuf};

/// Why a question could not be put.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Error {
    #[error("{tool} is missing in {}; run: cargo xtask setup", looked_in.display())]
    MissingTool {
        tool: &'static str,
        looked_in: PathBuf,
    },
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("no property called {0:?}; `cargo xtask prove --list` names all")]
    UnknownProperty(String),
    #[error("properties.toml: {0}")]
    Table(String),
}

impl Error {
    pub(crate) fn file(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}
