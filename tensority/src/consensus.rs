//! The rules of Bytom's consensus around the hash: headers, targets, retargets and seeds.
//!
//! The source is Bytom v1.1.0: `protocol/bc` for headers and their hash, `consensus/difficulty` for
//! bits, targets and retargets, `protocol/state` for seeds.

mod bits;
mod epoch;
mod header;
mod retarget;
mod serialization;
mod target;
pub mod varint63;

pub use bits::{bits_to_value, value_to_bits, work};
pub use epoch::{EPOCH_BLOCKS, INITIAL_SEED, seed_height};
pub use header::{BlockHeader, header_hash, header_hash_of_inner, inner_hash};
pub use retarget::{RETARGET_BLOCKS, TARGET_BLOCK_SECONDS, next_bits};
pub use target::Target;
