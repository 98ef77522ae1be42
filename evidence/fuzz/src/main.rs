//! `tensority-fuzz`: a campaign of the fuzz targets.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tensority_command::{Failure, Program, exit, print};
use tensority_fuzz::campaign::Campaign;
use tensority_fuzz::{TARGETS, Target, UnknownTarget};

/// Try decoders with inputs that libFuzzer makes up.
#[derive(Parser)]
#[command(name = "tensority-fuzz")]
struct Arguments {
    /// Targets; all without one.
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Minutes for all targets together.
    #[arg(long, value_name = "M", default_value_t = 15.0)]
    minutes: f64,
    /// Where programs are built, libFuzzer works, and what crashes is left.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
}

struct Fuzz;

impl Program for Fuzz {
    const NAME: &str = "tensority-fuzz";
}

impl tensority_command::Code<UnknownTarget> for Fuzz {
    fn code(_: &UnknownTarget) -> u8 {
        exit::USAGE
    }
}

fn main() -> ExitCode {
    tensority_command::run(fuzz)
}

fn fuzz(arguments: Arguments) -> Result<(), Failure<Fuzz>> {
    let named = arguments.targets.iter().map(|name| Target::find(name));
    let mut targets = named.collect::<Result<Vec<_>, _>>()?;
    if targets.is_empty() {
        targets = TARGETS.iter().collect();
    }
    let seconds = arguments.minutes * 60.0 / targets.len() as f64;
    let time = Duration::try_from_secs_f64(seconds);
    let campaign = Campaign {
        folder: std::path::absolute(&arguments.folder)
            .map_err(|error| Failure::usage(format!("--folder: {error}")))?,
        time: time.map_err(|error| Failure::usage(format!("--minutes: {error}")))?,
    };
    let mut crashes = Vec::new();
    for target in targets {
        let run = campaign.run(target);
        let run = run.map_err(|error| Failure::unavailable(format!("{}: {error}", target.name)));
        let (figures, found) = run?;
        print(format_args!(
            "{:14} {:>11} inputs in {:>7.1} s, {:>6} edges, {:>4} inputs kept, {} crashes",
            figures.target,
            figures.inputs,
            figures.seconds,
            figures.edges,
            figures.corpus_inputs,
            figures.crashes
        ))?;
        crashes.extend(found);
    }
    let files: Vec<_> = crashes
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    match files.is_empty() {
        true => Ok(()),
        false => Err(Failure::unmet(format!(
            "expected no crash, found {}",
            files.join(", ")
        ))),
    }
}
