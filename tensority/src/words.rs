//! Words of 32 bits and their little-endian bytes.

use core::array;

/// The 32 words of a 128-byte block; word `i` is bytes `4i..4i + 4`, little-endian.
pub fn block_words(bytes: &[u8; 128]) -> [u32; 32] {
    array::from_fn(|i| u32::from_le_bytes(array::from_fn(|byte| bytes[4 * i + byte])))
}

/// The bytes of words, each little-endian: the inverse of [`block_words`] for any number of words.
pub fn le_bytes(words: &[u32]) -> impl Iterator<Item = u8> {
    words.iter().flat_map(|word| word.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_first_byte_of_a_word_is_its_lowest() {
        let mut bytes = [0; 128];
        bytes[4..8].copy_from_slice(&[1, 2, 3, 4]);
        let words = block_words(&bytes);
        assert_eq!(words[1], 0x0403_0201);
        assert_eq!(le_bytes(&words).collect::<Vec<_>>(), bytes);
    }
}
