//! Ranges of nonces that are handed out once.

use std::{num::NonZero, time::Duration};
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

/// The nonces of one job, from a first one up to 2^63 - 1, the greatest that a block can hold.
#[derive(Debug)]
pub struct Leases {
    next: u64,
}

impl Leases {
    /// All nonces from `first` on.
    pub fn new(first: u64) -> Self {
        Self { next: first }
    }

    /// The next `count` nonces, or as many as are left. None are left of a job after 2^63.
    pub fn take(&mut self, count: NonZero<u64>) -> Option<Lease> {
        let left = (varint63::MAX + 1).saturating_sub(self.next);
        let count = count.get().min(left);
        let first = self.next;
        self.next += count;
        (count > 0).then_some(Lease { first, count })
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
    use rand::{Rng, SeedableRng, rngs::StdRng};

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
            let mut leases = Leases::new(first);
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
        let lease = Leases::new(5).take(nonces(u64::MAX)).unwrap();
        assert_eq!((lease.first, lease.count), (5, (1 << 63) - 5));
        assert_eq!(Leases::new(1 << 63).take(nonces(1)), None);
        assert_eq!(Leases::new(u64::MAX).take(nonces(1)), None);
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
