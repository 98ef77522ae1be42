//! `tensority-sim`: simulates the accelerator core under Verilator, checked against the reference.

mod args;
mod bench;
mod board;
mod board_hash;
mod core;
mod demo;
mod failure;
mod infer;
mod report;

use std::process::ExitCode;

use args::{Cli, Command};

fn main() -> ExitCode {
    tensority_command::run(|cli: Cli| match cli.command {
        Command::Hash(args) => core::hash(&args),
        Command::Mine(args) => core::mine(&args),
        Command::MatrixList(args) => core::matrix_list(&args),
        Command::Board(args) => board::run(&args),
        Command::Demo => demo::run(),
        Command::Infer(args) => infer::run(&args),
        Command::Bench(args) => bench::run(&args),
    })
}
