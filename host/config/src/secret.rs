//! Texts that nobody gets to see.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// No secret is longer.
const MOST_BYTES: u64 = 4096;

/// Other users may read it.
const READABLE_BY_ALL: u32 = 0o004;

/// A text that nobody gets to see: it shows itself as `(hidden)` or `(from FILE)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    file: Option<PathBuf>,
}

/// Something that works and should not be so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Everyone on the machine may read a file with a secret in it.
    #[error(
        "{}: expected a file with a secret to be its owner's alone, found that everyone may read it; \
         run: chmod o-rwx {}", path.display(), path.display()
    )]
    ReadableByAll {
        /// The file.
        path: PathBuf,
    },
}

/// Why there is no secret in a file.
pub(crate) enum Unread {
    /// It cannot be read.
    Io(io::Error),
    /// What it holds is none; this was found instead.
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
    pub(crate) fn in_file(path: PathBuf) -> Self {
        Self {
            text: String::new(),
            file: Some(path),
        }
    }

    /// The secret itself. Whoever asks must not show it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The file that it is from, if it is from one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Reads the file that it is from. The end of the line does not belong to the secret.
    pub(crate) fn read(&mut self) -> Result<Option<Warning>, Unread> {
        let Some(path) = &self.file else {
            return Ok(None);
        };
        let file = File::open(path).map_err(Unread::Io)?;
        let mode = file.metadata().map_err(Unread::Io)?.permissions().mode();
        let mut bytes = Vec::new();
        let mut file = file.take(MOST_BYTES + 1);
        file.read_to_end(&mut bytes).map_err(Unread::Io)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(Unread::Content("more than 4096 bytes"));
        }
        let text = String::from_utf8(bytes).map_err(|_| Unread::Content("what is not UTF-8"))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
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

/// What is to be said of a file with a secret in it, from its mode.
pub(crate) fn warning(path: &Path, mode: u32) -> Option<Warning> {
    (mode & READABLE_BY_ALL != 0).then(|| Warning::ReadableByAll {
        path: path.to_owned(),
    })
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
