//! What a Debian package holds besides the program, most of which the program itself tells.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::Failure;
use crate::{step, workspace};

/// Writes all of it into the folder `package` beside the program, where `host/Cargo.toml` says what goes where.
pub fn write(program: &Path) -> Result<(), Failure> {
    let folder = program.with_file_name("package");
    let pages = folder.join("man");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Failure::cannot_write(&folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| Failure::cannot_write(&folder, &error))?;

    // Not what the configuration of the machine that builds the package says.
    let generate = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.env("TENSORITY_CONFIG", "/dev/null");
        step::output(command.arg("generate").args(arguments))
    };
    let write = |name: &str, content: Vec<u8>| {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|error| Failure::cannot_write(&path, &error))
    };
    step::run(
        Command::new(program)
            .args(["generate", "man", "--out"])
            .arg(&pages),
    )?;
    for page in files(&pages)? {
        compress(&page)?;
    }
    for shell in ["bash", "zsh", "fish"] {
        write(shell, generate(&["completions", shell])?)?;
    }
    write(
        "tensority.service",
        generate(&["systemd", "--program", "/usr/bin/tensority"])?,
    )?;
    write("70-tensority.rules", generate(&["udev"])?)?;
    write("crates", crates()?.into_bytes())?;
    write("changelog", changelog()?.into_bytes())?;
    compress(&folder.join("changelog"))?;
    compress(&folder.join("crates"))?;
    step::run(
        Command::new(program)
            .args(["config", "init"])
            .arg(folder.join("config.toml")),
    )
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let files = fs::read_dir(folder).map_err(|error| Failure::cannot_read(folder, &error))?;
    Ok(files.flatten().map(|file| file.path()).collect())
}

/// Compresses a file, in the same way whenever that is.
fn compress(file: &Path) -> Result<(), Failure> {
    step::run(Command::new("gzip").args(["--best", "--no-name"]).arg(file))
}

/// The crates that the program is made of, with their licences and where their sources are.
fn crates() -> Result<String, Failure> {
    let mut cargo = Command::new(step::cargo_program());
    cargo
        .args([
            "tree",
            "--locked",
            "--package",
            "tensority-cli",
            "--edges",
            "normal",
        ])
        .args([
            "--target",
            super::TARGET,
            "--prefix",
            "none",
            "--format",
            "{p}\t{l}\t{r}",
        ])
        .current_dir(workspace::root())
        .stdin(Stdio::null());
    let tree = String::from_utf8_lossy(&step::output(&mut cargo)?).into_owned();
    let foreign = tree.lines().filter(|line| !line.contains("(/"));
    // What was shown before is marked.
    let lines: BTreeSet<_> = foreign.map(|line| line.trim_end_matches(" (*)")).collect();
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(format!(
        "What this program is made of besides its own sources: crate, licence, sources.\n\n{}\n",
        lines.join("\n")
    ))
}

/// The change of this version, as Debian wants to read it.
fn changelog() -> Result<String, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let path = workspace::root().join("CHANGELOG.md");
    let text = fs::read_to_string(&path).map_err(|error| Failure::cannot_read(&path, &error))?;
    let heading = format!("## {version} (");
    let date = text
        .lines()
        .find_map(|line| line.strip_prefix(&heading)?.strip_suffix(')'));
    let date = date.ok_or_else(|| {
        Failure::data(format!(
            "expected \"{heading}DATE)\" in CHANGELOG.md, found none"
        ))
    })?;
    let date = step::output(Command::new("date").args(["--utc", "--rfc-email", "--date", date]))?;
    Ok(format!(
        "tensority ({version}) stable; urgency=medium\n\n  * All changes are in CHANGELOG.md of the sources.\n\n -- {}  {}",
        maintainer()?,
        String::from_utf8_lossy(&date)
    ))
}

/// The maintainer that the manifest of the package names.
fn maintainer() -> Result<String, Failure> {
    let mut cargo = Command::new(step::cargo_program());
    cargo
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(workspace::root());
    let metadata: Value = serde_json::from_slice(&step::output(&mut cargo)?).unwrap_or_default();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut maintainers =
        packages.filter_map(|package| package["metadata"]["deb"]["maintainer"].as_str());
    let maintainer = maintainers.next().map(String::from);
    maintainer
        .ok_or_else(|| Failure::data("expected a maintainer in [package.metadata.deb], found none"))
}
