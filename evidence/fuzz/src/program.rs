//! A target's program, built with what libFuzzer needs.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Target;

/// What libFuzzer needs to see which way an input takes; LLVM's pass that counts edges and compares, which the stable
/// compiler has. Arithmetic that overflows is a crash.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Coverflow-checks=on",
    "-Cdebug-assertions=on",
];

/// The program's name, as Cargo has it.
const NAME: &str = "tensority-fuzz-target";

/// The environment variable that names the target to the compiler.
const TARGET_VARIABLE: &str = "TENSORITY_FUZZ_TARGET";

/// Builds the program of a target below `folder`.
///
/// # Errors
/// If the compiler does not run or fails.
pub fn build(target: &Target, folder: &Path) -> io::Result<PathBuf> {
    let platform = platform()?;
    let mut build = cargo();
    build
        .args(["build", "--quiet", "--release", "--package", "tensority-fuzz"])
        .args(["--bin", NAME, "--features", "libfuzzer"])
        // With a platform, the flags are for what runs under libFuzzer alone, not for build scripts.
        .args(["--target", &platform])
        .arg("--target-dir")
        .arg(folder)
        .env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\x1f"))
        .env(TARGET_VARIABLE, target.name)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if !build.status()?.success() {
        return Err(io::Error::other("the program does not build"));
    }
    Ok(folder.join(platform).join("release").join(NAME))
}

fn platform() -> io::Result<String> {
    let output = Command::new("rustc")
        .args(["--print", "host-tuple"])
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )),
    }
}

/// The Cargo that runs this program.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}
