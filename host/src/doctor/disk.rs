//! Places that the miner writes to: whether it may, and whether there is space. Nothing is written.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat, statvfs};

use super::finding::{Check, Finding};

/// Less space is too little for the totals, receipts and recordings of a day.
const LITTLE: u64 = 256 << 20;

/// With less, writing is about to fail.
const NOTHING: u64 = 4 << 20;

/// What is known of a place.
#[derive(Debug)]
pub struct Place {
    /// The file that is to be written.
    pub file: PathBuf,
    /// It, or the folder that is there and that it would come into.
    pub nearest: PathBuf,
    /// It is something else than a file, or under something else than a folder.
    pub is_obstructed: bool,
    pub is_writable: bool,
    /// Bytes that this user may still write there.
    pub space: Option<u64>,
}

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// In its place.
    Itself,
    /// Beside its place, and then renamed.
    Beside,
}

/// Looks at the place of a file that need not be there.
pub fn look(file: &Path, manner: Manner) -> Place {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let nearest = whole.ancestors().find(|path| path.exists());
    let nearest = nearest.unwrap_or(Path::new("/")).to_owned();
    let is_itself = nearest == whole;
    let writable = |path: &Path| {
        let access = match path.is_dir() {
            true => Access::WRITE_OK | Access::EXEC_OK,
            false => Access::WRITE_OK,
        };
        accessat(CWD, path, access, AtFlags::EACCESS).is_ok()
    };
    let folder = nearest.parent().filter(|_| is_itself).unwrap_or(&nearest);
    let space = statvfs(folder).map(|it| it.f_bavail.saturating_mul(it.f_frsize));
    Place {
        is_obstructed: nearest.is_dir() == is_itself,
        is_writable: writable(&nearest) && (manner == Manner::Itself || writable(folder)),
        space: space.ok(),
        file: file.to_owned(),
        nearest,
    }
}

pub fn judge(what: &'static str, place: &Place) -> Finding {
    let check = Check::new(what, place.file.display());
    let nearest = place.nearest.display();
    if place.is_obstructed {
        return check.fail(
            format!("{nearest} is in the way"),
            "choose another file, or move what is there",
        );
    }
    if !place.is_writable {
        return check.fail(
            format!("{nearest} may not be written"),
            format!("choose another file, or run `sudo chown $USER {nearest}`"),
        );
    }
    match place.space {
        Some(space) if space < NOTHING => check.fail(
            format!("no space is left: {} KiB", space >> 10),
            "make room, or choose a file on another disk",
        ),
        Some(space) if space < LITTLE => check.warn(
            format!("little space is left: {} MiB", space >> 20),
            "make room, or choose a file on another disk",
        ),
        Some(space) => check.pass(format!("may be written, {} MiB are free", space >> 20)),
        None => check.pass("may be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn place() -> Place {
        Place {
            file: "/var/lib/a/state.json".into(),
            nearest: "/var/lib".into(),
            is_obstructed: false,
            is_writable: true,
            space: Some(1 << 40),
        }
    }

    #[track_caller]
    fn assert_finds(place: &Place, verdict: Verdict, found: &str, fix: &str) {
        let finding = judge("state file", place);
        finding.assert(verdict, found, fix);
    }

    #[test]
    fn a_place_needs_a_folder_a_permission_and_space() {
        use Verdict::{Fail, Pass, Warn};
        assert_finds(&place(), Pass, "1048576 MiB", "");
        let with = |space| Place { space, ..place() };
        assert_finds(&with(None), Pass, "may be written", "");
        assert_finds(&with(Some(100 << 20)), Warn, "100 MiB", "room");
        assert_finds(&with(Some(1 << 20)), Fail, "1024 KiB", "room");
        let obstructed = Place {
            is_obstructed: true,
            ..place()
        };
        assert_finds(&obstructed, Fail, "/var/lib is in the way", "another file");
        let forbidden = Place {
            is_writable: false,
            ..place()
        };
        assert_finds(&forbidden, Fail, "may not be written", "chown");
    }

    #[test]
    fn files_and_folders_are_told_apart_and_nothing_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        let deep = folder.path().join("b/c");
        assert!(
            !look(&deep, Manner::Beside).is_obstructed && look(&deep, Manner::Beside).is_writable
        );
        assert!(!deep.exists() && !folder.path().join("b").exists());
        std::fs::write(&file, "").expect("a file");
        assert!(!look(&file, Manner::Beside).is_obstructed);
        assert!(look(folder.path(), Manner::Beside).is_obstructed);
        assert!(look(&file.join("d"), Manner::Itself).is_obstructed);
    }
}
