//! `cargo xtask package`: the miner as a Debian package and as a package for HiveOS, both checked.
//!
//! Neither the tools for it nor what it checks belongs to `cargo xtask test`: a release build alone takes minutes.

mod contents;
mod hiveos;
mod tools;

use std::fs;
use std::process::Command;

use crate::failure::Failure;
use crate::{step, workspace};

/// What machines have: the program is linked against this glibc, so that it runs on Debian 10, Ubuntu 18.04 and HiveOS.
const TARGET: &str = "x86_64-unknown-linux-gnu";
const GLIBC: &str = "2.27";

/// Builds both packages into `target/package`, and checks them.
pub fn run() -> Result<(), Failure> {
    let tools = tools::install_missing()?;
    let packages = workspace::target().join("package");
    if packages.exists() {
        fs::remove_dir_all(&packages).map_err(|error| Failure::cannot_write(&packages, &error))?;
    }
    fs::create_dir_all(&packages).map_err(|error| Failure::cannot_write(&packages, &error))?;

    let build = [
        "zigbuild",
        "--release",
        "--package",
        "tensority-cli",
        "--target",
    ];
    let mut cargo = tools.cargo()?;
    cargo.args(build).arg(format!("{TARGET}.{GLIBC}"));
    step::named("program", &mut cargo)?;
    let program = workspace::target().join(TARGET).join("release/tensority");
    contents::write(&program)?;

    let mut cargo = tools.cargo()?;
    cargo.args([
        "deb",
        "--no-build",
        "--no-dbgsym",
        "--strip",
        "--package",
        "tensority-cli",
        "--target",
        TARGET,
    ]);
    step::named("Debian package", cargo.arg("--output").arg(&packages))?;
    hiveos::build(&program, &packages)?;

    let mut checks = Command::new(step::cargo_program());
    checks
        .args([
            "test",
            "--package",
            "xtask",
            "--test",
            "packages",
            "--",
            "--ignored",
        ])
        .env("XTASK_PACKAGES", &packages)
        .current_dir(workspace::root());
    step::named("checks", &mut checks)?;
    eprintln!("\n=== packages: {}", packages.display());
    Ok(())
}
