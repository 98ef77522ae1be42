//! `tensority-hdl`: the Verilog of an accelerator, bitstreams for boards, and reports on them.

mod build;
mod design;
mod emit;
mod failure;
mod report;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Describes the Tensority accelerator as Verilog, and builds it for boards.
#[derive(Parser)]
#[command(name = "tensority-hdl", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the Verilog of a core to DIR/core.v, or of a chip to DIR/soc.v.
    Emit(emit::Arguments),
    /// Build the bitstream of a board, with a report on it.
    Build(Box<build::Arguments>),
    /// Show the report of a build, or compare two.
    Report(report::Arguments),
}

fn main() -> ExitCode {
    tensority_command::run(|cli: Cli| match cli.command {
        Command::Emit(arguments) => emit::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
    })
}
