//! Nonces that no range has yet.

use std::collections::VecDeque;
use std::num::NonZero;
use std::ops::Range;

use tensority::varint63;

use crate::job::Job;

/// Nonces that follow each other, up to 2^63 - 1 at most, the greatest that a block can hold.
#[derive(Clone, Debug)]
pub struct Nonces {
    left: Range<u64>,
    /// Those in front of the first one that was taken, which come last.
    last: Range<u64>,
}

impl Nonces {
    /// `count` nonces from `first` on, of which the first `last` come last.
    pub fn new(first: u64, count: u64, last: u64) -> Self {
        let end = first.saturating_add(count).min(varint63::MAX + 1);
        let begin = first.saturating_add(last).min(end);
        Self {
            left: begin..end,
            last: first..begin,
        }
    }

    /// The next `count` nonces, or as many as follow each other.
    pub fn take(&mut self, count: NonZero<u64>) -> Option<Range<u64>> {
        if self.left.is_empty() {
            self.left = std::mem::take(&mut self.last);
        }
        let first = self.left.start;
        let end = first.saturating_add(count.get()).min(self.left.end);
        (first < end).then(|| {
            self.left.start = end;
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
    /// What is left of a job's nonces; they begin at `chance` where its source says nothing of it, else as far behind
    /// the first that the source gives as `chance` says: a pool can give the same header and the same nonces to the
    /// miner that is started again.
    pub fn left(&mut self, job: &Job, chance: u64) -> &mut Nonces {
        let count = job.template.nonces;
        let (first, skipped) = match job.template.first_nonce {
            Some(first) => (first, chance.checked_rem(count).unwrap_or(0)),
            None => (chance, 0),
        };
        let key = (job.template.header.prefix(), first);
        let place = match self.0.iter().position(|(known, _)| *known == key) {
            Some(place) => place,
            None => {
                if self.0.len() == REMEMBERED {
                    self.0.pop_front();
                }
                let nonces = Nonces::new(first, count, skipped);
                self.0.push_back((key, nonces));
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
            let mut left = Nonces::new(first, u64::MAX, 0);
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
        let all = |first| Nonces::new(first, u64::MAX, 0).take(nonces(u64::MAX));
        let range = all(5).unwrap();
        assert_eq!(range, 5..1 << 63);
        assert_eq!(all(1 << 63), None);
        assert_eq!(all(u64::MAX), None);
    }

    #[test]
    fn ranges_stay_inside_the_range_of_the_connection() {
        let mut left = Nonces::new(1 << 45, 1 << 45, 0);
        let all = left.take(nonces(u64::MAX)).unwrap();
        assert_eq!(all.end, 1 << 46);
        assert_eq!(left.take(nonces(1)), None);
    }

    #[test]
    fn a_miner_that_is_started_again_takes_other_nonces_and_in_the_end_all() {
        let (mut jobs, mut taken) = (Jobs::default(), Vec::new());
        let template = Template {
            first_nonce: Some(1000),
            nonces: 100,
            ..template(1)
        };
        let job = jobs.take(Duration::ZERO, 0, template).unwrap();
        for chance in [730, 1_000_000_017] {
            let mut book = Book::default();
            let left = book.left(&job, chance);
            taken.push(left.take(nonces(10)).unwrap());
            let rest = std::iter::from_fn(|| left.take(nonces(10)));
            let rest: usize = rest.map(|range| range.count()).sum();
            assert_eq!(rest, 90);
        }
        assert_eq!(taken, [1030..1040, 1017..1027]);
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
        assert_eq!(take(1, Some(7)), 107, "other nonces");
        for parent in 3..30 {
            take(parent, None);
        }
        assert_eq!(take(1, None), 100, "forgotten in the end");
    }
}
