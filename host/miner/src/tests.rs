//! Templates for the tests of all modules.

use tensority::{BlockHeader, Target};
use tensority_source::Template;

/// Bits that one hash in four meets.
pub const BITS: u64 = 0x2000_0000_003f_ffff;

/// A template of a source for the block after `parent`.
pub fn template(parent: u8) -> Template {
    let header = BlockHeader {
        version: 1,
        height: 7,
        previous_block_hash: [parent; 32],
        timestamp: 1_700_000_000,
        bits: BITS,
        ..BlockHeader::default()
    };
    let target = Target::from_bits(BITS).unwrap();
    Template::of_block(header, tensority::INITIAL_SEED, target)
}
