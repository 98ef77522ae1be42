//! The command `tensority-prove`, which `cargo xtask prove` runs.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::{fs, thread};

use clap::Parser;
use serde_json::Value;
use tensority_command::{Code, Program, exit, print, stop_at_signals, write_file};
use tensority_flow::{fpga, workspace};
use tensority_proofs::error::Error;
use tensority_proofs::proof::{Outcome, prove};
use tensority_proofs::property::{self, Property};
use tensority_proofs::tools::Tools;

/// Prove the properties of the emitted Verilog.
#[derive(Parser)]
#[command(name = "tensority-prove", bin_name = "cargo xtask prove")]
struct Arguments {
    /// Properties to prove; all without one.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Where models, logs and traces are left.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// Keep the outcomes in a file, beside those of other properties that it holds.
    #[arg(long, value_name = "FILE")]
    keep: PathBuf,
}

struct Prove;

impl Program for Prove {
    const NAME: &str = "tensority-prove";
}

type Failure = tensority_command::Failure<Prove>;

impl Code<Error> for Prove {
    fn code(error: &Error) -> u8 {
        match error {
            Error::Flow(fpga::Error::MissingTool { .. }) => exit::UNAVAILABLE,
            Error::Flow(fpga::Error::File { action, source, .. }) => match *action {
                "read" | "run" => exit::of_opening(source),
                _ => exit::of_writing(source),
            },
            Error::Flow(_) | Error::Table(_) => exit::SOFTWARE,
            Error::Stopped => exit::STOPPED,
            Error::UnknownProperty { .. } => exit::USAGE,
        }
    }
}

fn main() -> ExitCode {
    tensority_command::run(carry_out)
}

fn carry_out(arguments: Arguments) -> Result<(), Failure> {
    let properties = property::choose(&arguments.names, None)?;
    let stop = Arc::new(AtomicBool::new(false));
    stop_at_signals(&stop)?;
    let tools = Tools::find_in(&workspace::tools(), stop)?;
    let outcomes = prove_all(&properties, &tools, &arguments.folder)?;
    keep(&outcomes, &arguments.keep)?;
    let bad: Vec<_> = outcomes
        .iter()
        .filter(|outcome| !outcome.verdict.is_good())
        .map(|outcome| format!("{}: {}", outcome.name, outcome.verdict))
        .collect();
    match bad.is_empty() {
        true => Ok(()),
        false => Err(Failure::unmet(bad.join("\n"))),
    }
}

/// Proves as many at a time as there are processors, and prints each outcome as it comes.
fn prove_all(
    properties: &[&Property],
    tools: &Tools,
    folder: &Path,
) -> Result<Vec<Outcome>, Failure> {
    let queue = Mutex::new(properties.iter());
    let next = || queue.lock().expect("no thread panics with it").next();
    let worker = || -> Result<Vec<Outcome>, Failure> {
        let mut outcomes = Vec::new();
        while let Some(property) = next() {
            let outcome = prove(property, tools, folder)?;
            print(&outcome)?;
            outcomes.push(outcome);
        }
        Ok(outcomes)
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        let outcomes = workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker returns its failures"));
        let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
        Ok(outcomes.into_iter().flatten().collect())
    })
}

/// Puts the outcomes into a file, beside those in it of properties that were not asked about now.
fn keep(outcomes: &[Outcome], path: &Path) -> Result<(), Failure> {
    let mut rows: BTreeMap<String, Value> = match fs::read(path) {
        Ok(kept) => serde_json::from_slice(&kept)
            .map_err(|error| Failure::data(format!("{}: {error}", path.display())))?,
        Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(Failure::cannot_read(path, &error)),
    };
    let known = property::all()?;
    rows.retain(|name, _| known.iter().any(|property| property.name == *name));
    for outcome in outcomes {
        let row = serde_json::to_value(outcome);
        let row = row.map_err(|error| Failure::software(error.to_string()))?;
        rows.insert(outcome.name.clone(), row);
    }
    let text = serde_json::to_string_pretty(&rows);
    let text = text.map_err(|error| Failure::software(error.to_string()))? + "\n";
    write_file(path, text).map_err(|error| Failure::cannot_write(path, &error))
}
