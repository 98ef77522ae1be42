//! Folders that exist only while they are worked in.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::{Error, SourceFile};

/// A folder that is removed with all its content when dropped.
pub(crate) struct WorkFolder(PathBuf);

impl WorkFolder {
    /// An empty folder at `path`; what an interrupted run left there is removed.
    pub(crate) fn create(path: PathBuf) -> Result<Self, Error> {
        remove(&path)?;
        fs::create_dir_all(&path).map_err(Error::file("create", &path))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes a folder inside, and the files in it.
    pub(crate) fn write(&self, folder: &str, files: &[SourceFile]) -> Result<PathBuf, Error> {
        let folder = self.0.join(folder);
        fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
        for file in files {
            let path = folder.join(&file.name);
            fs::write(&path, &file.text).map_err(Error::file("write", &path))?;
        }
        Ok(folder)
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run, or reported by it.
        let _ = remove(&self.0);
    }
}

/// Removes a folder, which need not exist.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}
