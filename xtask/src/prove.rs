//! `cargo xtask prove`: the properties of the emitted Verilog, proved by solvers.

use std::process::Command;

use crate::failure::Failure;
use crate::{setup, step, workspace};

/// Proves these properties, or all, and keeps what came of them in `evidence/proofs/results.json`.
pub fn run(names: &[String]) -> Result<(), Failure> {
    setup::run()?;
    let program = ["run", "--quiet", "--package", "tensority-proofs"];
    let mut proofs = Command::new(step::cargo_program());
    proofs
        .args(program)
        .args(["--bin", "tensority-prove", "--", "--folder"])
        .arg(workspace::target().join("proofs"))
        .arg("--keep")
        .arg(workspace::root().join("evidence/proofs/results.json"))
        .args(names)
        .current_dir(workspace::root());
    step::named("proofs", &mut proofs)
}
