//! What can go wrong between a job and a simulated result.

use std::path::PathBuf;

use crate::scoreboard::Mismatch;

/// An error of the simulation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// RustHDL refuses the design.
    #[error(transparent)]
    Emit(#[from] tensority_hdl::emit::EmitError),
    /// The model cannot be built.
    #[error(transparent)]
    Build(#[from] verilator::Error),
    /// The model cannot be loaded.
    #[error("{}: cannot load the model: {source}; delete the folder to build it anew", path.display())]
    Load {
        /// The library.
        path: PathBuf,
        /// Why not.
        source: libloading::Error,
    },
    /// The runtime in this program is not the installed Verilator's.
    #[error(
        "this program was built with Verilator's runtime {ours}, installed is {installed}; \
         run `cargo clean -p verilated` and build it again"
    )]
    Runtime {
        /// The version in this program.
        ours: String,
        /// The version of the tool.
        installed: String,
    },
    /// Emitted Verilog cannot be kept.
    #[error("cannot keep the emitted Verilog in {}: {source}", path.display())]
    Keep {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The waveform cannot be written.
    #[error("{}: cannot write a waveform there: {reason}; choose another file", path.display())]
    Trace {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The controller's package is not installed.
    #[error("no PicoRV32 at {}; run: cargo xtask setup", looked_in.display())]
    NoController {
        /// Where it should be.
        looked_in: PathBuf,
    },
    /// The firmware's image cannot be used.
    #[error("{}: expected a firmware image, found: {reason}; build one with: cargo xtask firmware", path.display())]
    Firmware {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// No core has that size.
    #[error(transparent)]
    Geometry(#[from] tensority_hdl::geometry::GeometryError),
    /// No chip has that line.
    #[error(transparent)]
    Settings(#[from] tensority_hdl::soc::SettingsError),
    /// No memory serves that core at that clock.
    #[error(transparent)]
    Sdram(#[from] tensority_hdl::memory::SdramError),
    /// The board cannot have that core.
    #[error(transparent)]
    BoardDesign(#[from] tensority_hdl::board::BoardDesignError),
    /// The board's chip broke a rule of its memory.
    #[error(
        "the memory's rule {rule}; look at the commands with: cargo test --release -p tensority-sim --test sdram"
    )]
    Rule {
        /// The rule, and what was expected and found.
        rule: String,
    },
    /// There is no line to the board.
    #[error(transparent)]
    Pty(#[from] crate::board::pty::PtyError),
    /// The line to the board broke.
    #[error("the pseudo-terminal failed: {0}")]
    Line(std::io::Error),
    /// The chip said nothing for too long.
    #[error(
        "expected {expected}, found nothing in {cycles} cycles; look at the chip with: cargo test --release -p tensority-sim --test chip"
    )]
    Silent {
        /// How long.
        cycles: u64,
        /// What was waited for.
        expected: String,
    },
    /// The chip said what is no message.
    #[error(
        "expected a message of the protocol, found {0}; build the firmware anew with: cargo xtask firmware"
    )]
    Garbled(String),
    /// The core differs from the reference.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// The core did nothing for too long.
    #[error("the core reached no stage for {cycles} cycles after {after}; expected {expected}")]
    Hang {
        /// How long.
        cycles: u64,
        /// The last stage that was seen.
        after: String,
        /// What was waited for.
        expected: &'static str,
    },
}
