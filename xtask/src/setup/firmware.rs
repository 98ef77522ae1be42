//! A compiler for the firmware of the on-chip controller.

use std::process::Command;

use super::{progress, system};
use crate::failure::Failure;
use crate::firmware::compiler::{self, Compiler, SYSTEM_PACKAGES, TARGET};
use crate::step;

/// Adds the target to the active toolchain through rustup, else installs the system's compiler.
pub fn install_missing_compiler() -> Result<(), Failure> {
    if Compiler::find().is_some() {
        return Ok(());
    }
    if step::succeeds(Command::new("rustup").arg("--version")) {
        progress(&format!("adding {TARGET} to the Rust toolchain"));
        // It fails without a network, and with registries that do not have the target.
        step::succeeds(Command::new("rustup").args(["target", "add", TARGET]));
    }
    if Compiler::find().is_none() {
        system::install(SYSTEM_PACKAGES).map_err(|_| compiler::missing())?;
    }
    match Compiler::find() {
        Some(_) => Ok(()),
        None => Err(compiler::missing()),
    }
}
