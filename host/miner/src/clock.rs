//! The miner's time: how long ago it started, and when that was.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// Since the machine started, the time included in which it was suspended. Nobody can set it, so it never jumps back.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Duration);

impl Clock {
    /// A clock at 0.
    pub fn start() -> Self {
        Self(since_boot())
    }

    /// Since the start.
    pub fn now(&self) -> Duration {
        since_boot().saturating_sub(self.0)
    }

    /// When the start was by the system's clock as it is now, in seconds since 1970: whoever sets it may do so late.
    pub fn started_unix(&self) -> u64 {
        since_1970().saturating_sub(self.now()).as_secs()
    }
}

fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    // Neither is negative, nor is there a second with more nanoseconds.
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// By the system's clock, nothing if it stands before that.
fn since_1970() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}

/// Seconds since 1970 by the system's clock, 0 if it stands before that.
pub fn unix_now() -> u64 {
    since_1970().as_secs()
}
