//! History of a run: each state is counted in it. What cannot be written is said, and mining goes on.

use std::path::Path;
use std::time::Instant;

use tensority_history::{HistoryError, Recorder};
use tensority_miner::unix_now;
use tensority_telemetry::State;

/// A history that is being written.
pub struct History {
    recorder: Recorder,
    /// When the last state came.
    last: Instant,
}

impl History {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// Why there will be no history, as one line.
    pub fn open(path: &Path) -> Result<Self, String> {
        let recorder = Recorder::open(path);
        let recorder =
            recorder.map_err(|error| format!("{error}; mining goes on without a history"))?;
        let last = Instant::now();
        Ok(Self { recorder, last })
    }

    /// Counts a state, and says what could not be written since the last one.
    pub fn publish(&mut self, state: &State) -> Option<String> {
        let now = Instant::now();
        self.recorder
            .observe(state, unix_now(), now.duration_since(self.last));
        self.last = now;
        self.recorder.fault().map(|fault| line(&fault))
    }

    /// Writes what is left.
    pub fn end(self) -> Option<String> {
        self.recorder.end().map(|fault| line(&fault))
    }
}

fn line(fault: &HistoryError) -> String {
    format!("{fault}; mining goes on")
}
