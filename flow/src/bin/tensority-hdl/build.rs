//! The command `build`: a board's bitstream, with a report.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tensority_boards::{Board, Manifest};
use tensority_command::exit::of_opening;
use tensority_command::{hertz, print, stop_at_signals};
use tensority_flow::fpga::cache::Cache;
use tensority_flow::fpga::report::text;
use tensority_flow::fpga::tools::Tools;
use tensority_flow::fpga::{Build, Seeds};
use tensority_flow::workspace;
use tensority_hdl::emit::{self, FINGERPRINT};

use crate::design::{Wanted, design};
use crate::failure::Failure;
use crate::watch::Watch;

/// Board, core and seeds.
#[derive(Args)]
pub struct Arguments {
    /// The board.
    #[arg(long, value_name = "BOARD", value_parser = PossibleValuesParser::new(Board::names()).try_map(|name| Board::find(&name)))]
    board: Board,
    /// Matrix rows processed side by side.
    #[arg(long, value_name = "C", default_value_t = 1)]
    lanes: usize,
    /// Clock of the array in Hz; without it, the board's for so many lanes.
    #[arg(long, value_name = "HZ", value_parser = hertz)]
    clock: Option<u32>,
    /// Seed of the placement.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        conflicts_with = "seed_sweep"
    )]
    seed: u32,
    /// Try the seeds 1 to N, until all clocks are met.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    seed_sweep: Option<u32>,
    /// Program of the controller; without it, target/firmware/firmware.bin.
    #[arg(long, value_name = "FILE")]
    firmware: Option<PathBuf>,
    /// Folder to write to, made if it is missing; without it, target/boards/BOARD.
    #[arg(short, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Builds a bitstream, and fails if a clock is missed.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let board = &arguments.board;
    let tools = Tools::find()?;
    let firmware = arguments.firmware.clone();
    let firmware = firmware.unwrap_or_else(workspace::firmware);
    let firmware = fs::read(&firmware).map_err(|error| {
        let path = firmware.display();
        let message = format!("cannot read {path}: {error}; build one with: cargo xtask firmware");
        Failure::new(of_opening(&error), message)
    })?;
    let clock = arguments.clock;
    let clock = clock.map_or_else(|| board.clock_hz(arguments.lanes), Ok);
    let clock = clock.map_err(|error| Failure::usage(format!("--lanes: {error}")))?;
    let words: Vec<u32> = firmware
        .chunks(4)
        .map(|word| {
            word.iter()
                .rev()
                .fold(0, |all, byte| all << 8 | u32::from(*byte))
        })
        .collect();
    let wanted = Wanted {
        board,
        lanes: arguments.lanes,
        clock,
        firmware: &words,
        build: emit::build(),
    };
    let project = design(&wanted, &tools)?;
    let seeds = match arguments.seed_sweep {
        Some(count) => Seeds::Sweep(count),
        None => Seeds::One(arguments.seed),
    };
    let watch = Watch::new();
    let listen = |step, event| watch.show(step, event);
    let stop = Arc::new(AtomicBool::new(false));
    stop_at_signals(&stop)?;
    let build = Build {
        project: &project,
        tools: &tools,
        cache: &Cache::of_workspace(),
        stop: &stop,
        listen: &listen,
    };
    let built = build.run(seeds);
    watch.end();
    let built = built?;
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| workspace::boards().join(&board.name));
    let files = built.write(&output, |bitstream| {
        let lanes = arguments.lanes as u32;
        Manifest::new(board, FINGERPRINT, lanes, clock, bitstream).to_json()
    })?;
    print(text::text(&built.report))?;
    for path in files.bitstream.iter().chain([&files.page, &files.data]) {
        print(path.display())?;
    }
    match built.report.missed() {
        None => Ok(()),
        Some(missed) => Err(Failure::unmet(format!(
            "{missed}; no bitstream is written; {}",
            advice(arguments)
        ))),
    }
}

/// The next thing to try when a clock is missed.
fn advice(arguments: &Arguments) -> String {
    match arguments.seed_sweep {
        None => "try --seed-sweep 8, or a lower --clock".into(),
        Some(count) => format!("try --seed-sweep {}, or a lower --clock", 2 * count),
    }
}
