//! Errors between a design and its model.

use std::io;
use std::path::{Path, PathBuf};

/// An error of a build. `text` holds the first lines that the tool printed, `log` all of them.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Error {
    /// Verilator is in none of the places where it is looked for.
    #[error("no Verilator in {}; run `cargo xtask setup`", list(.looked_in))]
    NoVerilator { looked_in: Vec<PathBuf> },

    /// A program could not be started.
    #[error("cannot run {program}: {source}; run `cargo xtask setup`")]
    NoProgram { program: String, source: io::Error },

    /// Verilator does not accept the design.
    #[error("Verilator rejects {top}:\n{text}")]
    Rejected { top: String, text: String },

    /// The C++ compiler or the linker failed.
    #[error("cannot compile {file} (all of it in {}):\n{text}", .log.display())]
    Compile {
        file: String,
        text: String,
        log: PathBuf,
    },

    /// A file or folder could not be worked with; `action` is what was tried.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` on operations on `path`.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}
