//! Terminal user interface: a live [`View`] of a miner's state.
//!
//! What is seen goes one way: from [`Published`](tensority_telemetry::published::Published) through
//! `draw`, which knows no terminal, to the terminal. A key changes the choice of what is shown, sends
//! a command, or stops the miner.

#![forbid(unsafe_code)]

mod choice;
mod draw;
mod keys;
mod log;
mod paint;
mod terminal;
mod text;
mod view;

use tensority_telemetry::format;
pub use terminal::restore;
pub use view::{View, ViewError};
