//! A pseudo-terminal: the end of a serial line that other programs open like a port.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// The folder of pseudo-terminals.
const TERMINALS: &str = "/dev/pts";

/// The board's end of the line. The other end is kept closed here, so that it can be opened again
/// after a program that had it for itself was killed.
pub struct Pty {
    master: File,
    path: PathBuf,
    link: Option<PathBuf>,
}

/// The system gives no pseudo-terminal, or the link to it cannot be made.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum PtyError {
    /// The system gives no pseudo-terminal.
    #[error("expected a pseudo-terminal of the system, found: {0}; is /dev/pts mounted?")]
    System(#[from] Errno),
    /// The link cannot be made; `path` is the link's.
    #[error("{}: expected a free path or an old link there, found: {reason}; choose another --link", path.display())]
    Link { path: PathBuf, reason: String },
}

impl Pty {
    /// Opens a pseudo-terminal, with a symbolic link to it if `link` says where. A link that is
    /// there is replaced unless another board is behind it.
    ///
    /// # Errors
    /// If the system gives none, or the link cannot be made.
    pub fn open(link: Option<&Path>) -> Result<Self, PtyError> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let mut modes = tcgetattr(&master)?;
        modes.make_raw();
        tcsetattr(&master, OptionalActions::Now, &modes)?;
        fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
        let mut pty = Self {
            master: File::from(master),
            path: PathBuf::from(name.to_string_lossy().into_owned()),
            link: None,
        };
        if let Some(link) = link {
            pty.make_link(link).map_err(|error| PtyError::Link {
                path: link.to_path_buf(),
                reason: error.to_string(),
            })?;
        }
        Ok(pty)
    }

    /// Path of the end for other programs, such as `/dev/pts/3`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes that came, at most `buffer`'s length; 0 if there are none or nobody is there.
    ///
    /// # Errors
    /// If the system does not read.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        or_nothing(self.master.read(buffer))
    }

    /// Writes the bytes; those that nobody takes are lost, as on a line.
    ///
    /// # Errors
    /// If the system does not write.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match or_nothing(self.master.write(rest))? {
                0 => return Ok(()),
                written => rest = &rest[written..],
            }
        }
        Ok(())
    }

    fn make_link(&mut self, link: &Path) -> io::Result<()> {
        if let Ok(target) = fs::read_link(link) {
            let shown = target.display();
            if !target.starts_with(TERMINALS) {
                return Err(io::Error::other(format!(
                    "a link to {shown}, which is no board"
                )));
            }
            if target.exists() && target != self.path {
                return Err(io::Error::other(format!(
                    "a link to {shown}, which is in use"
                )));
            }
            fs::remove_file(link)?;
        }
        symlink(&self.path, link)?;
        self.link = Some(link.to_path_buf());
        Ok(())
    }
}

/// Nothing, where nobody has the other end open, or the system has nothing or takes nothing.
fn or_nothing(outcome: io::Result<usize>) -> io::Result<usize> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(0),
        Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => Ok(0),
        outcome => outcome,
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Someone may have removed it already, or have made another one.
        if let Some(link) = &self.link
            && fs::read_link(link).is_ok_and(|target| target == self.path)
        {
            let _ = fs::remove_file(link);
        }
    }
}
