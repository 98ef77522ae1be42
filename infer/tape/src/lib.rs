//! Tapes: int8 networks as the instructions of a core with inference.
//!
//! ```text
//! network ─► compile ─► program: words, where the input goes, which bytes are made when
//!                          └────► machine, or a core
//! ```
//!
//! - [`compile`](mod@compile) makes a [`Program`] of a network, or says what of it does not fit;
//! - [`program`] gives it inputs, and makes outputs of what it reports;
//! - [`machine`] says what a tape means, in software.

pub mod compile;
pub mod machine;
pub mod program;

pub use compile::{CompileError, compile};
pub use program::Program;
