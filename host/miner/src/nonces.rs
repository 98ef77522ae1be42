//! Nonces that no range has yet.

use std::collections::VecDeque;
use std::num::NonZero;
use std::ops::Range;

use tensority::varint63;

use crate::job::Job;

/// Nonces that follow each other, up to 2^63 - 1 at most, the greatest that a block can hold.
#[derive(Clone, Debug)]
pub struct Nonces(Range<u64>);

impl Nonces {
    /// `count` nonces from `first` on.
    pub fn new(first: u64, count: u64) -> Self {
        Self(first..first.saturating_add(count).min(varint63::MAX + 1))
    }

    /// The next `count` nonces, or as many as are left.
    pub fn take(&mut self, count: NonZero<u64>) -> Option<Range<u64>> {
        let first = self.0.start;
        let end = first.saturating_add(count.get()).min(self.0.end);
        (first < end).then(|| {
            self.0.start = end;
            first..end
        })
    }
}

/// What nonces are left of the headers hashed last. A pool gives the same header again after a new
/// login, and sources take turns: no nonce is tried twice for it.
#[derive(Debug, Default)]
pub struct Book(VecDeque<(Key, Nonces)>);

type Key = ([u8; 128], u64);

const REMEMBERED: usize = 16;

impl Book {
    /// What is left of a job's nonces; they begin at `first` where its source says nothing of it.
    pub fn left(&mut self, job: &Job, first: u64) -> &mut Nonces {
        let first = job.template.first_nonce.unwrap_or(first);
        let key = (job.template.header.prefix(), first);
        let place = match self.0.iter().position(|(known, _)| *known == key) {
            Some(place) => place,
            None => {
                if self.0.len() == REMEMBERED {
                    self.0.pop_front();
                }
                self.0
                    .push_back((key, Nonces::new(first, job.template.nonces)));
                self.0.len() - 1
            }
        };
        &mut self.0[place].1
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use tensority_source::Template;

    use super::*;
    use crate::job::Jobs;
    use crate::tests::template;

    fn nonces(count: u64) -> NonZero<u64> {
        NonZero::new(count).unwrap()
    }

    #[test]
    fn ranges_never_overlap_and_never_reach_2_to_the_63() {
        let seed = testvectors::seed();
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..100 {
            let first = varint63::MAX - random.random_range(0..1000);
            let mut left = Nonces::new(first, u64::MAX);
            let mut free_from = first;
            while let Some(range) = left.take(nonces(random.random_range(1..300))) {
                assert_eq!(range.start, free_from);
                assert!(!range.is_empty());
                free_from = range.end;
            }
            assert_eq!(free_from, 1 << 63, "all are handed out");
            assert_eq!(left.take(nonces(1)), None);
        }
    }

    #[test]
    fn a_range_of_everything_ends_below_2_to_the_63() {
        let all = |first| Nonces::new(first, u64::MAX).take(nonces(u64::MAX));
        let range = all(5).unwrap();
        assert_eq!(range, 5..1 << 63);
        assert_eq!(all(1 << 63), None);
        assert_eq!(all(u64::MAX), None);
    }

    #[test]
    fn ranges_stay_inside_the_range_of_the_connection() {
        let mut left = Nonces::new(1 << 45, 1 << 45);
        let all = left.take(nonces(u64::MAX)).unwrap();
        assert_eq!(all.end, 1 << 46);
        assert_eq!(left.take(nonces(1)), None);
    }

    #[test]
    fn the_same_header_goes_on_where_it_was_left() {
        let (mut book, mut jobs) = (Book::default(), Jobs::default());
        let mut take = |parent, first_nonce| {
            let template = Template {
                first_nonce,
                ..template(parent)
            };
            let job = jobs.take(Duration::ZERO, 0, template).unwrap();
            let left = book.left(&job, 100);
            left.take(nonces(10)).unwrap().start
        };
        assert_eq!(take(1, None), 100);
        assert_eq!(take(2, None), 100);
        assert_eq!(take(1, None), 110, "after a turn of another header");
        assert_eq!(take(1, Some(7)), 7, "other nonces");
        for parent in 3..30 {
            take(parent, None);
        }
        assert_eq!(take(1, None), 100, "forgotten in the end");
    }
}
