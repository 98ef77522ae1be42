//! What a block of this chain holds: a coinbase transaction and nothing else.
//!
//! The transaction itself does not exist here. A header commits to it by a Merkle root, and this
//! node only needs one that is the same for all templates of a height and different at the next:
//! the SHA3-256 of `tensority-node coinbase` and the height as eight little-endian bytes.

use sha3::{Digest, Sha3_256};

/// The root of the Merkle tree of the transactions' statuses when the coinbase is the only one.
///
/// Source: the headers that a Bytom v1.1.0 node made for such blocks.
pub const TRANSACTION_STATUS_HASH: [u8; 32] = [
    0xc9, 0xc3, 0x77, 0xe5, 0x19, 0x26, 0x68, 0xbc, 0x0a, 0x36, 0x7e, 0x4a, 0x47, 0x64, 0xf1, 0x1e,
    0x7c, 0x72, 0x5e, 0xcc, 0xed, 0x1d, 0x7b, 0x6a, 0x49, 0x29, 0x74, 0xfa, 0xb1, 0xb6, 0xd5, 0xbc,
];

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
