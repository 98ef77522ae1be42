//! Tensority, the proof of work of Bytom, in software.
//!
//! - [`reference`](mod@reference) is the specification as code, from seed to PoW hash: what everything
//!   is compared with;
//! - [`fast`] is the same function at the speed of the machine: what to hash with;
//! - [`consensus`] is what surrounds the hash: block headers, targets, retargets, seeds.
//!
//! The matrix list depends on the seed alone, and the seed changes once in 256 blocks, so a
//! [`MatrixList`] is made once and shared by all hashes of its epoch.
//!
//! The reference is generic over the matrix dimension `D`, a power of two from 32 to 256, so that
//! small hardware can be checked in little time. Bytom's dimension is [`DIMENSION`]; with any other
//! the result is a hash of the same shape which no network knows.
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

pub mod consensus;
mod error;
#[cfg(feature = "fast")]
pub mod fast;
pub mod reference;

pub use consensus::*;
pub use error::Error;
pub use reference::*;
