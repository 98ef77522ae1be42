//! `tensority-sim`: simulates the accelerator core under Verilator, checked against the reference.

mod args;
mod bench;
mod board;
mod board_hash;
mod core;
mod demo;
mod report;

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
        Command::Hash(args) => core::hash(&args),
        Command::Mine(args) => core::mine(&args),
        Command::MatrixList(args) => core::matrix_list(&args),
        Command::Board(args) => board::run(&args),
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
