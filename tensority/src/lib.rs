//! Tensority, the proof of work of Bytom, in software.
//!
//! This level of the crate is the reference: it reads like the specification and is written to be
//! compared with; [`fast`] is what to hash with. The source it follows is Bytom v1.1.0 (Go):
//! `mining/tensority` for the hash itself, `protocol/bc` for block headers, `consensus/difficulty`
//! for targets. A hash is made in the order of the modules:
//!
//! ```text
//! seed ─ extended_seed ─► 32 words X ─ smix × D/2 ─► matrix list (D matrices of D × D int8)
//!                                                         │
//! header ─ header_hash ─► sequences (4 × 32 indices) ─► chain × 4 (64 multiplies each)
//!                                                         │
//!                             PoW hash ◄─ SHA3-256 ─ fold ◄─ sum
//! ```
//!
//! The matrix list depends on the seed alone, and the seed changes once in 256 blocks, so a
//! [`MatrixList`] is made once and shared by all hashes of its epoch.
//!
//! Everything after the seed is generic over the matrix dimension `D`, a power of two from 32 to
//! 256, so that small hardware can be checked in little time. Bytom's dimension is [`DIMENSION`];
//! with any other the result is a hash of the same shape which no network knows.
//!
//! ```
//! use tensority::{INITIAL_SEED, MatrixList, tensority};
//!
//! // Bytom's list is a `MatrixList<DIMENSION>`; the small one keeps this example quick.
//! let list = MatrixList::<32>::from_seed(&INITIAL_SEED);
//! let pow_hash = tensority(&[0; 32], &list);
//! assert_ne!(pow_hash, [0; 32]);
//! ```
//!
//! The crate does no input or output, needs only an allocator, and returns a typed [`Error`] for
//! every input that can be wrong. [`fast`] is there with the cargo feature of the same name, on by
//! default, which needs the standard library.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(feature = "fast")]
extern crate std;

mod bits;
mod chain;
mod epoch;
mod error;
#[cfg(feature = "fast")]
pub mod fast;
mod fold;
mod header;
mod matrix;
mod matrix_list;
mod pow;
mod retarget;
mod salsa;
mod seed;
mod sequence;
mod serialization;
mod smix;
mod target;
pub mod varint63;
mod words;

pub use bits::{bits_to_value, value_to_bits, work};
pub use chain::{ChainStates, MULTIPLIES, chain, load, multiply, reduce};
pub use epoch::{EPOCH_BLOCKS, INITIAL_SEED, seed_height};
pub use error::Error;
pub use fold::{fnv, fold, row_words, sum};
pub use header::{BlockHeader, header_hash, header_hash_of_inner, inner_hash};
pub use matrix::{DIMENSION, Matrix};
pub use matrix_list::{MatrixList, Round, Rounds};
pub use pow::{pow_hash_of_fold, tensority};
pub use retarget::{RETARGET_BLOCKS, TARGET_BLOCK_SECONDS, next_bits};
pub use salsa::{block_mix, salsa20_8};
pub use seed::extended_seed;
pub use sequence::{CHAINS, Sequence, sequences};
pub use smix::smix;
pub use target::Target;
pub use words::{block_words, le_bytes};
