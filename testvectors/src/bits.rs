//! Compact targets, and the integers of a serialized block.

use crate::{Origin, encoding, load};
use num_bigint::BigInt;
use serde::Deserialize;

/// The vectors of compact targets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitsVectors {
    /// Bits and their values.
    pub bits_to_value: Vec<BitsToValue>,
    /// Values and their bits.
    pub value_to_bits: Vec<ValueToBits>,
    /// How bits follow the time blocks take.
    pub retarget: Vec<Retarget>,
}

/// Bits, their value and what is made of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitsToValue {
    /// Where the vector comes from.
    pub origin: Origin,
    /// The bits.
    #[serde(with = "encoding::bits")]
    pub bits: u64,
    /// Their value, which can be negative or exceed 256 bits.
    #[serde(with = "encoding::hexadecimal_integer")]
    pub value: BigInt,
    /// The bits of that value, often others.
    #[serde(with = "encoding::bits")]
    pub value_bits: u64,
    /// The work the bits stand for.
    #[serde(with = "encoding::decimal_integer")]
    pub work: BigInt,
}

/// A value and its bits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueToBits {
    /// Where the vector comes from.
    pub origin: Origin,
    /// The value.
    #[serde(with = "encoding::hexadecimal_integer")]
    pub value: BigInt,
    /// Its bits.
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
    /// Where the vector comes from.
    pub origin: Origin,
    /// The height of the last block.
    pub last_height: u64,
    /// The bits of the last block.
    #[serde(with = "encoding::bits")]
    pub last_bits: u64,
    /// The timestamp of the last block, in seconds.
    pub last_timestamp: u64,
    /// The timestamp of the block it is compared with, in seconds.
    pub compare_timestamp: u64,
    /// The bits of the next block.
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
    /// Where the vector comes from.
    pub origin: Origin,
    /// The integer.
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
