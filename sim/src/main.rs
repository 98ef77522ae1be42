//! `tensority-sim`: simulates the accelerator core under Verilator, checked against the reference.

mod args;
mod bench;
mod demo;
mod job;
mod keccak_speed;
mod report;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use report::{Failure, USAGE};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A broken pipe leaves nobody to tell.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let done = match cli.command {
        Command::Hash(args) => job::hash(&args),
        Command::Mine(args) => job::mine(&args),
        Command::Cache(args) => job::cache(&args),
        Command::Demo => demo::run(),
        Command::Bench(args) => bench::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("tensority-sim: {message}");
            ExitCode::from(code)
        }
    }
}
