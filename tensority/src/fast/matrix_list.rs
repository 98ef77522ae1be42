//! The matrix list of a seed, ready for multiplies.

use std::vec::Vec;
use std::{fmt, vec};

use super::backend::Backend;
use super::memory::{Entries, PreparedMatrix};
use super::watch::{Cancelled, Watch, report, unwatched};
use crate::reference::{MATRICES, block_words, extended_seed};

/// The matrix list of a seed, 16.25 MiB, and the back end that hashes with it.
#[derive(Clone)]
pub struct MatrixList {
    backend: Backend,
    seed: [u8; 32],
    matrices: Vec<PreparedMatrix>,
}

impl MatrixList {
    /// Makes the matrix list of a seed.
    pub fn build(backend: Backend, seed: &[u8; 32]) -> Self {
        Self::build_watched(backend, seed, &unwatched).expect("nobody watches and cancels")
    }

    /// As [`build`](Self::build), with progress after each of the 128 rounds of SMix.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `watch` says so.
    pub fn build_watched(
        backend: Backend,
        seed: &[u8; 32],
        watch: &Watch,
    ) -> Result<Self, Cancelled> {
        let list = Self {
            backend,
            seed: *seed,
            matrices: vec![PreparedMatrix::ZERO; MATRICES],
        };
        list.rebuild(seed, watch)
    }

    /// The list of another seed in the memory of this one, which spares the system the work of
    /// finding and clearing new memory.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `watch` says so; the memory is freed.
    pub fn rebuild(mut self, seed: &[u8; 32], watch: &Watch) -> Result<Self, Cancelled> {
        let kernel = self.backend.kernel();
        let smix = kernel.smix().fastest().loops;
        let mut x = block_words(&extended_seed(seed));
        let mut v = Entries::zero();
        let (pairs, _) = self.matrices.as_chunks_mut();
        for (round, [even, odd]) in pairs.iter_mut().enumerate() {
            // Nobody asks for X after the last round, so its mix loop is left out.
            if round > 0 {
                smix.mix(&mut x, &v);
            }
            smix.fill(&mut x, &mut v, even, odd);
            kernel.update_starts(even);
            kernel.update_starts(odd);
            report(watch, round + 1, MATRICES / 2)?;
        }
        self.seed = *seed;
        Ok(self)
    }

    /// The seed.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The back end that made the list and that hashes with it.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Matrix `index` of the list.
    pub fn matrix(&self, index: u8) -> &PreparedMatrix {
        &self.matrices[usize::from(index)]
    }
}

/// Shows nothing of the matrices.
impl fmt::Debug for MatrixList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatrixList")
            .field("backend", &self.backend)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::INITIAL_SEED;

    #[test]
    fn a_list_takes_less_than_17_mib() {
        assert!(MATRICES * size_of::<PreparedMatrix>() < 17 << 20);
    }

    #[test]
    fn rebuilding_leaves_nothing_of_the_old_seed() {
        let backend = Backend::fastest();
        let rebuilt = MatrixList::build(backend, &[1; 32]).rebuild(&INITIAL_SEED, &unwatched);
        let rebuilt = rebuilt.unwrap();
        let built = MatrixList::build(backend, &INITIAL_SEED);
        assert_eq!(rebuilt.seed(), &INITIAL_SEED);
        for index in 0..=255 {
            assert_eq!(
                rebuilt.matrix(index).to_matrix(),
                built.matrix(index).to_matrix()
            );
        }
    }

    #[test]
    fn reports_every_round_and_stops_when_told() {
        let calls = AtomicUsize::new(0);
        let stop_after = |rounds: usize| {
            let calls = &calls;
            move |progress: super::super::Progress| {
                assert_eq!(progress.total, 128);
                assert_eq!(calls.fetch_add(1, Ordering::Relaxed) + 1, progress.done);
                if progress.done == rounds {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            }
        };
        let backend = Backend::fastest();
        let stopped = MatrixList::build_watched(backend, &INITIAL_SEED, &stop_after(3));
        assert!(matches!(stopped, Err(Cancelled)));
        assert_eq!(calls.swap(0, Ordering::Relaxed), 3);
        assert!(MatrixList::build_watched(backend, &INITIAL_SEED, &stop_after(0)).is_ok());
        assert_eq!(calls.into_inner(), 128);
    }
}
