//! What can be wrong with an input.

use thiserror::Error;

/// An input this crate refuses. Each kind carries what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes end inside a field.
    #[error("{field} is cut short: expected {expected} bytes, found {found}")]
    Truncated {
        /// The field that was being read.
        field: &'static str,
        /// The number of bytes the field needs.
        expected: usize,
        /// The number of bytes left.
        found: usize,
    },
    /// An integer is greater than its encoding allows: 2^63 - 1 for most, nonces included.
    #[error("{field} is out of range: expected at most {limit}, found {found}")]
    OutOfRange {
        /// The field that holds the integer.
        field: &'static str,
        /// The greatest value allowed.
        limit: u64,
        /// The value found.
        found: u64,
    },
    /// A varint goes on past the 64 bits of an integer.
    #[error("{field} is out of range: expected a varint of at most 64 bits, found a longer one")]
    VarintOverflow {
        /// The field that holds the varint.
        field: &'static str,
    },
    /// The first byte of a serialized block names no known content.
    #[error(
        "unknown serialization flag: expected 0x01 (header) or 0x03 (full block), found {found:#04x}"
    )]
    SerializationFlag {
        /// The byte found.
        found: u8,
    },
    /// The bytes are not one whole matrix.
    #[error("wrong matrix size: expected {expected} bytes, found {found}")]
    MatrixSize {
        /// The square of the dimension.
        expected: usize,
        /// The number of bytes found.
        found: usize,
    },
    /// The bits have their sign bit set: no hash meets a negative target.
    #[error("expected a positive target, found the negative one of bits {bits:#018x}")]
    NegativeTarget {
        /// The compact form of the target.
        bits: u64,
    },
    /// The target is zero, which no hash that anyone can find meets.
    #[error("expected a positive target, found zero from bits {bits:#018x}")]
    ZeroTarget {
        /// The compact form of the target.
        bits: u64,
    },
}
