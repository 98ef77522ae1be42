//! Where the pool has its templates from, and where it takes its blocks.

use std::{
    sync::{Mutex, MutexGuard},
    time::SystemTime,
};
use tensority::{BlockHeader, Error, INITIAL_SEED, Target, seed_height, varint63};

/// The bits of Bytom's private and test networks: one hash in 20 meets the target.
pub const SOLONET_BITS: u64 = 0x2000_0000_000c_cccc;

/// The root of the Merkle tree of the transactions' statuses when the coinbase is the only one.
///
/// Source: recorded jobs of btmcpool.
const TRANSACTION_STATUS_HASH: [u8; 32] = [
    0xc9, 0xc3, 0x77, 0xe5, 0x19, 0x26, 0x68, 0xbc, 0x0a, 0x36, 0x7e, 0x4a, 0x47, 0x64, 0xf1, 0x1e,
    0x7c, 0x72, 0x5e, 0xcc, 0xed, 0x1d, 0x7b, 0x6a, 0x49, 0x29, 0x74, 0xfa, 0xb1, 0xb6, 0xd5, 0xbc,
];

/// What the next block is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its header; the nonce does not matter.
    pub header: BlockHeader,
    /// Its seed.
    pub seed: [u8; 32],
}

/// What a pool mines for. The pool asks for a template when it starts, after each block, and on
/// [`Pool::refresh`](crate::pool::Pool::refresh).
pub trait Chain: Send + Sync {
    /// What the next block is made of, or nothing while the chain has no answer.
    fn template(&self) -> Option<Template>;

    /// Takes a header whose PoW hash meets the target of its bits.
    ///
    /// # Errors
    ///
    /// Why it is no block of this chain after all.
    fn submit(&self, header: &BlockHeader) -> Result<(), String>;

    /// Goes on by a block that nobody mined.
    fn advance(&self);
}

/// A chain of headers with the same bits for ever. It trusts the pool's check of the proof of work.
#[derive(Debug)]
pub struct DevelopmentChain {
    next: Mutex<Template>,
}

impl DevelopmentChain {
    /// A chain whose next block has height 1.
    ///
    /// # Errors
    ///
    /// As [`at_height`](Self::at_height).
    pub fn new(bits: u64) -> Result<Self, Error> {
        Self::at_height(1, bits)
    }

    /// A chain whose next block has this height. Those before it are made up, and so is its seed
    /// unless it is [`INITIAL_SEED`]; block 257 and every 256th after it come with a new one.
    ///
    /// # Errors
    ///
    /// Those of [`Target::from_bits`], and [`Error::OutOfRange`] if no block can hold the bits or
    /// the height.
    pub fn at_height(height: u64, bits: u64) -> Result<Self, Error> {
        Target::from_bits(bits)?;
        let header = BlockHeader {
            version: 1,
            height,
            previous_block_hash: rand::random(),
            timestamp: now(),
            transaction_merkle_root: rand::random(),
            transaction_status_hash: TRANSACTION_STATUS_HASH,
            bits,
            nonce: 0,
        };
        header.serialize()?;
        let seed = seed_height(height).map_or(INITIAL_SEED, |_| rand::random());
        let next = Mutex::new(Template { header, seed });
        Ok(Self { next })
    }

    fn next(&self) -> MutexGuard<'_, Template> {
        self.next.lock().expect("nothing panics with the template")
    }
}

impl Chain for DevelopmentChain {
    fn template(&self) -> Option<Template> {
        Some(self.next().clone())
    }

    fn submit(&self, header: &BlockHeader) -> Result<(), String> {
        let mut next = self.next();
        if header.previous_block_hash != next.header.previous_block_hash {
            return Err("pending mining block has been changed".to_owned());
        }
        if header.nonce > varint63::MAX {
            return Err("Marshal block meta: value out of range".to_owned());
        }
        next.follow(header);
        Ok(())
    }

    fn advance(&self) {
        let mut next = self.next();
        let header = next.header.clone();
        next.follow(&header);
    }
}

impl Template {
    /// Makes this the template of the block after that one.
    fn follow(&mut self, parent: &BlockHeader) {
        let hash = parent.hash();
        if seed_height(parent.height + 1) == Some(parent.height) {
            self.seed = hash;
        }
        self.header = BlockHeader {
            height: parent.height + 1,
            previous_block_hash: hash,
            timestamp: now().max(parent.timestamp + 1),
            transaction_merkle_root: rand::random(),
            ..parent.clone()
        };
    }
}

/// The seconds since 1970-01-01 UTC.
fn now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_1970.map_or(0, |duration| duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_257_has_the_hash_of_block_256_for_a_seed() {
        let chain = DevelopmentChain::at_height(256, SOLONET_BITS).unwrap();
        let last = chain.template().unwrap();
        assert_eq!(last.seed, INITIAL_SEED);
        let header = BlockHeader {
            nonce: 7,
            ..last.header
        };
        chain.submit(&header).unwrap();
        let next = chain.template().unwrap();
        assert_eq!((next.header.height, next.seed), (257, header.hash()));
        assert_eq!(next.header.previous_block_hash, header.hash());
        assert!(next.header.timestamp > header.timestamp);
        chain.advance();
        assert_eq!(chain.template().unwrap().seed, header.hash());
    }

    #[test]
    fn refuses_blocks_of_the_past_nonces_no_block_can_hold_and_bad_bits() {
        let chain = DevelopmentChain::new(SOLONET_BITS).unwrap();
        let mut header = chain.template().unwrap().header;
        header.nonce = 1 << 63;
        assert!(chain.submit(&header).unwrap_err().contains("out of range"));
        header.nonce -= 1;
        chain.submit(&header).unwrap();
        assert!(chain.submit(&header).unwrap_err().contains("changed"));
        assert!(DevelopmentChain::new(0).is_err());
        assert!(DevelopmentChain::at_height(1 << 63, SOLONET_BITS).is_err());
    }
}
