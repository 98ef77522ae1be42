//! Many PoW hashes at once: a matrix list for each seed, and all processors.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tensority::{DIMENSION, MatrixList, tensority};

/// What a PoW hash is made of.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    pub seed: [u8; 32],
    pub header_hash: [u8; 32],
}

/// The PoW hash of each input, in the order of the inputs.
pub fn pow_hashes(inputs: &[Input]) -> Vec<[u8; 32]> {
    let seeds: BTreeSet<_> = inputs.iter().map(|input| input.seed).collect();
    let seeds: Vec<_> = seeds.into_iter().collect();
    let lists = in_parallel(&seeds, MatrixList::<DIMENSION>::from_seed);
    let lists: BTreeMap<_, _> = seeds.into_iter().zip(lists).collect();
    in_parallel(inputs, |input| {
        tensority(&input.header_hash, &lists[&input.seed])
    })
}

/// Applies a function to each item, on as many threads as there are processors.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], apply: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let claims = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let claimed = claims.map_while(|i| Some((i, apply(items.get(i)?))));
        claimed.collect::<Vec<_>>()
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a hash panicked"))
            .collect()
    });
    results.sort_by_key(|&(i, _)| i);
    results.into_iter().map(|(_, result)| result).collect()
}
