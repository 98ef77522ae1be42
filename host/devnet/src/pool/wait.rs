//! Waiting for sockets and for a time at once.

use rustix::event::{PollFd, Timespec, poll};
use std::time::{Duration, Instant};

/// Waits until one of these is ready, or until that time; returns early for a signal. An error of
/// the system is one of memory, and a short pause is all that is left to do.
pub fn wait(sockets: &mut [PollFd<'_>], until: Option<Instant>) {
    let time = until.map(|until| until.saturating_duration_since(Instant::now()));
    // A time that the system has no number for never comes.
    let time = time.and_then(|time| Timespec::try_from(time).ok());
    if poll(sockets, time.as_ref()).is_err() {
        std::thread::sleep(Duration::from_millis(1));
    }
}
