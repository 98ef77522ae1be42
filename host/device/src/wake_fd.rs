//! Waits that a waker ends, on an eventfd beside a file.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::{Errno, read, write};

use crate::deadline::deadline;
use crate::waker::Waker;

/// An eventfd: what its wakers do is remembered until a wait ends by it.
pub struct WakeFd(Arc<OwnedFd>);

/// What a wait ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Ready {
    Woken,
    /// The file can be read or written, or is broken.
    File,
    Nothing,
}

impl WakeFd {
    /// Nobody was woken yet.
    pub fn new() -> io::Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        Ok(Self(Arc::new(eventfd(0, flags)?)))
    }

    /// A waker for other threads, which may outlive this.
    pub fn waker(&self) -> Waker {
        let own = Arc::clone(&self.0);
        Waker::new(move || {
            // It fails only where a wake is pending, 2^64 times over.
            let _ = write(&*own, &1_u64.to_ne_bytes());
        })
    }

    /// Waits for a waker; whether one came within `patience`.
    pub fn wait(&self, patience: Duration) -> io::Result<bool> {
        let ready = wait(&mut [self.poll_fd()], patience)?;
        Ok(ready && self.take_wakes())
    }

    /// Waits for a waker, which comes first, and until something can be read from `file`.
    pub fn wait_beside(&self, file: impl AsFd, patience: Duration) -> io::Result<Ready> {
        let mut both = [self.poll_fd(), PollFd::new(&file, PollFlags::IN)];
        Ok(match wait(&mut both, patience)? {
            false => Ready::Nothing,
            true if self.take_wakes() => Ready::Woken,
            true => Ready::File,
        })
    }

    fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.0, PollFlags::IN)
    }

    /// Takes the pending wakes; whether there were any.
    fn take_wakes(&self) -> bool {
        read(&*self.0, &mut [0; 8]).is_ok()
    }
}

/// Waits until `file` is ready for `event`, or broken; whether it is.
pub fn wait_for(file: impl AsFd, event: PollFlags, patience: Duration) -> io::Result<bool> {
    wait(&mut [PollFd::new(&file, event)], patience)
}

fn wait(files: &mut [PollFd<'_>], patience: Duration) -> io::Result<bool> {
    let deadline = deadline(patience);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // No deadline is beyond what the system can wait for.
        let left = Timespec::try_from(left).map_err(|_| Errno::INVAL)?;
        match poll(files, Some(&left)) {
            Err(Errno::INTR) => {}
            outcome => return Ok(outcome? > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn a_wake_ends_the_wait_under_way_or_else_the_next() {
        let wakes = WakeFd::new().expect("an eventfd");
        assert!(!wakes.wait(SHORT).expect("a wait"), "nobody wakes");
        let waker = wakes.waker();
        let other = thread::spawn(move || {
            // Most likely the wait has begun by then; the claim holds if not.
            thread::sleep(SHORT);
            waker.wake();
        });
        assert!(wakes.wait(LONG).expect("a wait"));
        other.join().expect("it wakes");
        for _ in 0..3 {
            wakes.waker().wake();
        }
        assert!(wakes.wait(LONG).expect("a wait"));
        assert!(!wakes.wait(SHORT).expect("a wait"), "three wakes are one");
    }

    #[test]
    fn a_waker_outlives_its_eventfd() {
        let wakes = WakeFd::new().expect("an eventfd");
        let (waker, file) = (wakes.waker(), Arc::downgrade(&wakes.0));
        drop(wakes);
        waker.wake();
        assert_eq!(file.strong_count(), 1, "the waker's own");
        drop(waker);
        assert_eq!(file.strong_count(), 0);
    }

    #[test]
    fn a_wake_comes_before_the_file_and_the_file_before_nothing() {
        let wakes = WakeFd::new().expect("an eventfd");
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let ready = |patience| wakes.wait_beside(&reader, patience).expect("a wait");
        assert_eq!(ready(Duration::ZERO), Ready::Nothing);
        io::Write::write_all(&mut writer, b"x").expect("written");
        wakes.waker().wake();
        assert_eq!(ready(LONG), Ready::Woken);
        assert_eq!(ready(LONG), Ready::File);
    }
}
