//! `cargo xtask torture`: a campaign of faults, `evidence/torture`.

use std::process::Command;

use crate::failure::Failure;
use crate::{step, workspace};

/// Has the miner, boards, pools and node hash with SHA3: what is tried is everything around the hash, and a million
/// results of Tensority would take a processor half a day.
const CHEAP: &str = "--cfg=tensority_cheap";

/// Boards, and cycles of a hash at 100 MHz, that keep two cores busy.
const BOARDS: (&str, &str) = ("6", "100000");

/// Builds the programs with SHA3, and runs the faults of a seed for some minutes.
pub fn run(minutes: f64, seed: u64) -> Result<(), Failure> {
    let folder = workspace::target().join("torture");
    let mut build = Command::new(step::cargo_program());
    build
        .args(["build", "--release", "--package", "tensority-cli"])
        .args(["--package", "tensority-torture", "--target-dir"])
        .arg(&folder)
        .env("CARGO_ENCODED_RUSTFLAGS", CHEAP)
        .current_dir(workspace::root());
    step::named("programs with SHA3", &mut build)?;
    let programs = folder.join("release");
    let result = workspace::root().join("evidence/torture/results/campaign.json");
    let mut campaign = Command::new(programs.join("tensority-torture"));
    campaign
        .args(["run", "--minutes", &minutes.to_string()])
        .args(["--seed", &seed.to_string()])
        .args(["--boards", BOARDS.0, "--hash-cycles", BOARDS.1, "--program"])
        .arg(programs.join("tensority"))
        .arg("--result")
        .arg(result);
    step::named("campaign", &mut campaign)
}
