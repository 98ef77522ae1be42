//! The accelerator core under Verilator, driven from Rust and held against the reference.
//!
//! - [`core_model`] builds, loads and steps a model of the core;
//! - [`block_model`] does the same for any single block;
//! - [`sdram_model`] is an SDRAM controller with a memory that checks it against [`sdram_rules`];
//! - [`scoreboard`] compares every stage that passes with [`mod@reference`];
//! - [`simulation`] runs whole jobs: hashes, ranges of nonces, cache generation;
//! - [`board`] is a whole chip with its firmware, by itself or as a board's top, behind a [`pty`] that
//!   the host opens like a port, or with a [`host_end`] in its own time.

pub mod block_model;
pub mod board;
pub mod board_model;
mod cache_check;
pub mod core_model;
pub mod error;
mod functional_array;
pub mod host_end;
pub mod library;
pub mod mismatch;
pub mod pty;
pub mod reference;
pub mod scoreboard;
pub mod sdram_model;
pub mod sdram_rules;
pub mod simulation;
pub mod source;
pub mod stage;
