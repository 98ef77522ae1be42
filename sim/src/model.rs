//! Models under Verilator: what they are built from, and a handle for each kind.
//!
//! - [`source`] gathers Verilog and harness of a model; [`library`] builds and loads it;
//! - [`block`] is a single block, [`core`] the accelerator core, [`board`] a chip with its line and
//!   memory, [`sdram`] an SDRAM controller with a memory that keeps [`sdram_rules`].
//!
//! The harnesses are in `sim/cpp`, one for each kind.

pub mod block;
pub mod board;
pub mod core;
mod functional_array;
pub mod library;
pub mod sdram;
pub mod sdram_rules;
pub mod source;
mod waveform;

pub use block::BlockModel;
pub use board::BoardModel;
pub use core::CoreModel;
pub use sdram::SdramModel;
