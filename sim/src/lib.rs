//! The accelerator under Verilator, driven from Rust and held against the reference.
//!
//! - [`model`] builds, loads and steps models of blocks, cores, chips and the memory controller;
//! - [`stage`] is what a model of the core reports: the values that pass its stage boundaries;
//! - [`scoreboard`] compares every stage with the reference;
//! - [`simulation`] runs whole jobs: hashes, ranges of nonces, matrix lists;
//! - [`inference`] runs networks, each byte held against the reference;
//! - [`board`] is a whole chip with its firmware, behind a pseudo-terminal that the host opens like a
//!   port, or with a host in its own time.

pub mod board;
pub mod error;
pub mod inference;
pub mod model;
pub mod scoreboard;
pub mod simulation;
pub mod stage;
