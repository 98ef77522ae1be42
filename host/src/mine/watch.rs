//! The current job, at which every thread looks when it wants to.

use super::{
    job::{Job, Jobs},
    leases::{Lease, Leases},
};
use std::{
    num::NonZero,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Duration,
};

/// What the controller shows to the threads: one job, the leases of its nonces, and whether to end.
/// A new job takes the place of the old one, so nobody can get work that is no longer wanted.
pub struct Watch {
    state: Mutex<State>,
    ending: Condvar,
    first_nonce: u64,
}

struct State {
    job: Option<Arc<Job>>,
    leases: Leases,
    oldest_good: u32,
    ending: bool,
}

impl Watch {
    /// No job yet. The nonces of every job will begin at `first_nonce`.
    pub fn new(first_nonce: u64) -> Self {
        Self {
            state: Mutex::new(State {
                job: None,
                leases: Leases::new(first_nonce),
                oldest_good: 0,
                ending: false,
            }),
            ending: Condvar::new(),
            first_nonce,
        }
    }

    /// Shows what the jobs have come to.
    pub fn show(&self, jobs: &Jobs) {
        let mut state = self.state();
        state.oldest_good = jobs.oldest_good();
        let number = |job: Option<&Arc<Job>>| job.map(|job| job.number);
        if number(state.job.as_ref()) != number(jobs.current()) {
            state.job = jobs.current().cloned();
            state.leases = Leases::new(self.first_nonce);
        }
    }

    /// Tells every thread to come to its end.
    pub fn end(&self) {
        self.state().ending = true;
        self.ending.notify_all();
    }

    /// Whether to come to an end.
    pub fn is_ending(&self) -> bool {
        self.state().ending
    }

    /// Whether the node would take no block of a job.
    pub fn is_stale(&self, job: &Job) -> bool {
        job.number < self.state().oldest_good
    }

    /// Nonces of the current job, as many as wanted or as are left; nothing if there is no job worth
    /// hashing.
    pub fn lease(&self, count: NonZero<u64>) -> Option<(Arc<Job>, Lease)> {
        let mut state = self.state();
        let job = state.job.clone()?;
        if job.number < state.oldest_good || state.ending {
            return None;
        }
        Some((job, state.leases.take(count)?))
    }

    /// Waits, but not beyond the word to end; whether it came.
    pub fn rest(&self, duration: Duration) -> bool {
        let wait = |state: &mut State| !state.ending;
        let state = self.ending.wait_timeout_while(self.state(), duration, wait);
        state.expect(UNPOISONED).0.ending
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nothing panics with the state";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::job::Template;
    use tensority::BlockHeader;

    fn template(parent: u8, timestamp: u64) -> Template {
        Template {
            header: BlockHeader {
                previous_block_hash: [parent; 32],
                timestamp,
                bits: 0x2000_0000_000c_cccc,
                ..BlockHeader::default()
            },
            seed: [0; 32],
        }
    }

    const TEN: NonZero<u64> = NonZero::new(10).unwrap();

    #[test]
    fn each_job_hands_out_its_own_nonces_once() {
        let (watch, mut jobs) = (Watch::new(100), Jobs::default());
        assert!(watch.lease(TEN).is_none(), "no job yet");
        let mut show = |template| {
            jobs.take(template).unwrap();
            watch.show(&jobs);
        };
        let lease = || {
            watch
                .lease(TEN)
                .map(|(job, lease)| (job.number, lease.first))
        };
        show(template(1, 0));
        assert_eq!((lease(), lease()), (Some((1, 100)), Some((1, 110))));
        show(template(1, 1));
        assert_eq!(lease(), Some((1, 120)), "the same job");
        show(template(1, 1000));
        assert_eq!(lease(), Some((2, 100)), "another timestamp, another hash");
    }

    #[test]
    fn nothing_is_handed_out_of_a_stale_job_or_at_the_end() {
        let (watch, mut jobs) = (Watch::new(0), Jobs::default());
        jobs.take(template(1, 0)).unwrap();
        watch.show(&jobs);
        let (job, _) = watch.lease(TEN).unwrap();
        assert!(!watch.is_stale(&job));
        jobs.outrun(&job);
        watch.show(&jobs);
        assert!(watch.is_stale(&job));
        assert!(watch.lease(TEN).is_none());
        jobs.take(template(2, 0)).unwrap();
        watch.show(&jobs);
        assert!(watch.lease(TEN).is_some());
        assert!(!watch.rest(Duration::ZERO));
        watch.end();
        assert!(watch.lease(TEN).is_none());
        assert!(watch.rest(Duration::from_secs(3600)), "no rest at the end");
    }
}
