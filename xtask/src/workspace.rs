//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

/// The folder that cargo builds in.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => root().join(folder),
        _ => root().join("target"),
    }
}

/// The folder that `setup` fills: `TENSORITY_TOOLS`, or `.tools` in the workspace.
pub fn tools() -> PathBuf {
    match env::var_os("TENSORITY_TOOLS") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => root().join(".tools"),
    }
}
