//! Targets of the active Rust toolchain.

use std::process::Command;

use super::progress;
use crate::step;

/// Adds the libraries of a target to the toolchain, if rustup made that and can.
pub fn add_target(target: &str) {
    if step::succeeds(Command::new("rustup").arg("--version")) {
        progress(&format!("adding {target} to the Rust toolchain"));
        // It fails without a network, and with registries that do not have the target.
        step::succeeds(Command::new("rustup").args(["target", "add", target]));
    }
}
