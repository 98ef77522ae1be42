//! Models are loaded at run time and take Verilator's runtime from the executable.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg=-rdynamic");
}
