//! Gives the program a fingerprint of what the Verilog depends on, so that emitted text can be kept.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for path in ["src", "../protocol/src", "../Cargo.lock"].map(|path| package.join(path)) {
        println!("cargo:rerun-if-changed={}", path.display());
        hash(&path, &mut hasher);
    }
    println!("cargo:rustc-env=HDL_FINGERPRINT={:016x}", hasher.finish());
}

fn hash(path: &Path, hasher: &mut DefaultHasher) {
    if let Ok(entries) = fs::read_dir(path) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().for_each(|path| hash(path, hasher));
    } else if let Ok(content) = fs::read(path) {
        hasher.write(path.as_os_str().as_encoded_bytes());
        hasher.write(&content);
    }
}
