//! Places in the workspace.

use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(1).unwrap_or(package)
}

/// The folder of the pinned tools: `TENSORITY_TOOLS`, or `.tools` in the workspace.
pub fn tools() -> PathBuf {
    match std::env::var_os("TENSORITY_TOOLS") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => root().join(".tools"),
    }
}

/// The program of the controller, as `cargo xtask firmware` makes it.
pub fn firmware() -> PathBuf {
    root().join("target/firmware/firmware.bin")
}

/// The folder of what is built for boards.
pub fn boards() -> PathBuf {
    root().join("target/boards")
}
