//! Gives the program a fingerprint of what the Verilog depends on, so that emitted text can be kept.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for path in ["src", "../protocol/src", "../Cargo.lock"] {
        println!("cargo:rerun-if-changed={path}");
        hash(&package, Path::new(path), &mut hasher);
    }
    println!("cargo:rustc-env=HDL_FINGERPRINT={:016x}", hasher.finish());
}

/// Paths are those in `package`: the fingerprint is the same wherever the repository lies.
fn hash(package: &Path, path: &Path, hasher: &mut DefaultHasher) {
    let place = package.join(path);
    if let Ok(entries) = fs::read_dir(&place) {
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names {
            hash(package, &path.join(name), hasher);
        }
    } else if let Ok(content) = fs::read(&place) {
        hasher.write(path.as_os_str().as_encoded_bytes());
        hasher.write(&content);
    }
}
