//! The installed Verilator: place and version.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::Error;

/// Place of Verilator's own files on Debian and others.
const SYSTEM_ROOT: &str = "/usr/share/verilator";

/// An installed Verilator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    program: PathBuf,
    root: PathBuf,
}

impl Tool {
    /// Looks for the pinned Verilator in the tools folder (`TENSORITY_TOOLS`, or `.tools` of the
    /// workspace), then for the one that `VERILATOR_ROOT` names, then for one on the `PATH`.
    pub fn find() -> Result<Self, Error> {
        let mut looked_in = Vec::new();
        for candidate in candidates() {
            if candidate.program.is_file() && candidate.include().is_dir() {
                return Ok(candidate);
            }
            looked_in.push(candidate.program);
        }
        Err(Error::NoVerilator { looked_in })
    }

    /// The Verilator program itself, which needs `VERILATOR_ROOT` set to [`Self::root`].
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The folder of Verilator's own files.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the runtime's C++ files.
    pub fn include(&self) -> PathBuf {
        self.root.join("include")
    }

    /// The header that states the version of the runtime.
    pub(crate) fn version_header(&self) -> PathBuf {
        self.include().join("verilated_config.h")
    }

    /// The version as the runtime states it, such as `5.006 2023-01-22`. The models of this tool
    /// need a runtime with the same.
    pub fn version(&self) -> Result<String, Error> {
        let path = self.version_header();
        let header = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let quoted = header
            .lines()
            .find_map(|line| line.strip_prefix("#define VERILATOR_VERSION "))
            .unwrap_or_default();
        Ok(quoted.trim().trim_matches('"').to_owned())
    }
}

/// All places in the order of preference.
fn candidates() -> Vec<Tool> {
    let mut candidates = pinned();
    if let Some(root) = env::var_os("VERILATOR_ROOT").map(PathBuf::from) {
        candidates.push(Tool {
            program: root.join("bin/verilator_bin"),
            root,
        });
    }
    let path = env::var_os("PATH").unwrap_or_default();
    candidates.extend(env::split_paths(&path).map(|folder| Tool {
        program: folder.join("verilator_bin"),
        root: PathBuf::from(SYSTEM_ROOT),
    }));
    candidates
}

/// The Python package in the tools folder.
fn pinned() -> Vec<Tool> {
    let tool = |packages: PathBuf| {
        let root = packages.join("verilator");
        Tool {
            program: root.join("bin/verilator_bin"),
            root,
        }
    };
    packages().into_iter().map(tool).collect()
}

/// The folders of Python packages in the tools folder (`TENSORITY_TOOLS`, or `.tools` of the workspace),
/// under whichever Python they were installed with. At least one folder, which may not exist.
pub fn packages() -> Vec<PathBuf> {
    let tools = match env::var_os("TENSORITY_TOOLS") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools"),
    };
    let libraries = tools.join("venv/lib");
    let mut pythons: Vec<PathBuf> = fs::read_dir(&libraries)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    if pythons.is_empty() {
        pythons.push(libraries.join("python3"));
    }
    let packages = |python: PathBuf| python.join("site-packages");
    pythons.into_iter().map(packages).collect()
}
