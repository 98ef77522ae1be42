//! Whom a block pays, proven from its bytes.
//!
//! A node tells a miner neither the coinbase nor the program that it pays while the block is being mined: only
//! the block shows it. This crate reads a block as the node's API gives it, computes everything that its header
//! commits to, and holds the coinbase against the rules and against the program that was to be paid.
//!
//! ```text
//! raw block ─ block ─► transaction ─ entry ─► ids ─ merkle ─► roots ──┐
//!                          │                                          ├─► audit ─► checks
//!                          └─ coinbase ─ reward, program, address ────┘
//! ```
//!
//! - [`Block`] and [`Transaction`] are what the bytes say; [`Transaction::ids`] and the [roots](transaction_root)
//!   are what the header commits to;
//! - [`program`](mod@program) and [`Address`] are what an output pays to;
//! - [`reward`](mod@reward) is what a coinbase may pay;
//! - [`receipt`](mod@receipt) is what a miner keeps of its shares, and how that is recomputed;
//! - [`audit`](audit()) is all of that held together, one [`Check`] a question.
//!
//! The roots prove what is paid, and with the proof of work that much work was done for exactly this. They do
//! not prove that spends were signed (no hash of a block covers a signature), that outputs which are spent
//! existed, or that the block is in the main chain: see docs/audit.md.
//!
//! Everything is pure: no input or output, a typed error for every input that can be wrong. Hashes are 32 bytes
//! in the order in which they are printed; amounts are in units of 10^-8 BTM.
//!
//! Source: a running Bytom v1.1.0 node, which the test vectors come from.

#![forbid(unsafe_code)]

mod address;
mod audit;
mod block;
mod entry;
mod error;
mod merkle;
mod opcode;
pub mod program;
mod reader;
pub mod receipt;
pub mod reward;
mod transaction;
mod verdict;
mod write;

pub use address::{Address, AddressError, Network};
pub use audit::{Audit, Coinbase, Question, audit};
pub use block::Block;
pub use entry::{NotAuditable, TransactionIds};
pub use error::{DecodeError, Place, Reason};
pub use merkle::{status_root, transaction_root};
pub use opcode::opcode_name;
pub use transaction::{AssetAmount, Input, InputKind, Output, Transaction};
pub use verdict::{Check, Fault, Subject, Unknown, Verdict, Warning};

/// The id of BTM, the asset that coinbases pay: 32 bytes of 0xff.
pub const BTM: [u8; 32] = [0xff; 32];
