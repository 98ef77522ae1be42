//! The coinbase transaction, all that a block of this chain holds.
//!
//! The transaction itself does not exist here. A header commits to it by a Merkle root, and this
//! node only needs one that is the same for all templates of a height and different at the next:
//! the SHA3-256 of `tensority-node coinbase` and the height as eight little-endian bytes.

use sha3::{Digest, Sha3_256};

/// The coinbase of block 0, in 10^-8 BTM: all that existed before mining.
const GENESIS_REWARD: u64 = 140_700_041_250_000_000;
/// The coinbase of the first blocks, in 10^-8 BTM.
const FIRST_REWARD: u64 = 41_250_000_000;
/// The number of blocks after which the coinbase halves.
const HALVING_BLOCKS: u64 = 840_000;

/// The root of the Merkle tree of the transactions at a height.
pub fn transaction_merkle_root(height: u64) -> [u8; 32] {
    Sha3_256::new()
        .chain_update(b"tensority-node coinbase")
        .chain_update(height.to_le_bytes())
        .finalize()
        .into()
}

/// What the coinbase at a height pays, in 10^-8 BTM.
///
/// Source: Bytom v1.1.0, consensus.
pub fn reward(height: u64) -> u64 {
    if height == 0 {
        return GENESIS_REWARD;
    }
    let halvings = u32::try_from(height / HALVING_BLOCKS).unwrap_or(u32::MAX);
    FIRST_REWARD.checked_shr(halvings).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TRANSACTION_STATUS_HASH;

    #[test]
    fn the_merkle_root_belongs_to_the_height() {
        assert_eq!(transaction_merkle_root(7), transaction_merkle_root(7));
        assert_ne!(transaction_merkle_root(7), transaction_merkle_root(8));
    }

    #[test]
    fn the_reward_halves_until_nothing_is_left() {
        assert_eq!(reward(0), GENESIS_REWARD);
        assert_eq!(reward(1), 41_250_000_000);
        assert_eq!(reward(839_999), 41_250_000_000);
        assert_eq!(reward(840_000), 20_625_000_000);
        assert_eq!(reward(u64::MAX), 0);
    }

    #[test]
    fn the_status_hash_is_that_of_the_recorded_blocks() {
        let blocks = testvectors::accepted_blocks();
        assert!(!blocks.is_empty());
        for block in blocks {
            let found = block.header.transaction_status_hash;
            assert_eq!(found, TRANSACTION_STATUS_HASH, "{}", block.name);
        }
    }
}
