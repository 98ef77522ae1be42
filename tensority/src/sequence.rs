//! Header hash to the four sequences of matrix indices.

use sha3::{Digest, Sha3_256};

/// The number of chains, and of sequences.
pub const CHAINS: usize = 4;

/// The 32 matrix indices of a chain, one in a byte, in the order of use.
///
/// With `D` below 256 an index is the byte modulo `D`.
pub type Sequence = [u8; 32];

/// The sequence of chain `c`: the SHA3-256 of the eight bytes `8c..8c + 8` of the header hash.
///
/// Source: Bytom v1.1.0, mining/tensority.
pub fn sequences(header_hash: &[u8; 32]) -> [Sequence; CHAINS] {
    core::array::from_fn(|c| Sha3_256::digest(&header_hash[8 * c..8 * c + 8]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_the_hash_of_its_quarter_of_the_header_hash() {
        let mut header_hash = [0; 32];
        header_hash[8..16].fill(0xff);
        let [first, second, third, fourth] = sequences(&header_hash);
        assert_eq!(first[..], Sha3_256::digest([0; 8])[..]);
        assert_eq!(second[..], Sha3_256::digest([0xff; 8])[..]);
        assert_eq!([third, fourth], [first, first]);
    }
}
