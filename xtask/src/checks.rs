//! `cargo xtask test`: everything that must hold before a change is taken.
//!
//! All steps that build code use the release profile: the simulators and the demonstration need
//! it anyway, so that one set of compiled dependencies serves them all.

use std::process::Command;
use std::time::Instant;

use crate::failure::Failure;
use crate::{firmware, setup, step};

const FORMAT: &[&str] = &["fmt", "--all", "--check"];

/// The firmware is no member of the workspace.
const FIRMWARE_FORMAT: &[&str] = &["fmt", "--manifest-path", "firmware/Cargo.toml", "--check"];

const LINTS: &[&str] = &[
    "clippy",
    "--release",
    "--workspace",
    "--all-targets",
    "--",
    "--deny",
    "warnings",
];

/// Unit, integration and documentation tests.
const TESTS: &[&str] = &["test", "--release", "--workspace"];

const QUICK_TESTS: &[&str] = &[
    "test",
    "--release",
    "--workspace",
    "--lib",
    "--bins",
    "--tests",
];

/// Runs all checks, or the `quick` ones, and stops at the first that fails.
pub fn run(quick: bool) -> Result<(), Failure> {
    let start = Instant::now();
    setup::run()?;
    require_component("fmt", "rustfmt")?;
    step::cargo("format", FORMAT)?;
    step::cargo("format", FIRMWARE_FORMAT)?;
    // Simulations load it.
    firmware::build()?;
    if quick {
        step::cargo("tests", QUICK_TESTS)?;
    } else {
        require_component("clippy", "clippy")?;
        step::cargo("lints", LINTS)?;
        step::cargo("tests", TESTS)?;
    }
    eprintln!(
        "\n=== all checks passed in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Rust may be installed without its formatter and its lints.
fn require_component(subcommand: &str, component: &str) -> Result<(), Failure> {
    if step::succeeds(Command::new("cargo").args([subcommand, "--version"])) {
        return Ok(());
    }
    Err(Failure::missing(format!(
        "`cargo {subcommand}` is missing; run: rustup component add {component}"
    )))
}
