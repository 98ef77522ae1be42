//! The miner's disk: a file system of its own, which can be filled.

use std::ffi::CStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, fstatvfs};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

/// As large as it is.
const SIZE: &CStr = c"size=192m";

/// A file system in memory at a folder, which is gone with this value.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Mounts one.
    ///
    /// # Errors
    /// What the system says; mostly that this user may not.
    pub fn mount(folder: &Path) -> io::Result<Self> {
        mount("tmpfs", folder, "tmpfs", MountFlags::empty(), SIZE)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Takes all of its space, until [`Self::free`].
    ///
    /// # Errors
    /// What the system says.
    pub fn fill(&self) -> io::Result<()> {
        let file = File::create(self.filler())?;
        loop {
            let left = fstatvfs(&file)?;
            let bytes = left.f_bavail * left.f_frsize;
            let length = file.metadata()?.len();
            // Others write meanwhile.
            if bytes == 0 || fallocate(&file, FallocateFlags::empty(), length, bytes).is_err() {
                return Ok(());
            }
        }
    }

    /// Gives the space back.
    ///
    /// # Errors
    /// What the system says.
    pub fn free(&self) -> io::Result<()> {
        fs::remove_file(self.filler())
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever has a file there still keeps it until it ends.
        let _ = unmount(&self.folder, UnmountFlags::DETACH);
    }
}
