//! The repository, and a copy of it to be changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's folder.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("a workspace").into()
}

/// A clone of the repository with all that is not committed, and with the compiled dependencies of this build.
pub fn copy(name: &str) -> PathBuf {
    let copy = root().join("target/tutorials").join(name);
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).expect("a folder");
    git(&root(), &["clone", "--quiet", "--local", ".", text(&copy)]);
    let change = copy.with_extension("diff");
    let change = text(&change);
    git(&root(), &["diff", "--binary", "--output", change, "HEAD"]);
    git(&copy, &["apply", "--index", "--allow-empty", change]);
    let author = [
        "-c",
        "user.name=tutorial",
        "-c",
        "user.email=tutorial@localhost",
    ];
    let commit = [
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "as it is",
    ];
    git(&copy, &[&author[..], &commit[..]].concat());
    link_tools(&copy);
    link_dependencies(&root().join("target/debug"), &copy.join("target/debug"));
    copy
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .status()
        .expect("git starts");
    assert!(status.success(), "git {arguments:?}");
}

fn link_tools(copy: &Path) {
    std::os::unix::fs::symlink(root().join(".tools"), copy.join(".tools")).expect("a link");
}

/// What cargo compiled of crates that are not ours; it never changes these files again.
fn link_dependencies(from: &Path, to: &Path) {
    for folder in ["deps", "build", ".fingerprint"] {
        link_tree(&from.join(folder), &to.join(folder));
    }
}

fn link_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if is_ours(text(Path::new(&name))) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if from.is_dir() {
            link_tree(&from, &to);
        } else {
            fs::hard_link(from, to).expect("a link");
        }
    }
}

/// Of a file or folder of cargo's: it is of a crate of this workspace.
fn is_ours(name: &str) -> bool {
    let name = name.trim_start_matches("lib");
    ["tensority", "testvectors", "verilator-", "xtask"]
        .iter()
        .any(|ours| name.starts_with(ours))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
