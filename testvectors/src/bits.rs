//! Compact targets, and the integers of a serialized block.

use num_bigint::BigInt;
use serde::Deserialize;

use crate::{Origin, encoding, load};

/// The vectors of compact targets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitsVectors {
    pub bits_to_value: Vec<BitsToValue>,
    pub value_to_bits: Vec<ValueToBits>,
    pub retarget: Vec<Retarget>,
}

/// Bits, their value, the bits of that value, and the work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitsToValue {
    pub origin: Origin,
    #[serde(with = "encoding::bits")]
    pub bits: u64,
    /// Their value, which can be negative or exceed 256 bits.
    #[serde(with = "encoding::hexadecimal_integer")]
    pub value: BigInt,
    /// The bits of that value, often others.
    #[serde(with = "encoding::bits")]
    pub value_bits: u64,
    #[serde(with = "encoding::decimal_integer")]
    pub work: BigInt,
}

/// A value and its bits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueToBits {
    pub origin: Origin,
    #[serde(with = "encoding::hexadecimal_integer")]
    pub value: BigInt,
    #[serde(with = "encoding::bits")]
    pub bits: u64,
    /// The value of those bits, which keep three bytes.
    #[serde(with = "encoding::hexadecimal_integer")]
    pub bits_value: BigInt,
}

/// The last block of a period and the bits of the block after it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retarget {
    pub origin: Origin,
    pub last_height: u64,
    #[serde(with = "encoding::bits")]
    pub last_bits: u64,
    pub last_timestamp: u64,
    /// The timestamp of the block it is compared with, in seconds.
    pub compare_timestamp: u64,
    #[serde(with = "encoding::bits")]
    pub next_bits: u64,
}

/// Compact targets.
pub fn bits() -> BitsVectors {
    load(include_str!("../data/bits.json"))
}

/// An integer and its encoding in a serialized block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Varint63 {
    pub origin: Origin,
    #[serde(with = "encoding::decimal")]
    pub value: u64,
    /// Its encoding, or nothing if it is out of range.
    #[serde(with = "encoding::optional_byte_string")]
    pub encoded: Option<Vec<u8>>,
}

/// Integers of a serialized block.
pub fn varint63() -> Vec<Varint63> {
    load(include_str!("../data/varint63.json"))
}
