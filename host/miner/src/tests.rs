//! What the tests of all modules share.

use tensority::{BlockHeader, Target};
use tensority_source::Work;

/// Bits that one hash in four meets.
pub const BITS: u64 = 0x2000_0000_003f_ffff;

/// Work of a source for the block after `parent`.
pub fn work(parent: u8) -> Work {
    Work {
        id: None,
        header: BlockHeader {
            version: 1,
            height: 7,
            previous_block_hash: [parent; 32],
            timestamp: 1_700_000_000,
            bits: BITS,
            ..BlockHeader::default()
        },
        seed: tensority::INITIAL_SEED,
        target: Target::from_bits(BITS).unwrap(),
        first_nonce: None,
        nonces: 1 << 63,
        replace: true,
    }
}
