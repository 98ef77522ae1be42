//! A copy of the repository to be changed, with what is compiled.
//!
//! Cargo takes what is compiled for fresh by the times of files, and knows packages of a workspace by their folders in it: in
//! a copy that keeps both, only what is changed there is compiled, and what depends on it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

use crate::root;

/// A copy of all that git would take, with a repository of its own, in which it is committed.
pub fn make(name: &str) -> PathBuf {
    let copy = root().join("target/tutorials").join(name);
    match fs::remove_dir_all(&copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => panic!("{copy:?}: {error}"),
        _ => {}
    }
    for name in names() {
        // What is deleted and not committed is listed, too.
        if root().join(&name).exists() {
            let copy = copy.join(&name);
            fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
            copy_file(&root().join(&name), &copy).expect("a copy");
        }
    }
    // Cargo also looks at the times of folders.
    for folder in ["hdl/src", "protocol/src"] {
        keep_times_of_folders(&root().join(folder), &copy.join(folder));
    }
    // Whatever this user's own settings are.
    let settings = ["user.name=tutorial", "user.email=", "commit.gpgsign=false"];
    let settings = settings.map(|setting| ["-c", setting]).concat();
    let commit = ["commit", "--quiet", "--message", "as it is"];
    git(&copy, &["init", "--quiet"]);
    git(&copy, &["add", "--all"]);
    git(&copy, &[&settings[..], &commit[..]].concat());

    link_what_is_compiled(&root().join("target/debug"), &copy.join("target/debug"));
    // Compiled models are kept by their content.
    let models = root().join("target/models");
    fs::create_dir_all(&models).expect("a folder");
    symlink(models, copy.join("target/models")).expect("a link");
    if env::var_os("TENSORITY_TOOLS").is_none() {
        symlink(root().join(".tools"), copy.join(".tools")).expect("a link");
    }
    copy
}

/// The files that git knows, and those that it does not and is not told to ignore.
fn names() -> Vec<PathBuf> {
    let output = Command::new("git")
        .current_dir(root())
        .args(["ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard")
        .output()
        .expect("git starts");
    let names = String::from_utf8(output.stdout).expect("UTF-8");
    let names = names.split_terminator('\0').map(PathBuf::from);
    names.collect()
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .status()
        .expect("git starts");
    assert!(status.success(), "git {arguments:?}");
}

fn link_what_is_compiled(from: &Path, to: &Path) {
    for folder in ["deps", "build", ".fingerprint"] {
        take_tree(&from.join(folder), &to.join(folder));
    }
}

fn take_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for (path, name) in entries(from) {
        let to = to.join(name);
        if path.is_dir() {
            take_tree(&path, &to);
        } else {
            match take(&path, &to) {
                // A compilation that goes on removes its temporary files.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                taken => taken.expect("a link or a copy"),
            }
        }
    }
}

/// Takes a file: of those that compilers only ever replace by others, a link. Programs are left out, which are large and
/// many.
fn take(from: &Path, to: &Path) -> io::Result<()> {
    let is_program = from.parent().is_some_and(|folder| folder.ends_with("deps"));
    match from.extension().and_then(OsStr::to_str) {
        Some("rlib" | "rmeta" | "so") => fs::hard_link(from, to),
        None if is_program => Ok(()),
        _ => copy_file(from, to),
    }
}

/// Copies a file with its time.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    keep_time(from, to)
}

fn keep_times_of_folders(from: &Path, to: &Path) {
    for (path, name) in entries(from) {
        if path.is_dir() {
            keep_times_of_folders(&path, &to.join(name));
        }
    }
    keep_time(from, to).expect("the time of a folder");
}

fn keep_time(from: &Path, to: &Path) -> io::Result<()> {
    let time = fs::metadata(from)?.modified()?;
    File::open(to)?.set_modified(time)
}

/// Paths and names of what is in a folder; nothing where there is none.
fn entries(folder: &Path) -> impl Iterator<Item = (PathBuf, String)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.path(), entry.file_name().into_string().ok()?)))
}
