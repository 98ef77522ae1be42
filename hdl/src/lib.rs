//! The Tensority accelerator core in RustHDL, and its Verilog.
//!
//! One block per file. In the order in which a nonce meets them:
//!
//! | file | block |
//! |---|---|
//! | [`core`] | the whole, from job to result |
//! | [`control`], [`job`] | commands, and what the host wants |
//! | [`hasher`], [`messages`], [`keccak`], [`comparison`] | SHA3-256: header hash, sequences, seed, PoW hash |
//! | [`smix`], [`block_mix`] | the matrix list from a seed |
//! | [`sequencer`] | chains and multiplies as passes |
//! | [`fetch`], [`memory_port`], [`primitives::BlockBuffer`] | matrix rows from memory |
//! | [`issue`], [`token`] | a token and a weight per cycle |
//! | [`array`], [`cell`], [`lane`], [`pair`], [`eta`], [`xi`] | the multiply |
//! | [`load`], [`writeback`] | the first multiply of a chain; where results go |
//! | [`fold`], [`sum`], [`fold_level`], [`fnv`] | sum of the chains, fold |
//! | [`memory`] | the memory of the matrix list, for boards |
//! | [`checksum`], [`counters`] | reading back, account of cycles |
//! | [`primitives`] | what RustHDL cannot say, in Verilog |
//!
//! [`emit`] turns any of them into Verilog; [`geometry`] holds the parameters.

// The ports of a block are documented in the table at the head of its file.
#![allow(missing_docs)]

pub mod blocks;
pub mod board;
pub mod cast;
pub mod core;
pub mod emit;
pub mod geometry;
pub mod memory;
pub mod primitives;
pub mod soc;
