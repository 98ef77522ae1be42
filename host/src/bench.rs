//! `tensority bench`: speed of each back end, against the peak of a core.

mod measure;
mod models;
mod peak;
mod report;
mod samples;

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use measure::{Effort, measure};
use report::Report;
use tensority::fast::{Backend, Pool};
use tensority_command::{print, print_json};

use crate::failure::Failure;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
    /// How long to measure each figure of each back end, in seconds.
    #[arg(long, default_value = "2", value_parser = seconds)]
    seconds: Duration,
    /// Measure 1 to this many threads; without it, as many as there are processors.
    #[arg(long, value_parser = threads)]
    threads: Option<NonZero<usize>>,
    /// Measure int8 networks (.tflite files) instead of hashes, and a fully connected layer of 1024 x 1024, on one thread.
    #[arg(long, value_name = "FILE", num_args = 0.., conflicts_with = "threads")]
    models: Option<Vec<PathBuf>>,
}

/// More threads than any machine has processors would only fail to start.
const MOST_THREADS: usize = 1024;

fn threads(text: &str) -> Result<NonZero<usize>, String> {
    let threads = text.parse::<NonZero<usize>>().ok();
    threads
        .filter(|threads| threads.get() <= MOST_THREADS)
        .ok_or_else(|| format!("expected an integer from 1 to {MOST_THREADS}, found {text:?}"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| *duration <= Duration::from_secs(3600))
        .ok_or_else(|| format!("expected a number from 0 to 3600, found {text:?}"))
}

/// Measures the back end of the environment if it names one, else all, and prints a table.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let chosen = Backend::from_environment()?;
    let all = std::env::var_os(tensority::fast::ENVIRONMENT_VARIABLE).is_none();
    let backends = Backend::available().filter(|backend| all || backend.name() == chosen.name());
    if let Some(files) = &arguments.models {
        let backends: Vec<_> = backends.collect();
        let report = models::measure(files, &backends, arguments.seconds)?;
        return Ok(match arguments.json {
            true => print_json(&report),
            false => print(report.to_table()),
        }?);
    }
    let threads = arguments
        .threads
        .unwrap_or(Pool::of_all_processors().threads());
    let effort = Effort {
        time: arguments.seconds,
        threads,
    };
    let report = Report {
        backends: backends.map(|backend| measure(backend, &effort)).collect(),
    };
    if arguments.json {
        print_json(&report)?;
    } else {
        print(report.to_table())?;
    }
    report.check()?;
    Ok(())
}
