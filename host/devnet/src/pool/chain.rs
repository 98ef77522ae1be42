//! The chain behind a pool: source of its templates, taker of its blocks.

use std::sync::{Mutex, MutexGuard};

use tensority::{BlockHeader, Error, INITIAL_SEED, Target, seed_height, varint63};

use crate::node::SubmitError;
use crate::{TRANSACTION_STATUS_HASH, Template, VERSION, unix_now};

/// What a pool mines for. The pool asks for a template when it starts, after each block, and on
/// [`Pool::refresh`](crate::pool::Pool::refresh).
pub trait Chain: Send + Sync {
    /// What the next block is made of, or nothing while the chain has no answer.
    fn template(&self) -> Option<Template>;

    /// Takes a header whose PoW hash meets the target of its bits.
    ///
    /// # Errors
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
    /// As [`at_height`](Self::at_height).
    pub fn new(bits: u64) -> Result<Self, Error> {
        Self::at_height(1, bits)
    }

    /// A chain whose next block has this height. Those before it are made up, and so is its seed
    /// unless it is [`INITIAL_SEED`]; block 257 and every 256th after it come with a new one.
    ///
    /// # Errors
    /// Those of [`Target::from_bits`], and [`Error::OutOfRange`] if no block can hold the bits or
    /// the height.
    pub fn at_height(height: u64, bits: u64) -> Result<Self, Error> {
        Target::from_bits(bits)?;
        let header = BlockHeader {
            version: VERSION,
            height,
            previous_block_hash: rand::random(),
            timestamp: unix_now(),
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
            return Err(SubmitError::Stale.to_string());
        }
        if header.nonce > varint63::MAX {
            return Err(SubmitError::Nonce.to_string());
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
            timestamp: unix_now().max(parent.timestamp + 1),
            transaction_merkle_root: rand::random(),
            ..parent.clone()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SOLONET_BITS;

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
