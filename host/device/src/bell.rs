//! A bell that a waiting thread hears, beside a file that it waits for.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll},
    fd::{AsFd, OwnedFd},
    io::{Errno, read, write},
};

use crate::{deadline::deadline, waker::Waker};

/// Rings until it is heard.
pub struct Bell(Arc<OwnedFd>);

/// What a wait ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The bell, which is silent again.
    Bell,
    /// The file can be read or written, or is broken.
    File,
    /// The time is over.
    Nothing,
}

impl Bell {
    /// A silent bell.
    ///
    /// # Errors
    /// If this program has too many files open.
    pub fn new() -> io::Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        Ok(Self(Arc::new(eventfd(0, flags)?)))
    }

    /// What rings it.
    pub fn waker(&self) -> Waker {
        let own = Arc::clone(&self.0);
        Waker::new(move || {
            // It fails only if the bell rings already, 2^64 times over.
            let _ = write(&*own, &1_u64.to_ne_bytes());
        })
    }

    /// Waits for the bell; whether it rang within `patience`.
    ///
    /// # Errors
    /// If the system refuses to wait.
    pub fn wait(&self, patience: Duration) -> io::Result<bool> {
        let heard = wait(&mut [self.poll_fd()], patience)?;
        Ok(heard && self.hush())
    }

    /// Waits for the bell, which comes first, and until something can be read from `file`.
    ///
    /// # Errors
    /// If the system refuses to wait.
    pub fn wait_beside(&self, file: impl AsFd, patience: Duration) -> io::Result<Heard> {
        let mut both = [self.poll_fd(), PollFd::new(&file, PollFlags::IN)];
        Ok(match wait(&mut both, patience)? {
            false => Heard::Nothing,
            true if self.hush() => Heard::Bell,
            true => Heard::File,
        })
    }

    fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.0, PollFlags::IN)
    }

    /// Silences it; whether it rang.
    fn hush(&self) -> bool {
        read(&*self.0, &mut [0; 8]).is_ok()
    }
}

/// Waits until `file` is ready for `event`, or broken; whether it is.
///
/// # Errors
/// If the system refuses to wait.
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
    use super::*;
    use std::thread;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn a_bell_is_heard_once_by_who_waits_or_else_by_the_next() {
        let bell = Bell::new().expect("a bell");
        assert!(!bell.wait(SHORT).expect("a wait"), "nobody rang");
        let waker = bell.waker();
        let other = thread::spawn(move || {
            thread::sleep(SHORT);
            waker.wake();
        });
        assert!(bell.wait(LONG).expect("a wait"));
        other.join().expect("it rang");
        for _ in 0..3 {
            bell.waker().wake();
        }
        assert!(bell.wait(LONG).expect("a wait"));
        assert!(!bell.wait(SHORT).expect("a wait"), "three rings are one");
    }

    #[test]
    fn a_bell_without_a_device_can_be_rung() {
        let waker = Bell::new().expect("a bell").waker();
        waker.wake();
    }

    #[test]
    fn the_bell_comes_before_the_file_and_the_file_before_nothing() {
        let bell = Bell::new().expect("a bell");
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let heard = |patience| bell.wait_beside(&reader, patience).expect("a wait");
        assert_eq!(heard(Duration::ZERO), Heard::Nothing);
        io::Write::write_all(&mut writer, b"x").expect("written");
        bell.waker().wake();
        assert_eq!(heard(LONG), Heard::Bell);
        assert_eq!(heard(LONG), Heard::File);
    }
}
