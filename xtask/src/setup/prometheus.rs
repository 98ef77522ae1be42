//! Prometheus, against which alert rules and dashboards are checked.
//!
//! The Debian package is unpacked into the tools folder and not installed, which would start a service.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{progress, system};
use crate::failure::Failure;
use crate::{step, workspace};

const PACKAGE: &str = "prometheus";

/// The server, and what checks rules and configurations.
const PROGRAMS: [&str; 2] = ["prometheus", "promtool"];

/// Unpacks the package, unless it is there or the programs are installed.
pub fn install_missing() -> Result<(), Failure> {
    let folder = workspace::tools().join(PACKAGE);
    if runs(&folder.join("usr/bin")) || runs(Path::new("")) {
        return Ok(());
    }
    progress("unpacking Prometheus");
    let unfinished = workspace::tools().join(format!("unfinished-{PACKAGE}"));
    let cannot_write = |error| Failure::cannot_write(&unfinished, &error);
    for old in [&unfinished, &folder] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(cannot_write)?;
        }
    }
    fs::create_dir_all(&unfinished).map_err(cannot_write)?;
    let package = download(&unfinished)?;
    step::run(
        Command::new("dpkg-deb")
            .arg("-x")
            .arg(package)
            .arg(&unfinished),
    )?;
    fs::rename(&unfinished, &folder).map_err(cannot_write)
}

/// Whether all programs of a folder run; without a folder, those that are installed.
fn runs(folder: &Path) -> bool {
    let mut programs = PROGRAMS.iter();
    programs.all(|program| step::succeeds(Command::new(folder.join(program)).arg("--version")))
}

/// Fetches the package through apt, which needs no rights for that.
fn download(folder: &Path) -> Result<PathBuf, Failure> {
    let missing = || {
        Failure::unavailable(format!(
            "Prometheus is missing; install {} so that they can be called, or run apt-get update and this once more",
            PROGRAMS.join(" and ")
        ))
    };
    let fetch = || {
        let mut apt = Command::new("apt-get");
        apt.args(["download", "--quiet=2", PACKAGE])
            .current_dir(folder);
        step::succeeds(&mut apt)
    };
    if !fetch() {
        // The package lists may be missing or out of date.
        system::update_lists().map_err(|_| missing())?;
        if !fetch() {
            return Err(missing());
        }
    }
    let files = fs::read_dir(folder).map_err(|error| Failure::cannot_read(folder, &error))?;
    let mut paths = files.flatten().map(|file| file.path());
    paths
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or_else(missing)
}
