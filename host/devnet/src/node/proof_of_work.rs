//! The check of a block's proof of work, however great its nonce.

use tensority::fast::{MatrixLists, hash};
use tensority::{BlockHeader, Target};

/// Whether the PoW hash of a header meets the target of its bits. No hash meets bits without a
/// target, which the retarget rule can produce.
pub fn has_proof_of_work(header: &BlockHeader, seed: &[u8; 32], lists: &mut MatrixLists) -> bool {
    let target = Target::from_bits(header.bits);
    target.is_ok_and(|target| target.is_met_by(&hash(&header.hash(), &lists.get(seed))))
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use tensority::fast::Backend;

    use super::*;
    use crate::SOLONET_BITS;
    use crate::node::template::genesis;

    #[test]
    fn a_nonce_is_good_under_its_seed_only() {
        let header = genesis(SOLONET_BITS).unwrap().header;
        let mut lists = MatrixLists::new(Backend::fastest(), NonZero::new(2).unwrap());
        let mut meets = |nonce, seed| {
            let header = BlockHeader {
                nonce,
                ..header.clone()
            };
            has_proof_of_work(&header, &seed, &mut lists)
        };
        let nonce = (0..200).find(|&nonce| meets(nonce, [1; 32]) && !meets(nonce, [2; 32]));
        assert!(nonce.is_some(), "one in 20 is good");
    }

    #[test]
    fn no_nonce_meets_a_negative_target() {
        let header = BlockHeader {
            bits: 0x2100_0000_00ff_ffff | 1 << 55,
            ..BlockHeader::default()
        };
        let mut lists = MatrixLists::new(Backend::fastest(), NonZero::<usize>::MIN);
        assert!(!has_proof_of_work(&header, &[1; 32], &mut lists));
        let header = BlockHeader {
            bits: 0x2100_0000_00ff_ffff,
            ..header
        };
        assert!(has_proof_of_work(&header, &[1; 32], &mut lists));
    }
}
