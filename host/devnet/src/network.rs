//! Facts of Bytom's networks that node and pool share.

use std::num::NonZero;
use std::time::SystemTime;

use tensority::BlockHeader;

/// The bits of Bytom's private and test networks: one hash in 20 meets the target.
pub const SOLONET_BITS: u64 = 0x2000_0000_000c_cccc;

/// The version of every block.
pub const VERSION: u64 = 1;

/// The root of the Merkle tree of the transactions' statuses when the coinbase is the only one.
///
/// Source: the headers that a Bytom v1.1.0 node made for such blocks, and recorded jobs of btmcpool.
pub const TRANSACTION_STATUS_HASH: [u8; 32] = [
    0xc9, 0xc3, 0x77, 0xe5, 0x19, 0x26, 0x68, 0xbc, 0x0a, 0x36, 0x7e, 0x4a, 0x47, 0x64, 0xf1, 0x1e,
    0x7c, 0x72, 0x5e, 0xcc, 0xed, 0x1d, 0x7b, 0x6a, 0x49, 0x29, 0x74, 0xfa, 0xb1, 0xb6, 0xd5, 0xbc,
];

/// The matrix lists that are kept: those of the epoch and of the one before.
pub const LISTS: NonZero<usize> = NonZero::new(2).unwrap();

/// The next block, as miners get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its header; the nonce does not matter.
    pub header: BlockHeader,
    /// The seed of its matrix list.
    pub seed: [u8; 32],
}

/// Seconds since 1970-01-01 UTC by the system's clock.
pub fn unix_now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_1970.map_or(0, |duration| duration.as_secs())
}
