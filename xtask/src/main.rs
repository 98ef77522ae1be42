//! The project's chores, as `cargo xtask …`: fetching the hardware tools, building the firmware,
//! building a board, packages for machines, the demonstration, and the whole set of checks.

mod aarch64;
mod board;
mod demo;
mod documents;
mod failure;
mod firmware;
mod fuzz;
mod node;
mod package;
mod prove;
mod setup;
mod step;
mod test;
mod torture;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of the Tensority workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what the build needs beyond Rust: compilers for C++ and for the firmware, and the
    /// pinned hardware tools.
    Setup,
    /// Set up, then build the program of the on-chip controller.
    Firmware {
        /// Build that of another clone, without setting up.
        #[arg(long, value_name = "FOLDER")]
        clone: Option<PathBuf>,
    },
    /// Write what docs/ says of registers, messages, configuration, blocks and proofs anew.
    Docs,
    /// Set up, then mine on the simulated hardware.
    Demo,
    /// Set up, then build the bitstream of a board, which takes long, and keep its report.
    Board {
        /// A board of `boards`.
        #[arg(long, value_name = "BOARD", default_value = "ulx3s-85f")]
        board: String,
        /// Matrix rows processed side by side.
        #[arg(long, value_name = "C", default_value_t = 1)]
        lanes: u32,
        /// Placements to try until all clocks are met.
        #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
        seeds: u32,
    },
    /// Try every decoder with inputs that libFuzzer makes up, and keep what it finds in evidence/fuzz.
    Fuzz {
        /// Targets; all without one.
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
        /// Minutes for all of them together.
        #[arg(long, value_name = "M", default_value_t = 15.0)]
        minutes: f64,
    },
    /// Let boards, pools, node, disk and miner fail at random, and account for every share.
    Torture {
        /// How long.
        #[arg(long, value_name = "N", default_value_t = 15.0)]
        minutes: f64,
        /// What the faults are drawn from.
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
    },
    /// Set up, then prove the properties of the emitted Verilog, and keep what came of them in evidence/proofs.
    Prove {
        /// Properties; all without one.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Build the miner's packages for Debian and HiveOS into target/package, and check them.
    Package,
    /// Set up, then check formatting, lints and tests of the whole workspace.
    Test {
        /// Only what needs no hardware tools: formatting, lints and unit tests.
        #[arg(long)]
        fast: bool,
        /// Only the miner on AArch64, such as a Raspberry Pi: cross-built, and run by QEMU.
        #[arg(long, conflicts_with = "fast")]
        aarch64: bool,
    },
}

fn main() -> ExitCode {
    tensority_command::run(|arguments: Arguments| match arguments.chore {
        Chore::Setup => setup::run(),
        Chore::Firmware { clone: None } => setup::run().and_then(|()| firmware::build()),
        Chore::Firmware { clone: Some(root) } => firmware::build_clone(&root),
        Chore::Docs => documents::write(),
        Chore::Board {
            board,
            lanes,
            seeds,
        } => board::run(&board, lanes, seeds),
        Chore::Demo => demo::run(),
        Chore::Fuzz { targets, minutes } => fuzz::run(&targets, minutes),
        Chore::Torture { minutes, seed } => torture::run(minutes, seed),
        Chore::Prove { names } => prove::run(&names),
        Chore::Package => package::run(),
        Chore::Test { aarch64: true, .. } => aarch64::run(),
        Chore::Test { fast: true, .. } => test::run(test::Tier::Fast),
        Chore::Test { fast: false, .. } => test::run(test::Tier::All),
    })
}
