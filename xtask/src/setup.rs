//! `cargo xtask setup`: what a machine with only Rust, git, Python and apt lacks.
//!
//! A second call finds everything in place and returns at once.

mod aarch64;
mod firmware;
mod prometheus;
mod python;
mod rust;
pub mod system;

use std::fs::{self, File};

use crate::failure::Failure;
use crate::workspace;

/// Installs missing system packages, the firmware's compiler, Prometheus and the pinned Python tools. Of two at once, one
/// waits for what the other installs.
pub fn run() -> Result<(), Failure> {
    let _turn = turn()?;
    let python_tools = python::missing()?;
    system::install_missing(python_tools.is_some())?;
    firmware::install_missing_compiler()?;
    prometheus::install_missing()?;
    if let Some(python_tools) = python_tools {
        python_tools.install()?;
    }
    Ok(())
}

/// Installs what tests alone call and is missing.
pub fn for_tests() -> Result<(), Failure> {
    let _turn = turn()?;
    system::install_missing_for_tests()
}

/// The lock of the tool folder, until it is dropped.
fn turn() -> Result<File, Failure> {
    let folder = workspace::tools();
    let path = folder.join("lock");
    let lock = fs::create_dir_all(&folder).and_then(|()| File::create(&path));
    let locked = lock.and_then(|lock| lock.lock().map(|()| lock));
    locked.map_err(|error| Failure::cannot_write(&path, &error))
}

/// One line of progress.
pub fn progress(line: &str) {
    eprintln!("setup: {line}");
}

/// Installs what is missing to build programs for AArch64 and to run them.
pub fn for_aarch64() -> Result<(), Failure> {
    let _turn = turn()?;
    aarch64::install_missing()
}
