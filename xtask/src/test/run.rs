//! Running test programs, as many at a time as there are cores.
//!
//! Cargo runs one after the other. Most have a long test at their end, or wait for a line or a clock, while a core
//! has nothing to do.

use std::fs::{self, File};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;
use std::{fmt, thread};

use super::programs::Program;
use crate::failure::Failure;
use crate::{step, workspace};

/// Sources of the programs that take longest, which therefore begin first.
const LONG: &[&str] = &[
    "xtask/tests/tutorials/",
    "sim/",
    "flow/",
    "host/tests/",
    "host/flash/",
    "hdl/",
];

/// Tests and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Those that passed.
    pub passed: u32,
    /// Those that failed. A program that ends without a verdict counts as one.
    pub failed: u32,
    /// Those that are run by themselves only.
    ignored: u32,
}

impl AddAssign for Counted {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        match self.ignored {
            0 => Ok(()),
            ignored => write!(formatter, ", {ignored} ignored"),
        }
    }
}

/// Runs all programs, a line for each; what those say that fail is shown whole.
///
/// # Errors
/// If one cannot be started, or its log cannot be kept.
pub fn all(programs: &[Program]) -> Result<Counted, Failure> {
    let start = Instant::now();
    let logs = workspace::target().join("test-logs");
    fs::create_dir_all(&logs).map_err(|error| Failure::cannot_write(&logs, &error))?;
    eprintln!(
        "\n=== tests: {} programs, logs in {}",
        programs.len(),
        logs.display()
    );
    let mut order: Vec<&Program> = programs.iter().collect();
    let rank = |program: &&Program| {
        let long = LONG
            .iter()
            .position(|start| program.name.starts_with(start));
        long.unwrap_or(LONG.len())
    };
    order.sort_by_key(rank);
    let queue = Mutex::new(order.into_iter());
    let next = || queue.lock().expect("no thread panics with it").next();
    let work = || -> Result<Counted, Failure> {
        let mut counted = Counted::default();
        while let Some(program) = next() {
            counted += one(program, &logs)?;
        }
        Ok(counted)
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut counted = Counted::default();
    thread::scope(|scope| -> Result<(), Failure> {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            counted += worker.join().expect("a worker returns its failures")?;
        }
        Ok(())
    })?;
    eprintln!("=== tests: done in {:.1} s", start.elapsed().as_secs_f64());
    Ok(counted)
}

/// Runs the examples in documentation.
///
/// # Errors
/// If cargo cannot be started, or its log cannot be kept.
pub fn examples() -> Result<Counted, Failure> {
    let log = workspace::target().join("test-logs/examples.log");
    let mut command = Command::new(step::cargo_program());
    command.args(["test", "--workspace", "--doc"]);
    logged(
        "examples in documentation",
        command.current_dir(workspace::root()),
        &log,
    )
}

fn one(program: &Program, logs: &Path) -> Result<Counted, Failure> {
    let log = logs.join(format!("{}.log", program.name.replace('/', "-")));
    let mut command = Command::new(&program.path);
    logged(&program.name, command.current_dir(&program.folder), &log)
}

/// Runs a command of tests with all that it says in a log.
fn logged(name: &str, command: &mut Command, path: &PathBuf) -> Result<Counted, Failure> {
    let start = Instant::now();
    let log = File::create(path).map_err(|error| Failure::cannot_write(path, &error))?;
    let errors = log.try_clone();
    let errors = errors.map_err(|error| Failure::cannot_write(path, &error))?;
    let status = command
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .status();
    let status =
        status.map_err(|error| Failure::unavailable(format!("cannot run {name}: {error}")))?;
    let said = fs::read(path).map_err(|error| Failure::cannot_read(path, &error))?;
    let said = String::from_utf8_lossy(&said);
    let mut counted = verdicts(&said);
    if !status.success() && counted.failed == 0 {
        counted.failed = 1;
    }
    let verdict = if counted.failed == 0 {
        "ok    "
    } else {
        "FAILED"
    };
    let took = start.elapsed().as_secs_f64();
    // One call, so that lines of programs that run side by side stay whole.
    match counted.failed {
        0 => eprintln!("{verdict} {took:6.1} s  {name}: {counted}"),
        _ => eprintln!("{verdict} {took:6.1} s  {name}: {counted}\n{said}"),
    }
    Ok(counted)
}

/// The sum of all closing lines: `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn verdicts(said: &str) -> Counted {
    let mut counted = Counted::default();
    let lines = said
        .lines()
        .filter_map(|line| line.strip_prefix("test result: "));
    for line in lines {
        let count = |word: &str| {
            let parts = line.split([';', '.']);
            let number = parts
                .filter_map(|part| part.trim().strip_suffix(word))
                .next();
            number
                .and_then(|number| number.trim().parse().ok())
                .unwrap_or(0)
        };
        counted += Counted {
            passed: count("passed"),
            failed: count("failed"),
            ignored: count("ignored"),
        };
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up() {
        let said = "running 3 tests\n\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        let counted = verdicts(said);
        assert_eq!(counted.to_string(), "12 passed, 3 failed, 1 ignored");
        assert_eq!(
            verdicts("thread 'main' panicked").to_string(),
            "0 passed, 0 failed"
        );
    }

    #[test]
    fn a_program_without_a_verdict_has_failed() {
        let folder = workspace::target().join("test-logs");
        fs::create_dir_all(&folder).unwrap();
        let log = folder.join("without-a-verdict.log");
        let counted = logged("false", &mut Command::new("false"), &log).unwrap();
        assert_eq!((counted.passed, counted.failed), (0, 1));
        let counted = logged("true", &mut Command::new("true"), &log).unwrap();
        assert_eq!((counted.passed, counted.failed), (0, 0));
    }
}
