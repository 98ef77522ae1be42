//! The ranges that one device has, by which its results are recognised.

use crate::{
    job::Job,
    leases::{Lease, LeaseSize},
    rate::Span,
};
use std::{num::NonZero, sync::Arc, time::Duration};
use tensority::Target;
use tensority_device::device::{Ending, Message, Work};

/// A device said what cannot be: a hardware error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A range it does not have.
    #[error("expected one of its ranges, found {0}")]
    UnknownRange(u32),
    /// A nonce outside of the range it names.
    #[error("expected a nonce of {lease:?}, found {nonce}")]
    NonceOutside {
        /// What the range holds.
        lease: Lease,
        /// The nonce.
        nonce: u64,
    },
    /// A number of hashes that does not fit the range's size and end.
    #[error("expected {} {count} hashes of a range, found {hashes}", if *.complete { "exactly" } else { "at most" })]
    HashCount {
        /// The nonces of the range.
        count: u64,
        /// Whether all are said to be hashed.
        complete: bool,
        /// The hashes claimed.
        hashes: u64,
    },
}

/// Ranges of a device that are remembered. It tells the end of each, so there are a few.
const MOST: usize = 64;

/// What a range is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    /// The job that it belongs to.
    pub job: Arc<Job>,
    /// The target that the device was given.
    pub target: Target,
    /// The header hash of a known-answer test, if it is one.
    pub canary: Option<[u8; 32]>,
}

/// What became of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// What it was for.
    pub purpose: Purpose,
    /// A known-answer test that was not answered.
    pub unanswered: bool,
    /// What was hashed, and when.
    pub span: Span,
    /// Nonces that nobody will hash.
    pub given_up: u64,
}

/// The ranges of one device, in the order in which it got them.
#[derive(Debug)]
pub struct Ranges {
    next_number: u32,
    /// None of these is over.
    ranges: Vec<Range>,
    size: LeaseSize,
    next_size: NonZero<u64>,
    /// When the device was last known to have ended a range.
    last_end: Option<Duration>,
    /// Hashes per second of the last range that was done to its end.
    rate: Option<f64>,
}

#[derive(Debug)]
struct Range {
    number: u32,
    purpose: Purpose,
    lease: Lease,
    begun: Duration,
    /// A known-answer test that was answered.
    answered: bool,
    /// Other work was put in its place; its end is still to be told.
    replaced: bool,
}

impl Ranges {
    /// None yet. Numbers begin anywhere, so that a device that was busy before is not mistaken.
    pub fn new(first_number: u32, size: LeaseSize) -> Self {
        Self {
            next_number: first_number,
            ranges: Vec::new(),
            size,
            next_size: size.first(),
            last_end: None,
            rate: None,
        }
    }

    /// Hashes per second, as the last range that was done to its end says.
    pub fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// The nonces that the next range should have.
    pub fn next_size(&self) -> NonZero<u64> {
        self.next_size
    }

    /// Whether all are over.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Those that run or wait.
    pub fn at_work(&self) -> usize {
        self.ranges.iter().filter(|range| !range.replaced).count()
    }

    /// Whether all that run or wait are of jobs for which `is_stale` holds; false if there are none.
    pub fn are_stale(&self, is_stale: impl Fn(&Job) -> bool) -> bool {
        let mut at_work = self.ranges.iter().filter(|range| !range.replaced);
        self.at_work() > 0 && at_work.all(|range| is_stale(&range.purpose.job))
    }

    /// The work that a lease is, as the device is about to get it.
    pub fn begin(&mut self, now: Duration, job: Arc<Job>, lease: Lease, target: Target) -> Work {
        let device_job = job.for_device(target);
        let purpose = Purpose {
            job,
            target,
            canary: None,
        };
        self.push(now, purpose, lease, device_job)
    }

    /// A known-answer test: a header hash under the seed of a job.
    pub fn begin_canary(&mut self, now: Duration, job: Arc<Job>, header_hash: [u8; 32]) -> Work {
        let device_job = tensority_device::device::Job {
            message: Message::Raw(header_hash),
            ..job.for_device(Target::MAX)
        };
        let purpose = Purpose {
            job,
            target: Target::MAX,
            canary: Some(header_hash),
        };
        let lease = Lease { first: 0, count: 1 };
        self.push(now, purpose, lease, device_job)
    }

    fn push(
        &mut self,
        now: Duration,
        purpose: Purpose,
        lease: Lease,
        job: tensority_device::device::Job,
    ) -> Work {
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        if self.ranges.len() == MOST {
            // A device that never tells the end of what was replaced.
            self.ranges.remove(0);
        }
        self.ranges.push(Range {
            number,
            purpose,
            lease,
            begun: now,
            answered: false,
            replaced: false,
        });
        Work {
            range: number,
            job,
            first: lease.first,
            count: lease.count,
        }
    }

    /// What runs or waits is about to be replaced.
    pub fn replace(&mut self) {
        self.ranges
            .iter_mut()
            .for_each(|range| range.replaced = true);
    }

    /// What the range of a nonce that was found is for.
    ///
    /// # Errors
    ///
    /// [`Fault::UnknownRange`], [`Fault::NonceOutside`].
    pub fn found(&mut self, number: u32, nonce: u64) -> Result<Purpose, Fault> {
        let place = self.place(number)?;
        let range = &mut self.ranges[place];
        if !range.lease.contains(nonce) {
            let lease = range.lease;
            return Err(Fault::NonceOutside { lease, nonce });
        }
        range.answered = true;
        Ok(range.purpose.clone())
    }

    /// A range is over.
    ///
    /// # Errors
    ///
    /// [`Fault::UnknownRange`], and [`Fault::HashCount`], after which the range is over all the same
    /// and none of its hashes count.
    pub fn done(
        &mut self,
        now: Duration,
        number: u32,
        hashes: u64,
        ending: Ending,
    ) -> Result<Done, Fault> {
        let range = self.ranges.remove(self.place(number)?);
        let count = range.lease.count;
        // A range that waited began when the one before was over.
        let start = self
            .last_end
            .map_or(range.begun, |end| end.max(range.begun));
        self.last_end = Some(now);
        let complete = ending == Ending::Complete;
        if hashes > count || (complete && hashes < count) {
            return Err(Fault::HashCount {
                count,
                complete,
                hashes,
            });
        }
        let canary = range.purpose.canary.is_some();
        if complete && !canary {
            let took = now.saturating_sub(start);
            self.next_size = self.size.after(hashes, took);
            self.rate = Some(hashes as f64 / took.as_secs_f64().max(1e-6));
        }
        Ok(Done {
            purpose: range.purpose,
            unanswered: canary && complete && !range.answered,
            span: Span {
                start,
                end: now,
                hashes,
            },
            given_up: count - hashes,
        })
    }

    /// The device has forgotten its work; the nonces that it was given.
    pub fn forget(&mut self) -> u64 {
        self.last_end = None;
        self.ranges.drain(..).map(|range| range.lease.count).sum()
    }

    fn place(&self, number: u32) -> Result<usize, Fault> {
        let mut ranges = self.ranges.iter();
        ranges
            .position(|range| range.number == number)
            .ok_or(Fault::UnknownRange(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{job::Jobs, tests::work};

    fn job() -> Arc<Job> {
        Jobs::default().take(ZERO, 0, work(1)).unwrap()
    }

    const ZERO: Duration = Duration::ZERO;
    const LEASE: Lease = Lease {
        first: 50,
        count: 10,
    };

    fn ranges(now: Duration, count: usize) -> (Ranges, Vec<u32>) {
        let mut ranges = Ranges::new(u32::MAX, LeaseSize::Measured);
        let begin = |_| ranges.begin(now, job(), LEASE, Target::MAX).range;
        let numbers = (0..count).map(begin).collect();
        (ranges, numbers)
    }

    #[test]
    fn numbers_are_not_used_twice() {
        let (_, numbers) = ranges(ZERO, 3);
        assert_eq!(numbers, [u32::MAX, 0, 1]);
    }

    #[test]
    fn a_result_is_credited_to_its_range_or_nobody() {
        let (mut ranges, numbers) = ranges(ZERO, 1);
        assert_eq!(ranges.found(numbers[0], 59).unwrap().job, job());
        let nonce = 60;
        let outside = Fault::NonceOutside {
            lease: LEASE,
            nonce,
        };
        assert_eq!(ranges.found(numbers[0], nonce), Err(outside));
        assert_eq!(ranges.found(7, 55), Err(Fault::UnknownRange(7)));
    }

    #[test]
    fn a_range_is_over_once() {
        let now = ZERO;
        let (mut ranges, numbers) = ranges(now, 1);
        let done = ranges.done(now, numbers[0], 4, Ending::Aborted).unwrap();
        assert_eq!((done.span.hashes, done.given_up), (4, 6));
        let unknown = Fault::UnknownRange(numbers[0]);
        assert_eq!(ranges.found(numbers[0], 50), Err(unknown.clone()));
        let again = ranges.done(now, numbers[0], 4, Ending::Aborted);
        assert_eq!(again, Err(unknown));
    }

    #[test]
    fn a_count_that_cannot_be_is_a_fault() {
        let now = ZERO;
        for (hashes, ending, fault) in [
            (11, Ending::Aborted, true),
            (9, Ending::Complete, true),
            (11, Ending::Complete, true),
            (10, Ending::Complete, false),
            (10, Ending::Replaced, false),
            (0, Ending::Replaced, false),
        ] {
            let (mut ranges, numbers) = ranges(now, 1);
            let done = ranges.done(now, numbers[0], hashes, ending);
            assert_eq!(done.is_err(), fault, "{hashes} {ending:?}");
            assert_eq!(ranges.at_work(), 0);
        }
    }

    #[test]
    fn a_range_that_waited_is_measured_from_the_end_of_the_one_before() {
        let start = ZERO;
        let (mut ranges, numbers) = ranges(start, 2);
        let seconds = Duration::from_secs;
        ranges
            .done(seconds(20), numbers[0], 10, Ending::Complete)
            .unwrap();
        let second = ranges.done(seconds(30), numbers[1], 10, Ending::Complete);
        let second = second.unwrap().span;
        assert_eq!((second.start, second.end), (seconds(20), seconds(30)));
        assert_eq!(ranges.next_size().get(), 10, "1 H/s for 10 s");
        assert_eq!(ranges.rate(), Some(1.0));
    }

    #[test]
    fn what_is_replaced_still_reports_but_is_not_at_work() {
        let now = ZERO;
        let (mut ranges, numbers) = ranges(now, 2);
        assert!(ranges.are_stale(|_| true) && !ranges.are_stale(|_| false));
        ranges.replace();
        assert_eq!(ranges.at_work(), 0);
        assert!(!ranges.are_stale(|_| true), "nothing is left to replace");
        assert!(ranges.found(numbers[0], 50).is_ok());
        assert!(ranges.done(now, numbers[0], 3, Ending::Replaced).is_ok());
        assert_eq!(ranges.forget(), 10, "the other");
    }

    #[test]
    fn a_canary_is_answered_or_not_and_says_nothing_of_the_rate() {
        for answered in [true, false] {
            let (mut ranges, _) = ranges(ZERO, 0);
            let work = ranges.begin_canary(ZERO, job(), [7; 32]);
            assert_eq!(work.job.message, Message::Raw([7; 32]));
            if answered {
                let purpose = ranges.found(work.range, 0).unwrap();
                assert_eq!(purpose.canary, Some([7; 32]));
            }
            let end = Duration::from_secs(1);
            let done = ranges.done(end, work.range, 1, Ending::Complete).unwrap();
            assert_eq!(done.unanswered, !answered);
            assert_eq!(ranges.rate(), None);
        }
    }

    #[test]
    fn a_device_that_never_ends_what_was_replaced_is_not_remembered_for_ever() {
        let (mut ranges, _) = ranges(ZERO, 0);
        for _ in 0..10 * MOST {
            ranges.replace();
            ranges.begin(ZERO, job(), LEASE, Target::MAX);
        }
        assert_eq!(ranges.ranges.len(), MOST);
        assert_eq!(ranges.at_work(), 1);
    }
}
