//! `tensority-hdl`: the Verilog of an accelerator, bitstreams for boards, and reports on them.

mod build;
mod design;
mod emit;
mod failure;
mod report;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::{Failure, USAGE};

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
    Build(build::Arguments),
    /// Show the report of a build, or compare two.
    Report(report::Arguments),
}

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
            eprintln!("tensority-hdl: {reason}; see 'tensority-hdl --help'");
            return ExitCode::from(USAGE);
        }
        Err(help) => {
            // A broken pipe leaves nobody to tell.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let done = match cli.command {
        Command::Emit(arguments) => emit::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("tensority-hdl: {message}");
            ExitCode::from(code)
        }
    }
}
