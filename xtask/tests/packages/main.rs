//! The packages that `cargo xtask package` builds, as machines meet them. It runs these tests; they touch nothing outside
//! folders of their own.

mod debian;
mod hiveos;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

/// The only package with such an end.
fn package(end: &str) -> PathBuf {
    let folder = std::env::var_os("XTASK_PACKAGES");
    let folder = folder.expect("packages to test; run: cargo xtask package");
    let files = std::fs::read_dir(folder).expect("a folder of packages");
    let mut paths = files.map(|file| file.expect("a file").path());
    let path = paths.find(|path| path.to_string_lossy().ends_with(end));
    path.unwrap_or_else(|| panic!("no package {end}"))
}

/// Runs a command that has to succeed; what it prints.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{error}");
    text
}

/// A program with arguments.
fn command<A: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
