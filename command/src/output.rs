//! Output: standard output, whose reader may be gone, and files.

use std::fmt::Display;
use std::fs::{self, Permissions};
use std::io::{Error, ErrorKind, Write, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::Serialize;

/// Mode of a file that is not there yet, as far as the user's mask lets it.
const NEW_FILE: u32 = 0o666;

/// Standard output takes no more. No error by itself: a [`Failure`](crate::Failure) is made of it.
#[derive(Debug)]
pub struct Unprinted(pub(crate) Error);

/// Prints a text and an end of line, as [`shown`].
///
/// # Errors
/// [`Unprinted`], where `println!` would panic.
pub fn print(text: impl Display) -> Result<(), Unprinted> {
    writeln!(stdout(), "{}", shown(&text.to_string())).map_err(Unprinted)
}

/// A text as a terminal may have it: what is quoted of a file or a peer can hold characters that move the cursor or
/// colour the rest. They are written as escapes, but for ends of lines and tabs.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            _ if character.is_control() => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    shown
}

/// Standard output of a command whose job goes on when the reader of its output leaves, as `head` does.
#[derive(Debug, Default)]
pub struct Lines {
    reader_left: bool,
}

impl Lines {
    /// Prints as [`print_as`], as long as somebody reads.
    ///
    /// # Errors
    /// As [`print_as`], but for a reader that left.
    pub fn print_as(
        &mut self,
        json: bool,
        value: &(impl Serialize + Display),
    ) -> Result<(), Unprinted> {
        self.unless_left(|| print_as(json, value))
    }

    /// Prints as [`print_json`], as long as somebody reads.
    ///
    /// # Errors
    /// As [`print_json`], but for a reader that left.
    pub fn print_json(&mut self, value: &impl Serialize) -> Result<(), Unprinted> {
        self.unless_left(|| print_json(value))
    }

    fn unless_left(
        &mut self,
        print: impl FnOnce() -> Result<(), Unprinted>,
    ) -> Result<(), Unprinted> {
        if self.reader_left {
            return Ok(());
        }
        match print() {
            Err(Unprinted(error)) if error.kind() == ErrorKind::BrokenPipe => {
                self.reader_left = true;
                Ok(())
            }
            printed => printed,
        }
    }
}

/// Prints a value as JSON on one line, or as text.
///
/// # Errors
/// As [`print`] and [`print_json`].
pub fn print_as(json: bool, value: &(impl Serialize + Display)) -> Result<(), Unprinted> {
    match json {
        true => print_json(value),
        false => print(value),
    }
}

/// Prints a value as JSON on one line.
///
/// # Errors
/// [`Unprinted`], also for a value that JSON cannot hold.
pub fn print_json(value: &impl Serialize) -> Result<(), Unprinted> {
    print(serde_json::to_string(value).map_err(|error| Unprinted(error.into()))?)
}

/// Writes a file whole or not at all: beside it first, and then in its place. A pipe or a device is
/// written to as it is.
///
/// # Errors
/// What the system says; the file is as it was then.
pub fn write_file(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Error> {
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return fs::write(path, content);
    }
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(NEW_FILE))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(content.as_ref())?;
    if let Some(there) = there {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_text_holds_nothing_that_a_terminal_obeys() {
        let hostile = "unknown field `\u{1b}[2Jb\u{7f}\r\u{9b}`, é \"x\"\n\t2";
        let expected = "unknown field `\\u{1b}[2Jb\\u{7f}\\r\\u{9b}`, é \"x\"\n\t2";
        assert_eq!(shown(hostile), expected);
    }

    #[test]
    fn a_file_keeps_its_place_and_mode_and_is_never_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mode_of = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let mode = || mode_of(&path);
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        write_file(&path, "one").unwrap();
        assert_eq!(mode(), mode_of(&plain), "as the user's mask has it");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let link = folder.path().join("link");
        symlink(&path, &link).unwrap();
        write_file(&link, "another").unwrap();
        assert_eq!(
            (fs::read(&path).unwrap(), mode()),
            (b"another".to_vec(), 0o600)
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_disk_that_is_full_leaves_the_file_as_it_was() {
        write_file(Path::new("/dev/full"), "some").unwrap_err();
        // No file fits beside it.
        let path = Path::new("/proc/self/comm");
        let before = fs::read(path).unwrap();
        write_file(path, "other").unwrap_err();
        assert_eq!(fs::read(path).unwrap(), before);
    }
}
