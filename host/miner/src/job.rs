//! Work of all sources, as numbered jobs.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tensority::{Error, Target};
use tensority_device::device::{self, Message};
use tensority_source::Work;

/// Jobs of a source that are good at the same time, as many as pools remember for a connection.
const GOOD: usize = 8;
/// Jobs that are remembered, so that a late result is known for what it is.
const KEPT: usize = 256;

/// What is to be hashed, with a number and its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The number, greater than that of every job before.
    pub number: u32,
    /// The index of its source.
    pub source: usize,
    /// What the source gave.
    pub work: Work,
    /// The target of a block.
    pub block_target: Target,
    /// When it came.
    pub received: Duration,
}

impl Job {
    /// The height of the block.
    pub fn height(&self) -> u64 {
        self.work.header.height
    }

    /// The job as devices take it: they report hashes that meet `target`.
    pub fn for_device(&self, target: Target) -> device::Job {
        device::Job {
            number: self.number,
            message: Message::Header(self.work.header.prefix()),
            seed: self.work.seed,
            target,
        }
    }
}

/// The jobs of all sources. One source is chosen, and its latest job is the current one.
#[derive(Debug, Default)]
pub struct Jobs {
    next: u32,
    known: BTreeMap<u32, Arc<Job>>,
    /// When those that are worthless became so.
    ended: BTreeMap<u32, Duration>,
    sources: BTreeMap<usize, OfSource>,
    chosen: Option<usize>,
}

#[derive(Debug, Default)]
struct OfSource {
    oldest_good: u32,
    latest: u32,
}

impl Jobs {
    /// Makes a job of work.
    ///
    /// # Errors
    ///
    /// Of [`Target::from_bits`], for bits that no hash meets. Nothing changes then.
    pub fn take(&mut self, now: Duration, source: usize, work: Work) -> Result<Arc<Job>, Error> {
        let block_target = Target::from_bits(work.header.bits)?;
        if work.replace {
            self.void(now, source);
        }
        self.next += 1;
        let job = Arc::new(Job {
            number: self.next,
            source,
            work,
            block_target,
            received: now,
        });
        self.known.insert(job.number, Arc::clone(&job));
        if self.known.len() > KEPT
            && let Some((oldest, _)) = self.known.pop_first()
        {
            self.ended.remove(&oldest);
        }
        self.sources.entry(source).or_default().latest = job.number;
        self.end_the_oldest(now, source);
        Ok(job)
    }

    /// The latest few jobs of a source stay good.
    fn end_the_oldest(&mut self, now: Duration, source: usize) {
        let jobs = self.sources.entry(source).or_default();
        let good = self.known.range(jobs.oldest_good..);
        let good = good.filter(|(_, job)| job.source == source);
        let good: Vec<_> = good.map(|(number, _)| *number).collect();
        if let Some(over) = good.len().checked_sub(GOOD) {
            self.ended
                .extend(good[..over].iter().map(|number| (*number, now)));
            jobs.oldest_good = good[over];
        }
    }

    /// All jobs of a source are worthless.
    pub fn void(&mut self, now: Duration, source: usize) {
        let jobs = self.sources.entry(source).or_default();
        let good = self.known.range(jobs.oldest_good..);
        for (number, _) in good.filter(|(_, job)| job.source == source) {
            self.ended.insert(*number, now);
        }
        jobs.oldest_good = self.next + 1;
    }

    /// Chooses the source whose jobs are hashed.
    pub fn choose(&mut self, source: Option<usize>) {
        self.chosen = source;
    }

    /// The job to hash: the latest of the chosen source, unless it is worthless.
    pub fn current(&self) -> Option<&Arc<Job>> {
        self.latest(self.chosen?)
    }

    /// The latest job of a source, unless it is worthless.
    pub fn latest(&self, source: usize) -> Option<&Arc<Job>> {
        let jobs = self.sources.get(&source)?;
        let job = self.known.get(&jobs.latest)?;
        (job.number >= jobs.oldest_good).then_some(job)
    }

    /// The job of a number, unless it is forgotten.
    pub fn get(&self, number: u32) -> Option<&Arc<Job>> {
        self.known.get(&number)
    }

    /// Whether the source would take no share of this job.
    pub fn is_stale(&self, job: &Job) -> bool {
        job.number < self.oldest_good(job.source)
    }

    /// When a job became worthless, if it did.
    pub fn ended(&self, number: u32) -> Option<Duration> {
        self.ended.get(&number).copied()
    }

    /// The number of the oldest job of a source that is not worthless; of one to come if there is
    /// none.
    pub fn oldest_good(&self, source: usize) -> u32 {
        self.sources.get(&source).map_or(0, |jobs| jobs.oldest_good)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::work;

    const ZERO: Duration = Duration::ZERO;

    #[test]
    fn the_latest_job_of_the_chosen_source_is_current() {
        let mut jobs = Jobs::default();
        let a = jobs.take(ZERO, 0, work(1)).unwrap();
        let b = jobs.take(ZERO, 1, work(2)).unwrap();
        assert!(jobs.current().is_none(), "none is chosen");
        jobs.choose(Some(0));
        assert_eq!(jobs.current(), Some(&a));
        jobs.choose(Some(1));
        assert_eq!(jobs.current(), Some(&b));
        assert!(!jobs.is_stale(&a), "its source still takes it");
    }

    #[test]
    fn what_replaces_makes_the_jobs_of_its_source_stale_and_no_others() {
        let mut jobs = Jobs::default();
        let a = jobs.take(ZERO, 0, work(1)).unwrap();
        let other = jobs.take(ZERO, 1, work(2)).unwrap();
        let now = Duration::from_secs(5);
        let fresher = Work {
            replace: false,
            ..work(1)
        };
        let b = jobs.take(now, 0, fresher).unwrap();
        assert!(!jobs.is_stale(&a) && !jobs.is_stale(&b));
        jobs.take(now, 0, work(3)).unwrap();
        assert!(jobs.is_stale(&a) && jobs.is_stale(&b));
        assert_eq!(jobs.ended(a.number), Some(now));
        assert!(!jobs.is_stale(&other));
        assert_eq!(jobs.ended(other.number), None);
    }

    #[test]
    fn in_a_storm_of_jobs_the_latest_few_stay_good() {
        let mut jobs = Jobs::default();
        let other = jobs.take(ZERO, 1, work(1)).unwrap();
        let fresher = Work {
            replace: false,
            ..work(2)
        };
        let take = |_| jobs.take(ZERO, 0, fresher.clone()).unwrap();
        let taken: Vec<_> = (0..3 * GOOD).map(take).collect();
        let good = taken.iter().filter(|job| !jobs.is_stale(job)).count();
        assert_eq!(good, GOOD);
        assert!(jobs.is_stale(&taken[0]) && !jobs.is_stale(&other));
        assert_eq!(jobs.ended(taken[0].number), Some(ZERO));
    }

    #[test]
    fn a_void_source_has_no_job_until_it_gives_one() {
        let mut jobs = Jobs::default();
        jobs.choose(Some(0));
        jobs.take(ZERO, 0, work(1)).unwrap();
        jobs.void(ZERO, 0);
        assert!(jobs.current().is_none());
        let next = jobs.take(ZERO, 0, work(1)).unwrap();
        assert_eq!(jobs.current(), Some(&next));
    }

    #[test]
    fn bits_that_no_hash_meets_are_refused_and_nothing_changes() {
        let mut jobs = Jobs::default();
        jobs.choose(Some(0));
        let good = jobs.take(ZERO, 0, work(1)).unwrap();
        let mut bad = work(2);
        bad.header.bits = 0;
        assert!(jobs.take(ZERO, 0, bad).is_err());
        assert_eq!(jobs.current(), Some(&good));
        assert!(!jobs.is_stale(&good));
    }

    #[test]
    fn old_jobs_are_forgotten_in_the_end() {
        let mut jobs = Jobs::default();
        for parent in 0..2 * KEPT {
            jobs.take(ZERO, 0, work(parent as u8)).unwrap();
        }
        assert_eq!(jobs.known.len(), KEPT);
        assert!(jobs.ended.len() < KEPT);
        assert!(jobs.get(1).is_none());
    }

    #[test]
    fn devices_get_the_prefix_and_their_own_target() {
        let mut jobs = Jobs::default();
        let job = jobs.take(ZERO, 0, work(1)).unwrap();
        let for_device = job.for_device(Target::MAX);
        let prefix = job.work.header.prefix();
        assert_eq!(for_device.message, Message::Header(prefix));
        assert_eq!(for_device.target, Target::MAX);
    }
}
