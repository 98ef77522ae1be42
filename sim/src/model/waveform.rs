//! The file of a waveform: made before the model writes to it, and looked at when that is done.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The block type of an FST's header and its length. Verilator's writer puts the header into its place at last, and
/// only if all before it was written.
const HEADER: [u8; 9] = [0, 0, 0, 0, 0, 0, 0, 1, 73];

/// A waveform that is being written.
pub struct Waveform {
    path: PathBuf,
    /// The first cycle after it.
    pub end: u64,
}

impl Waveform {
    /// Makes the file; Verilator's writer does not notice one that it cannot create.
    ///
    /// # Errors
    /// [`Error::Trace`].
    pub fn create(path: &Path, end: u64) -> Result<Self, Error> {
        let waveform = Self {
            path: path.to_owned(),
            end,
        };
        match File::create(path) {
            Ok(_) => Ok(waveform),
            Err(error) => Err(waveform.refused(error)),
        }
    }

    /// Looks whether all of it is on the disk, now that the model has written it. A file that would not open is
    /// removed.
    ///
    /// # Errors
    /// [`Error::Trace`], which says why not.
    pub fn complete(self) -> Result<(), Error> {
        let read = || -> io::Result<bool> {
            let mut file = File::open(&self.path)?;
            if file.metadata()?.is_file() {
                file.sync_all()?;
            }
            let mut header = [0; HEADER.len()];
            file.read_exact(&mut header)?;
            Ok(header == HEADER)
        };
        let why = match read() {
            Ok(true) => return Ok(()),
            Ok(false) => self.try_in_its_place(),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.try_in_its_place(),
            Err(error) => error,
        };
        if self.path.is_file() {
            // It is told that there is none; one that cannot be removed either changes nothing.
            let _ = std::fs::remove_file(&self.path);
        }
        Err(self.refused(why))
    }

    /// Why nothing more can be written there: the model's C++ does not keep that.
    fn try_in_its_place(&self) -> io::Error {
        let tried = File::options().append(true).open(&self.path);
        let tried = tried.and_then(|mut file| {
            file.write_all(&[0; 1 << 16])?;
            file.sync_all()
        });
        tried.err().unwrap_or(io::ErrorKind::StorageFull.into())
    }

    /// The error for it.
    pub fn refused(&self, reason: impl std::fmt::Display) -> Error {
        Error::Trace {
            path: self.path.clone(),
            reason: reason.to_string(),
        }
    }
}
