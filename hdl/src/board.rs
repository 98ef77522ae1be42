//! Boards: the chip as it is flashed, with its clocks, its memory and its pins.

mod chip;
mod pll;
mod top;

pub use chip::BoardChip;
pub use pll::{Pll, PllError};
pub use top::{BoardDesign, BoardDesignError};
