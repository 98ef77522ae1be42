//! Whole hashes and the stages inside them.

use serde::Deserialize;

use crate::{Origin, encoding, load};

/// A whole hash.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The special thing about it.
    pub name: String,
    pub origin: Origin,
    #[serde(with = "encoding::bytes")]
    pub seed: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub header_hash: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub pow_hash: [u8; 32],
}

/// Whole hashes of various seeds and header hashes.
pub fn pairs() -> Vec<Pair> {
    load(include_str!("../data/pairs.json"))
}

/// The PoW hash in hexadecimal that five hashes in a chain end with: the first is of a header hash of zeros, each further
/// one of the PoW hash before it, all with Bytom's first seed. Computed with the reference, which is held to it.
pub const FIFTH_IN_CHAIN: &str = "8b9d1d96dae01774b60917238e50b224b6dc4afd564a47bed158918ec55027d4";

/// A whole hash of a small dimension.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallPair {
    /// Seed and header hash in words.
    pub name: String,
    pub origin: Origin,
    /// The number of rows of a matrix, and of matrices.
    pub dimension: usize,
    #[serde(with = "encoding::bytes")]
    pub seed: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub header_hash: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub pow_hash: [u8; 32],
}

/// Whole hashes of small dimensions, for small hardware. No network knows them.
pub fn small_pairs() -> Vec<SmallPair> {
    load(include_str!("../data/small_pairs.json"))
}

/// A whole hash, stage by stage. A matrix is given by the SHA-256 of its 65536 row-major bytes and
/// by some of its elements.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    pub name: String,
    pub origin: Origin,
    #[serde(with = "encoding::bytes")]
    pub seed: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub header_hash: [u8; 32],
    pub chains: [Chain; 4],
    /// The first 16 elements of row 0 of the sum, as bytes.
    #[serde(with = "encoding::bytes")]
    pub sum_row_0_first_16: [u8; 16],
    #[serde(with = "encoding::bytes")]
    pub sum_sha256: [u8; 32],
    /// The folded row, 64 little-endian words.
    #[serde(with = "encoding::bytes")]
    pub folded: [u8; 256],
    #[serde(with = "encoding::bytes")]
    pub pow_hash: [u8; 32],
}

/// One chain of a [`Trace`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// The quarter of the header hash that the sequence is the hash of.
    #[serde(with = "encoding::bytes")]
    pub header_bytes: [u8; 8],
    /// The sequence, 32 matrix indices.
    #[serde(with = "encoding::bytes")]
    pub sequence: [u8; 32],
    /// Some of the 64 states, in order.
    pub states: Vec<ChainState>,
    /// The last 16 elements of row 255 after the last multiply.
    pub last_row_last_16: [i8; 16],
}

/// The state of a [`Chain`] after some of its multiplies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainState {
    /// The number of multiplies done, the load included.
    pub multiplies: usize,
    /// The first 16 elements of row 0.
    pub row_0_first_16: [i8; 16],
    #[serde(with = "encoding::bytes")]
    pub sha256: [u8; 32],
}

/// Whole hashes, stage by stage.
pub fn traces() -> Vec<Trace> {
    load(include_str!("../data/traces.json"))
}

/// From a seed to its matrix list. V is the array of an SMix round, 1024 entries of 128 bytes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedVector {
    /// The seed in words.
    pub name: String,
    pub origin: Origin,
    #[serde(with = "encoding::bytes")]
    pub seed: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub extended_seed: [u8; 128],
    /// The first of the 128 rounds of SMix.
    pub first_round: FirstRound,
    /// The SHA-256 of the V of the last round.
    #[serde(with = "encoding::bytes")]
    pub last_round_v_sha256: [u8; 32],
    /// The SHA-256 of the V of all rounds one after another.
    #[serde(with = "encoding::bytes")]
    pub all_v_sha256: [u8; 32],
    /// The SHA-256 of the 256 matrices one after another.
    #[serde(with = "encoding::bytes")]
    pub matrix_list_sha256: [u8; 32],
    pub matrices: Vec<ListedMatrix>,
}

/// The first round of SMix of a [`SeedVector`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstRound {
    #[serde(with = "encoding::bytes")]
    pub v_entry_0: [u8; 128],
    #[serde(with = "encoding::bytes")]
    pub v_entry_1: [u8; 128],
    #[serde(with = "encoding::bytes")]
    pub v_entry_1023: [u8; 128],
    #[serde(with = "encoding::bytes")]
    pub v_sha256: [u8; 32],
    /// X after the mix loop.
    #[serde(with = "encoding::bytes")]
    pub x: [u8; 128],
}

/// A matrix of the list of a [`SeedVector`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedMatrix {
    pub index: usize,
    /// The first 16 elements of row 0.
    pub first_16: [i8; 16],
    /// The SHA-256 of its 65536 row-major bytes.
    #[serde(with = "encoding::bytes")]
    pub sha256: [u8; 32],
}

/// Seeds and their matrix lists.
pub fn seeds() -> Vec<SeedVector> {
    load(include_str!("../data/seeds.json"))
}
