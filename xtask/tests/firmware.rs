//! Reproducibility of the firmware.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders of a clone that are made in it or fetched.
const NOT_IN_A_CLONE: &[&str] = &[".git", ".tools", "target"];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if NOT_IN_A_CLONE.iter().any(|other| name == *other) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

/// A clone of this workspace.
fn clone(folder: PathBuf) -> PathBuf {
    copy(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")),
        &folder,
    );
    folder
}

/// The firmware that a clone makes.
fn firmware(clone: &Path) -> Vec<u8> {
    let built = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["firmware", "--clone"])
        .arg(clone)
        .status();
    assert!(built.expect("xtask").success());
    fs::read(clone.join("target/firmware/firmware.elf")).expect("the firmware")
}

#[test]
fn two_clones_make_the_same_firmware_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (
        clone(folder.path().join("one")),
        clone(folder.path().join("another place/clone")),
    );
    let expected = firmware(&one);
    assert!(firmware(&other) == expected);

    // Other sources make another firmware: their fingerprint is in it.
    let source = other.join("protocol/src/lib.rs");
    let text = fs::read_to_string(&source).expect("a source");
    fs::write(&source, text + "// Changed.\n").expect("a source");
    assert!(firmware(&other) != expected);
}
