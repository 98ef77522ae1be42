//! Sizes of ranges, by the rate of the device.

use std::num::NonZero;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many nonces a device gets at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum RangeSize {
    Fixed(NonZero<u64>),
    /// As many as it hashes in [`RANGE_DURATION`].
    Measured,
}

/// How long a range lasts when its size follows the device's rate.
const RANGE_DURATION: Duration = Duration::from_secs(10);
/// The size of a range for a device whose rate is not known: little, so that the first range is
/// soon over and the rate is measured.
const FIRST: NonZero<u64> = NonZero::new(4).unwrap();
/// How much greater than the range that was measured a range may be. The first ranges of a seed also
/// hold the time that its matrix list takes, or are too short to tell.
const GREATEST_GROWTH: u64 = 8;

impl RangeSize {
    /// The size after a range of `hashes` took `duration`.
    pub fn after(self, hashes: u64, duration: Duration) -> NonZero<u64> {
        let Self::Measured = self else {
            return self.first();
        };
        let rate = hashes as f64 / duration.as_secs_f64().max(1e-6);
        // A float above the integers becomes the greatest integer.
        let wanted = (rate * RANGE_DURATION.as_secs_f64()) as u64;
        let limit = hashes.saturating_mul(GREATEST_GROWTH);
        NonZero::new(wanted.min(limit)).unwrap_or(NonZero::<u64>::MIN)
    }

    /// Nonces of the first range, of whose device nothing was measured.
    pub fn first(self) -> NonZero<u64> {
        match self {
            Self::Fixed(count) => count,
            Self::Measured => FIRST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonces(count: u64) -> NonZero<u64> {
        NonZero::new(count).unwrap()
    }

    #[test]
    fn the_size_follows_the_rate_in_steps() {
        let size = RangeSize::Measured;
        assert_eq!(size.first(), FIRST);
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
        let size = RangeSize::Fixed(nonces(7));
        assert_eq!(size.first(), nonces(7));
        assert_eq!(size.after(1000, Duration::from_secs(1)), nonces(7));
    }
}
