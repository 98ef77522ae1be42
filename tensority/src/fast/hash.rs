//! The whole hash, by the back end that made the matrix list.

use std::mem;

use sha3::{Digest, Sha3_256};

use super::fold;
use super::matrix_list::MatrixList;
use super::memory::{State, Sum};
use crate::reference::{DIMENSION, Sequence, sequences};

/// The PoW hash of a header hash, with the matrix list of the block's seed.
///
/// Who hashes much keeps a [`Hasher`], or gives the work to a [`Pool`](super::Pool).
pub fn hash(header_hash: &[u8; 32], list: &MatrixList) -> [u8; 32] {
    Hasher::new().hash(header_hash, list)
}

/// The memory one thread hashes in, 256 KiB, to be used again and again.
#[derive(Debug, Clone, Default)]
pub struct Hasher {
    state: State,
    product: State,
}

impl Hasher {
    /// Memory for hashes with any matrix list.
    pub fn new() -> Self {
        Self::default()
    }

    /// The PoW hash of a header hash, with the matrix list of the block's seed.
    ///
    /// Built with `--cfg tensority_cheap` it is SHA3-256 of seed and header hash, for campaigns in which only what is
    /// around the hash is tried. No program that is built so mines for anyone.
    pub fn hash(&mut self, header_hash: &[u8; 32], list: &MatrixList) -> [u8; 32] {
        if cfg!(tensority_cheap) {
            let seed_and_header = Sha3_256::new_with_prefix(list.seed()).chain_update(header_hash);
            return seed_and_header.finalize().into();
        }
        let mut sum = [[0; DIMENSION]; DIMENSION];
        for sequence in sequences(header_hash) {
            self.add_chain(&sequence, list, &mut sum);
        }
        fold::pow_hash(&sum)
    }

    fn add_chain(&mut self, sequence: &Sequence, list: &MatrixList, sum: &mut Sum) {
        let kernel = list.backend().kernel();
        let indices = [*sequence, *sequence];
        let indices = indices.as_flattened();
        kernel.load(list.matrix(indices[0]), &mut self.state);
        for (k, &index) in indices.iter().enumerate().skip(1) {
            let next = indices.get(k + 1).unwrap_or(&index);
            let (m, next) = (list.matrix(index), list.matrix(*next));
            kernel.multiply(&self.state, m, next, &mut self.product);
            mem::swap(&mut self.state, &mut self.product);
        }
        kernel.add(&self.state, sum);
    }
}
