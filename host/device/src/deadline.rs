//! Deadlines of waits, bounded where patience is not.

use std::time::{Duration, Instant};

/// Longer than anything runs, and within what every clock can tell.
const AGES: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The end of a wait that begins now.
pub fn deadline(patience: Duration) -> Instant {
    Instant::now() + patience.min(AGES)
}
