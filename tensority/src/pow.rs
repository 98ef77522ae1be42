//! The whole hash.

use crate::{
    chain::chain,
    fold::{fold, sum},
    matrix_list::MatrixList,
    sequence::sequences,
    words::le_bytes,
};
use alloc::vec::Vec;
use sha3::{Digest, Sha3_256};

/// The PoW hash of a header hash, with the matrix list of the block's seed.
///
/// Read as a little-endian integer it must not exceed the [`Target`](crate::Target) of the block.
///
/// Source: Bytom v1.1.0, mining/tensority.
pub fn tensority<const D: usize>(header_hash: &[u8; 32], list: &MatrixList<D>) -> [u8; 32] {
    let chains = sequences(header_hash).map(|sequence| chain(list, &sequence));
    pow_hash_of_fold(&fold(&sum(&chains)))
}

/// The SHA3-256 of the folded row's words as little-endian bytes: 256 bytes in Bytom.
pub fn pow_hash_of_fold(words: &[u32]) -> [u8; 32] {
    Sha3_256::digest(le_bytes(words).collect::<Vec<_>>()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_hashes_and_every_hash_differs() {
        let seed = [1; 32];
        let hashes = [
            tensority(&[0; 32], &MatrixList::<32>::from_seed(&seed)),
            tensority(&[0; 32], &MatrixList::<64>::from_seed(&seed)),
            tensority(&[0; 32], &MatrixList::<128>::from_seed(&seed)),
        ];
        assert_ne!(hashes[0], hashes[1]);
        assert_ne!(hashes[1], hashes[2]);
    }

    #[test]
    fn each_quarter_of_the_header_hash_matters() {
        let list = MatrixList::<32>::from_seed(&[1; 32]);
        let base = tensority(&[0; 32], &list);
        for byte in [0, 8, 16, 31] {
            let mut header_hash = [0; 32];
            header_hash[byte] = 1;
            assert_ne!(tensority(&header_hash, &list), base, "byte {byte}");
        }
    }
}
