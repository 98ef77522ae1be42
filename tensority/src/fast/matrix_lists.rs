//! The matrix lists of the seeds used last.

use std::num::NonZero;
use std::sync::Arc;
use std::vec::Vec;

use super::backend::Backend;
use super::matrix_list::MatrixList;
use super::verify::Verdict;
use super::watch::{Cancelled, Watch, unwatched};
use crate::{BlockHeader, Error, Target};

/// A few matrix lists by seed, of which the one unused for the longest gives way to a new one.
///
/// Two are enough for a miner: at the end of an epoch the old and the new seed live side by side.
#[derive(Debug)]
pub struct MatrixLists {
    backend: Backend,
    capacity: usize,
    /// The last is the one used last.
    lists: Vec<Arc<MatrixList>>,
}

impl MatrixLists {
    /// No lists yet, and room for `capacity` of 16.25 MiB each.
    pub fn new(backend: Backend, capacity: NonZero<usize>) -> Self {
        Self {
            backend,
            capacity: capacity.get(),
            lists: Vec::new(),
        }
    }

    /// The matrix list of a seed, which is built if it is not here.
    pub fn get(&mut self, seed: &[u8; 32]) -> Arc<MatrixList> {
        self.get_watched(seed, &unwatched)
            .expect("nobody watches and cancels")
    }

    /// As [`get`](Self::get), with progress as of [`MatrixList::build_watched`] if a list is built.
    ///
    /// A new list takes the memory of the one that gives way, unless that is still used elsewhere.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if `watch` says so.
    pub fn get_watched(
        &mut self,
        seed: &[u8; 32],
        watch: &Watch,
    ) -> Result<Arc<MatrixList>, Cancelled> {
        let list = match self.lists.iter().position(|list| list.seed() == seed) {
            Some(place) => self.lists.remove(place),
            None => Arc::new(self.build(seed, watch)?),
        };
        self.lists.push(Arc::clone(&list));
        Ok(list)
    }

    fn build(&mut self, seed: &[u8; 32], watch: &Watch) -> Result<MatrixList, Cancelled> {
        let oldest = (self.lists.len() == self.capacity).then(|| self.lists.remove(0));
        match oldest.and_then(Arc::into_inner) {
            Some(list) => list.rebuild(seed, watch),
            None => MatrixList::build_watched(self.backend, seed, watch),
        }
    }

    /// Hashes a header with the list of its seed, and compares the hash with a target.
    ///
    /// # Errors
    ///
    /// As [`MatrixList::verify`].
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
    fn the_list_unused_for_the_longest_gives_way() {
        let mut lists = MatrixLists::new(Backend::fastest(), NonZero::new(2).unwrap());
        let [a, b, c] = [[1; 32], [2; 32], [3; 32]];
        let kept = lists.get(&a);
        lists.get(&b);
        assert!(Arc::ptr_eq(&kept, &lists.get(&a)), "a is not built twice");
        lists.get(&c);
        assert!(Arc::ptr_eq(&kept, &lists.get(&a)), "b gave way to c");
        let seeds: Vec<_> = lists.lists.iter().map(|list| *list.seed()).collect();
        assert_eq!(seeds, [c, a]);
    }

    #[test]
    fn a_list_in_use_survives_its_eviction() {
        let mut lists = MatrixLists::new(Backend::fastest(), NonZero::<usize>::MIN);
        let used = lists.get(&[1; 32]);
        let other = lists.get(&[2; 32]);
        assert_eq!((used.seed(), other.seed()), (&[1; 32], &[2; 32]));
    }
}
