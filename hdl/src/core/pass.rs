//! A pass: one multiply, one load, or both side by side, over all blocks of a matrix.
//!
//! | bits | field | |
//! |---|---|---|
//! | 0 | `multiply` | the state is multiplied |
//! | 1 | `load` | a chain's first matrix is loaded |
//! | 2 | `last` | the multiply is the last of its chain: its results go to the sum |
//! | 4..3 | `chain` | the chain of the multiply |
//!
//! `last` is 1 with `multiply` only. A pass that loads is the last of a chain, or the first of all.

use rust_hdl::prelude::*;

/// What a pass does; fields from bit 0 up.
#[derive(Copy, Clone, PartialEq, Debug, Default, LogicStruct)]
pub struct Pass {
    /// The state is multiplied.
    pub multiply: Bit,
    /// A chain's first matrix is loaded.
    pub load: Bit,
    /// The multiply is the last of its chain.
    pub last: Bit,
    /// The chain of the multiply.
    pub chain: Bits<2>,
}
