//! `tensority replay`: a run of the miner again, from its recording.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use tensority_command::{print, print_as};
use tensority_miner::message::Message;
use tensority_miner::replay::replay;

use crate::failure::Failure;

const HELP: &str = "\
The miner decides again what it decided then, and must come to the same; network, devices and clock are
the recording's. Exit codes: 0 if all is the same; 64 for arguments; 65 for a recording that makes no
sense; 66 for a file that cannot be read, 77 if it may not be; 70 if something else is decided, which is
a bug or another version.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// What `tensority mine --record` wrote.
    file: PathBuf,
    /// Print JSON on standard output, one line for each event.
    #[arg(long)]
    json: bool,
}

/// Runs a recording again, and prints what was told.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let file = File::open(path).map_err(|error| Failure::cannot_read(path, &error))?;
    let tell = &mut |message: &Message| Ok(print_as(arguments.json, message)?);
    let replayed = replay::<Failure>(BufReader::new(file), tell)?;
    if !arguments.json {
        print(format!(
            "replayed {:.1} s: {} events, {} messages, all the same",
            replayed.time.as_secs_f64(),
            replayed.events,
            replayed.messages
        ))?;
    }
    Ok(())
}
