//! `tensority-torture`: a campaign of faults, and the process of its boards.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Parser, Subcommand};
use tensority_command::{Failure, Program, exit, print, stop_at_signals, write_file};
use tensority_torture::boards::Boards;
use tensority_torture::campaign::{Campaign, Settings};

/// Let everything around a miner fail at random, and account for every share.
#[derive(Parser)]
#[command(name = "tensority-torture")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs a campaign.
    Run {
        /// How long, in minutes.
        #[arg(long, value_name = "N")]
        minutes: f64,
        /// What the faults are drawn from.
        #[arg(long, value_name = "N")]
        seed: u64,
        /// How many boards there are.
        #[arg(long, value_name = "N")]
        boards: usize,
        /// Cycles of a board's hash, at 100 MHz.
        #[arg(long, value_name = "N")]
        hash_cycles: u64,
        /// The program `tensority`.
        #[arg(long, value_name = "FILE")]
        program: PathBuf,
        /// Where the result is kept.
        #[arg(long, value_name = "FILE")]
        result: PathBuf,
        /// The folder of the campaign's files, which is made; without it, one that is gone at the end.
        #[arg(long, value_name = "FOLDER")]
        keep: Option<PathBuf>,
    },
    /// Runs boards until standard input ends.
    Boards {
        /// How many.
        count: usize,
        /// Where their ports are.
        folder: PathBuf,
        /// Where every hash is written down.
        record: PathBuf,
        /// Cycles of a hash, at 100 MHz.
        hash_cycles: u64,
    },
}

struct Torture;

impl Program for Torture {
    const NAME: &str = "tensority-torture";
}

fn main() -> ExitCode {
    tensority_command::run(torture)
}

fn torture(arguments: Arguments) -> Result<(), Failure<Torture>> {
    let failed = |error: std::io::Error| Failure::unavailable(error.to_string());
    match arguments.what {
        What::Boards {
            count,
            folder,
            record,
            hash_cycles,
        } => {
            let boards = Boards {
                count,
                folder,
                record,
                hash_cycles,
            };
            boards.run().map_err(failed)
        }
        What::Run {
            minutes,
            seed,
            boards,
            hash_cycles,
            program,
            result,
            keep,
        } => {
            let time = Duration::try_from_secs_f64(minutes * 60.0);
            let campaign = Campaign {
                settings: Settings {
                    program,
                    boards_program: std::env::current_exe().map_err(failed)?,
                    boards,
                    hash_cycles,
                    block_hashes: 3000.0,
                },
                seed,
                time: time.map_err(|error| Failure::usage(format!("--minutes: {error}")))?,
                gap: Duration::from_secs(1),
            };
            let temporary = tempfile::tempdir().map_err(failed)?;
            let folder = keep.unwrap_or_else(|| temporary.path().join("campaign"));
            std::fs::create_dir(&folder).map_err(failed)?;
            let stop = Arc::new(AtomicBool::new(false));
            stop_at_signals(&stop)?;
            let report = campaign.run(&folder, &stop).map_err(failed)?;
            if stop.load(Ordering::Relaxed) {
                return Err(Failure::new(
                    exit::STOPPED,
                    "stopped before its time was over; nothing is kept",
                ));
            }
            let json =
                serde_json::to_string_pretty(&report).map_err(|error| failed(error.into()))?;
            write_file(&result, json.clone() + "\n").map_err(failed)?;
            print(json)?;
            match report.violations.len() {
                0 => Ok(()),
                count => Err(Failure::unmet(format!(
                    "expected no violation, found {count}"
                ))),
            }
        }
    }
}
