//! The chip in software: its registers, behind which the controller's own program runs.
//!
//! ```text
//! host test ◄─ bytes ─► SoftwareBoard ─► Controller ◄─ registers ─► Chip ─► core ─► Hashing
//! ```
//!
//! [`Chip`] is driven turn by turn, with a clock that only moves when the controller looks or
//! [`Chip::advance`] says so: tests are exact. [`SoftwareBoard`] runs both in a thread, in real time,
//! behind a stream of bytes.

mod board;
mod boot;
mod chip;
mod config;
mod core;
pub mod hashing;
mod line;
mod registers;
mod uart;

pub use board::SoftwareBoard;
pub use chip::Chip;
pub use config::{Config, Faults, Noise};
pub use line::Port;
