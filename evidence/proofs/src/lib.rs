//! Properties of the emitted Verilog, each proved by a solver, with its negative controls.
//!
//! | file | holds |
//! |---|---|
//! | `properties/properties.toml` | the table of all properties: claim, blocks, method, depth, controls |
//! | `properties/*.sv` | a harness for one property or several: the specification beside the block |
//! | [`property`] | the table as it is read |
//! | [`blocks`] | the blocks that a property may name, as they are emitted |
//! | [`model`] | from harness and block to formulas, through Yosys |
//! | [`solve`] | one question to a solver |
//! | [`tools`] | the solvers and Yosys, and the run of one, with a limit of time |
//! | [`proof`] | everything that is asked about one property, and the verdict |
//! | [`report`] | verdicts as text and as data |
//!
//! A property counts as proved only if the block has it, a block of the same ports whose outputs are left open
//! has not, every mutant of its table row has not, and every `cover` of its harness is reached.

#![forbid(unsafe_code)]

pub mod blocks;
pub mod error;
pub mod model;
pub mod proof;
pub mod property;
pub mod report;
pub mod solve;
pub mod tools;
