//! What builds programs for AArch64, and runs them.

use std::path::Path;
use std::process::Command;

use super::{rust, system};
use crate::aarch64::{EMULATOR, LINKER, SYSTEM, TARGET};
use crate::failure::Failure;
use crate::firmware::compiler;
use crate::step;

/// Programs, with Debian's packages that bring them.
const PROGRAMS: &[(&str, &str)] = &[(LINKER, "gcc-aarch64-linux-gnu"), (EMULATOR, "qemu-user")];

/// The target's C library, which the cross compiler only recommends.
const C_LIBRARY: &str = "libc6-dev-arm64-cross";

/// Installs the cross compiler, the emulator and the target's libraries, as far as they are not there.
pub fn install_missing() -> Result<(), Failure> {
    let is_missing = |name: &str| !step::succeeds(Command::new(name).arg("--version"));
    let programs = PROGRAMS.iter().filter(|(name, _)| is_missing(name));
    let mut missing: Vec<_> = programs.map(|&(_, package)| package).collect();
    if !Path::new(SYSTEM).join("lib/libc.so").exists() {
        missing.push(C_LIBRARY);
    }
    if !missing.is_empty() {
        system::install(&missing)?;
    }
    if !compiler::active_has(TARGET) {
        rust::add_target(TARGET);
    }
    if compiler::active_has(TARGET) {
        Ok(())
    } else {
        Err(Failure::unavailable(format!(
            "the Rust compiler has no libraries for AArch64; run: rustup target add {TARGET}"
        )))
    }
}
