//! Output of the command: progress and results.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tensority_command::{Unprinted, print};
use tensority_sim::model::core::Counter;
use tensority_sim::simulation::HashOutcome;

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
    pub fn print(&self) -> Result<(), Unprinted> {
        if let Some(cycles) = self.list_cycles {
            print(format_args!("matrix list      {cycles} cycles"))?;
        }
        print(format_args!(
            "cycles           {}, of which the multiplies need {}",
            self.cycles, self.mac_cycles_ideal
        ))?;
        print(format_args!(
            "MAC utilisation  {:.3} %, first to last multiply",
            100.0 * self.mac_utilization
        ))?;
        print(format_args!(
            "stalls           weights {}, load {}, fold {}, no pass {}",
            self.stalls.weights, self.stalls.load, self.stalls.fold, self.stalls.idle
        ))?;
        print(format_args!(
            "speed            {:.2} s, {:.0} kcycle/s",
            self.wall_secs, self.kcycles_per_sec
        ))?;
        match self.stages_checked {
            0 => print(format_args!("stages           not compared")),
            n => print(format_args!(
                "stages           {n} compared with the reference, all equal"
            )),
        }
    }
}
