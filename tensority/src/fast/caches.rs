//! The caches of the seeds used last.

use super::{
    backend::Backend,
    cache::Cache,
    verify::Verdict,
    watch::{Cancelled, Watch, unwatched},
};
use crate::{BlockHeader, Error, Target};
use std::{num::NonZero, sync::Arc, vec::Vec};

/// A few caches by seed, of which the one unused for the longest gives way to a new one.
///
/// Two are enough for a miner: at the end of an epoch the old and the new seed live side by side.
#[derive(Debug)]
pub struct Caches {
    backend: Backend,
    capacity: usize,
    /// The last is the one used last.
    caches: Vec<Arc<Cache>>,
}

impl Caches {
    /// No caches yet, and room for `capacity` of 16.25 MiB each.
    pub fn new(backend: Backend, capacity: NonZero<usize>) -> Self {
        Self {
            backend,
            capacity: capacity.get(),
            caches: Vec::new(),
        }
    }

    /// The cache of a seed, which is built if it is not here.
    pub fn get(&mut self, seed: &[u8; 32]) -> Arc<Cache> {
        self.get_watched(seed, &unwatched)
            .expect("nobody watches and cancels")
    }

    /// As [`get`](Self::get), with progress as of [`Cache::build_watched`] if a cache is built.
    ///
    /// A new cache takes the memory of the one that gives way, unless that is still used elsewhere.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `watch` says so.
    pub fn get_watched(&mut self, seed: &[u8; 32], watch: &Watch) -> Result<Arc<Cache>, Cancelled> {
        let cache = match self.caches.iter().position(|cache| cache.seed() == seed) {
            Some(place) => self.caches.remove(place),
            None => Arc::new(self.build(seed, watch)?),
        };
        self.caches.push(Arc::clone(&cache));
        Ok(cache)
    }

    fn build(&mut self, seed: &[u8; 32], watch: &Watch) -> Result<Cache, Cancelled> {
        let oldest = (self.caches.len() == self.capacity).then(|| self.caches.remove(0));
        match oldest.and_then(Arc::into_inner) {
            Some(cache) => cache.rebuild(seed, watch),
            None => Cache::build_watched(self.backend, seed, watch),
        }
    }

    /// Hashes a header with the cache of its seed, and compares the hash with a target.
    ///
    /// # Errors
    ///
    /// As [`Cache::verify`].
    pub fn verify(
        &mut self,
        header: &BlockHeader,
        seed: &[u8; 32],
        target: &Target,
    ) -> Result<Verdict, Error> {
        self.get(seed).verify(header, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_unused_for_the_longest_gives_way() {
        let mut caches = Caches::new(Backend::fastest(), NonZero::new(2).unwrap());
        let [a, b, c] = [[1; 32], [2; 32], [3; 32]];
        let kept = caches.get(&a);
        caches.get(&b);
        assert!(Arc::ptr_eq(&kept, &caches.get(&a)), "a is not built twice");
        caches.get(&c);
        assert!(Arc::ptr_eq(&kept, &caches.get(&a)), "b gave way to c");
        let seeds: Vec<_> = caches.caches.iter().map(|cache| *cache.seed()).collect();
        assert_eq!(seeds, [c, a]);
    }

    #[test]
    fn a_cache_in_use_survives_its_eviction() {
        let mut caches = Caches::new(Backend::fastest(), NonZero::<usize>::MIN);
        let used = caches.get(&[1; 32]);
        let other = caches.get(&[2; 32]);
        assert_eq!((used.seed(), other.seed()), (&[1; 32], &[2; 32]));
    }
}
