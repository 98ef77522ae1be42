//! Errors of all inputs: what was expected and what was found.

use thiserror::Error;

/// An input this crate refuses. `field` names what was read or written when it failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    /// The bytes end inside a field, which needs `expected` of them and has `found`.
    #[error("{field} is cut short: expected {expected} bytes, found {found}")]
    Truncated {
        field: &'static str,
        expected: usize,
        found: usize,
    },
    /// An integer is greater than its encoding allows: 2^63 - 1 for most, nonces included.
    #[error("{field} is out of range: expected at most {limit}, found {found}")]
    OutOfRange {
        field: &'static str,
        limit: u64,
        found: u64,
    },
    /// A varint goes on past the 64 bits of an integer.
    #[error("{field} is out of range: expected a varint of at most 64 bits, found a longer one")]
    VarintOverflow { field: &'static str },
    /// The first byte of a serialized block names no known content.
    #[error(
        "unknown serialization flag: expected 0x01 (header) or 0x03 (full block), found {found:#04x}"
    )]
    SerializationFlag { found: u8 },
    /// The bits have their sign bit set: no hash meets a negative target.
    #[error("expected a positive target, found the negative one of bits {bits:#018x}")]
    NegativeTarget { bits: u64 },
    /// The target is zero, which no hash that anyone can find meets.
    #[error("expected a positive target, found zero from bits {bits:#018x}")]
    ZeroTarget { bits: u64 },
}
