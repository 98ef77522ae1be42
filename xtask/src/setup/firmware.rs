//! A compiler for the firmware of the on-chip controller.

use super::{rust, system};
use crate::failure::Failure;
use crate::firmware::compiler::{self, Compiler, SYSTEM_PACKAGES, TARGET};

/// Adds the target to the active toolchain through rustup, else installs the system's compiler.
pub fn install_missing_compiler() -> Result<(), Failure> {
    if Compiler::find().is_some() {
        return Ok(());
    }
    rust::add_target(TARGET);
    if Compiler::find().is_none() {
        system::install(SYSTEM_PACKAGES).map_err(|_| compiler::missing())?;
    }
    match Compiler::find() {
        Some(_) => Ok(()),
        None => Err(compiler::missing()),
    }
}
