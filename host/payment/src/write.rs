//! Fields as they are serialized and as they are hashed.

use tensority::{Error, varint63};

/// Appends a string: its length as a varint, then its bytes.
pub fn string(out: &mut Vec<u8>, string: &[u8]) {
    count(out, string.len());
    out.extend(string);
}

/// Appends a count or a length as a varint.
pub fn count(out: &mut Vec<u8>, count: usize) {
    // Nothing in memory is longer than 2^63 - 1.
    let written = varint63::write(out, "count", count as u64);
    debug_assert!(written.is_ok());
}

/// Appends an integer as a varint.
///
/// # Errors
/// [`Error::OutOfRange`] if it exceeds 2^63 - 1.
pub fn integer(out: &mut Vec<u8>, field: &'static str, value: u64) -> Result<(), Error> {
    varint63::write(out, field, value)
}

/// Appends an integer as eight little-endian bytes, the form in which ids cover it.
pub fn fixed(out: &mut Vec<u8>, value: u64) {
    out.extend(value.to_le_bytes());
}
