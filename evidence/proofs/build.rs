//! The harnesses of `properties` as a table in the program.

use std::path::Path;
use std::{env, fs};

fn main() {
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("properties");
    println!("cargo::rerun-if-changed=properties");
    let files = fs::read_dir(&folder).expect("properties can be read");
    let mut names: Vec<_> = files
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sv"))
        .collect();
    names.sort();
    let rows = names.iter().map(|path| {
        let name = path.file_name().expect("a file has a name");
        format!("({name:?}, include_str!({path:?})),\n")
    });
    let table = format!("[\n{}]", rows.collect::<String>());
    let output = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("harnesses.rs");
    fs::write(output, table).expect("the table can be written");
}
