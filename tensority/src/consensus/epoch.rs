//! Epochs: the seed of a block by its height.

/// The number of blocks that share a seed.
pub const EPOCH_BLOCKS: u64 = 256;

/// The seed of the blocks up to height 256: the SHA3-256 of 32 zero bytes.
///
/// Source: Bytom v1.1.0, consensus.
pub const INITIAL_SEED: [u8; 32] = [
    0x9e, 0x62, 0x91, 0x97, 0x0c, 0xb4, 0x4d, 0xd9, 0x40, 0x08, 0xc7, 0x9b, 0xca, 0xf9, 0xd8, 0x6f,
    0x18, 0xb4, 0xb4, 0x9b, 0xa5, 0xb2, 0xa0, 0x47, 0x81, 0xdb, 0x71, 0x99, 0xed, 0x3b, 0x9e, 0x4e,
];

/// The height of the block whose header hash is the seed of the block at `height`, or `None` if
/// that seed is [`INITIAL_SEED`].
///
/// It is the last multiple of [`EPOCH_BLOCKS`] below `height`, so block 256 still has the initial
/// seed and block 257 the hash of block 256. The seed is that of the block's own branch.
///
/// Source: Bytom v1.1.0, protocol/state.
pub fn seed_height(height: u64) -> Option<u64> {
    let epoch = height.saturating_sub(1) / EPOCH_BLOCKS;
    (epoch > 0).then_some(epoch * EPOCH_BLOCKS)
}

#[cfg(test)]
mod tests {
    use sha3::{Digest, Sha3_256};

    use super::*;

    #[test]
    fn the_initial_seed_is_the_hash_of_32_zero_bytes() {
        assert_eq!(INITIAL_SEED[..], Sha3_256::digest([0; 32])[..]);
    }

    #[test]
    fn a_seed_lasts_from_one_after_a_multiple_to_the_next_multiple() {
        for height in [0, 1, 255, 256] {
            assert_eq!(seed_height(height), None, "height {height}");
        }
        for height in [257, 258, 512] {
            assert_eq!(seed_height(height), Some(256), "height {height}");
        }
        assert_eq!(seed_height(513), Some(512));
        assert_eq!(seed_height(66_692), Some(66_560));
    }
}
