//! Tapes: int8 networks as the instructions of a core with inference.
//!
//! - [`machine`] says what a tape means, in software.

pub mod machine;
