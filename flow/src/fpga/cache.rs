//! Results kept by what they depend on.
//!
//! An entry is a folder, named by a key, that is made elsewhere and moved to its place when it is whole: what is
//! there can be trusted, also after a build was ended in the middle.

use std::fs::{self, DirEntry};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::error::Error;
use crate::workspace;

/// Version of the entries' form.
const FORM: &str = "2";

/// Start of the names of unfinished entries.
const UNFINISHED: &str = "unfinished-";
/// No step takes longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of kept results.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// Digest of all that an entry depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// The key of everything that matters, each by its name.
    pub fn new(parts: &[(&str, &str)]) -> Self {
        let mut digest = Sha256::new();
        for text in
            std::iter::once(FORM).chain(parts.iter().flat_map(|(name, text)| [*name, *text]))
        {
            // With their lengths, so that no two lists of texts give the same bytes.
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        Self(hex::encode(digest.finalize()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Cache {
    /// Results that are kept in `folder`, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Results that are kept in `target/boards/cache` of the workspace.
    pub fn of_workspace() -> Self {
        Self::new(workspace::boards().join("cache"))
    }

    /// The entry of a key, if there is one.
    pub(crate) fn find(&self, key: &Key) -> Option<PathBuf> {
        let entry = self.entry(key);
        entry.is_dir().then_some(entry)
    }

    /// A folder to make an entry in.
    pub(crate) fn begin(&self) -> Result<TempDir, Error> {
        fs::create_dir_all(&self.folder).map_err(Error::file("make", &self.folder))?;
        self.tidy();
        tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&self.folder)
            .map_err(Error::file("make a folder in", &self.folder))
    }

    /// Removes what killed builds left, long enough ago that none is still at it.
    fn tidy(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_left(entry).unwrap_or(false)) {
            // What cannot be removed takes room and does no other harm.
            let _ = fs::remove_dir_all(entry.path());
        }
    }

    /// Makes a finished folder the entry of a key.
    pub(crate) fn keep(&self, made: TempDir, key: &Key) -> Result<PathBuf, Error> {
        let entry = self.entry(key);
        match fs::rename(made.path(), &entry) {
            Ok(()) => {
                // It is no longer where it would be removed.
                let _ = made.keep();
                Ok(entry)
            }
            // Somebody else has made the same in the meantime.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(entry),
            Err(error) => Err(Error::file("make", &entry)(error)),
        }
    }

    /// The log of a tool, which stays whatever becomes of the entry.
    pub(crate) fn log(&self, key: &Key, tool: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.join("logs");
        fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
        Ok(folder.join(format!("{}.{tool}.log", short(key))))
    }

    fn entry(&self, key: &Key) -> PathBuf {
        self.folder.join(short(key))
    }
}

/// Whether nobody works on an unfinished entry any longer.
fn is_left(entry: &DirEntry) -> io::Result<bool> {
    let unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
    let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
    Ok(unfinished && age > LONGEST)
}

/// Enough of a key to tell it from any other in a folder.
fn short(key: &Key) -> &str {
    &key.0[..32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_changes_with_each_part_and_its_name() {
        let keys = [
            Key::new(&[("a", "bc")]),
            Key::new(&[("ab", "c")]),
            Key::new(&[("a", "b"), ("c", "")]),
            Key::new(&[("a", "bc"), ("", "")]),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{key:?}");
        }
    }

    #[test]
    fn what_a_build_left_is_removed_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        let (old, new) = (
            folder.path().join("unfinished-a"),
            folder.path().join("unfinished-b"),
        );
        fs::create_dir(&old).unwrap();
        fs::create_dir(&new).unwrap();
        let then = std::time::SystemTime::now() - 2 * LONGEST;
        fs::File::open(&old).unwrap().set_modified(then).unwrap();
        cache.begin().unwrap();
        assert!(!old.exists() && new.exists());
    }

    #[test]
    fn an_entry_is_there_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("cache"));
        let key = Key::new(&[("a", "b")]);
        let made = cache.begin().unwrap();
        fs::write(made.path().join("x"), "1").unwrap();
        assert_eq!(cache.find(&key), None);
        let entry = cache.keep(made, &key).unwrap();
        assert_eq!(cache.find(&key), Some(entry.clone()));
        // A second one that comes too late leaves the first one as it is.
        let late = cache.begin().unwrap();
        fs::write(late.path().join("x"), "2").unwrap();
        assert_eq!(cache.keep(late, &key).unwrap(), entry);
        assert_eq!(fs::read_to_string(entry.join("x")).unwrap(), "1");
        assert_eq!(
            fs::read_dir(folder.path().join("cache")).unwrap().count(),
            1
        );
    }
}
