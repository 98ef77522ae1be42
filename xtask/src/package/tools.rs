//! What packages are made with.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use crate::failure::Failure;
use crate::setup::{progress, system};
use crate::{step, workspace};

/// What makes a Debian package of a crate, with its version.
const CARGO_DEB: (&str, &str) = ("cargo-deb", "3.8.0");

/// A linker that knows the symbols of every glibc, and what has cargo use it.
const PYTHON_PACKAGES: [&str; 2] = ["cargo-zigbuild==0.24.1", "ziglang==0.15.2"];

/// Packages of Debian, with a program of each.
const SYSTEM: [(&str, &str); 9] = [
    ("binutils", "objdump"),
    ("curl", "curl"),
    ("dpkg-dev", "dpkg-shlibdeps"),
    ("fakeroot", "fakeroot"),
    ("jq", "jq"),
    ("lintian", "lintian"),
    ("man-db", "man"),
    ("shellcheck", "shellcheck"),
    ("systemd", "systemd-analyze"),
];

/// Where the tools are.
pub struct Tools {
    programs: [PathBuf; 2],
}

/// Installs what is missing: pinned tools into the tools folder, the others through apt.
pub fn install_missing() -> Result<Tools, Failure> {
    let missing = SYSTEM
        .iter()
        .filter(|(_, program)| !step::succeeds(Command::new(program).arg("--version")));
    let mut missing: Vec<_> = missing.map(|(package, _)| *package).collect();
    if !system::makes_environments() {
        missing.push(system::FOR_PYTHON_TOOLS);
    }
    if !missing.is_empty() {
        system::install(&missing)?;
    }
    let (name, version) = CARGO_DEB;
    let cargo_deb = workspace::tools().join(format!("{name}-{version}"));
    if !cargo_deb.join("bin").join(name).exists() {
        progress(&format!("compiling {name} {version}"));
        let mut cargo = Command::new(step::cargo_program());
        // xz compresses, not a library that is compiled once more.
        cargo.args([
            "install",
            "--quiet",
            "--locked",
            "--no-default-features",
            name,
        ]);
        step::run(
            cargo
                .arg(format!("--version={version}"))
                .arg("--root")
                .arg(&cargo_deb),
        )?;
    }
    let python = workspace::tools().join("package-venv");
    let stamp = python.join("requirements.txt");
    let pins = PYTHON_PACKAGES.join("\n");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(&pins) {
        progress(&format!("installing {}", PYTHON_PACKAGES.join(" and ")));
        step::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&python),
        )?;
        let mut pip = Command::new(python.join("bin/python3"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
        ]);
        step::run(pip.args(PYTHON_PACKAGES))?;
        // Last, so that a broken installation is never taken for a whole one.
        fs::write(&stamp, pins).map_err(|error| Failure::cannot_write(&stamp, &error))?;
    }
    Ok(Tools {
        programs: [cargo_deb.join("bin"), python.join("bin")],
    })
}

impl Tools {
    /// Cargo in the workspace, with the tools as its commands.
    pub fn cargo(&self) -> Result<Command, Failure> {
        let paths = env::var_os("PATH").unwrap_or_default();
        let programs = self.programs.iter().cloned();
        let paths = env::join_paths(programs.chain(env::split_paths(&paths)));
        let paths = paths.map_err(|error| {
            Failure::unavailable(format!(
                "expected a tools folder that can be in PATH, found {}: {error}; name another one by TENSORITY_TOOLS",
                workspace::tools().display()
            ))
        })?;
        let mut cargo = Command::new(step::cargo_program());
        cargo.env("PATH", paths).current_dir(workspace::root());
        Ok(cargo)
    }
}
