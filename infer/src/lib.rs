//! int8 networks: TensorFlow Lite files, and what they compute, byte by byte.
//!
//! ```text
//! .tflite ─► reader (schema) ─► graph ─► reference
//!                                 ├────► fast
//!                                 └────► infer/tape: a tape for the accelerator
//! ```
//!
//! - [`Model::read`](graph::Model::read) reads a file and prepares what TensorFlow Lite Micro prepares before a run:
//!   factors as fixed-point numbers, bounds of bytes, padding;
//! - [`reference`](mod@reference) is the definition of every operator on integers; its bytes are those of TensorFlow
//!   Lite Micro;
//! - [`fast`] has the same bytes sooner, from many inputs at a time;
//! - [`inputs`] reads what networks are run on.

#![deny(unsafe_code)]

pub mod fast;
pub mod fixed_point;
pub mod graph;
pub mod inputs;
mod prepare;
mod reader;
pub mod reference;
mod softmax;

/// The accessors of `schema/tflite.fbs`, made by `flatc --rust` 25.12.19.
#[allow(
    clippy::all,
    unsafe_code,
    deprecated,
    missing_docs,
    unused_imports,
    unsafe_op_in_unsafe_fn,
    mismatched_lifetime_syntaxes
)]
#[path = "tflite_generated.rs"]
mod generated;

pub use graph::Model;
pub use reader::ReadError;
