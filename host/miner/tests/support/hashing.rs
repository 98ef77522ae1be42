//! Cheap hashes, for tests of all but the proof of work.

use std::num::NonZero;
use std::sync::Arc;

use tensority::fast::Backend;
use tensority_miner::verifier::{OnProcessor, Rehash};
use tensority_model::hashing::{self, Hashing};

/// The cheap hash of the boards' software model.
pub struct Cheap;

impl Rehash for Cheap {
    fn hash(&self, header_hash: &[u8; 32], seed: &[u8; 32]) -> [u8; 32] {
        hashing::Cheap.pow_hash(seed, header_hash)
    }

    fn prepare(&self, _: &[u8; 32]) {}
}

/// The proof of work.
pub fn real() -> Arc<dyn Rehash> {
    let seeds = NonZero::new(2).expect("above 0");
    Arc::new(OnProcessor::new(Backend::fastest(), seeds))
}

/// The cheap hash.
pub fn cheap() -> Arc<dyn Rehash> {
    Arc::new(Cheap)
}
