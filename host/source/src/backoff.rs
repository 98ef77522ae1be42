//! Waits between attempts that fail.

use std::time::Duration;

/// A wait that doubles with each attempt, from a first to a longest.
#[derive(Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// The first wait, and the one that it doubles to.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            next: first,
        }
    }

    /// The next wait, after one more failure.
    pub fn wait(&mut self) -> Duration {
        self.wait_at_most(self.longest)
    }

    /// As [`wait`](Self::wait), but with another longest wait.
    pub fn wait_at_most(&mut self, longest: Duration) -> Duration {
        let wait = self.next.min(longest);
        self.next = (wait * 2).min(longest);
        wait
    }

    /// After a success that lasted as long as the next wait, begins anew. What succeeds for a moment
    /// again and again is not tried faster and faster.
    pub fn succeeded_for(&mut self, time: Duration) {
        if time >= self.next {
            self.reset();
        }
    }

    /// Begins anew, after a success.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

/// Between a half and the whole of a wait, so that those who lost the same pool at the same time do
/// not come back at the same time.
pub fn spread(wait: Duration) -> Duration {
    wait.mul_f64(rand::random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_to_the_longest_and_begins_anew() {
        let seconds = Duration::from_secs;
        let mut backoff = Backoff::new(seconds(1), seconds(5));
        let waits: Vec<_> = (0..5).map(|_| backoff.wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 5, 5]);
        assert_eq!(backoff.wait_at_most(seconds(60)), seconds(5));
        assert_eq!(backoff.wait_at_most(seconds(60)), seconds(10));
        assert_eq!(backoff.wait(), seconds(5));
        backoff.reset();
        assert_eq!(backoff.wait(), seconds(1));
    }

    #[test]
    fn a_short_success_is_none() {
        let seconds = Duration::from_secs;
        let mut backoff = Backoff::new(seconds(1), seconds(60));
        backoff.wait();
        backoff.wait();
        backoff.succeeded_for(seconds(3));
        assert_eq!(backoff.wait(), seconds(4));
        backoff.succeeded_for(seconds(8));
        assert_eq!(backoff.wait(), seconds(1));
    }

    #[test]
    fn a_spread_wait_is_between_its_half_and_its_whole() {
        let wait = Duration::from_secs(10);
        let waits: Vec<_> = (0..1000).map(|_| spread(wait)).collect();
        assert!(
            waits
                .iter()
                .all(|&spread| spread >= wait / 2 && spread <= wait)
        );
        assert!(waits.iter().any(|&spread| spread != waits[0]));
    }
}
