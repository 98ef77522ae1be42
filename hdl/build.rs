//! A fingerprint of what the Verilog depends on, so that emitted text can be kept, and the blocks'
//! sources, whose heads the Verilog carries as comments.

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

    let mut list = String::from("&[\n");
    sources(&package, Path::new("src"), &mut list);
    let output = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(output.join("sources.rs"), list + "]\n").expect("the build folder can be written");
}

/// Adds name and text of the Rust files in `folder` to a list of Rust code.
fn sources(package: &Path, folder: &Path, list: &mut String) {
    let entries = fs::read_dir(package.join(folder)).expect("the sources can be read");
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let path = folder.join(name);
        if package.join(&path).is_dir() {
            sources(package, &path, list);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let (name, place) = (path.display(), package.join(&path));
            *list += &format!("    ({:?}, include_str!({place:?})),\n", name.to_string());
        }
    }
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
