//! Hash functions for the core of the model: Tensority, or a cheap one for tests of everything else.

use std::num::NonZero;

use sha3::{Digest, Sha3_256};
use tensority::fast::{self, Backend, MatrixLists};
use tensority_firmware::self_test;
use tensority_protocol::checksum;

/// Matrix lists that are kept, so that a self-test between two ranges costs no time.
const LISTS: NonZero<usize> = NonZero::new(3).unwrap();

/// The two functions of the core that depend on a seed.
pub trait Hashing: Send {
    /// The PoW hash of a header hash.
    fn pow_hash(&mut self, seed: &[u8; 32], header_hash: &[u8; 32]) -> [u8; 32];
    /// The checksum of a matrix of the seed's list, [`checksum::of_matrix`].
    fn checksum(&mut self, seed: &[u8; 32], matrix: u8) -> u32;
}

/// The proof of work. The matrix list of a seed is made when it is first needed.
pub struct Tensority(MatrixLists);

impl Default for Tensority {
    fn default() -> Self {
        Self(MatrixLists::new(Backend::fastest(), LISTS))
    }
}

impl Hashing for Tensority {
    fn pow_hash(&mut self, seed: &[u8; 32], header_hash: &[u8; 32]) -> [u8; 32] {
        fast::hash(header_hash, &self.0.get(seed))
    }

    fn checksum(&mut self, seed: &[u8; 32], matrix: u8) -> u32 {
        let bytes = self.0.get(seed).matrix(matrix).to_matrix().to_bytes();
        checksum::of_matrix(&bytes)
    }
}

/// SHA3-256 of seed and header hash: as hard to foresee, and quick. Only the self-test's answer is
/// Tensority's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cheap;

impl Hashing for Cheap {
    fn pow_hash(&mut self, seed: &[u8; 32], header_hash: &[u8; 32]) -> [u8; 32] {
        if (seed, header_hash) == (&self_test::SEED, &self_test::HEADER_HASH) {
            return self_test::POW_HASH;
        }
        Sha3_256::new()
            .chain_update(seed)
            .chain_update(header_hash)
            .finalize()
            .into()
    }

    fn checksum(&mut self, seed: &[u8; 32], matrix: u8) -> u32 {
        let [a, b, c, d, ..] = self.pow_hash(seed, &[matrix; 32]);
        u32::from_le_bytes([a, b, c, d])
    }
}
