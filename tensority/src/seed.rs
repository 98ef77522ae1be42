//! Seed to extended seed.

use sha3::{Digest, Sha3_256};

/// The extended seed: the 32-byte seed, its SHA3-256, the SHA3-256 of that, and once more, one
/// after another.
///
/// Source: Bytom v1.1.0, mining/tensority.
pub fn extended_seed(seed: &[u8; 32]) -> [u8; 128] {
    let mut extended = [0; 128];
    let mut link = *seed;
    for part in extended.chunks_exact_mut(32) {
        part.copy_from_slice(&link);
        link = Sha3_256::digest(link).into();
    }
    extended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quarter_is_the_hash_of_the_one_before() {
        let extended = extended_seed(&[7; 32]);
        assert_eq!(extended[..32], [7; 32]);
        for end in [64, 96, 128] {
            let expected = Sha3_256::digest(&extended[end - 64..end - 32]);
            assert_eq!(extended[end - 32..end], expected[..]);
        }
    }
}
