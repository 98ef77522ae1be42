//! `cargo xtask setup`: what a machine with only Rust, git, Python and apt lacks.
//!
//! A second call finds everything in place and returns at once.

mod firmware;
mod python;
mod system;

use crate::failure::Failure;

/// Installs missing system packages, the firmware's compiler and the pinned Python tools.
pub fn run() -> Result<(), Failure> {
    let python_tools = python::missing()?;
    system::install_missing(python_tools.is_some())?;
    firmware::install_missing_compiler()?;
    if let Some(python_tools) = python_tools {
        python_tools.install()?;
    }
    Ok(())
}

/// One line of progress.
fn progress(line: &str) {
    eprintln!("setup: {line}");
}
