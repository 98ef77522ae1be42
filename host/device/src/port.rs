//! A serial port, real or a simulated board's.

use std::io::{self, ErrorKind};
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::OwnedFd;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, major, open};
use rustix::io::{Errno, read, write};
use rustix::termios::{
    ControlModes, OptionalActions, ioctl_tiocexcl, ioctl_tiocnxcl, tcgetattr, tcsetattr,
};

use crate::deadline::deadline;
use crate::device::Kind;
use crate::permission::advice;
use crate::transport::{Sleep, Transport};
use crate::wake_fd::{Ready, WakeFd, wait_for};
use crate::waker::Waker;

/// Bits per second that boards come with.
pub const BAUD: u32 = 1_000_000;

/// Longest time that the port may take nothing.
const SEND_PATIENCE: Duration = Duration::from_secs(5);

/// Major numbers of the ends of pseudo-terminals that are opened by path.
const PSEUDO_TERMINALS: RangeInclusive<u32> = 136..=143;

/// Why a port cannot be opened.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum PortError {
    #[error("{path}: no such port; `tensority devices` lists those that there are")]
    Missing { path: String },
    #[error("{path}: permission denied; {advice}")]
    Permission { path: String, advice: String },
    #[error("{path}: in use by another program; end that one (`fuser {path}` tells which it is)")]
    Busy { path: String },
    #[error("{path}: expected a serial port, found: {reason}")]
    Other { path: String, reason: String },
}

/// A serial port with 8 data bits, no parity and 1 stop bit, that nobody else has open.
///
/// What is at a pseudo-terminal is taken for a simulated board.
pub struct Port {
    file: OwnedFd,
    name: String,
    kind: Kind,
    wakes: WakeFd,
    /// Dropped after the file is closed.
    keeper: Option<Box<dyn Send>>,
}

impl Port {
    /// Opens the port at `path`, for so many bits per second; a pseudo-terminal takes any.
    pub fn open(path: &Path, baud: u32) -> Result<Self, PortError> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let refused = |error| refusal(path, error);
        let file = open(path, flags, Mode::empty()).map_err(refused)?;
        // The administrator's programs are only kept out by the lock, those that know of no lock
        // only by the exclusive mode. The lock comes first: who fails must leave the mode alone.
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(refused)?;
        ioctl_tiocexcl(&file).map_err(refused)?;
        let port = Self {
            kind: kind(&file).map_err(refused)?,
            file,
            name: path.display().to_string(),
            wakes: WakeFd::new().map_err(|error| PortError::Other {
                path: path.display().to_string(),
                reason: error.to_string(),
            })?,
            keeper: None,
        };
        port.set_line(baud).map_err(refused)?;
        Ok(port)
    }

    /// The port, with what is to end after it is closed.
    pub(crate) fn kept_by(mut self, keeper: impl Send + 'static) -> Self {
        self.keeper = Some(Box::new(keeper));
        self
    }

    fn set_line(&self, baud: u32) -> Result<(), Errno> {
        let mut line = tcgetattr(&self.file)?;
        line.make_raw();
        line.control_modes -= ControlModes::CSTOPB | ControlModes::CRTSCTS;
        line.control_modes |= ControlModes::CREAD | ControlModes::CLOCAL;
        line.set_speed(baud)?;
        tcsetattr(&self.file, OptionalActions::Now, &line)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // The other end of a pseudo-terminal keeps it alive, mode and all.
        let _ = ioctl_tiocnxcl(&self.file);
    }
}

impl Transport for Port {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn port(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn waker(&self) -> Waker {
        self.wakes.waker()
    }

    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if !wait_for(&self.file, PollFlags::OUT, SEND_PATIENCE)? {
                return Err(io::Error::new(
                    ErrorKind::TimedOut,
                    "the port takes nothing",
                ));
            }
            match write(&self.file, bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => bytes = &bytes[taken..],
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        let deadline = deadline(patience);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let ready = match sleep {
                Sleep::Light => self.wakes.wait_beside(&self.file, left)? == Ready::File,
                Sleep::Deep => wait_for(&self.file, PollFlags::IN, left)?,
            };
            if !ready {
                return Ok(0);
            }
            match read(&self.file, &mut *buffer) {
                // A port that was unplugged is readable for ever, and has nothing.
                Ok(0) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "unplugged")),
                Err(Errno::AGAIN | Errno::INTR) => {}
                outcome => return Ok(outcome?),
            }
        }
    }
}

fn kind(file: &OwnedFd) -> Result<Kind, Errno> {
    let number = fstat(file)?.st_rdev;
    Ok(match PSEUDO_TERMINALS.contains(&major(number)) {
        true => Kind::Simulated,
        false => Kind::Board,
    })
}

fn refusal(path: &Path, error: Errno) -> PortError {
    let name = path.display().to_string();
    match error {
        // Without a device behind it, or without a driver.
        Errno::NOENT | Errno::NXIO | Errno::NODEV => PortError::Missing { path: name },
        Errno::ACCESS | Errno::PERM => PortError::Permission {
            advice: advice(path),
            path: name,
        },
        Errno::BUSY | Errno::WOULDBLOCK => PortError::Busy { path: name },
        _ => PortError::Other {
            path: name,
            reason: io::Error::from(error).to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denied_and_missing_and_other_files_are_told_apart() {
        let error = refusal(Path::new("/nowhere"), Errno::ACCESS);
        assert_eq!(
            error.to_string(),
            "/nowhere: permission denied; run as the user who owns it"
        );
        let open = |path: &str| Port::open(Path::new(path), BAUD).err().expect("no port");
        assert!(matches!(open("/nowhere"), PortError::Missing { .. }));
        assert!(matches!(open("/dev/null"), PortError::Other { .. }));
    }
}
