//! Publication of states and of the log, from the miner to all observers.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::State;
use crate::log::{Log, LogLine};

/// The latest state, and the last lines of the log. Whoever looks gets the tree itself; the miner puts another one in its place.
#[derive(Debug, Default)]
pub struct Published {
    latest: Mutex<(u64, Arc<State>)>,
    newer: Condvar,
    log: Mutex<Log>,
}

impl Published {
    /// The latest state.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.latest().1)
    }

    /// Puts a state in the place of the latest one.
    pub fn publish(&self, state: State) {
        let mut latest = self.latest();
        *latest = (latest.0 + 1, Arc::new(state));
        self.newer.notify_all();
    }

    /// The number of the latest state and the state itself, as soon as the number is greater than
    /// `seen`, or after `patience`. The state before the first one has number 0.
    pub fn newer_than(&self, seen: u64, patience: Duration) -> (u64, Arc<State>) {
        let old = |latest: &mut (u64, Arc<State>)| latest.0 <= seen;
        let waited = self.newer.wait_timeout_while(self.latest(), patience, old);
        let (latest, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (latest.0, Arc::clone(&latest.1))
    }

    /// Writes a line into the log.
    pub fn log(&self, at_unix: u64, text: String) {
        self.lines().write(at_unix, text);
    }

    /// Those that are kept of the lines behind the one with this number; behind 0 are all.
    pub fn log_after(&self, number: u64) -> Vec<LogLine> {
        self.lines().after(number)
    }

    fn lines(&self) -> MutexGuard<'_, Log> {
        // What is in there is always whole.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn latest(&self) -> MutexGuard<'_, (u64, Arc<State>)> {
        // What is in there is always whole.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
