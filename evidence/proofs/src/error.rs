//! Errors: what keeps a property from being asked about at all.

use std::io;
use std::path::Path;

use tensority_flow::fpga;

/// Why a question could not be put.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Error {
    /// A tool is missing or cannot be started, or a file cannot be worked with.
    #[error(transparent)]
    Flow(#[from] fpga::Error),
    #[error("stopped before all was asked; nothing is kept")]
    Stopped,
    #[error("expected a property of {}, found {found:?}", known.join(", "))]
    UnknownProperty {
        found: String,
        known: Vec<&'static str>,
    },
    #[error("properties.toml: {0}")]
    Table(String),
}

impl Error {
    pub(crate) fn file(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let wrap = fpga::Error::file(action, path);
        move |source| wrap(source).into()
    }
}
