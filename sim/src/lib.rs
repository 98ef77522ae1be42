//! The accelerator core under Verilator, driven from Rust and held against the reference.
//!
//! - [`core_model`] builds, loads and steps a model of the core;
//! - [`block_model`] does the same for any single block;
//! - [`scoreboard`] compares every stage that passes with [`mod@reference`];
//! - [`simulation`] runs whole jobs: hashes, ranges of nonces, cache generation;
//! - [`board`] is a whole chip with its firmware, behind a [`pty`] that the host opens like a port.

pub mod block_model;
pub mod board;
pub mod board_model;
mod cache_check;
pub mod core_model;
pub mod error;
mod functional_array;
pub mod library;
pub mod mismatch;
pub mod pty;
pub mod reference;
pub mod scoreboard;
pub mod simulation;
pub mod source;
pub mod stage;
