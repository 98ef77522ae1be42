//! System packages: found by what they are needed for, installed through apt where we may.

use std::io::Write;
use std::process::{Command, Stdio};

use super::progress;
use crate::failure::Failure;
use crate::step;

/// A Debian package and a program that compiles where it, or the like of it, is installed.
struct Package {
    name: &'static str,
    header: &'static str,
    link: &'static [&'static str],
}

/// The simulated hardware is C++ that is compiled on this machine, and its waveform writer
/// compresses with zlib and LZ4.
const FOR_COMPILING: &[Package] = &[
    Package {
        name: "g++",
        header: "cstddef",
        link: &[],
    },
    Package {
        name: "zlib1g-dev",
        header: "zlib.h",
        link: &["-lz"],
    },
    Package {
        name: "liblz4-dev",
        header: "lz4.h",
        link: &["-llz4"],
    },
];

/// A Debian package and programs that do for what it brings; where one of them runs, nothing is installed.
struct Program {
    package: &'static str,
    names: &'static [&'static str],
    /// An argument with which it does nothing and succeeds.
    harmless: &'static str,
}

/// What writes images to boards; tests have it write to a model of one.
const PROGRAMS: &[Program] = &[Program {
    package: "openfpgaloader",
    names: &["openFPGALoader"],
    harmless: "--Version",
}];

/// What tests alone call: a browser without a window, which loads the page of a miner (host/tests/support/browser.rs), and
/// what steps a miner's clock (evidence/torture).
const FOR_TESTS: &[Program] = &[
    Program {
        package: "chromium-headless-shell",
        names: &["chromium-headless-shell", "chromium", "google-chrome"],
        harmless: "--version",
    },
    Program {
        package: "faketime",
        names: &["faketime"],
        harmless: "--version",
    },
];

/// Nothing that is there is given up for what is missing.
const INSTALL: &[&str] = &["install", "--no-remove"];

/// Debian leaves what makes a Python environment out of Python.
pub const FOR_PYTHON_TOOLS: &str = "python3-venv";

/// Installs the packages that are not there; `python_tools` says that those will be installed.
pub fn install_missing(python_tools: bool) -> Result<(), Failure> {
    let mut missing = missing_for_compiling();
    missing.extend(self::missing(PROGRAMS));
    if python_tools && !makes_environments() {
        missing.push(FOR_PYTHON_TOOLS);
    }
    if missing.is_empty() {
        Ok(())
    } else {
        install(&missing)
    }
}

/// Installs what tests call and is not there.
pub fn install_missing_for_tests() -> Result<(), Failure> {
    match missing(FOR_TESTS) {
        missing if missing.is_empty() => Ok(()),
        missing => install(&missing),
    }
}

/// Installs `packages` through apt, if this user may; else says how to do it.
pub fn install(packages: &[&str]) -> Result<(), Failure> {
    let names = packages.join(" ");
    let by_hand = || {
        Failure::unavailable(format!(
            "install these first: apt-get install --yes {names}"
        ))
    };
    let prefix = administrator().ok_or_else(by_hand)?;
    progress(&format!("installing {names}"));
    // The package lists may be missing or out of date: fetch them only if it does not work without.
    if apt_get(prefix, INSTALL, packages).is_err() {
        update_lists()
            .and_then(|()| apt_get(prefix, INSTALL, packages))
            .map_err(|_| by_hand())?;
    }
    Ok(())
}

/// Fetches the package lists, if this user may.
pub fn update_lists() -> Result<(), Failure> {
    let by_hand = || Failure::unavailable("run this first: apt-get update");
    let prefix = administrator().ok_or_else(by_hand)?;
    progress("updating the package lists");
    apt_get(prefix, &["update"], &[])
}

/// The words to put before an `apt-get` call, if this user may make one without being asked.
fn administrator() -> Option<&'static [&'static str]> {
    if !step::succeeds(Command::new("apt-get").arg("--version")) {
        None
    } else if user_is_root() {
        Some(&["env"])
    } else if step::succeeds(Command::new("sudo").args(["--non-interactive", "true"])) {
        Some(&["sudo", "--non-interactive", "env"])
    } else {
        None
    }
}

fn user_is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn apt_get(prefix: &[&str], action: &[&str], packages: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new(prefix[0]);
    command
        .args(&prefix[1..])
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(action)
        .args(["--yes", "--no-install-recommends", "--quiet=2"])
        .args(packages);
    step::run(&mut command)
}

/// Whether Python is whole.
pub fn makes_environments() -> bool {
    step::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

fn missing(programs: &[Program]) -> Vec<&'static str> {
    let runs = |program: &Program| {
        let mut names = program.names.iter();
        names.any(|name| step::succeeds(Command::new(name).arg(program.harmless)))
    };
    let missing = programs.iter().filter(|program| !runs(program));
    missing.map(|program| program.package).collect()
}

fn missing_for_compiling() -> Vec<&'static str> {
    // One call of the compiler is enough where all is well.
    if compiles(FOR_COMPILING) {
        return Vec::new();
    }
    FOR_COMPILING
        .chunks(1)
        .filter(|package| !compiles(package))
        .map(|package| package[0].name)
        .collect()
}

/// Whether g++ makes a program that needs all of `packages`.
fn compiles(packages: &[Package]) -> bool {
    let compiler = Command::new("g++")
        .args(["-x", "c++", "-", "-o", "/dev/null"])
        .args(packages.iter().flat_map(|package| package.link))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut compiler) = compiler else {
        return false;
    };
    let headers = packages
        .iter()
        .map(|package| format!("#include <{}>\n", package.header));
    let source: String = headers.chain(["int main() {}\n".into()]).collect();
    let mut input = compiler.stdin.take().expect("the input is piped");
    let written = input.write_all(source.as_bytes()).is_ok();
    drop(input);
    compiler.wait().is_ok_and(|status| status.success()) && written
}
