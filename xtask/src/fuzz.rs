//! `cargo xtask fuzz`: a campaign of the fuzz targets in `evidence/fuzz`.

use std::process::Command;

use crate::failure::Failure;
use crate::{step, workspace};

/// Runs these targets, or all, for `minutes` together.
pub fn run(targets: &[String], minutes: f64) -> Result<(), Failure> {
    let mut campaign = Command::new(step::cargo_program());
    campaign
        .args([
            "run",
            "--quiet",
            "--package",
            "tensority-fuzz",
            "--bin",
            "tensority-fuzz",
        ])
        .args(["--", "--minutes", &minutes.to_string(), "--folder"])
        .arg(workspace::target().join("fuzz"))
        .args(targets)
        .current_dir(workspace::root());
    step::named("campaign", &mut campaign)
}
