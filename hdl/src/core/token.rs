//! The token that walks the line of cells: which state row meets the weights in this cycle.
//!
//! | bits | field | |
//! |---|---|---|
//! | 7..0 | slot | position of the state row in the cells' RAMs |
//! | 8 | bank | the bank that holds the state |
//! | 9 | valid | |
//! | 10 | first | slot 0 of a block with weights: the cells latch |
//! | 11 | start | slot 0 of block 0: a pass begins |
//!
//! Slot t holds state row `reverse(t)`, the bits of t in reverse order. The rows of a chain never
//! meet, so any order will do; this one brings the rows that the fold joins (j and j + 128, then j
//! and j + 64, …) next to each other, so that the fold is a stream. Only the load, which makes rows
//! out of columns, has to know (`load.rs`).
