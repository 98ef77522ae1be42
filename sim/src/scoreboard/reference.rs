//! The reference at any dimension of a core, computed by a thread beside the simulation.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use tensority::{
    CHAINS, Matrix, MatrixList, block_words, chain_states, extended_seed, fold, le_bytes,
    pow_hash_of_fold, sequences, smix_round, sum,
};

/// The outcome of a round of SMix.
pub struct ExpectedRound {
    /// X after the round, 32 little-endian words.
    pub x: Vec<u8>,
    /// The two matrices that it fills, one after the other.
    pub matrices: Vec<u8>,
}

/// A state of a chain, row-major.
#[allow(missing_docs)]
pub struct ExpectedState {
    /// 0 … 3.
    pub chain: usize,
    /// Number of multiplies done, 1 … 64; 1 is the load.
    pub step: usize,
    pub bytes: Vec<u8>,
}

/// The stages after the chains.
#[allow(missing_docs)]
pub struct ExpectedEnd {
    /// Sum of the chains, row-major.
    pub sum: Vec<u8>,
    /// The folded row, little-endian words.
    pub folded: Vec<u8>,
    pub hash: [u8; 32],
}

/// The matrix list of a seed, and the stages of hashes with it.
pub trait Reference: Send + Sync {
    /// All matrices one after the other.
    fn list_bytes(&self) -> Vec<u8>;

    /// The states of all chains, in order, and then the end, of one hash. Stops when nobody listens.
    fn stages(
        &self,
        header_hash: &[u8; 32],
        states: &SyncSender<ExpectedState>,
        ends: &Sender<ExpectedEnd>,
    );
}

impl<const D: usize> Reference for MatrixList<D> {
    fn list_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(Matrix::to_bytes).collect()
    }

    fn stages(
        &self,
        header_hash: &[u8; 32],
        states: &SyncSender<ExpectedState>,
        ends: &Sender<ExpectedEnd>,
    ) {
        let sequences = sequences(header_hash);
        let mut results: [Matrix<D>; CHAINS] = std::array::from_fn(|_| Matrix::zero());
        for (chain, sequence) in sequences.iter().enumerate() {
            for (i, state) in chain_states(self, sequence).enumerate() {
                let bytes = state.to_bytes();
                if states
                    .send(ExpectedState {
                        chain,
                        step: i + 1,
                        bytes,
                    })
                    .is_err()
                {
                    return;
                }
                results[chain] = state;
            }
        }
        let sum = sum(&results);
        let words = fold(&sum);
        let end = ExpectedEnd {
            sum: sum.to_bytes(),
            folded: le_bytes(&words).collect(),
            hash: pow_hash_of_fold(&words),
        };
        // Nobody listens any more: the run is over.
        let _ = ends.send(end);
    }
}

/// Runs `$body` with the constant `$d` equal to a dimension that a core can have.
macro_rules! with_dimension {
    ($dimension:expr, $d:ident => $body:expr) => {
        match $dimension {
            32 => {
                const $d: usize = 32;
                $body
            }
            64 => {
                const $d: usize = 64;
                $body
            }
            128 => {
                const $d: usize = 128;
                $body
            }
            _ => {
                const $d: usize = 256;
                $body
            }
        }
    };
}

/// The reference for a seed at a core's dimension.
pub fn reference(dimension: usize, seed: &[u8; 32]) -> Arc<dyn Reference> {
    with_dimension!(dimension, D => Arc::new(MatrixList::<D>::from_seed(seed)))
}

/// The rounds of SMix of a seed at a core's dimension.
pub fn rounds(dimension: usize, seed: &[u8; 32]) -> Box<dyn Iterator<Item = ExpectedRound>> {
    let mut x = block_words(&extended_seed(seed));
    with_dimension!(dimension, D => Box::new((0..MatrixList::<D>::LEN / 2).map(move |_| {
        let matrices = smix_round::<D>(&mut x).iter().flat_map(Matrix::to_bytes).collect();
        ExpectedRound { x: le_bytes(&x).collect(), matrices }
    })))
}

/// The stages of a series of hashes, computed by a thread of their own a little ahead of their use.
pub struct Stages {
    /// States of all chains of all hashes, in order.
    pub states: Receiver<ExpectedState>,
    /// Ends of all hashes, in order.
    pub ends: Receiver<ExpectedEnd>,
}

impl Stages {
    /// The stages of the hashes of `header_hashes`.
    pub fn of(
        reference: Arc<dyn Reference>,
        header_hashes: impl Iterator<Item = [u8; 32]> + Send + 'static,
    ) -> Self {
        const AHEAD: usize = 64;
        let (states_in, states) = sync_channel(AHEAD);
        let (ends_in, ends) = channel();
        thread::spawn(move || {
            for header_hash in header_hashes {
                reference.stages(&header_hash, &states_in, &ends_in);
            }
        });
        Self { states, ends }
    }
}
