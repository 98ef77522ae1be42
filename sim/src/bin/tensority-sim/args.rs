//! Command line, and the meaning of its texts.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use tensority::{BlockHeader, Target};
use tensority_boards::Board;
use tensority_command::{hertz, hex_digits, number};
use tensority_hdl::geometry::{Geometry, GeometryError};
use tensority_sim::board::Top;
use tensority_sim::model::source::ArrayKind;
use tensority_sim::scoreboard::Work;

use crate::failure::Failure;

/// Simulates the Tensority accelerator, every stage checked against the reference.
#[derive(Parser)]
#[command(name = "tensority-sim", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Hash one header hash.
    Hash(HashArgs),
    /// Search a range of nonces on a block header.
    Mine(MineArgs),
    /// Generate the matrix list of a seed in the core and read its checksums back.
    MatrixList(MatrixListArgs),
    /// Run a board, chip and firmware, that other programs open like a serial port.
    Board(BoardArgs),
    /// Find the proof of work of Bytom's mainnet genesis block.
    Demo,
    /// Run an int8 network on the core, every byte of every layer compared with the reference.
    Infer(InferArgs),
    /// Measure utilisation and simulation speed for every number of lanes.
    Bench(BenchArgs),
}

/// A core, and how it is simulated.
#[derive(Args)]
pub struct CoreArgs {
    /// Matrix rows processed side by side: 1, 2, 4, 8 or 16; 16 by default, or what a board is built
    /// with.
    #[arg(long, value_name = "C")]
    pub lanes: Option<usize>,
    /// Matrix dimension: 256 is Tensority; 32, 64 and 128 are for quick experiments.
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub dim: usize,
    /// Plain multipliers instead of Winograd's inner product.
    #[arg(long)]
    pub no_fip: bool,
    /// The array as it is built, or C++ code with the same ports and cycles; by default the former for
    /// a core, the latter for a board, whose multipliers are slow to simulate cell by cell.
    #[arg(long, value_enum)]
    pub array: Option<ArrayKind>,
    /// Folder for built models.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Write a waveform (FST, for GTKWave or Surfer) to this file.
    #[arg(long, value_name = "FILE.fst")]
    pub trace: Option<PathBuf>,
    /// First cycle of the waveform.
    #[arg(long, value_name = "CYCLE", default_value_t = 0, requires = "trace")]
    pub trace_from: u64,
    /// First cycle after the waveform.
    #[arg(long, value_name = "CYCLE", default_value_t = u64::MAX, requires = "trace")]
    pub trace_to: u64,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// The number of lanes that simulates a hash fastest (`tensority-sim bench`).
pub const DEFAULT_LANES: usize = 16;

/// A network, and the core that runs it.
#[derive(Args)]
pub struct InferArgs {
    /// The network: a .tflite file of signed bytes.
    pub network: PathBuf,
    /// Its inputs: a .npy array of signed bytes, an input a row, or lines of numbers between commas; `-` is standard
    /// input.
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// Run the first N inputs.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: usize,
    /// Matrix rows processed side by side, of which inference uses one: 1, 2 or 4.
    #[arg(long, value_name = "C", default_value_t = 1)]
    pub lanes: usize,
    /// Matrix dimension: 256 is Tensority; 32, 64 and 128 are for quick experiments.
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub dim: usize,
    /// Print one JSON object for each input.
    #[arg(long)]
    pub json: bool,
}

/// A board as it is flashed, instead of the core or the chip by itself.
#[derive(Args)]
pub struct TopArgs {
    /// Simulate the top of this board, with its memory, pins and firmware.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Board::names()).try_map(|name| Board::find(&name)))]
    pub board: Option<Board>,
    /// Clock of the core in Hz, instead of the one that the board is built with.
    #[arg(long, value_name = "HZ", requires = "board", value_parser = hertz)]
    pub clock: Option<u32>,
}

impl TopArgs {
    /// The board's top around a core of `lanes` lanes, if a board was named.
    pub fn top(&self, lanes: Option<usize>) -> Result<Option<Top>, Failure> {
        let Some(board) = self.board.clone() else {
            return Ok(None);
        };
        let lanes = lanes.unwrap_or(board.cores[0].lanes);
        let clock = self.clock.map_or_else(|| board.clock_hz(lanes), Ok);
        let clock = clock.map_err(|error| Failure::usage(format!("--lanes: {error}")))?;
        Ok(Some(Top {
            board,
            lanes,
            clock,
        }))
    }
}

/// The circumstances of a simulated hash.
#[derive(Args)]
pub struct HashingArgs {
    /// 32 bytes, hex.
    #[arg(long, value_name = "HEX")]
    pub seed: String,
    /// Let the core generate the matrix list instead of writing it to the memory.
    #[arg(long)]
    pub generate_list: bool,
    /// Compare no stage of the hash with the reference: faster, for long runs.
    #[arg(long)]
    pub unchecked: bool,
    #[command(flatten)]
    pub core: CoreArgs,
}

#[derive(Args)]
pub struct HashArgs {
    /// 32 bytes, hex.
    #[arg(long, value_name = "HEX")]
    pub header_hash: String,
    #[command(flatten)]
    pub top: TopArgs,
    #[command(flatten)]
    pub hashing: HashingArgs,
}

#[derive(Args)]
#[group(id = "goal", required = true, multiple = false)]
pub struct Goal {
    /// 32 bytes, hex, most significant byte first.
    #[arg(long, value_name = "HEX")]
    pub target: Option<String>,
    /// Compact form, decimal or 0x….
    #[arg(long, value_name = "B")]
    pub bits: Option<String>,
}

#[derive(Args)]
pub struct MineArgs {
    /// The 128 bytes in front of the nonce, or a serialized block header; hex.
    #[arg(long, value_name = "HEX")]
    pub header: String,
    /// First nonce.
    #[arg(long, value_name = "N")]
    pub start: u64,
    /// Number of nonces.
    #[arg(long, value_name = "K")]
    pub count: u64,
    #[command(flatten)]
    pub goal: Goal,
    #[command(flatten)]
    pub hashing: HashingArgs,
}

#[derive(Args)]
pub struct MatrixListArgs {
    /// 32 bytes, hex.
    #[arg(long, value_name = "HEX")]
    pub seed: String,
    #[command(flatten)]
    pub core: CoreArgs,
}

#[derive(Args)]
pub struct BoardArgs {
    /// Matrix rows processed side by side: 1, 2, 4, 8 or 16; 16 by default, or what a board is built
    /// with.
    #[arg(long, value_name = "C")]
    pub lanes: Option<usize>,
    #[command(flatten)]
    pub top: TopArgs,
    /// The array as it is built, or C++ code with the same ports and cycles.
    #[arg(long, value_enum, default_value_t = ArrayKind::Functional)]
    pub array: ArrayKind,
    /// Make a symbolic link to the board's port here.
    #[arg(long, value_name = "PATH")]
    pub link: Option<PathBuf>,
    /// Let the chip generate its matrix lists; otherwise they are put into its memory.
    #[arg(long)]
    pub generate_list: bool,
    /// Bits per second of the serial line, in simulated time: a slower one would take a second and
    /// more of real time for a message.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(57_600..=10_000_000))]
    pub baud: u32,
    /// Serial number.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub serial: u64,
    /// Image of the firmware; by default the one that `cargo xtask firmware` builds.
    #[arg(long, value_name = "FILE")]
    pub firmware: Option<PathBuf>,
    /// Folder for built models.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// End when standard input does, as it does when the program that started this one ends. For
    /// programs that give the board a process group of its own.
    #[arg(long)]
    pub attached: bool,
    /// Only build the model.
    #[arg(long)]
    pub build_only: bool,
}

#[derive(Args)]
pub struct BenchArgs {
    /// Only this number of lanes.
    #[arg(long, value_name = "C")]
    pub lanes: Option<usize>,
    /// Only one of the tables.
    #[arg(long, value_enum)]
    pub only: Option<Table>,
}

/// A table of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Table {
    /// Utilisation and speed of a hash on the core alone.
    Cores,
    /// Speed of whole boards with firmware.
    Boards,
    /// The simulators' speeds on the Keccak block.
    Keccak,
}

/// A core's geometry.
pub fn geometry(dimension: usize, lanes: usize, fip: bool) -> Result<Geometry, Failure> {
    Geometry::new(dimension, lanes, fip).map_err(|error| refused(&error))
}

/// The fault of a geometry, with the argument to blame.
pub fn refused(error: &GeometryError) -> Failure {
    let flag = match error {
        GeometryError::Dimension(_) => "--dim",
        GeometryError::Lanes(_) => "--lanes",
        GeometryError::PlainCells => "--no-fip",
        GeometryError::InferLanes(_) => "--infer, --lanes",
        GeometryError::InferPlain => "--infer, --no-fip",
        GeometryError::InferDsp { .. } => "--infer",
    };
    Failure::usage(format!("{flag}: {error}"))
}

/// `N` bytes of hex.
pub fn bytes<const N: usize>(flag: &str, text: &str) -> Result<[u8; N], Failure> {
    let any = any_bytes(flag, text)?;
    any.try_into().map_err(|any: Vec<u8>| {
        Failure::usage(format!(
            "{flag}: expected {} hex digits ({N} bytes), found {}; give the whole value",
            2 * N,
            2 * any.len()
        ))
    })
}

fn any_bytes(flag: &str, text: &str) -> Result<Vec<u8>, Failure> {
    hex::decode(hex_digits(text))
        .map_err(|error| Failure::usage(format!("{flag}: expected hex digits, found {error}")))
}

/// The prefix of a header given as `--header`.
pub fn header_prefix(text: &str) -> Result<[u8; 128], Failure> {
    let bytes = any_bytes("--header", text)?;
    if let Ok(prefix) = <[u8; 128]>::try_from(&bytes[..]) {
        return Ok(prefix);
    }
    let header = BlockHeader::deserialize(&bytes).map_err(|error| {
        Failure::usage(format!(
            "--header: expected 256 hex digits (128 bytes) or a serialized block header, found {} \
             digits: {error}; copy the header as the node gives it",
            text.len()
        ))
    })?;
    Ok(header.prefix())
}

/// The target given as `--target` or `--bits`.
pub fn target(goal: &Goal) -> Result<Target, Failure> {
    if let Some(text) = &goal.target {
        let mut value: [u8; 32] = bytes("--target", text)?;
        value.reverse();
        return Target::from_le_bytes(value).map_err(|_| {
            Failure::usage(
                "--target: expected a positive target, found zero; no hash can meet it, give a larger one",
            )
        });
    }
    let text = goal.bits.as_deref().unwrap_or_default();
    let bits = number(text).map_err(|error| {
        Failure::usage(format!(
            "--bits: expected a 64-bit number, found {text:?} ({error}); give it in decimal or as 0x…"
        ))
    })?;
    Target::from_bits(bits).map_err(|_| {
        Failure::usage(format!(
            "--bits: expected the bits of a positive target, found {text}; no hash can meet that, \
             give the header's bits"
        ))
    })
}

/// The work of a range of nonces, all of which Bytom can store.
pub fn nonces(prefix: [u8; 128], start: u64, count: u64) -> Result<Work, Failure> {
    const END: u64 = 1 << 63;
    if count == 0 {
        return Err(Failure::usage(
            "--count: expected at least 1, found 0; give a number of nonces",
        ));
    }
    match start.checked_add(count) {
        Some(end) if end <= END => Ok(Work::Nonces {
            prefix,
            start,
            count,
        }),
        _ => Err(Failure::usage(format!(
            "--start, --count: expected nonces below 2^63, found {start} and {count} more; Bytom \
             cannot store others, choose a lower range"
        ))),
    }
}
