//! Fuzz targets: everything of this workspace that reads bytes from outside, each with claims that hold for any bytes.
//!
//! ```text
//! captures ─ seeds ─┐
//! corpus/NAME ──────┴─► target ─► decoder ─► claims: no panic, little memory, what is written is read back
//!     ▲                   ▲
//!     └── campaign ── libFuzzer (cargo xtask fuzz) ─► results/NAME.json
//! ```
//!
//! A claim that does not hold is a panic. `tests/replay.rs` runs all that is kept, in seconds.

#![forbid(unsafe_code)]

pub mod campaign;
pub mod corpus;
mod memory;
mod program;
mod target;
mod targets;

pub use target::{Target, UnknownTarget};
pub use targets::TARGETS;
