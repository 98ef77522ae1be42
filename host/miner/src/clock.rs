//! The miner's time: how long ago it started. Nobody can set it, so it never jumps.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// A clock at 0.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Since the start.
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Seconds since 1970 by the system's clock, 0 if it stands before that.
pub fn unix_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
