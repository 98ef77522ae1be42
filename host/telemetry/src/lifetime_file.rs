//! The state file, which keeps the totals over all runs.
//!
//! It is JSON with a version. A new content is written beside it, brought to the disk and put in its
//! place, so at any moment, also after a crash or on a full disk, there is a whole one: the last or
//! the one before. One miner at a time has it, by a lock on a file beside it.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::lifetime::Lifetime;

/// The version of the form of the file.
const VERSION: u64 = 1;

/// No file of ours is longer.
const MOST_BYTES: u64 = 16 << 20;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum LifetimeFileError {
    /// Something cannot be opened, read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// Another miner has it.
    #[error(
        "expected the state file {} to be free, found it locked by another miner; \
         end that one or choose another file",
        path.display()
    )]
    InUse { path: PathBuf },
    /// A later program wrote it.
    #[error(
        "{}: expected a state file of version {VERSION}, found version {found}; \
         use the program that wrote it, or choose another file",
        path.display()
    )]
    Version { path: PathBuf, found: u64 },
    /// JSON has no number for a value.
    #[error("expected finite numbers to write to {}, found another", path.display())]
    NotFinite { path: PathBuf },
}

/// A file that makes no sense, and was kept under another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrupt {
    /// Its name until then.
    pub path: PathBuf,
    /// Its name now.
    pub kept: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, kept, reason) = (self.path.display(), self.kept.display(), &self.reason);
        write!(
            f,
            "{path}: expected a state file, found {reason}; kept it as {kept} and began at zero"
        )
    }
}

/// A file that is this miner's until it is dropped.
#[derive(Debug)]
pub struct LifetimeFile {
    path: PathBuf,
    /// Locked.
    _lock: File,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    lifetime: &'a Lifetime,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
struct Stored {
    lifetime: Lifetime,
}

/// What the bytes of a file are.
enum Content {
    Whole(Lifetime),
    OfLater(u64),
    Corrupt(String),
}

impl LifetimeFile {
    /// Locks the file and reads it. Without one everything is zero; its folder is made. A file that
    /// makes no sense is renamed to end with `.corrupt`, in the place of an earlier such one, and
    /// everything is zero.
    ///
    /// # Errors
    /// All [`LifetimeFileError`]s but [`NotFinite`](LifetimeFileError::NotFinite).
    pub fn open(path: &Path) -> Result<(Self, Lifetime, Option<Corrupt>), LifetimeFileError> {
        fs::create_dir_all(folder(path)).map_err(cannot("make the folder", folder(path)))?;
        let file = Self {
            path: path.to_owned(),
            _lock: lock(path)?,
        };
        let content = match File::open(path) {
            Ok(file) => read(file).map_err(cannot("read", path))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok((file, Lifetime::default(), None));
            }
            Err(error) => return Err(cannot("open", path)(error)),
        };
        match content {
            Content::Whole(lifetime) => Ok((file, lifetime, None)),
            Content::OfLater(found) => Err(LifetimeFileError::Version {
                path: path.to_owned(),
                found,
            }),
            Content::Corrupt(reason) => {
                let kept = beside(path, ".corrupt");
                fs::rename(path, &kept).map_err(cannot("rename", path))?;
                let corrupt = Corrupt {
                    path: path.to_owned(),
                    kept,
                    reason,
                };
                Ok((file, Lifetime::default(), Some(corrupt)))
            }
        }
    }

    /// Puts a new content in the place of the old one. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`Io`](LifetimeFileError::Io) and [`NotFinite`](LifetimeFileError::NotFinite); the old content
    /// stays whole.
    pub fn save(&self, lifetime: &Lifetime) -> Result<(), LifetimeFileError> {
        let path = &self.path;
        let not_finite = |_| LifetimeFileError::NotFinite { path: path.clone() };
        let version = VERSION;
        let json = serde_json::to_vec(&Written { version, lifetime }).map_err(not_finite)?;
        // What is not finite is written as null, which is no number to one who reads it.
        serde_json::from_slice::<Stored>(&json).map_err(not_finite)?;

        let new = beside(path, ".new");
        if let Err(error) = write(&new, &json) {
            // What is there of it only takes space; the next one would write over it.
            let _ = fs::remove_file(&new);
            return Err(cannot("write", &new)(error));
        }
        fs::rename(&new, path).map_err(cannot("replace", path))?;
        let folder = folder(path);
        let sync = File::open(folder).and_then(|folder| folder.sync_all());
        sync.map_err(cannot("write", folder))
    }
}

fn lock(path: &Path) -> Result<File, LifetimeFileError> {
    let name = beside(path, ".lock");
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(false);
    let file = options.open(&name).map_err(cannot("open", &name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LifetimeFileError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(cannot("lock", &name)(error)),
    }
}

fn read(file: File) -> io::Result<Content> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(content(&bytes))
}

fn content(bytes: &[u8]) -> Content {
    if bytes.len() as u64 > MOST_BYTES {
        return Content::Corrupt(format!("more than {MOST_BYTES} bytes"));
    }
    if bytes.is_empty() {
        return Content::Corrupt("an empty one".into());
    }
    match serde_json::from_slice(bytes) {
        Ok(Version { version }) if version > VERSION => return Content::OfLater(version),
        Ok(Version { version: VERSION }) => {}
        Ok(Version { version }) => {
            return Content::Corrupt(format!("version {version}, which there never was"));
        }
        Err(error) => return Content::Corrupt(error.to_string()),
    }
    match serde_json::from_slice(bytes) {
        Ok(Stored { lifetime }) => Content::Whole(lifetime),
        Err(error) => Content::Corrupt(error.to_string()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The file whose name has more at its end.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn cannot(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LifetimeFileError {
    let path = path.to_owned();
    move |source| LifetimeFileError::Io {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;
    use crate::lifetime::{BestShare, History};

    fn lifetime(runs: u64) -> Lifetime {
        let history = History {
            name: "left".into(),
            last_error: Some("it said \"no\"\n".into()),
            ..History::default()
        };
        Lifetime {
            runs,
            hashes: u64::MAX,
            seconds: 1.5,
            best_share: Some(BestShare {
                difficulty: 1e12,
                at_unix: 1,
                height: 2,
                pow_hash: "00".into(),
            }),
            devices: [("0123456789abcdef".into(), history)].into(),
            ..Lifetime::default()
        }
    }

    /// A folder, and the path of a file in it that is not there.
    fn place() -> (TempDir, PathBuf) {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("below/state.json");
        (folder, path)
    }

    fn saved(path: &Path, lifetime: &Lifetime) -> LifetimeFile {
        let (file, _, _) = LifetimeFile::open(path).expect("it opens");
        file.save(lifetime).expect("it is saved");
        file
    }

    fn opened(path: &Path) -> Lifetime {
        let (_, lifetime, corrupt) = LifetimeFile::open(path).expect("it opens");
        assert_eq!(corrupt, None);
        lifetime
    }

    #[test]
    fn what_was_saved_is_there_in_the_next_run() {
        let (_folder, path) = place();
        assert_eq!(opened(&path), Lifetime::default());
        drop(saved(&path, &lifetime(1)));
        assert_eq!(opened(&path), lifetime(1));
        drop(saved(&path, &lifetime(2)));
        assert_eq!(opened(&path), lifetime(2));
    }

    #[test]
    fn one_miner_at_a_time_has_it() {
        let (_folder, path) = place();
        let file = saved(&path, &lifetime(1));
        let error = LifetimeFile::open(&path).expect_err("it is locked");
        assert!(
            matches!(error, LifetimeFileError::InUse { .. }),
            "{error:?}"
        );
        drop(file);
        assert_eq!(opened(&path), lifetime(1));
    }

    #[test]
    fn a_crash_while_writing_leaves_the_content_before() {
        let (_folder, path) = place();
        drop(saved(&path, &lifetime(1)));
        fs::write(beside(&path, ".new"), "{\"version\":1,\"lifet").expect("a file");
        assert_eq!(opened(&path), lifetime(1));
        drop(saved(&path, &lifetime(2)));
        assert_eq!(opened(&path), lifetime(2));
        assert!(!beside(&path, ".new").exists());
    }

    #[test]
    fn a_full_disk_leaves_the_content_before() {
        let (_folder, path) = place();
        let file = saved(&path, &lifetime(1));
        symlink("/dev/full", beside(&path, ".new")).expect("a link");
        match file.save(&lifetime(2)) {
            Err(LifetimeFileError::Io { action, source, .. }) => {
                assert_eq!((action, source.kind()), ("write", ErrorKind::StorageFull));
            }
            other => panic!("{other:?}"),
        }
        drop(file);
        assert_eq!(opened(&path), lifetime(1));
        // There is space again.
        drop(saved(&path, &lifetime(3)));
        assert_eq!(opened(&path), lifetime(3));
    }

    #[test]
    fn a_folder_that_takes_no_file_leaves_the_content_before() {
        let (_folder, path) = place();
        let file = saved(&path, &lifetime(1));
        fs::create_dir(beside(&path, ".new")).expect("a folder");
        let error = file.save(&lifetime(2)).expect_err("it cannot be written");
        assert!(matches!(error, LifetimeFileError::Io { .. }), "{error:?}");
        drop(file);
        assert_eq!(opened(&path), lifetime(1));

        let below_a_file = path.join("state.json");
        let error = LifetimeFile::open(&below_a_file).expect_err("a file is no folder");
        assert!(matches!(error, LifetimeFileError::Io { .. }), "{error:?}");
    }

    #[test]
    fn every_truncated_file_is_kept_aside() {
        let (_folder, path) = place();
        drop(saved(&path, &lifetime(1)));
        let whole = fs::read(&path).expect("a file");
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).expect("a file");
            let (_, lifetime, corrupt) = LifetimeFile::open(&path).expect("it opens");
            let corrupt = corrupt.unwrap_or_else(|| panic!("{length} bytes are taken as whole"));
            assert_eq!((lifetime, path.exists()), (Lifetime::default(), false));
            assert_eq!(fs::read(&corrupt.kept).expect("a file"), &whole[..length]);
            assert_eq!(corrupt.to_string().lines().count(), 1, "{corrupt}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_kept_aside() {
        let (_folder, path) = place();
        drop(saved(&path, &lifetime(1)));
        let texts = [
            "[]",
            "{\"version\":1}",
            "{\"version\":0,\"lifetime\":{}}",
            "{\"version\":1,\"lifetime\":{\"runs\":-1}}",
            "{\"version\":\"1\"}",
            "\u{0}\u{0}\u{0}",
        ];
        for text in texts {
            fs::write(&path, text).expect("a file");
            let (_, lifetime, corrupt) = LifetimeFile::open(&path).expect("it opens");
            assert!(corrupt.is_some(), "{text}");
            assert_eq!(lifetime, Lifetime::default());
        }
    }

    #[test]
    fn a_version_of_the_future_is_refused_and_kept() {
        let (_folder, path) = place();
        drop(saved(&path, &lifetime(1)));
        let text = "{\"version\":2,\"lifetimes\":[]}";
        fs::write(&path, text).expect("a file");
        let error = LifetimeFile::open(&path).expect_err("it is of the future");
        assert!(
            matches!(error, LifetimeFileError::Version { found: 2, .. }),
            "{error:?}"
        );
        assert_eq!(fs::read_to_string(&path).expect("a file"), text);
    }

    #[test]
    fn numbers_that_json_does_not_have_are_not_written() {
        let (_folder, path) = place();
        let file = saved(&path, &lifetime(1));
        let mut bad = lifetime(2);
        bad.seconds = f64::NAN;
        let error = file.save(&bad).expect_err("it has no number");
        assert!(
            matches!(error, LifetimeFileError::NotFinite { .. }),
            "{error:?}"
        );
        drop(file);
        assert_eq!(opened(&path), lifetime(1));
    }
}
