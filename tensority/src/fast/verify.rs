//! Verification of a header: its hashes, and the PoW hash against a target.

use super::hash::hash;
use super::matrix_list::MatrixList;
use crate::{BlockHeader, Error, Target, header_hash};

/// The hashes of a header, and whether they are a proof of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Header hash, the identity of the block.
    pub block_hash: [u8; 32],
    /// The PoW hash.
    pub pow_hash: [u8; 32],
    /// Whether the PoW hash meets the target.
    pub valid: bool,
}

impl MatrixList {
    /// Hashes a header, whose seed must be that of this list, and compares the hash with a target:
    /// that of the header's bits for a block, an easier one for a share.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfRange`] if the nonce exceeds 2^63 - 1: no block can hold it, however good its
    /// hash.
    pub fn verify(&self, header: &BlockHeader, target: &Target) -> Result<Verdict, Error> {
        let block_hash = header_hash(&header.prefix(), header.nonce)?;
        let pow_hash = hash(&block_hash, self);
        Ok(Verdict {
            block_hash,
            pow_hash,
            valid: target.is_met_by(&pow_hash),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Backend;
    use super::*;
    use crate::INITIAL_SEED;

    #[test]
    fn a_hash_equal_to_the_target_is_valid_and_one_above_is_not() {
        let list = MatrixList::build(Backend::fastest(), &INITIAL_SEED);
        let header = BlockHeader::default();
        let pow_hash = hash(&header.hash(), &list);
        let target = Target::from_le_bytes(pow_hash).unwrap();
        assert!(list.verify(&header, &target).unwrap().valid);
        let below = target.to_value() - 1;
        let below = Target::from_value(&below).unwrap();
        let verdict = list.verify(&header, &below).unwrap();
        assert_eq!(
            verdict,
            Verdict {
                block_hash: header.hash(),
                pow_hash,
                valid: false
            }
        );
    }

    #[test]
    fn refuses_a_nonce_no_block_can_hold() {
        let list = MatrixList::build(Backend::fastest(), &INITIAL_SEED);
        let header = BlockHeader {
            nonce: 1 << 63,
            ..BlockHeader::default()
        };
        let target = Target::from_le_bytes([0xff; 32]).unwrap();
        let error = list.verify(&header, &target).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "nonce", .. }));
    }
}
