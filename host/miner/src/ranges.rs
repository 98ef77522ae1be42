//! Ranges of one device, by which its results are recognised.

use std::num::NonZero;
use std::ops;
use std::sync::Arc;
use std::time::Duration;

use tensority::Target;
use tensority_device::device::{EndReason, Message, Range, RangeId};

use crate::job::Job;
use crate::range_size::RangeSize;
use crate::rate::Span;

/// A device said what cannot be: a hardware error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("expected one of its ranges, found {0}")]
    UnknownRange(RangeId),
    /// A nonce outside of the range it names.
    #[error("expected a nonce of {nonces:?}, found {nonce}")]
    NonceOutside { nonces: ops::Range<u64>, nonce: u64 },
    /// A number of hashes that does not fit the range's size and end.
    #[error("expected {} {count} hashes of a range, found {hashes}", if *.complete { "exactly" } else { "at most" })]
    HashCount {
        count: u64,
        /// Whether all are said to be hashed.
        complete: bool,
        hashes: u64,
    },
}

/// Ranges of a device that are remembered. It tells the end of each, so there are a few.
const MOST: usize = 64;

/// What a range is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    pub job: Arc<Job>,
    /// The target that the device was given.
    pub target: Target,
    /// The header hash of a known-answer test, if it is one.
    pub canary: Option<[u8; 32]>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub purpose: Purpose,
    /// A known-answer test that was not answered.
    pub unanswered: bool,
    pub span: Span,
    /// Nonces that nobody will hash.
    pub given_up: u64,
}

/// The ranges of one device, in the order in which it got them.
#[derive(Debug)]
pub struct Ranges {
    /// None of these is over.
    ranges: Vec<Given>,
    size: RangeSize,
    next_size: NonZero<u64>,
    /// When the device was last known to have ended a range.
    last_end: Option<Duration>,
    /// Hashes per second of the last range that was done to its end.
    rate: Option<f64>,
}

/// A range that the device was given.
#[derive(Debug)]
struct Given {
    id: RangeId,
    purpose: Purpose,
    nonces: ops::Range<u64>,
    begun: Duration,
    /// A known-answer test that was answered.
    answered: bool,
    /// Other work was put in its place; its end is still to be told.
    replaced: bool,
}

impl Ranges {
    pub fn new(size: RangeSize) -> Self {
        Self {
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

    /// Those that run or wait.
    pub fn at_work(&self) -> usize {
        self.ranges.iter().filter(|range| !range.replaced).count()
    }

    /// Whether all that run or wait are of jobs for which `is_stale` holds; false if there are none.
    pub fn are_stale(&self, is_stale: impl Fn(&Job) -> bool) -> bool {
        let mut at_work = self.ranges.iter().filter(|range| !range.replaced);
        self.at_work() > 0 && at_work.all(|range| is_stale(&range.purpose.job))
    }

    /// The range of these nonces, which the device is about to get; of its job's header, or of the
    /// header hash of a known-answer test.
    pub fn begin(
        &mut self,
        now: Duration,
        id: RangeId,
        purpose: Purpose,
        nonces: ops::Range<u64>,
    ) -> Range {
        if self.ranges.len() == MOST {
            // A device that never tells the end of what was replaced.
            self.ranges.remove(0);
        }
        let template = &purpose.job.template;
        let range = Range {
            id,
            message: match purpose.canary {
                Some(header_hash) => Message::Raw(header_hash),
                None => Message::Header(template.header.prefix()),
            },
            seed: template.seed,
            target: purpose.target,
            first: nonces.start,
            count: nonces.end - nonces.start,
        };
        self.ranges.push(Given {
            id,
            purpose,
            nonces,
            begun: now,
            answered: false,
            replaced: false,
        });
        range
    }

    /// The nonces of ranges that are not over.
    pub fn unhashed(&self) -> u64 {
        let nonces = self.ranges.iter().map(|range| &range.nonces);
        nonces.map(|nonces| nonces.end - nonces.start).sum()
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
    /// [`Fault::UnknownRange`], [`Fault::NonceOutside`].
    pub fn found(&mut self, id: RangeId, nonce: u64) -> Result<Purpose, Fault> {
        let place = self.place(id)?;
        let range = &mut self.ranges[place];
        if !range.nonces.contains(&nonce) {
            let nonces = range.nonces.clone();
            return Err(Fault::NonceOutside { nonces, nonce });
        }
        range.answered = true;
        Ok(range.purpose.clone())
    }

    /// A range is over.
    ///
    /// # Errors
    /// [`Fault::UnknownRange`], and [`Fault::HashCount`], after which the range is over all the same
    /// and none of its hashes count.
    pub fn done(
        &mut self,
        now: Duration,
        id: RangeId,
        hashes: u64,
        ending: EndReason,
    ) -> Result<Done, Fault> {
        let range = self.ranges.remove(self.place(id)?);
        let count = range.nonces.end - range.nonces.start;
        // A range that waited began when the one before was over.
        let start = self
            .last_end
            .map_or(range.begun, |end| end.max(range.begun));
        if hashes > 0 {
            self.last_end = Some(now);
        }
        let complete = ending == EndReason::Complete;
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

    fn place(&self, id: RangeId) -> Result<usize, Fault> {
        let place = self.ranges.iter().position(|range| range.id == id);
        place.ok_or(Fault::UnknownRange(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Jobs;
    use crate::tests::template;

    fn job() -> Arc<Job> {
        Jobs::default().take(ZERO, 0, template(1)).unwrap()
    }

    const ZERO: Duration = Duration::ZERO;
    const NONCES: ops::Range<u64> = 50..60;

    fn purpose(canary: Option<[u8; 32]>) -> Purpose {
        Purpose {
            job: job(),
            target: Target::MAX,
            canary,
        }
    }

    fn ranges(now: Duration, count: usize) -> (Ranges, Vec<RangeId>) {
        let mut ranges = Ranges::new(RangeSize::Measured);
        let ids: Vec<_> = (0..count as u32).map(RangeId).collect();
        for id in &ids {
            ranges.begin(now, *id, purpose(None), NONCES);
        }
        (ranges, ids)
    }

    #[test]
    fn a_device_gets_the_header_or_the_header_hash_of_a_test() {
        let mut ranges = Ranges::new(RangeSize::Measured);
        let id = RangeId(7);
        let range = ranges.begin(ZERO, id, purpose(None), NONCES);
        let prefix = job().template.header.prefix();
        assert_eq!(range.message, Message::Header(prefix));
        assert_eq!((range.id, range.first, range.count), (id, 50, 10));
        let test = ranges.begin(ZERO, id.next(), purpose(Some([7; 32])), 0..1);
        assert_eq!(test.message, Message::Raw([7; 32]));
        assert!(range.seed == test.seed, "no other matrix list");
    }

    #[test]
    fn a_result_is_credited_to_its_range_or_nobody() {
        let (mut ranges, ids) = ranges(ZERO, 1);
        assert_eq!(ranges.found(ids[0], 59).unwrap().job, job());
        let nonce = 60;
        let outside = Fault::NonceOutside {
            nonces: NONCES,
            nonce,
        };
        assert_eq!(ranges.found(ids[0], nonce), Err(outside));
        assert_eq!(
            ranges.found(RangeId(7), 55),
            Err(Fault::UnknownRange(RangeId(7)))
        );
    }

    #[test]
    fn a_range_is_over_once() {
        let now = ZERO;
        let (mut ranges, ids) = ranges(now, 1);
        let done = ranges.done(now, ids[0], 4, EndReason::Aborted).unwrap();
        assert_eq!((done.span.hashes, done.given_up), (4, 6));
        let unknown = Fault::UnknownRange(ids[0]);
        assert_eq!(ranges.found(ids[0], 50), Err(unknown.clone()));
        let again = ranges.done(now, ids[0], 4, EndReason::Aborted);
        assert_eq!(again, Err(unknown));
    }

    #[test]
    fn a_count_that_cannot_be_is_a_fault() {
        let now = ZERO;
        for (hashes, ending, fault) in [
            (11, EndReason::Aborted, true),
            (9, EndReason::Complete, true),
            (11, EndReason::Complete, true),
            (10, EndReason::Complete, false),
            (10, EndReason::Replaced, false),
            (0, EndReason::Replaced, false),
        ] {
            let (mut ranges, ids) = ranges(now, 1);
            let done = ranges.done(now, ids[0], hashes, ending);
            assert_eq!(done.is_err(), fault, "{hashes} {ending:?}");
            assert_eq!(ranges.at_work(), 0);
        }
    }

    #[test]
    fn a_range_that_waited_is_measured_from_the_end_of_the_one_before() {
        let start = ZERO;
        let (mut ranges, ids) = ranges(start, 2);
        let seconds = Duration::from_secs;
        ranges
            .done(seconds(20), ids[0], 10, EndReason::Complete)
            .unwrap();
        let second = ranges.done(seconds(30), ids[1], 10, EndReason::Complete);
        let second = second.unwrap().span;
        assert_eq!((second.start, second.end), (seconds(20), seconds(30)));
        assert_eq!(ranges.next_size().get(), 10, "1 H/s for 10 s");
        assert_eq!(ranges.rate(), Some(1.0));
    }

    #[test]
    fn what_is_replaced_still_reports_but_is_not_at_work() {
        let now = ZERO;
        let (mut ranges, ids) = ranges(now, 2);
        assert!(ranges.are_stale(|_| true) && !ranges.are_stale(|_| false));
        ranges.replace();
        assert_eq!(ranges.at_work(), 0);
        assert!(!ranges.are_stale(|_| true), "nothing is left to replace");
        assert!(ranges.found(ids[0], 50).is_ok());
        assert!(ranges.done(now, ids[0], 3, EndReason::Replaced).is_ok());
        assert_eq!(ranges.unhashed(), 10, "the other");
    }

    #[test]
    fn a_canary_is_answered_or_not_and_says_nothing_of_the_rate() {
        for answered in [true, false] {
            let (mut ranges, _) = ranges(ZERO, 0);
            let range = ranges.begin(ZERO, RangeId(1), purpose(Some([7; 32])), 0..1);
            if answered {
                let purpose = ranges.found(range.id, 0).unwrap();
                assert_eq!(purpose.canary, Some([7; 32]));
            }
            let end = Duration::from_secs(1);
            let done = ranges.done(end, range.id, 1, EndReason::Complete).unwrap();
            assert_eq!(done.unanswered, !answered);
            assert_eq!(ranges.rate(), None);
        }
    }

    #[test]
    fn a_device_that_never_ends_what_was_replaced_is_not_remembered_for_ever() {
        let (mut ranges, _) = ranges(ZERO, 0);
        for id in 0..10 * MOST as u32 {
            ranges.replace();
            ranges.begin(ZERO, RangeId(id), purpose(None), NONCES);
        }
        assert_eq!(ranges.ranges.len(), MOST);
        assert_eq!(ranges.at_work(), 1);
    }
}
