//! The shell in which the blocks of a tutorial run.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;
use std::{fs, mem, thread};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// Runs the files that are named on its input. It says so after each that went as it should, and ends with the first that
/// did not; its end, which follows that of its input, is that of all that it started.
const DRIVER: &str = r#"
trap 'kill 0' EXIT
set -eu
while read -r outcome block; do
    case $outcome in
        succeeds) . "$block" > "$block.printed" 2>&1 < /dev/null ;;
        fails) if (. "$block") > "$block.printed" 2>&1 < /dev/null; then exit 1; fi ;;
    esac
    echo over
done
"#;

/// What came of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It succeeded, or failed if it should.
    AsItShould,
    /// It did not; the shell is no more.
    Otherwise,
    /// The time was not enough; the shell is no more.
    NotOver,
}

/// A shell in a process group of its own, which ends with this value.
pub struct Shell {
    process: Child,
    over: Receiver<String>,
    blocks: TempDir,
    begun: u32,
    is_ended: bool,
}

impl Shell {
    /// Starts it in a folder.
    pub fn start(folder: &Path) -> Self {
        let mut process = Command::new("bash")
            .args(["-c", DRIVER])
            .current_dir(folder)
            // Cargo tells its tests about the package under test; those that it runs here are others.
            .env_remove("CARGO_MANIFEST_DIR")
            // The tutorials say `target`.
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("bash starts");
        let lines = BufReader::new(process.stdout.take().expect("the output is piped")).lines();
        let (sender, over) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = lines.map_while(Result::ok);
            lines.try_for_each(|line| sender.send(line))
        });
        Self {
            process,
            over,
            blocks: tempfile::tempdir().expect("a folder"),
            begun: 0,
            is_ended: false,
        }
    }

    /// Runs a block; what it printed comes with the verdict.
    pub fn run(&mut self, commands: &str, fails: bool, patience: Duration) -> (Verdict, String) {
        self.begun += 1;
        let block = self.blocks.path().join(self.begun.to_string());
        fs::write(&block, commands).expect("a file");
        let outcome = if fails { "fails" } else { "succeeds" };
        let input = self.process.stdin.as_mut().expect("the input is piped");
        writeln!(input, "{outcome} {}", block.display()).expect("the shell listens");
        let verdict = match self.over.recv_timeout(patience) {
            Ok(_) => Verdict::AsItShould,
            Err(RecvTimeoutError::Disconnected) => Verdict::Otherwise,
            Err(RecvTimeoutError::Timeout) => Verdict::NotOver,
        };
        if verdict != Verdict::AsItShould {
            self.end();
        }
        let printed = fs::read(block.with_extension("printed")).unwrap_or_default();
        (verdict, String::from_utf8_lossy(&printed).into_owned())
    }

    /// Ends all that was started, once: the number is that of this group until the shell was waited for.
    fn end(&mut self) {
        if mem::replace(&mut self.is_ended, true) {
            return;
        }
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.end();
    }
}
