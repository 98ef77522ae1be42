//! The command `tensority-prove`, which `cargo xtask prove` runs.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::{fs, thread};

use clap::Parser;
use serde_json::Value;
use tensority_command::{Code, Program, exit, print, print_json, write_file};
use tensority_proofs::error::Error;
use tensority_proofs::proof::{Outcome, prove};
use tensority_proofs::property::{self, Property};
use tensority_proofs::tools::{self, Tools};

/// Prove the properties of the emitted Verilog.
#[derive(Parser)]
#[command(name = "tensority-prove", bin_name = "cargo xtask prove")]
struct Arguments {
    /// Properties to prove; all without one.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Name the properties, and prove none.
    #[arg(long)]
    list: bool,
    /// Print data.
    #[arg(long)]
    json: bool,
    /// Properties at a time.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
    /// Keep the outcomes in a file, beside those of other properties that it holds.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

struct Prove;

impl Program for Prove {
    const NAME: &str = "tensority-prove";
}

type Failure = tensority_command::Failure<Prove>;

impl Code<Error> for Prove {
    fn code(error: &Error) -> u8 {
        match error {
            Error::MissingTool { .. } => exit::UNAVAILABLE,
            Error::UnknownProperty(_) => exit::USAGE,
            Error::Table(_) => exit::SOFTWARE,
            Error::File { action, source, .. } => match *action {
                "read" | "run" => exit::of_opening(source),
                _ => exit::of_writing(source),
            },
        }
    }
}

fn main() -> ExitCode {
    tensority_command::run(carry_out)
}

fn carry_out(arguments: Arguments) -> Result<(), Failure> {
    let properties = property::choose(&arguments.names, None)?;
    if arguments.list {
        for property in properties {
            print(format_args!("{:28} {}", property.name, property.claim))?;
        }
        return Ok(());
    }
    let tools = Tools::find_in(&tools::folder())?;
    let outcomes = prove_all(&properties, &tools, &arguments)?;
    if arguments.json {
        print_json(&outcomes)?;
    }
    if let Some(path) = &arguments.keep {
        keep(&outcomes, path)?;
    }
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

/// Proves so many at a time as were asked for, and prints each outcome as it comes.
fn prove_all(
    properties: &[&Property],
    tools: &Tools,
    arguments: &Arguments,
) -> Result<Vec<Outcome>, Failure> {
    let work = tools::workspace().join("target/proofs");
    let queue = Mutex::new(properties.iter());
    let next = || queue.lock().expect("no thread panics with it").next();
    let worker = || -> Result<Vec<Outcome>, Failure> {
        let mut outcomes = Vec::new();
        while let Some(property) = next() {
            let outcome = prove(property, tools, &work)?;
            match arguments.json {
                true => eprintln!("{outcome}"),
                false => print(&outcome)?,
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    };
    let mut outcomes = Vec::new();
    thread::scope(|scope| -> Result<(), Failure> {
        let workers: Vec<_> = (0..arguments.jobs).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            outcomes.extend(worker.join().expect("a worker returns its failures")?);
        }
        Ok(())
    })?;
    let place = |outcome: &Outcome| properties.iter().position(|p| p.name == outcome.name);
    outcomes.sort_by_key(place);
    Ok(outcomes)
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
