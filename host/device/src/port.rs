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
    ControlModes, OptionalActions, Termios, ioctl_tiocexcl, ioctl_tiocnxcl, tcgetattr, tcsetattr,
};

use crate::deadline::deadline;
use crate::device::Kind;
use crate::holder::holders;
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
    /// Open without a lock.
    #[error("{path}: in use by {holders}; end that first")]
    Held { path: String, holders: String },
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
    /// The line's settings as they were found, to be left behind.
    found: Termios,
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
        let found = tcgetattr(&file).map_err(refused)?;
        let kind = kind(&file).map_err(refused)?;
        // A simulated board has its own pseudo-terminal open.
        if kind == Kind::Board {
            let holders = holders(fstat(&file).map_err(refused)?.st_rdev);
            if !holders.is_empty() {
                return Err(PortError::Held {
                    path: path.display().to_string(),
                    holders: holders.join(", "),
                });
            }
        }
        ioctl_tiocexcl(&file).map_err(refused)?;
        let port = Self {
            kind,
            found,
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
        let mut line = self.found.clone();
        line.make_raw();
        line.control_modes -= ControlModes::CSTOPB | ControlModes::CRTSCTS;
        line.control_modes |= ControlModes::CREAD | ControlModes::CLOCAL;
        line.set_speed(baud)?;
        tcsetattr(&self.file, OptionalActions::Now, &line)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // What was not read or sent is of no use to the next program.
        let _ = tcsetattr(&self.file, OptionalActions::Flush, &self.found);
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
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::process::Command;

    use rustix::termios::LocalModes;
    use serialport::{SerialPort, TTYPort};

    use super::*;

    #[test]
    fn a_port_is_left_with_the_settings_it_was_found_with() {
        let (master, slave) = TTYPort::pair().expect("a pseudo-terminal");
        let path = slave.name().expect("a path");
        let settings = || {
            let flags = OFlags::RDWR | OFlags::NOCTTY;
            let file = open(&*path, flags, Mode::empty()).expect("the port");
            let line = tcgetattr(&file).expect("settings");
            (
                line.input_modes,
                line.local_modes,
                line.control_modes,
                line.output_speed(),
            )
        };
        // As a console has it.
        let file = open(&*path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("the port");
        let mut line = tcgetattr(&file).expect("settings");
        line.local_modes |= LocalModes::ECHO | LocalModes::ICANON;
        tcsetattr(&file, OptionalActions::Now, &line).expect("set");
        drop((file, slave));
        let found = settings();
        let port = Port::open(Path::new(&path), BAUD).expect("a port");
        assert_ne!(
            tcgetattr(&port.file).expect("settings").local_modes,
            found.1
        );
        drop(port);
        assert_eq!(settings(), found);
        drop(master);
    }

    #[test]
    fn a_program_that_has_a_file_open_is_named() {
        let zero = fs::metadata("/dev/zero").expect("a device").rdev();
        let mut other = Command::new("sleep")
            .arg("60")
            .stdin(fs::File::open("/dev/zero").expect("a device"))
            .spawn()
            .expect("a process");
        let named = format!("sleep ({})", other.id());
        let holders = holders(zero);
        other.kill().expect("it runs");
        other.wait().expect("it ends");
        assert!(holders.contains(&named), "{holders:?}");
    }

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
