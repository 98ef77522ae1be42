//! The accelerator core under Verilator, driven from Rust and held against the reference.
//!
//! - [`core_model`] builds, loads and steps a model of the core;
//! - [`block_model`] does the same for any single block;
//! - [`scoreboard`] compares every stage that passes with [`mod@reference`];
//! - [`simulation`] runs whole jobs: hashes, ranges of nonces, cache generation.

pub mod block_model;
mod cache_check;
pub mod core_model;
pub mod error;
mod functional_array;
pub mod library;
pub mod mismatch;
pub mod reference;
pub mod scoreboard;
pub mod simulation;
pub mod source;
pub mod stage;
