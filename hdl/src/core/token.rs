//! The token that walks the line of cells: which state row meets the weights in this cycle.
//!
//! | bits | field | |
//! |---|---|---|
//! | 7..0 | `address`, slot | position of the state row in the cells' RAMs |
//! | 8 | `address`, bank | the bank that holds the state |
//! | 9 | `valid` | there is a token |
//! | 10 | `first` | slot 0 of a block with weights: the cells latch |
//! | 11 | `start` | slot 0 of block 0: a pass begins |
//!
//! Slot t holds state row `reverse(t)`, the bits of t in reverse order. The rows of a chain never
//! meet, so any order will do; this one brings the rows that the fold joins (j and j + 128, then j
//! and j + 64, …) next to each other, so that the fold is a stream. Only the load, which makes rows
//! out of columns, has to know (`load.rs`).

use rust_hdl::prelude::*;

/// A token; fields from bit 0 up.
#[derive(Copy, Clone, PartialEq, Debug, Default, LogicStruct)]
pub struct Token {
    /// Bank (bit 8) and slot (bits 7..0) of the state row.
    pub address: Bits<9>,
    /// There is a token.
    pub valid: Bit,
    /// Slot 0 of a block with weights: the cells latch.
    pub first: Bit,
    /// Slot 0 of block 0: a pass begins.
    pub start: Bit,
}

/// The address of the same slot in the other bank differs in this bit.
pub const BANK: usize = 1 << 8;
