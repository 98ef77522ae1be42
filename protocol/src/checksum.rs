//! Checksum of a matrix of the list: FNV over its 32-bit words.

/// The sum before the first word.
pub const BASIS: u32 = 0x811c_9dc5;

/// The checksum of a matrix from its bytes in row-major order, four to a little-endian word: for each
/// word `sum = (sum * 0x01000193 mod 2^32) ^ word`. A rest of less than four bytes does not count.
pub fn of_matrix(bytes: &[u8]) -> u32 {
    let (words, _) = bytes.as_chunks();
    words.iter().fold(BASIS, |sum, word| {
        sum.wrapping_mul(0x0100_0193) ^ u32::from_le_bytes(*word)
    })
}
