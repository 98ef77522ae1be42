//! `cargo xtask docs`: the documents that say what the code says.

use std::fs;
use std::process::Command;

use tensority_command::write_file;
use tensority_protocol::document;

use crate::failure::Failure;
use crate::{step, workspace};

/// Writes them all.
pub fn write() -> Result<(), Failure> {
    let folder = workspace::root().join("docs");
    fs::create_dir_all(&folder).map_err(|error| Failure::cannot_write(&folder, &error))?;
    let documents = [
        ("registers.md", document::Registers.to_string()),
        ("protocol.md", document::Protocol.to_string()),
        ("config.md", tensority_config::document::document()),
    ];
    for (name, text) in documents {
        let path = folder.join(name);
        write_file(&path, text).map_err(|error| Failure::cannot_write(&path, &error))?;
    }
    // Written by the tests that compare them: this program need not wait for the blocks to compile.
    let test = ["test", "--workspace", "--test", "documents"];
    let mut others = Command::new(step::cargo_program());
    others
        .args(test)
        .current_dir(workspace::root())
        .env("TENSORITY_REFRESH", "1");
    step::named("pages of blocks and proofs", &mut others)
}
