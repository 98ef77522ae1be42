//! Templates of all sources, as numbered jobs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tensority::{Error, Target};
use tensority_source::Template;

/// Jobs of a source that are good at the same time, as many as pools remember for a connection.
const GOOD: usize = 8;

/// A template that is hashed for a source. The controller makes it of what a source gives, and cuts
/// ranges from it.
#[derive(Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Job {
    /// Greater than that of every job before.
    pub number: u32,
    pub source: usize,
    pub template: Template,
    /// The target of the header's bits.
    pub block_target: Target,
    /// By the miner's clock.
    pub received: Duration,
    ended: OnceLock<Duration>,
}

impl Job {
    /// Height of the block to be mined.
    pub fn height(&self) -> u64 {
        self.template.header.height
    }

    /// When the source would take no share of it any more, if that is so.
    pub fn ended(&self) -> Option<Duration> {
        self.ended.get().copied()
    }

    /// Whether the source would take no share of it.
    pub fn is_stale(&self) -> bool {
        self.ended().is_some()
    }
}

/// The jobs of all sources. One source is chosen, and its latest job is the current one.
#[derive(Debug, Default)]
pub struct Jobs {
    last: u32,
    /// Those of each source that are not stale, the latest last.
    good: BTreeMap<usize, VecDeque<Arc<Job>>>,
    chosen: Option<usize>,
}

impl Jobs {
    /// Makes a job of a template.
    ///
    /// # Errors
    /// Of [`Target::from_bits`], for bits that no hash meets. Nothing changes then.
    pub fn take(
        &mut self,
        now: Duration,
        source: usize,
        template: Template,
    ) -> Result<Arc<Job>, Error> {
        let block_target = Target::from_bits(template.header.bits)?;
        if template.replace {
            self.invalidate(now, source);
        }
        self.last += 1;
        let job = Arc::new(Job {
            number: self.last,
            source,
            template,
            block_target,
            received: now,
            ended: OnceLock::new(),
        });
        let good = self.good.entry(source).or_default();
        good.push_back(Arc::clone(&job));
        // The latest few jobs of a source stay good.
        if good.len() > GOOD
            && let Some(oldest) = good.pop_front()
        {
            oldest.ended.get_or_init(|| now);
        }
        Ok(job)
    }

    /// All jobs of a source are worthless.
    pub fn invalidate(&mut self, now: Duration, source: usize) {
        for job in self.good.remove(&source).unwrap_or_default() {
            job.ended.get_or_init(|| now);
        }
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
        self.good.get(&source)?.back()
    }

    /// Whether a job is worth hashing: one of the chosen source that is not worthless.
    pub fn is_wanted(&self, job: &Job) -> bool {
        self.chosen == Some(job.source) && !job.is_stale()
    }

    /// Whether the job of this number is not worthless.
    pub fn is_good(&self, number: u32) -> bool {
        self.good.values().flatten().any(|job| job.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::template;

    const ZERO: Duration = Duration::ZERO;

    #[test]
    fn the_latest_job_of_the_chosen_source_is_current() {
        let mut jobs = Jobs::default();
        let a = jobs.take(ZERO, 0, template(1)).unwrap();
        let b = jobs.take(ZERO, 1, template(2)).unwrap();
        assert!(jobs.current().is_none(), "none is chosen");
        jobs.choose(Some(0));
        assert_eq!(jobs.current(), Some(&a));
        jobs.choose(Some(1));
        assert_eq!(jobs.current(), Some(&b));
        assert!(!a.is_stale(), "its source still takes it");
    }

    #[test]
    fn what_replaces_makes_the_jobs_of_its_source_stale_and_no_others() {
        let mut jobs = Jobs::default();
        let a = jobs.take(ZERO, 0, template(1)).unwrap();
        let other = jobs.take(ZERO, 1, template(2)).unwrap();
        let now = Duration::from_secs(5);
        let fresher = Template {
            replace: false,
            ..template(1)
        };
        let b = jobs.take(now, 0, fresher).unwrap();
        assert!(!a.is_stale() && !b.is_stale());
        jobs.take(now, 0, template(3)).unwrap();
        assert!(a.is_stale() && b.is_stale());
        assert_eq!(a.ended(), Some(now));
        assert!(!other.is_stale());
        assert_eq!(other.ended(), None);
    }

    #[test]
    fn in_a_storm_of_jobs_the_latest_few_stay_good() {
        let mut jobs = Jobs::default();
        let other = jobs.take(ZERO, 1, template(1)).unwrap();
        let fresher = Template {
            replace: false,
            ..template(2)
        };
        let take = |_| jobs.take(ZERO, 0, fresher.clone()).unwrap();
        let taken: Vec<_> = (0..3 * GOOD).map(take).collect();
        let good = taken.iter().filter(|job| !job.is_stale()).count();
        assert_eq!(good, GOOD);
        assert!(taken[0].is_stale() && !other.is_stale());
        assert_eq!(taken[0].ended(), Some(ZERO));
    }

    #[test]
    fn an_invalidated_source_has_no_job_until_it_gives_one() {
        let mut jobs = Jobs::default();
        jobs.choose(Some(0));
        jobs.take(ZERO, 0, template(1)).unwrap();
        jobs.invalidate(ZERO, 0);
        assert!(jobs.current().is_none());
        let next = jobs.take(ZERO, 0, template(1)).unwrap();
        assert_eq!(jobs.current(), Some(&next));
    }

    #[test]
    fn bits_that_no_hash_meets_are_refused_and_nothing_changes() {
        let mut jobs = Jobs::default();
        jobs.choose(Some(0));
        let good = jobs.take(ZERO, 0, template(1)).unwrap();
        let mut bad = template(2);
        bad.header.bits = 0;
        assert!(jobs.take(ZERO, 0, bad).is_err());
        assert_eq!(jobs.current(), Some(&good));
        assert!(!good.is_stale());
    }

    #[test]
    fn a_job_is_forgotten_when_it_is_worthless() {
        let mut jobs = Jobs::default();
        let old = jobs.take(ZERO, 0, template(1)).unwrap();
        assert!(jobs.is_good(old.number));
        jobs.take(ZERO, 0, template(2)).unwrap();
        assert!(!jobs.is_good(old.number));
        assert_eq!(Arc::strong_count(&old), 1, "nobody else holds it");
    }

    #[test]
    fn a_job_of_another_source_than_the_chosen_is_not_wanted_though_it_is_good() {
        let mut jobs = Jobs::default();
        let one = jobs.take(ZERO, 0, template(1)).unwrap();
        let other = jobs.take(ZERO, 1, template(1)).unwrap();
        jobs.choose(Some(1));
        assert!(!jobs.is_wanted(&one) && !one.is_stale());
        assert!(jobs.is_wanted(&other));
        jobs.invalidate(ZERO, 1);
        assert!(!jobs.is_wanted(&other));
    }
}
