//! Publication of states, from the miner to all observers.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::State;

/// The latest state. Whoever looks gets the tree itself; the miner puts another one in its place.
#[derive(Debug, Default)]
pub struct Published {
    latest: Mutex<(u64, Arc<State>)>,
    newer: Condvar,
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

    fn latest(&self) -> MutexGuard<'_, (u64, Arc<State>)> {
        // What is in there is always whole.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
