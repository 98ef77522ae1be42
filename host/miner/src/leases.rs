//! Ranges of nonces that are handed out once.

use crate::job::Job;
use std::{collections::VecDeque, num::NonZero, time::Duration};
use tensority::varint63;

/// Nonces that one device may try for one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The first nonce.
    pub first: u64,
    /// The number of nonces, at least 1.
    pub count: u64,
}

impl Lease {
    /// Whether a nonce is one of them.
    pub fn contains(&self, nonce: u64) -> bool {
        nonce
            .checked_sub(self.first)
            .is_some_and(|offset| offset < self.count)
    }
}

/// Nonces that follow each other, up to 2^63 - 1 at most, the greatest that a block can hold.
#[derive(Clone, Copy, Debug)]
pub struct Leases {
    next: u64,
    end: u64,
}

impl Leases {
    /// `count` nonces from `first` on.
    pub fn new(first: u64, count: u64) -> Self {
        let end = first.saturating_add(count).min(varint63::MAX + 1);
        Self { next: first, end }
    }

    /// The next `count` nonces, or as many as are left.
    pub fn take(&mut self, count: NonZero<u64>) -> Option<Lease> {
        let count = count.get().min(self.end.saturating_sub(self.next));
        let first = self.next;
        self.next += count;
        (count > 0).then_some(Lease { first, count })
    }
}

/// What nonces are left of the headers hashed last. A pool gives the same header again after a new
/// login, and sources take turns: no nonce is tried twice for it.
#[derive(Debug, Default)]
pub struct Book(VecDeque<(Key, Leases)>);

type Key = ([u8; 128], u64);

/// Headers that are remembered.
const REMEMBERED: usize = 16;

impl Book {
    /// The leases of a job; its nonces begin at `first` where its source says nothing of it.
    pub fn leases(&mut self, job: &Job, first: u64) -> &mut Leases {
        let first = job.work.first_nonce.unwrap_or(first);
        let key = (job.work.header.prefix(), first);
        let place = match self.0.iter().position(|(known, _)| *known == key) {
            Some(place) => place,
            None => {
                if self.0.len() == REMEMBERED {
                    self.0.pop_front();
                }
                self.0.push_back((key, Leases::new(first, job.work.nonces)));
                self.0.len() - 1
            }
        };
        &mut self.0[place].1
    }
}

/// How many nonces a device gets at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseSize {
    /// Always so many.
    Fixed(NonZero<u64>),
    /// As many as it hashes in [`LEASE_DURATION`].
    Measured,
}

/// How long a lease lasts when its size follows the device's rate.
const LEASE_DURATION: Duration = Duration::from_secs(10);
/// The size of a lease for a device whose rate is not known: little, so that the first range is
/// soon over and the rate is measured.
const FIRST_LEASE: NonZero<u64> = NonZero::new(4).unwrap();
/// How much greater than the range that was measured a lease may be. The first ranges of a seed also
/// hold the time that its matrix list takes, or are too short to tell.
const GREATEST_GROWTH: u64 = 8;

impl LeaseSize {
    /// The size after a range of `hashes` took `duration`.
    pub fn after(self, hashes: u64, duration: Duration) -> NonZero<u64> {
        let Self::Measured = self else {
            return self.first();
        };
        let rate = hashes as f64 / duration.as_secs_f64().max(1e-6);
        // A float above the integers becomes the greatest integer.
        let wanted = (rate * LEASE_DURATION.as_secs_f64()) as u64;
        let limit = hashes.saturating_mul(GREATEST_GROWTH);
        NonZero::new(wanted.min(limit)).unwrap_or(NonZero::<u64>::MIN)
    }

    /// The size while nothing was measured.
    pub fn first(self) -> NonZero<u64> {
        match self {
            Self::Fixed(count) => count,
            Self::Measured => FIRST_LEASE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{job::Jobs, tests::work};
    use rand::{Rng, SeedableRng, rngs::StdRng};
    use tensority_source::Work;

    fn nonces(count: u64) -> NonZero<u64> {
        NonZero::new(count).unwrap()
    }

    #[test]
    fn leases_never_overlap_and_never_reach_2_to_the_63() {
        let seed = rand::random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..100 {
            let first = varint63::MAX - random.random_range(0..1000);
            let mut leases = Leases::new(first, u64::MAX);
            let mut free_from = first;
            while let Some(lease) = leases.take(nonces(random.random_range(1..300))) {
                assert_eq!(lease.first, free_from);
                assert!(lease.count > 0);
                free_from = lease.first + lease.count;
            }
            assert_eq!(free_from, 1 << 63, "all are handed out");
            assert_eq!(leases.take(nonces(1)), None);
        }
    }

    #[test]
    fn a_lease_of_everything_ends_below_2_to_the_63() {
        let all = |first| Leases::new(first, u64::MAX).take(nonces(u64::MAX));
        let lease = all(5).unwrap();
        assert_eq!((lease.first, lease.count), (5, (1 << 63) - 5));
        assert_eq!(all(1 << 63), None);
        assert_eq!(all(u64::MAX), None);
    }

    #[test]
    fn leases_stay_inside_the_range_of_the_connection() {
        let mut leases = Leases::new(1 << 45, 1 << 45);
        let all = leases.take(nonces(u64::MAX)).unwrap();
        assert_eq!(all.first + all.count, 1 << 46);
        assert_eq!(leases.take(nonces(1)), None);
    }

    #[test]
    fn the_same_header_goes_on_where_it_was_left() {
        let (mut book, mut jobs) = (Book::default(), Jobs::default());
        let mut take = |parent, first_nonce| {
            let work = Work {
                first_nonce,
                ..work(parent)
            };
            let job = jobs.take(Duration::ZERO, 0, work).unwrap();
            let leases = book.leases(&job, 100);
            leases.take(nonces(10)).unwrap().first
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

    #[test]
    fn a_lease_contains_its_nonces_and_no_others() {
        let lease = Lease {
            first: 10,
            count: 3,
        };
        let inside: Vec<_> = (0..20).filter(|&nonce| lease.contains(nonce)).collect();
        assert_eq!(inside, [10, 11, 12]);
        assert!(!lease.contains(u64::MAX));
    }

    #[test]
    fn the_size_follows_the_rate_in_steps() {
        let size = LeaseSize::Measured;
        assert_eq!(size.first(), FIRST_LEASE);
        let after = |hashes, seconds| size.after(hashes, Duration::from_secs_f64(seconds)).get();
        assert_eq!(after(1000, 10.0), 1000);
        assert_eq!(after(1000, 5.0), 2000);
        assert_eq!(after(4, 0.001), 32, "not more than eight times");
        assert_eq!(after(1, 300.0), 1, "never nothing");
        assert_eq!(after(0, 0.0), 1);
        assert_eq!(after(u64::MAX, 0.0), u64::MAX);
    }

    #[test]
    fn a_fixed_size_follows_nothing() {
        let size = LeaseSize::Fixed(nonces(7));
        assert_eq!(size.first(), nonces(7));
        assert_eq!(size.after(1000, Duration::from_secs(1)), nonces(7));
    }
}
