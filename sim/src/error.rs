//! Errors between a job and a simulated result.

use std::path::PathBuf;

use crate::scoreboard::Mismatch;

/// An error of the simulation.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
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
        path: PathBuf,
        source: libloading::Error,
    },
    /// The runtime in this program is not the installed Verilator's.
    #[error(
        "this program was built with Verilator's runtime {ours}, installed is {installed}; \
         run `cargo clean -p verilated` and build it again"
    )]
    Runtime { ours: String, installed: String },
    /// Emitted Verilog cannot be kept.
    #[error("cannot keep the emitted Verilog in {}: {source}", path.display())]
    Keep {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The waveform cannot be written.
    #[error("{}: cannot write a waveform there: {reason}; choose another file", path.display())]
    Trace { path: PathBuf, reason: String },
    /// It was stopped from outside.
    #[error("stopped before the job was done")]
    Stopped,
    /// The controller's package is not installed.
    #[error("no PicoRV32 at {}; run: cargo xtask setup", looked_in.display())]
    NoController { looked_in: PathBuf },
    /// The firmware's image cannot be used.
    #[error("{}: expected a firmware image, found: {reason}; build one with: cargo xtask firmware", path.display())]
    Firmware { path: PathBuf, reason: String },
    /// No core has that size.
    #[error(transparent)]
    Geometry(#[from] tensority_hdl::geometry::GeometryError),
    /// The functional array has sums of 16 bits.
    #[error(
        "expected the RTL array for a core with inference, found the functional one; choose --array rtl"
    )]
    FunctionalInfer,
    /// The core has no tape for the network.
    #[error(transparent)]
    Compile(#[from] tensority_tape::CompileError),
    /// The network takes another input.
    #[error(transparent)]
    Input(#[from] tensority_infer::reference::InputError),
    /// No chip has that line.
    #[error(transparent)]
    Settings(#[from] tensority_hdl::soc::SettingsError),
    /// No memory serves that core at that clock.
    #[error(transparent)]
    Sdram(#[from] tensority_hdl::memory::SdramError),
    /// The board cannot have that core.
    #[error(transparent)]
    BoardDesign(#[from] tensority_hdl::board::BoardDesignError),
    /// The board's chip broke a rule of its memory; `rule` tells what was expected and found.
    #[error(
        "the memory's rule {rule}; look at the commands with: cargo test --release -p tensority-sim --test sdram"
    )]
    Rule { rule: String },
    /// There is no line to the board.
    #[error(transparent)]
    Pty(#[from] crate::board::pty::PtyError),
    /// The line to the board broke.
    #[error("the pseudo-terminal failed: {0}")]
    Line(std::io::Error),
    /// The chip said nothing for `cycles` cycles.
    #[error(
        "expected {expected}, found nothing in {cycles} cycles; look at the chip with: cargo test --release -p tensority-sim --test chip"
    )]
    Silent { cycles: u64, expected: String },
    /// The chip said what is no message.
    #[error(
        "expected a message of the protocol, found {0}; build the firmware anew with: cargo xtask firmware"
    )]
    Garbled(String),
    /// The core differs from the reference.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// The core reached no stage for `cycles` cycles after the stage `after`.
    #[error("the core reached no stage for {cycles} cycles after {after}; expected {expected}")]
    Hang {
        cycles: u64,
        after: String,
        expected: &'static str,
    },
}
