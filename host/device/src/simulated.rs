//! Simulated boards: a program that makes a pseudo-terminal, and the port on it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use rustix::process::{Pid, Signal, kill_process};

use crate::port::{BAUD, Port, PortError};

/// The program that simulates boards.
const PROGRAM: &str = "tensority-sim";

/// What its line begins with once the board can be opened; the path of its port follows.
const READY: &str = "board on ";

/// Longest time until it says so: it may have to compile its model first.
const START_PATIENCE: Duration = Duration::from_secs(300);

/// Time that it has to end by itself.
const END_PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no simulated board.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum SimulatedError {
    #[error(
        "no simulated board: `{PROGRAM}` is neither beside this program nor in PATH; build it with `cargo build --release -p tensority-sim`"
    )]
    Missing,
    #[error("no simulated board: cannot start {program}: {error}")]
    Start { program: String, error: io::Error },
    /// It ended, or said something else.
    #[error("no simulated board: expected `{READY}` and a path from {program}, found {found}")]
    NotReady { program: String, found: String },
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Starts a board with these arguments, and opens its port, with which it lives and ends.
pub fn start(arguments: &[String]) -> Result<Port, SimulatedError> {
    let program = find(
        env::current_exe().ok().as_deref(),
        env::var_os("PATH").as_deref(),
    );
    start_program(&program.ok_or(SimulatedError::Missing)?, arguments)
}

/// As [`start`], with the program at `path`.
pub fn start_program(path: &Path, arguments: &[String]) -> Result<Port, SimulatedError> {
    let (program, port) = Program::start(path, arguments)?;
    Ok(Port::open(Path::new(&port), BAUD)?.kept_by(program))
}

/// The program beside `own`, or the first in the folders of `path`.
fn find(own: Option<&Path>, path: Option<&OsStr>) -> Option<PathBuf> {
    let beside = own.and_then(Path::parent).map(Path::to_path_buf);
    let folders = path.map(env::split_paths).into_iter().flatten();
    beside
        .into_iter()
        .chain(folders)
        .map(|folder| folder.join(PROGRAM))
        .find(|program| fs::metadata(program).is_ok_and(|metadata| metadata.is_file()))
}

/// The running program, which is ended with this value.
struct Program(Child);

impl Program {
    /// Starts it, and waits for the path of its port.
    fn start(path: &Path, arguments: &[String]) -> Result<(Self, String), SimulatedError> {
        let program = path.display().to_string();
        let mut command = Command::new(path);
        // It ends when its input does, so also when this program is killed.
        command.args(["board", "--attached"]).args(arguments);
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt from the keyboard is for this program, which ends the board in its time.
            .process_group(0)
            .spawn()
            .map_err(|error| SimulatedError::Start {
                program: program.clone(),
                error,
            })?;
        let mut own = Self(child);
        let line = own.0.stdout.take().map(first_line).unwrap_or_default();
        match line.strip_prefix(READY) {
            Some(port) => Ok((own, port.trim_end().to_owned())),
            None => Err(SimulatedError::NotReady {
                program,
                found: match line.as_str() {
                    "" => "nothing; what it said stands above".into(),
                    line => format!("{:?}", line.trim_end()),
                },
            }),
        }
    }
}

/// The first line, if it comes in time; the rest is read and dropped, so that the program never
/// waits for a reader.
fn first_line(stdout: ChildStdout) -> String {
    let (sender, line) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        // Nobody listens once the patience is over.
        let _ = sender.send(lines.next().unwrap_or_default());
        lines.for_each(drop);
    });
    line.recv_timeout(START_PATIENCE).unwrap_or_default()
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself; it is waited for below in any case.
            let _ = kill_process(pid, Signal::TERM);
        }
        let deadline = Instant::now() + END_PATIENCE;
        while Instant::now() < deadline {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program of a few lines of shell, which notes its end in `ended` beside it.
    fn script(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join(PROGRAM);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    fn failure(text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = script(folder.path(), text);
        let error = start_program(&path, &[]).err();
        error.expect("no board").to_string()
    }

    #[test]
    fn a_program_that_says_something_else_or_ends_is_no_board() {
        let error = failure("echo no such option");
        assert!(error.contains(r#"found "no such option""#), "{error}");
        let error = failure("exit 1");
        assert!(error.contains("found nothing"), "{error}");
        let error = failure("echo board on /nowhere; exec sleep 60");
        assert!(error.contains("/nowhere: no such port"), "{error}");
    }

    #[test]
    fn the_program_gets_the_arguments_and_a_chance_to_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let note = folder.path().join("note");
        let path = script(
            folder.path(),
            &format!(
                "trap 'echo ended >> {0}; exit' TERM\necho $@ > {0}\necho board on /dev/pts/7\n\
                 while :; do sleep 0.01; done",
                note.display()
            ),
        );
        let (program, port) = Program::start(&path, &["--lanes".into(), "4".into()]).unwrap();
        assert_eq!(port, "/dev/pts/7");
        drop(program);
        let note = fs::read_to_string(note).expect("a note");
        assert_eq!(note, "board --attached --lanes 4\nended\n");
    }

    #[test]
    fn the_program_beside_this_one_comes_first() {
        let (beside, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let own = beside.path().join("tensority");
        let search = || find(Some(&own), Some(path.path().as_os_str()));
        assert_eq!(search(), None);
        let in_path = script(path.path(), "");
        assert_eq!(search(), Some(in_path));
        let besides = script(beside.path(), "");
        assert_eq!(search(), Some(besides));
    }
}
