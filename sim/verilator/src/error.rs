//! What can go wrong between a design and its model.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Verilator is in none of the places where it is looked for.
    #[error("no Verilator in {}; run `cargo xtask setup`", list(.looked_in))]
    NoVerilator {
        /// The files that were looked for.
        looked_in: Vec<PathBuf>,
    },

    /// A program could not be started.
    #[error("cannot run {program}: {source}; run `cargo xtask setup`")]
    NoProgram {
        /// The name or path of the program.
        program: String,
        /// What the system answered.
        source: io::Error,
    },

    /// Verilator does not accept the design.
    #[error("Verilator rejects {top}:\n{text}")]
    Rejected {
        /// The top module.
        top: String,
        /// What Verilator printed.
        text: String,
    },

    /// The C++ compiler or the linker failed.
    #[error("cannot compile {file} (all of it in {}):\n{text}", .log.display())]
    Compile {
        /// The file being compiled, or the library being linked.
        file: String,
        /// The first lines the compiler printed.
        text: String,
        /// Everything it printed.
        log: PathBuf,
    },

    /// A file or folder could not be worked with.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system answered.
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
