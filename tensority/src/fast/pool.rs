//! Batches of hashes on several threads.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec::Vec;
use std::{thread, vec};

use super::hash::Hasher;
use super::matrix_list::MatrixList;
use super::watch::{Cancelled, Watch, report};

/// A number of threads that hash side by side. They live as long as a batch: to start them takes
/// about a thousandth of the time of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    threads: NonZero<usize>,
}

impl Pool {
    /// A pool of this number of threads.
    pub fn new(threads: NonZero<usize>) -> Self {
        Self { threads }
    }

    /// A pool of as many threads as the system offers processors, or one if it does not say.
    pub fn of_all_processors() -> Self {
        Self::new(thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN))
    }

    /// The number of threads.
    pub fn threads(&self) -> NonZero<usize> {
        self.threads
    }

    /// The PoW hashes of header hashes, in their order, with progress after each hash. With
    /// several threads, progress can arrive out of order.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `watch` says so; each thread ends the hash it is at.
    ///
    /// # Panics
    ///
    /// If the system cannot start so many threads.
    pub fn hash_batch(
        &self,
        header_hashes: &[[u8; 32]],
        list: &MatrixList,
        watch: &Watch,
    ) -> Result<Vec<[u8; 32]>, Cancelled> {
        let batch = Batch {
            header_hashes,
            list,
            watch,
            claimed: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        };
        let mut pow_hashes = vec![[0; 32]; header_hashes.len()];
        let threads = self.threads.get().min(header_hashes.len());
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| batch.work())).collect();
            for worker in workers {
                let share = worker.join().unwrap_or_else(|panic| {
                    // Only the watch can panic, and its panic is the caller's.
                    std::panic::resume_unwind(panic)
                });
                for (place, pow_hash) in share? {
                    pow_hashes[place] = pow_hash;
                }
            }
            Ok(pow_hashes)
        })
    }
}

/// A batch that several threads work at.
struct Batch<'a> {
    header_hashes: &'a [[u8; 32]],
    list: &'a MatrixList,
    watch: &'a Watch<'a>,
    /// The header hashes that some thread has taken.
    claimed: AtomicUsize,
    /// The hashes that are done.
    done: AtomicUsize,
}

impl Batch<'_> {
    /// The work of one thread: hashes until nothing is left, and returns hashes with their places.
    fn work(&self) -> Result<Vec<(usize, [u8; 32])>, Cancelled> {
        let total = self.header_hashes.len();
        let mut hasher = Hasher::new();
        let mut share = Vec::new();
        loop {
            let place = self.claimed.fetch_add(1, Ordering::Relaxed);
            let Some(header_hash) = self.header_hashes.get(place) else {
                return Ok(share);
            };
            share.push((place, hasher.hash(header_hash, self.list)));
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            report(self.watch, done, total).inspect_err(|_| {
                // The others find nothing left to take.
                self.claimed.store(total, Ordering::Relaxed);
            })?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::{Backend, hash, unwatched};
    use super::*;
    use crate::INITIAL_SEED;

    #[test]
    fn a_batch_keeps_the_order_whatever_the_number_of_threads() {
        let list = MatrixList::build(Backend::fastest(), &INITIAL_SEED);
        let header_hashes: Vec<_> = (0..7).map(|i| [i; 32]).collect();
        let expected: Vec<_> = header_hashes.iter().map(|h| hash(h, &list)).collect();
        for threads in [1, 2, 5, 16] {
            let pool = Pool::new(NonZero::new(threads).unwrap());
            let batch = pool.hash_batch(&header_hashes, &list, &unwatched);
            assert_eq!(batch.as_ref(), Ok(&expected), "{threads} threads");
        }
        let empty = Pool::of_all_processors().hash_batch(&[], &list, &unwatched);
        assert_eq!(empty, Ok(Vec::new()));
    }

    #[test]
    fn a_cancelled_batch_leaves_the_rest_undone() {
        let list = MatrixList::build(Backend::fastest(), &INITIAL_SEED);
        let hashed = AtomicUsize::new(0);
        let stop = |_| {
            hashed.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Break(())
        };
        let pool = Pool::new(NonZero::new(2).unwrap());
        assert_eq!(
            pool.hash_batch(&[[0; 32]; 50], &list, &stop),
            Err(Cancelled)
        );
        assert!(hashed.into_inner() <= 2, "one hash a thread at most");
    }
}
