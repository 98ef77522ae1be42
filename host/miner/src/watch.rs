//! The current job and the orders of each device, at which the devices' threads look.

use crate::{
    job::{Job, Jobs},
    leases::{Book, Lease},
};
use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Duration,
};
use tensority_device::waker::Waker;

/// What the controller shows to the threads: one job, the leases of its nonces, and what else each
/// device has to do. A new job takes the place of the old one, so nobody can get work that is no
/// longer wanted. Whatever changes wakes those whom it concerns.
pub struct Watch {
    state: Mutex<State>,
    changed: Condvar,
    first_nonce: u64,
}

#[derive(Default)]
struct State {
    job: Option<Arc<Job>>,
    /// The oldest job of the current source that is not worthless.
    oldest_good: u32,
    book: Book,
    paused: bool,
    ending: bool,
    posts: BTreeMap<usize, Post>,
}

/// What there is for one device.
#[derive(Default)]
struct Post {
    waker: Option<Waker>,
    orders: Vec<Order>,
    off: bool,
}

/// Something that a device's thread has to do once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Put new work in the place of what the device is at.
    Resend,
    /// Have the device give up its work, and give it new work.
    Abort,
    /// Restart the device.
    Reset,
    /// Close the device, so that it is opened again.
    Reopen,
    /// Close the device for good.
    GiveUp,
    /// Ask for the hash of this header hash under the current seed.
    Canary([u8; 32]),
}

/// What a device's thread is to do from now on.
#[derive(Debug)]
pub struct Duty {
    /// Once.
    pub orders: Vec<Order>,
    /// Whether to hash.
    pub work: bool,
    /// Whether to come to an end.
    pub end: bool,
}

impl Watch {
    /// No job yet. Nonces begin at `first_nonce` where the source does not say.
    pub fn new(first_nonce: u64) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            first_nonce,
        }
    }

    /// Shows what the jobs have come to, and wakes all.
    pub fn show(&self, jobs: &Jobs) {
        let mut state = self.state();
        // Without a job the last one is kept, for those who hash it to see that it is worthless.
        if let Some(job) = jobs.current() {
            state.job = Some(Arc::clone(job));
        }
        let source = state.job.as_ref().map(|job| job.source);
        state.oldest_good = source.map_or(0, |source| jobs.oldest_good(source));
        Self::wake_all(state);
    }

    /// Has all give up their work, or take work again.
    pub fn pause(&self, paused: bool) {
        let mut state = self.state();
        state.paused = paused;
        Self::wake_all(state);
    }

    /// Switches a device off or on.
    pub fn switch(&self, device: usize, on: bool) {
        let mut state = self.state();
        let post = state.posts.entry(device).or_default();
        post.off = !on;
        post.wake();
    }

    /// Gives a device an order.
    pub fn order(&self, device: usize, order: Order) {
        let mut state = self.state();
        let post = state.posts.entry(device).or_default();
        post.orders.push(order);
        post.wake();
    }

    /// Tells every thread to come to its end.
    pub fn end(&self) {
        let mut state = self.state();
        state.ending = true;
        Self::wake_all(state);
        self.changed.notify_all();
    }

    /// A device is at work from now on; orders for the one before are forgotten.
    pub fn enlist(&self, device: usize, waker: Waker) {
        let mut state = self.state();
        let post = state.posts.entry(device).or_default();
        post.orders.clear();
        post.waker = Some(waker);
    }

    /// A device is gone.
    pub fn discharge(&self, device: usize) {
        self.state().posts.entry(device).or_default().waker = None;
    }

    /// What a device is to do. Its orders are handed over.
    pub fn duty(&self, device: usize) -> Duty {
        let mut state = self.state();
        let (paused, end) = (state.paused, state.ending);
        let post = state.posts.entry(device).or_default();
        Duty {
            orders: std::mem::take(&mut post.orders),
            work: !paused && !post.off,
            end,
        }
    }

    /// Whether a job is still worth hashing.
    pub fn is_wanted(&self, job: &Job) -> bool {
        self.state().is_wanted(job)
    }

    /// The current job, unless it is worthless.
    pub fn job(&self) -> Option<Arc<Job>> {
        let state = self.state();
        state.job.clone().filter(|job| state.is_wanted(job))
    }

    /// Nonces of the current job, as many as wanted or as are left; nothing if there is no job worth
    /// hashing.
    pub fn lease(&self, count: NonZero<u64>) -> Option<(Arc<Job>, Lease)> {
        let mut state = self.state();
        let job = state.job.clone().filter(|job| state.is_wanted(job))?;
        let lease = state.book.leases(&job, self.first_nonce).take(count)?;
        Some((job, lease))
    }

    /// Waits, but not beyond the word to end; whether it came.
    pub fn rest(&self, duration: Duration) -> bool {
        let wait = |state: &mut State| !state.ending;
        let state = self
            .changed
            .wait_timeout_while(self.state(), duration, wait);
        state.expect(UNPOISONED).0.ending
    }

    /// Wakes all, who then look: the state is theirs before the first of them is awake.
    fn wake_all(state: MutexGuard<'_, State>) {
        let wakers = state.posts.values().filter_map(|post| post.waker.clone());
        let wakers: Vec<_> = wakers.collect();
        drop(state);
        wakers.iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(UNPOISONED)
    }
}

impl State {
    fn is_wanted(&self, job: &Job) -> bool {
        let source = self.job.as_ref().map(|job| job.source);
        source == Some(job.source) && job.number >= self.oldest_good
    }
}

impl Post {
    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }
}

const UNPOISONED: &str = "nothing panics with the state";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::work;
    use tensority_source::Work;

    const TEN: NonZero<u64> = NonZero::new(10).unwrap();
    const ZERO: Duration = Duration::ZERO;

    #[test]
    fn each_job_hands_out_its_own_nonces_once() {
        let (watch, mut jobs) = (Watch::new(100), Jobs::default());
        jobs.choose(Some(0));
        assert!(watch.lease(TEN).is_none(), "no job yet");
        let mut show = |work| {
            jobs.take(ZERO, 0, work).unwrap();
            watch.show(&jobs);
            let next = || {
                watch
                    .lease(TEN)
                    .map(|(job, lease)| (job.number, lease.first))
            };
            (next(), next())
        };
        assert_eq!(show(work(1)), (Some((1, 100)), Some((1, 110))));
        let mut fresher = Work {
            replace: false,
            ..work(1)
        };
        assert_eq!(show(fresher.clone()), (Some((2, 120)), Some((2, 130))));
        fresher.header.timestamp += 60;
        assert_eq!(show(fresher), (Some((3, 100)), Some((3, 110))));
    }

    #[test]
    fn nothing_is_handed_out_of_a_worthless_job() {
        let (watch, mut jobs) = (Watch::new(0), Jobs::default());
        jobs.choose(Some(0));
        jobs.take(ZERO, 0, work(1)).unwrap();
        watch.show(&jobs);
        let (job, _) = watch.lease(TEN).unwrap();
        assert!(watch.is_wanted(&job));
        jobs.void(ZERO, 0);
        watch.show(&jobs);
        assert!(!watch.is_wanted(&job));
        assert!(watch.lease(TEN).is_none());
        jobs.take(ZERO, 0, work(2)).unwrap();
        watch.show(&jobs);
        assert!(watch.lease(TEN).is_some());
    }

    #[test]
    fn the_job_of_another_source_is_not_wanted_though_it_is_good() {
        let (watch, mut jobs) = (Watch::new(0), Jobs::default());
        jobs.choose(Some(0));
        let old = jobs.take(ZERO, 0, work(1)).unwrap();
        jobs.take(ZERO, 1, work(1)).unwrap();
        jobs.choose(Some(1));
        watch.show(&jobs);
        assert!(!watch.is_wanted(&old) && !jobs.is_stale(&old));
    }

    #[test]
    fn orders_are_handed_over_once_and_not_to_the_next_device() {
        let watch = Watch::new(0);
        watch.order(3, Order::Reset);
        assert_eq!(watch.duty(3).orders, [Order::Reset]);
        assert!(watch.duty(3).orders.is_empty());
        watch.switch(3, false);
        assert!(!watch.duty(3).work && watch.duty(4).work);
        watch.pause(true);
        assert!(!watch.duty(4).work);
        assert!(!watch.rest(ZERO));
        watch.end();
        assert!(watch.duty(4).end);
        let long = Duration::from_secs(3600);
        assert!(watch.rest(long), "no rest at the end");
    }
}
