//! Output of the command: progress, results and failures.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tensority_sim::error::Error;
use tensority_sim::model::core::Counter;
use tensority_sim::simulation::HashOutcome;

/// Exit codes of `sysexits.h`, and 1 for a core that differs from the reference.
pub const USAGE: u8 = 64;
const MISMATCH: u8 = 1;
const FILES: u8 = 66;
const MISSING: u8 = 69;
const SOFTWARE: u8 = 70;
const OUTPUT: i32 = 74;

/// Prints a line on standard output, as `println!` does, but ends the program without a panic
/// where nobody can read it.
macro_rules! say {
    ($($argument:tt)*) => { $crate::report::write_line(format_args!($($argument)*)) };
}
pub(crate) use say;

/// Writes a line to standard output. A reader that has gone away, such as `head`, wants no more;
/// any other failure is one of the output.
pub fn write_line(line: Arguments) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        if error.kind() == ErrorKind::BrokenPipe {
            process::exit(0);
        }
        eprintln!("tensority-sim: cannot write the output: {error}");
        process::exit(OUTPUT);
    }
}

/// One line on what went wrong, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// What was expected, what was found, what to do.
    pub message: String,
}

impl Failure {
    /// Arguments that make no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            message: message.into(),
        }
    }

    /// Hardware that differs from the reference.
    pub fn mismatch(message: impl Into<String>) -> Self {
        Self {
            code: MISMATCH,
            message: message.into(),
        }
    }

    /// Something that does not happen to a sound core.
    pub fn software(message: impl Into<String>) -> Self {
        Self {
            code: SOFTWARE,
            message: message.into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Mismatch(_) | Error::Hang { .. } | Error::Rule { .. } | Error::Silent { .. } => {
                MISMATCH
            }
            Error::Trace { .. } | Error::Keep { .. } | Error::Firmware { .. } => FILES,
            Error::Pty(_) => FILES,
            Error::Geometry(_) | Error::Settings(_) | Error::Sdram(_) | Error::BoardDesign(_) => {
                USAGE
            }
            Error::Build(error) => match error {
                verilator::Error::NoVerilator { .. } | verilator::Error::NoProgram { .. } => {
                    MISSING
                }
                verilator::Error::File { .. } => FILES,
                _ => SOFTWARE,
            },
            Error::NoController { .. } => MISSING,
            Error::Emit(_)
            | Error::Load { .. }
            | Error::Runtime { .. }
            | Error::Line(_)
            | Error::Garbled(_) => SOFTWARE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

/// A progress bar on a terminal, nothing elsewhere.
pub struct Bar {
    bar: ProgressBar,
    drawn: Instant,
}

impl Bar {
    /// A bar without a length yet.
    pub fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{msg:16} [{wide_bar}] {percent:>3}% {pos} of {len} cycles, {per_sec}, {eta} left",
        );
        let bar = match std::io::stderr().is_terminal() {
            true => ProgressBar::new(0).with_style(style.unwrap_or(ProgressStyle::default_bar())),
            false => ProgressBar::hidden(),
        };
        Self {
            bar,
            drawn: Instant::now(),
        }
    }

    /// Shows the stage that was passed.
    pub fn show(&mut self, stage: &str, cycles: u64, expected: u64) {
        const PAUSE: Duration = Duration::from_millis(50);
        if self.drawn.elapsed() < PAUSE {
            return;
        }
        self.drawn = Instant::now();
        self.bar.set_length(expected.max(cycles));
        self.bar.set_position(cycles);
        self.bar.set_message(stage.to_string());
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// The account of a hashing job, as printed with `--json`.
#[derive(Serialize)]
pub struct Account {
    cycles: u64,
    mac_cycles_ideal: u64,
    mac_utilization: f64,
    stalls: Stalls,
    list_cycles: Option<u64>,
    wall_secs: f64,
    kcycles_per_sec: f64,
    stages_checked: u64,
}

#[derive(Serialize)]
struct Stalls {
    weights: u64,
    load: u64,
    fold: u64,
    idle: u64,
}

impl Account {
    /// The account of a hashing job, with the cycles of a matrix list in front of it.
    pub fn new(outcome: &HashOutcome, list_cycles: Option<u64>, list_stages: u64) -> Self {
        let counts = outcome.counts;
        let wall_secs = outcome.wall.as_secs_f64();
        Self {
            cycles: outcome.cycles,
            mac_cycles_ideal: outcome.ideal_cycles,
            mac_utilization: outcome.utilization(),
            stalls: Stalls {
                weights: counts[Counter::StallWeights],
                load: counts[Counter::StallLoad],
                fold: counts[Counter::StallFold],
                idle: counts[Counter::Idle],
            },
            list_cycles,
            wall_secs,
            kcycles_per_sec: outcome.cycles as f64 / wall_secs / 1e3,
            stages_checked: outcome.stages_checked + list_stages,
        }
    }

    /// The account in words.
    pub fn print(&self) {
        if let Some(cycles) = self.list_cycles {
            say!("matrix list      {cycles} cycles");
        }
        say!(
            "cycles           {}, of which the multiplies need {}",
            self.cycles,
            self.mac_cycles_ideal
        );
        say!(
            "MAC utilisation  {:.3} %, first to last multiply",
            100.0 * self.mac_utilization
        );
        say!(
            "stalls           weights {}, load {}, fold {}, no pass {}",
            self.stalls.weights,
            self.stalls.load,
            self.stalls.fold,
            self.stalls.idle
        );
        say!(
            "speed            {:.2} s, {:.0} kcycle/s",
            self.wall_secs,
            self.kcycles_per_sec
        );
        match self.stages_checked {
            0 => say!("stages           not compared"),
            n => say!("stages           {n} compared with the reference, all equal"),
        }
    }
}

/// Prints a value as one line of JSON.
pub fn print_json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => say!("{text}"),
        Err(error) => eprintln!("tensority-sim: {error}"),
    }
}
