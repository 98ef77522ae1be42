//! Queue of the processor's ranges: running, waiting, given up.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::device::{EndReason, Message, Placement, Range, RangeId};

/// What the worker has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there are three at a time")]
pub enum Task {
    Range(Range),
    /// Say that this range was given up before it began.
    GivenUp(RangeId, EndReason),
    SelfTest,
    Restart,
}

/// Why work is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// [`Range::count`] and [`Range::first`].
    #[error("the range is empty or goes beyond 2^63")]
    Range,
    #[error("the job has no seed")]
    Seed,
    #[error("as many ranges wait as may")]
    Full,
    #[error("the device is busy")]
    Busy,
}

/// What runs, and the tasks behind it.
pub struct Queue {
    capacity: usize,
    state: Mutex<State>,
    changed: Condvar,
    /// Whether what runs is given up; beside the state, for a look at every nonce.
    stop: AtomicBool,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    running: bool,
    /// Why what runs is given up, if it is.
    given_up: Option<EndReason>,
    closed: bool,
}

impl Task {
    /// Whether it is done at once and stands in nobody's way.
    fn is_brief(&self) -> bool {
        matches!(self, Self::GivenUp(..) | Self::Restart)
    }
}

impl State {
    /// Ranges and tests that run or wait and are not given up.
    fn live(&self) -> usize {
        let waiting = self.tasks.iter().filter(|task| !task.is_brief());
        waiting.count() + usize::from(self.running && self.given_up.is_none())
    }
}

impl Queue {
    /// An empty queue, in which `capacity` ranges may wait behind the one that runs.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            state: Mutex::default(),
            changed: Condvar::new(),
            stop: AtomicBool::new(false),
        }
    }

    /// Takes a range, behind what there is or instead of it.
    ///
    /// # Errors
    /// [`Refusal::Range`], [`Refusal::Seed`] and [`Refusal::Full`].
    pub fn push(&self, range: Range, placement: Placement) -> Result<(), Refusal> {
        let end = range.first.checked_add(range.count);
        let fits = range.count > 0 && end.is_some_and(|end| end <= 1 << 63);
        let raw = matches!(range.message, Message::Raw(_));
        if !fits || (raw && range.count != 1) {
            return Err(Refusal::Range);
        }
        if range.seed == [0; 32] {
            return Err(Refusal::Seed);
        }
        let mut state = self.state();
        match placement {
            Placement::Replace => self.end_all(&mut state, EndReason::Replaced),
            Placement::Behind if state.live() > self.capacity => return Err(Refusal::Full),
            Placement::Behind => {}
        }
        state.tasks.push_back(Task::Range(range));
        self.changed.notify_one();
        Ok(())
    }

    /// Takes a self-test, if there is no work.
    pub fn push_self_test(&self) -> Result<(), Refusal> {
        let mut state = self.state();
        if state.live() > 0 {
            return Err(Refusal::Busy);
        }
        state.tasks.push_back(Task::SelfTest);
        self.changed.notify_one();
        Ok(())
    }

    /// Gives up all ranges.
    pub fn give_up(&self, ending: EndReason) {
        self.end_all(&mut self.state(), ending);
    }

    /// Gives up all ranges, and forgets everything after that.
    pub fn restart(&self) {
        let mut state = self.state();
        self.end_all(&mut state, EndReason::Aborted);
        state.tasks.push_back(Task::Restart);
        self.changed.notify_one();
    }

    /// Gives up all, and ends the worker.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.stop.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// The next task, which runs until [`Self::finish`]; waits for one. None at the end.
    pub fn take(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(task) = state.tasks.pop_front() {
                state.running = !task.is_brief();
                return Some(task);
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether what runs is to stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Ends what runs; `outcome` is told whether it was given up, and why.
    pub fn finish<R>(&self, outcome: impl FnOnce(Option<EndReason>) -> R) -> R {
        let mut state = self.state();
        state.running = false;
        self.stop.store(state.closed, Ordering::Relaxed);
        outcome(state.given_up.take())
    }

    /// A self-test is never given up: it is over soon.
    fn end_all(&self, state: &mut State, ending: EndReason) {
        if state.running && state.given_up.is_none() {
            state.given_up = Some(ending);
            self.stop.store(true, Ordering::Relaxed);
        }
        for task in &mut state.tasks {
            if let Task::Range(range) = task {
                *task = Task::GivenUp(range.id, ending);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that may panic runs while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tensority::Target;

    use super::*;

    fn range(id: u32) -> Range {
        Range {
            id: RangeId(id),
            message: Message::Raw([0; 32]),
            seed: [1; 32],
            target: Target::MAX,
            first: 0,
            count: 1,
        }
    }

    #[test]
    fn one_waits_behind_the_one_that_runs_and_no_more() {
        let queue = Queue::new(1);
        let push = |id| queue.push(range(id), Placement::Behind);
        assert_eq!(
            (push(1), push(2), push(3)),
            (Ok(()), Ok(()), Err(Refusal::Full))
        );
        assert_eq!(queue.take(), Some(Task::Range(range(1))));
        assert_eq!(push(4), Err(Refusal::Full));
        assert_eq!(queue.push_self_test(), Err(Refusal::Busy));
        assert_eq!(queue.finish(|given_up| given_up), None);
        assert_eq!(push(5), Ok(()));
    }

    #[test]
    fn what_is_replaced_ends_in_order_and_leaves_its_place_at_once() {
        let queue = Queue::new(1);
        queue.push(range(1), Placement::Behind).unwrap();
        assert_eq!(queue.take(), Some(Task::Range(range(1))));
        queue.push(range(2), Placement::Behind).unwrap();
        queue.push(range(3), Placement::Replace).unwrap();
        queue.push(range(4), Placement::Behind).unwrap();
        assert!(queue.stopped());
        assert_eq!(queue.finish(|given_up| given_up), Some(EndReason::Replaced));
        assert!(!queue.stopped());
        assert_eq!(
            queue.take(),
            Some(Task::GivenUp(RangeId(2), EndReason::Replaced))
        );
        assert_eq!(queue.take(), Some(Task::Range(range(3))));
    }

    #[test]
    fn ranges_that_no_block_can_hold_are_refused() {
        let queue = Queue::new(1);
        for (first, count) in [(0, 0), (1 << 63, 1), (u64::MAX, 1), ((1 << 63) - 1, 2)] {
            let range = Range {
                first,
                count,
                ..range(1)
            };
            assert_eq!(queue.push(range, Placement::Replace), Err(Refusal::Range));
        }
        // A header hash is hashed once.
        let twice = Range {
            count: 2,
            ..range(1)
        };
        assert_eq!(queue.push(twice, Placement::Behind), Err(Refusal::Range));
        let last = Range {
            first: (1 << 63) - 1,
            ..range(1)
        };
        assert_eq!(queue.push(last, Placement::Behind), Ok(()));
    }
}
