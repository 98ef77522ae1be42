//! The `tensority` command: mines Bytom's proof of work, and checks it.

#![forbid(unsafe_code)]

mod audit;
mod bench;
mod config;
mod devices;
mod doctor;
mod failure;
mod flash;
mod generate;
mod hash;
mod hexadecimal;
mod infer;
mod mine;
mod model;
mod node;
mod pool;
mod replay;
mod report;
mod serve;
mod table;
mod verify;
mod why;
mod xvc;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Mines Tensority, Bytom's proof of work, with boards or the processor, and checks it.
///
/// Hashes and seeds are 64 hexadecimal digits in memory order, never reversed. The environment
/// variable TENSORITY_BACKEND names the back end to use (portable; avx2, avxvnni or avx512vnni on
/// x86-64; neon, dotprod or i8mm on AArch64); without it the fastest is taken.
#[derive(Parser)]
#[command(name = "tensority", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Print the PoW hash of a header hash.
    Hash(hash::Arguments),
    /// Check the proof of work of a block header; exit 0 if it is valid, 1 if not.
    Verify(verify::Arguments),
    /// Measure each back end, or the one of TENSORITY_BACKEND, against the peak of a core measured in the same run.
    Bench(bench::Arguments),
    /// Run an int8 network on the processor, and print its outputs.
    Infer(infer::Arguments),
    /// Show what an int8 network is made of.
    Model(model::Arguments),
    /// List the serial ports and the boards that answer there; exit 0 if one of them hashes right, 69 if none.
    Devices(devices::Arguments),
    /// Look at everything that mining needs, and say what is wrong and what to do; exit 0 if nothing is, 1 if not.
    Doctor(doctor::Arguments),
    /// Write an image to a board, or firmware to its controller, and see whether it hashes right.
    Flash(flash::Arguments),
    /// Mine for nodes and pools with boards, simulated boards or the processor.
    Mine(mine::Arguments),
    /// Prove from their bytes whom blocks pay; exit 0 if all is right, 1 if not.
    Audit(audit::Arguments),
    /// Run a recorded run of the miner again, without network and devices.
    Replay(replay::Arguments),
    /// Print what devices and sources did in a time, from the history that a miner keeps.
    Report(report::Arguments),
    /// Print what a running miner decided by itself, and why.
    Why(why::Arguments),
    /// Serve a development node on this machine until a signal ends it.
    Node(node::Arguments),
    /// Serve a development pool on this machine, good or misbehaving, until a signal ends it.
    Pool(pool::Arguments),
    /// Serve the JTAG port of a board in software until a signal ends it, for flashers to talk to.
    Xvc(xvc::Arguments),
    /// Check, explain or begin a configuration of the miner.
    Config(config::Arguments),
    /// Print completions for shells, manual pages, a unit for systemd, rules for udev.
    Generate(generate::Arguments),
}

fn main() -> ExitCode {
    tensority_command::run(|arguments: Arguments| match arguments.verb {
        Verb::Hash(arguments) => hash::run(&arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Bench(arguments) => bench::run(&arguments),
        Verb::Infer(arguments) => infer::run(&arguments),
        Verb::Model(arguments) => model::run(&arguments),
        Verb::Devices(arguments) => devices::run(&arguments),
        Verb::Doctor(arguments) => doctor::run(&arguments),
        Verb::Flash(arguments) => flash::run(&arguments),
        Verb::Mine(arguments) => mine::run(&arguments),
        Verb::Audit(arguments) => audit::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Report(arguments) => report::run(&arguments),
        Verb::Why(arguments) => why::run(&arguments),
        Verb::Node(arguments) => node::run(&arguments),
        Verb::Pool(arguments) => pool::run(&arguments),
        Verb::Xvc(arguments) => xvc::run(&arguments),
        Verb::Config(arguments) => config::run(&arguments),
        Verb::Generate(arguments) => generate::run(&arguments),
    })
}
