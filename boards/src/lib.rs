//! The boards that the accelerator is built for, as data, and the images for them.
//!
//! A board is a folder beside this one: `board.toml` (part, clocks, flash, USB) and
//! `pins.lpf`. `tops/` has the Verilog that ties pins to the chip, for each kind of board. The
//! memories that boards carry are in `memories/`. All of it is compiled in, and a test reads all of it.
//!
//! An image is a bitstream `NAME.bit` with its [`Manifest`] beside it, `NAME.json`. [`bitstream`]
//! reads one as the FPGA does.

pub mod bitstream;
mod board;
mod manifest;
mod memory;

pub use board::{Board, Core, Family, Flash, Part, Slot, Usb};
pub use manifest::{Manifest, ManifestError};
pub use memory::Memory;

/// A name or number that nothing of its kind has, with those there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {kind} {known}, found {found:?}; choose one of these")]
pub struct Unknown {
    kind: &'static str,
    known: String,
    found: String,
}
