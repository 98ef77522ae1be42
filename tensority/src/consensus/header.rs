//! Block header and its hash.

use sha3::{Digest, Sha3_256};

use super::varint63::{self, at_most};
use crate::Error;

/// A block header. Hashes are 32 raw bytes in the order in which they are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BlockHeader {
    /// The version of the block format, 1.
    pub version: u64,
    /// The number of blocks before this one.
    pub height: u64,
    /// The hash of the parent's header.
    #[cfg_attr(feature = "serde", serde(with = "hex::serde"))]
    pub previous_block_hash: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub timestamp: u64,
    /// The root of the Merkle tree of the transactions.
    #[cfg_attr(feature = "serde", serde(with = "hex::serde"))]
    pub transaction_merkle_root: [u8; 32],
    /// The root of the Merkle tree of the transactions' statuses.
    #[cfg_attr(feature = "serde", serde(with = "hex::serde"))]
    pub transaction_status_hash: [u8; 32],
    /// The target in compact form; see [`Target::from_bits`](crate::Target::from_bits).
    pub bits: u64,
    /// The field that a miner varies, at most 2^63 - 1.
    pub nonce: u64,
}

/// Bytom's mark of this kind of entry, in front of the inner hash.
const ENTRY_PREFIX: &[u8; 20] = b"entryid:blockheader:";

impl BlockHeader {
    /// The header hash's input but for the nonce: the fields in the order of this
    /// struct, integers as eight little-endian bytes. **The bits come before the nonce.**
    ///
    /// Source: Bytom v1.1.0, protocol/bc.
    pub fn prefix(&self) -> [u8; 128] {
        let mut prefix = [0; 128];
        prefix[..8].copy_from_slice(&self.version.to_le_bytes());
        prefix[8..16].copy_from_slice(&self.height.to_le_bytes());
        prefix[16..48].copy_from_slice(&self.previous_block_hash);
        prefix[48..56].copy_from_slice(&self.timestamp.to_le_bytes());
        prefix[56..88].copy_from_slice(&self.transaction_merkle_root);
        prefix[88..120].copy_from_slice(&self.transaction_status_hash);
        prefix[120..].copy_from_slice(&self.bits.to_le_bytes());
        prefix
    }

    /// The header hash's input: the [`prefix`](Self::prefix), then the nonce as eight little-endian
    /// bytes.
    pub fn preimage(&self) -> [u8; 136] {
        preimage(&self.prefix(), self.nonce)
    }

    /// The header hash, which is the input of [`tensority`](crate::tensority()) and the
    /// identity of the block.
    ///
    /// It exists for every nonce; that the nonce fits a block is asked by
    /// [`serialize`](Self::serialize) and [`header_hash`].
    pub fn hash(&self) -> [u8; 32] {
        header_hash_of_inner(&inner_hash(&self.preimage()))
    }
}

/// The header hash of a [prefix](BlockHeader::prefix) with a nonce: what a miner repeats.
///
/// # Errors
///
/// [`Error::OutOfRange`] if the nonce exceeds 2^63 - 1: no block can hold it, however good its hash.
pub fn header_hash(prefix: &[u8; 128], nonce: u64) -> Result<[u8; 32], Error> {
    let nonce = at_most(varint63::MAX, "nonce", nonce)?;
    Ok(header_hash_of_inner(&inner_hash(&preimage(prefix, nonce))))
}

/// The inner hash, the SHA3-256 of the preimage.
///
/// 136 bytes are exactly the rate of SHA3-256, so there is a second block of padding alone.
///
/// Source: Bytom v1.1.0, protocol/bc.
pub fn inner_hash(preimage: &[u8; 136]) -> [u8; 32] {
    Sha3_256::digest(preimage).into()
}

/// The header hash, the SHA3-256 of `entryid:blockheader:` (20 bytes of ASCII) and the inner hash.
///
/// Source: Bytom v1.1.0, protocol/bc.
pub fn header_hash_of_inner(inner_hash: &[u8; 32]) -> [u8; 32] {
    Sha3_256::new()
        .chain_update(ENTRY_PREFIX)
        .chain_update(inner_hash)
        .finalize()
        .into()
}

fn preimage(prefix: &[u8; 128], nonce: u64) -> [u8; 136] {
    let mut preimage = [0; 136];
    preimage[..128].copy_from_slice(prefix);
    preimage[128..].copy_from_slice(&nonce.to_le_bytes());
    preimage
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: BlockHeader = BlockHeader {
        version: 1,
        height: 2,
        previous_block_hash: [3; 32],
        timestamp: 4,
        transaction_merkle_root: [5; 32],
        transaction_status_hash: [6; 32],
        bits: 7,
        nonce: 8,
    };

    #[test]
    fn the_bits_come_before_the_nonce() {
        let preimage = HEADER.preimage();
        assert_eq!(
            preimage[119..],
            [6, 7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn the_hash_of_prefix_and_nonce_is_the_hash_of_the_header() {
        assert_eq!(header_hash(&HEADER.prefix(), 8), Ok(HEADER.hash()));
        assert_ne!(header_hash(&HEADER.prefix(), 9), Ok(HEADER.hash()));
    }

    #[test]
    fn a_nonce_no_block_can_hold_is_refused() {
        let found = varint63::MAX + 1;
        let error = Error::OutOfRange {
            field: "nonce",
            limit: varint63::MAX,
            found,
        };
        assert_eq!(header_hash(&HEADER.prefix(), found), Err(error));
        assert!(header_hash(&HEADER.prefix(), varint63::MAX).is_ok());
    }
}
