//! `cargo xtask firmware`: the program of the on-chip controller, as its code memory holds it.
//!
//! `target/firmware` gets `firmware.bin` (the image, to be loaded at address 0), `firmware.elf`
//! (the same with its symbols) and `size.txt`.

pub mod compiler;
mod image;

use std::fs;
use std::path::Path;

use compiler::{Compiler, TARGET};
use image::Image;
use tensority_command::write_file;

use crate::failure::Failure;
use crate::{step, workspace};

/// Builds the firmware; fails if it does not fit into the controller's memories.
pub fn build() -> Result<(), Failure> {
    build_clone(workspace::root())
}

/// As [`build`], of the clone in the folder `root`.
pub fn build_clone(root: &Path) -> Result<(), Failure> {
    let output = root.join("target/firmware");
    let elf = compile(root, &output.join("build"))?;
    let image = Image::of(&elf)?;
    let sizes = image.sizes.to_string();
    write_if_changed(&output.join("firmware.elf"), &elf)?;
    write_if_changed(&output.join("firmware.bin"), &image.bytes)?;
    write_if_changed(&output.join("size.txt"), sizes.as_bytes())?;
    eprint!("{sizes}");
    Ok(())
}

/// The linked firmware. Its bytes depend on neither folder.
fn compile(root: &Path, build: &Path) -> Result<Vec<u8>, Failure> {
    let mut cargo = Compiler::find().ok_or_else(compiler::missing)?.cargo();
    cargo
        .args(["build", "--package", "firmware", "--features", "chip"])
        .args(["--profile", "firmware", "--target", TARGET])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", build);
    step::named("firmware", &mut cargo)?;
    let linked = build.join(TARGET).join("firmware/firmware");
    fs::read(&linked).map_err(|error| Failure::cannot_read(&linked, &error))
}

/// What depends on the file need not be made again while it stays as it is.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    write_file(path, content).map_err(|error| Failure::cannot_write(path, &error))
}
