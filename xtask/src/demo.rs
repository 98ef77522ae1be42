//! `cargo xtask demo`: from a fresh clone to a share mined on the simulated hardware.

use crate::failure::Failure;
use crate::{setup, step};

/// How the demonstration is started.
const DEMO: &[&str] = &[
    "run",
    "--release",
    "--package",
    "tensority-sim",
    "--bin",
    "tensority-sim",
    "--",
    "demo",
];

/// Sets up, then runs the simulator's own `demo` command.
pub fn run() -> Result<(), Failure> {
    setup::run()?;
    step::cargo("demo", DEMO)
}
