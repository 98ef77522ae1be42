//! Fingerprint of the firmware's sources, by which a host tells builds apart. It depends on their
//! content alone, not on where they lie.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// What the image depends on, from the folder `firmware`; this package and the protocol are in it.
const SOURCES: &[&str] = &[
    "memory.x",
    "src",
    "controller/build.rs",
    "controller/Cargo.toml",
    "controller/src",
    "../protocol/src",
];

/// Packages of others that the image depends on, as the workspace's lock file has them.
const PACKAGES: &[&str] = &["cobs"];

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut fingerprint = Fnv(0x811c_9dc5);
    for name in SOURCES {
        let path = package.join("..").join(name);
        println!("cargo:rerun-if-changed={}", path.display());
        fingerprint.take_path(name, &path);
    }
    let lock = package.join("../../Cargo.lock");
    println!("cargo:rerun-if-changed={}", lock.display());
    let lock = fs::read_to_string(lock).unwrap_or_default();
    for locked in lock.split("[[package]]") {
        let is_named = |name: &&str| locked.starts_with(&format!("\nname = \"{name}\"\n"));
        if PACKAGES.iter().any(is_named) {
            fingerprint.take(locked.as_bytes());
        }
    }
    println!("cargo:rustc-env=FIRMWARE_FINGERPRINT={}", fingerprint.0);
}

/// FNV-1a of 32 bits.
struct Fnv(u32);

impl Fnv {
    /// Takes a file, or all files of a folder, with their names.
    fn take_path(&mut self, name: &str, path: &Path) {
        if let Ok(entries) = fs::read_dir(path) {
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                self.take_path(&name, &path);
            }
        } else if let Ok(content) = fs::read(path) {
            self.take(name.as_bytes());
            self.take(&content);
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }
}
