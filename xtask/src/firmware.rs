//! `cargo xtask firmware`: the program of the on-chip controller, as its code memory holds it.
//!
//! `target/firmware` gets `firmware.bin` (the image, to be loaded at address 0), `firmware.elf`
//! (the same with its symbols) and `size.txt`.

pub mod compiler;
mod image;

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::{step, workspace};
use compiler::{Compiler, TARGET};
use image::Image;

/// Builds the firmware; fails if it does not fit into the controller's memories.
pub fn build() -> Result<(), Failure> {
    let output = workspace::root().join("target/firmware");
    let build = output.join("build");
    let mut cargo = Compiler::find().ok_or_else(compiler::missing)?.cargo();
    cargo
        .args(["build", "--release", "--target", TARGET])
        .current_dir(workspace::root().join("firmware"))
        .env("CARGO_TARGET_DIR", &build);
    step::named("firmware", &mut cargo)?;

    let linked = build.join(TARGET).join("release/firmware");
    let elf = fs::read(&linked).map_err(|error| Failure::file("read", &linked, &error))?;
    let image = Image::of(&elf)?;
    let sizes = image.sizes.to_string();
    write_if_changed(&output.join("firmware.elf"), &elf)?;
    write_if_changed(&output.join("firmware.bin"), &image.bytes)?;
    write_if_changed(&output.join("size.txt"), sizes.as_bytes())?;
    eprint!("{sizes}");
    Ok(())
}

/// What depends on the file need not be made again while it stays as it is.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    fs::write(path, content).map_err(|error| Failure::file("write", path, &error))
}
