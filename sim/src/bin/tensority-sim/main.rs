//! `tensority-sim`: simulates the accelerator core under Verilator, checked against the reference.

mod args;
mod bench;
mod board_command;
mod board_speed;
mod demo;
mod job;
mod keccak_speed;
mod report;
mod top_job;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use report::{Failure, USAGE};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // The first paragraph says what is wrong; the rest is advice of a general kind.
            let text = error.to_string();
            let lines = text
                .lines()
                .map(str::trim)
                .take_while(|line| !line.is_empty());
            let reason = lines.collect::<Vec<_>>().join(" ");
            let reason = reason.trim_start_matches("error: ");
            eprintln!("tensority-sim: {reason}; see 'tensority-sim --help'");
            return ExitCode::from(USAGE);
        }
        Err(help) => {
            // A broken pipe leaves nobody to tell.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let done = match cli.command {
        Command::Hash(args) => job::hash(&args),
        Command::Mine(args) => job::mine(&args),
        Command::Cache(args) => job::cache(&args),
        Command::Board(args) => board_command::run(&args),
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
