//! Passwords and tokens that no output shows.

#![forbid(unsafe_code)]

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// No secret is longer.
const MOST_BYTES: u64 = 4096;

/// Other users may read it.
const READABLE_BY_ALL: u32 = 0o004;

/// A password or a token, given as it is or in a file: it shows itself as `(hidden)` or `(from FILE)`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret {
    text: String,
    file: Option<PathBuf>,
}

/// Everyone on the machine may read a file with a secret in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}: expected a file with a secret to be its owner's alone, found that everyone may read it; \
     run: chmod o-rwx {}", .0.display(), .0.display()
)]
pub struct ReadableByAll(pub PathBuf);

/// Why a file gives no secret.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something else was found in it.
    #[error("expected a file with a secret on one line, found {0}")]
    Content(&'static str),
}

impl Secret {
    /// A secret that somebody gave as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            file: None,
        }
    }

    /// The secret that [`read`](Self::read) will find in a file; until then it is empty.
    pub fn in_file(path: PathBuf) -> Self {
        Self {
            text: String::new(),
            file: Some(path),
        }
    }

    /// The text, which must not be shown.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The file that it is from, if it is from one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Reads the file that it is from. Neither a byte order mark nor the end of the line belongs to the
    /// secret.
    ///
    /// # Errors
    /// All of [`Unread`].
    pub fn read(&mut self) -> Result<Option<ReadableByAll>, Unread> {
        let Some(path) = &self.file else {
            return Ok(None);
        };
        let file = File::open(path)?;
        let mode = file.metadata()?.permissions().mode();
        let mut bytes = Vec::new();
        let mut file = file.take(MOST_BYTES + 1);
        file.read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(Unread::Content("more than 4096 bytes"));
        }
        let text = String::from_utf8(bytes).map_err(|_| Unread::Content("what is not UTF-8"))?;
        // Editors begin a file with a byte order mark, and end it with lines as they like.
        let line = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return Err(Unread::Content("nothing"));
        }
        if line.contains(char::is_control) {
            return Err(Unread::Content("several lines or control characters"));
        }
        self.text = line.to_owned();
        Ok(warning(path, mode))
    }
}

/// The warning about a file with a secret in it, by its mode.
pub fn warning(path: &Path, mode: u32) -> Option<ReadableByAll> {
    (mode & READABLE_BY_ALL != 0).then(|| ReadableByAll(path.to_owned()))
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(path) => write!(f, "(from {})", path.display()),
            None => f.write_str("(hidden)"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_neither_its_text_nor_its_length() {
        let (short, long) = (Secret::new("a"), Secret::new("b".repeat(99)));
        assert_eq!(short.to_string(), long.to_string());
        assert_eq!(format!("{short:?}"), format!("{long:?}"));
        assert!(!format!("{short:?}{short}").contains('a'));
        assert_eq!(short.reveal(), "a");
    }

    #[test]
    fn a_file_is_read_as_its_writer_means_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let mut secret = Secret::in_file(path.clone());
            secret.read().map(|_| secret.reveal().to_owned())
        };
        for text in [
            "a b",
            "a b\n",
            "a b\r\n",
            "\u{feff}a b\r\n\r\n",
            "\u{feff}a b",
        ] {
            assert_eq!(read(text).unwrap(), "a b", "{text:?}");
        }
        for text in ["", "\u{feff}\r\n", "a\nb", "a\tb"] {
            assert!(matches!(read(text), Err(Unread::Content(_))), "{text:?}");
        }
    }
}
