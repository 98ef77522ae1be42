//! The small stages by themselves. Words are given as little-endian bytes.

use serde::Deserialize;

use crate::{Origin, encoding, load};

/// The vectors of each small stage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    pub salsa20_8: Vec<Salsa>,
    pub block_mix: Vec<BlockMix>,
    pub smix: Vec<Smix>,
    /// A dot product to int8.
    pub reduce: Vec<Reduce>,
    pub fnv: Vec<Fnv>,
    pub sha3_256: Vec<Sha3>,
}

/// A vector of the Salsa20/8 core.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Salsa {
    pub origin: Origin,
    /// The 16 words before.
    #[serde(with = "encoding::bytes")]
    pub input: [u8; 64],
    /// The 16 words after.
    #[serde(with = "encoding::bytes")]
    pub output: [u8; 64],
}

/// A vector of BlockMix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockMix {
    pub origin: Origin,
    /// The 32 words before.
    #[serde(with = "encoding::bytes")]
    pub input: [u8; 128],
    /// The 32 words after.
    #[serde(with = "encoding::bytes")]
    pub output: [u8; 128],
}

/// A vector of SMix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smix {
    pub origin: Origin,
    /// The number of entries of V.
    pub entries: usize,
    /// X before the fill loop.
    #[serde(with = "encoding::bytes")]
    pub input: [u8; 128],
    #[serde(with = "encoding::bytes")]
    pub v_entry_1: [u8; 128],
    #[serde(with = "encoding::bytes")]
    pub v_sha256: [u8; 32],
    /// X after the mix loop.
    #[serde(with = "encoding::bytes")]
    pub x: [u8; 128],
}

/// A vector of reduce.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reduce {
    pub origin: Origin,
    pub dot: i32,
    pub reduced: i8,
}

/// A vector of FNV.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fnv {
    pub origin: Origin,
    /// The word that is multiplied.
    pub a: u32,
    /// The word that is mixed in.
    pub b: u32,
    pub result: u32,
}

/// A vector of SHA3-256.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sha3 {
    pub origin: Origin,
    #[serde(with = "encoding::byte_string")]
    pub input: Vec<u8>,
    #[serde(with = "encoding::bytes")]
    pub output: [u8; 32],
}

/// The small stages.
pub fn units() -> Units {
    load(include_str!("../data/units.json"))
}
