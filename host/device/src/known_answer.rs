//! Known answer: a published hash to ask a device for.

use tensority::{INITIAL_SEED, Target};

use crate::device::{Message, Range, RangeId};

/// A header hash and its PoW hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct KnownAnswer {
    pub header_hash: [u8; 32],
    pub seed: [u8; 32],
    /// The PoW hash of both.
    pub pow_hash: [u8; 32],
}

impl KnownAnswer {
    /// The first block of Bytom's main chain.
    pub const GENESIS: Self = Self {
        header_hash: GENESIS_HEADER_HASH,
        seed: INITIAL_SEED,
        pow_hash: GENESIS_POW_HASH,
    };

    /// The question, as a range of one hash.
    pub fn range(&self, id: RangeId) -> Range {
        Range {
            id,
            message: Message::Raw(self.header_hash),
            seed: self.seed,
            target: Target::MAX,
            first: 0,
            count: 1,
        }
    }
}

const GENESIS_HEADER_HASH: [u8; 32] = [
    0xa7, 0x54, 0x83, 0x47, 0x47, 0x99, 0xea, 0x1a, 0xa6, 0xbb, 0x91, 0x0a, 0x1a, 0x50, 0x25, 0xb4,
    0x37, 0x2b, 0xf2, 0x0b, 0xef, 0x20, 0xf2, 0x46, 0xa2, 0xc2, 0xdc, 0x5e, 0x12, 0xe8, 0xa0, 0x53,
];

const GENESIS_POW_HASH: [u8; 32] = [
    0x3a, 0x9d, 0x80, 0x54, 0x53, 0xab, 0x6d, 0x53, 0x04, 0xb9, 0x33, 0x76, 0x4d, 0x29, 0x06, 0x6e,
    0x8c, 0xf9, 0x63, 0xab, 0xf0, 0x47, 0x18, 0xcc, 0x81, 0xfe, 0xcd, 0x62, 0x78, 0x00, 0x00, 0x00,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answer_is_that_of_the_vectors() {
        let headers = testvectors::headers();
        let genesis = headers
            .iter()
            .find(|vector| vector.name == "mainnet genesis");
        let genesis = genesis.expect("the vector");
        let pow = genesis.pow.as_ref().expect("its proof of work");
        let known = KnownAnswer::GENESIS;
        assert_eq!(known.header_hash, genesis.block_hash);
        assert_eq!((known.seed, known.pow_hash), (pow.seed, pow.pow_hash));
    }
}
