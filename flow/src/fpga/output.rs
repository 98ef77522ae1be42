//! Files of a build: bitstream, manifest and report.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tensority_command::write_file;

use super::build::Built;
use super::error::Error;
use super::report::{page, text};

/// Paths of the files of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The bitstream, with its manifest beside it; none if a clock was missed.
    pub bitstream: Option<PathBuf>,
    /// The report as JSON.
    pub data: PathBuf,
    /// The report as text.
    pub text: PathBuf,
    /// The report as a page.
    pub page: PathBuf,
}

impl Built {
    /// Writes bitstream, its manifest and the report into `folder`, which is made if it is missing. `vouch`
    /// makes the text of the manifest. If a clock was missed, no bitstream of this name and no manifest of it is
    /// left there, not even of an earlier build.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(
        &self,
        folder: &Path,
        vouch: impl FnOnce(&[u8]) -> String,
    ) -> Result<Files, Error> {
        fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
        let name = &self.report.name;
        let path = |ending: &str| folder.join(format!("{name}.{ending}"));
        let bitstream = path("bit");
        match &self.bitstream {
            Some(made) => {
                let bytes = fs::read(made).map_err(Error::file("read", made))?;
                write(&bitstream, &bytes)?;
                write(&path("json"), vouch(&bytes).as_bytes())?;
            }
            None => {
                // An earlier build's, with the manifest that would vouch for it.
                remove(&bitstream)?;
                remove(&path("json"))?;
            }
        }
        let files = Files {
            bitstream: self.bitstream.is_some().then_some(bitstream),
            data: path("report.json"),
            text: path("report.txt"),
            page: path("report.html"),
        };
        write(&files.data, self.report.to_json().as_bytes())?;
        write(&files.text, text::text(&self.report).as_bytes())?;
        write(&files.page, page::page(&self.report).as_bytes())?;
        Ok(files)
    }
}

/// Removes a file if it is there.
fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_file(path, bytes).map_err(Error::file("write", path))
}
