//! The serial line between a [`SoftwareBoard`](crate::SoftwareBoard) and a host.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the host can do to a board, but for bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Reset,
    Power,
    Unplug,
}

/// What is under way.
#[derive(Default)]
pub struct Bytes {
    pub to_device: VecDeque<u8>,
    pub to_host: VecDeque<u8>,
    pub button: Option<Button>,
    /// The host's read ends without a byte.
    pub interrupted: bool,
    /// The board is gone.
    pub gone: bool,
}

/// See the module's documentation.
#[derive(Default)]
pub struct Line {
    bytes: Mutex<Bytes>,
    changed: Condvar,
}

impl Line {
    /// What is under way; everybody who waits is woken when the guard was changed and
    /// [`Line::notify`] is called.
    pub fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn notify(&self) {
        self.changed.notify_all();
    }

    /// Waits while `waits`, but no longer than `patience`.
    pub fn wait(
        &self,
        patience: Duration,
        waits: impl FnMut(&mut Bytes) -> bool,
    ) -> MutexGuard<'_, Bytes> {
        let woken = self
            .changed
            .wait_timeout_while(self.lock(), patience, waits);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    pub fn press(&self, button: Button) {
        self.lock().button = Some(button);
        self.notify();
    }
}

/// The host's end of a board's serial line. Clones are the same port.
#[derive(Clone)]
pub struct Port {
    pub(crate) line: Arc<Line>,
    patience: Duration,
}

impl Port {
    pub(crate) fn new(line: Arc<Line>) -> Self {
        Self {
            line,
            patience: Duration::from_millis(100),
        }
    }

    /// Sets how long a read waits for its first byte; 100 ms unless told.
    pub fn set_timeout(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Ends the read that waits for its first byte now, or else the next that would wait.
    pub fn interrupt(&self) {
        self.line.lock().interrupted = true;
        self.line.notify();
    }
}

impl Read for Port {
    /// # Errors
    /// `TimedOut` if no byte came, `Interrupted` after [`Self::interrupt`], `BrokenPipe` if the board
    /// is gone.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.line.wait(self.patience, |bytes| {
            bytes.to_host.is_empty() && !bytes.gone && !bytes.interrupted
        });
        if bytes.to_host.is_empty() && !into.is_empty() {
            let interrupted = std::mem::take(&mut bytes.interrupted);
            return Err(match (bytes.gone, interrupted) {
                (true, _) => ErrorKind::BrokenPipe.into(),
                (false, true) => ErrorKind::Interrupted.into(),
                (false, false) => ErrorKind::TimedOut.into(),
            });
        }
        bytes.to_host.read(into)
    }
}

impl Write for Port {
    /// # Errors
    /// `BrokenPipe` if the board is gone.
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let mut bytes = self.line.lock();
        if bytes.gone {
            return Err(ErrorKind::BrokenPipe.into());
        }
        bytes.to_device.extend(from);
        self.line.notify();
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
