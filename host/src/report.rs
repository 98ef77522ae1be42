//! `tensority report`: what devices and sources did in a time, from the history that a miner keeps.

mod text;
mod time;

use std::path::{Path, PathBuf};

use tensority_command::{print, print_json};
use tensority_config::Overrides;
use tensority_history::{Archive, Query};
use tensority_miner::unix_now;

use crate::failure::Failure;

/// Lines of rates over time at most.
const MOST_SPANS: u64 = 24;

const HELP: &str = "\
The miner keeps its history in the file that `history` under [state] of its configuration names; it need not run, and
may. Minutes are kept for a day, ten minutes for two weeks, hours for three months, days for ten years.

Exit codes: 0; 64 for arguments; 65 for a configuration that makes no sense, or a file that is no history; 66 for one
that cannot be read, 77 if it may not be.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The beginning: so long ago, such as 90m, 24h, 7d or 3mo, or a time, such as 2026-11-29 or 2026-11-29T18:00.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = time::parse)]
    since: u64,
    /// The end, as above; without it, now.
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    until: Option<u64>,
    /// One device alone, by its name or id.
    #[arg(short, long, value_name = "DEVICE")]
    device: Option<String>,
    /// The configuration of the miner, which says where its history is; without it, that of TENSORITY_CONFIG, of the
    /// user or of the machine.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The file of the history, instead.
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    history: Option<PathBuf>,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

/// Prints the report.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let now = unix_now();
    let until = arguments.until.unwrap_or(now);
    if until <= arguments.since {
        return Err(Failure::usage(format!(
            "expected --until after --since, found {} and {}",
            time::shown(until),
            time::shown(arguments.since)
        )));
    }
    let path = match &arguments.history {
        Some(path) => path.clone(),
        None => of_config(arguments.config.as_deref())?,
    };
    let report = Archive::open(&path)?.report(&Query {
        since_unix: arguments.since,
        until_unix: until,
        now_unix: now,
        device: arguments.device.clone(),
        most_spans: MOST_SPANS,
    })?;
    if let (Some(name), true) = (&arguments.device, report.devices.is_empty()) {
        return Err(Failure::usage(format!(
            "expected a device that mined since {}, found {name:?}: leave out --device to see all",
            time::shown(arguments.since)
        )));
    }
    if arguments.json {
        print_json(&report)?;
    } else {
        print(text::of(&report))?;
    }
    Ok(())
}

/// The file of a miner with this configuration.
fn of_config(config: Option<&Path>) -> Result<PathBuf, Failure> {
    let environment = tensority_config::of_process();
    let loaded =
        tensority_config::load_without_secrets(config, &environment, &Overrides::default())?;
    loaded.config.state.history.ok_or_else(|| {
        Failure::usage(
            "expected a miner that keeps a history, found state.history = \"off\"; give it a file, or name one with \
             --history",
        )
    })
}
