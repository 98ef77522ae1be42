//! `cargo xtask demo`: from a fresh clone to blocks mined on the simulated hardware.

use std::process::Command;

use crate::failure::Failure;
use crate::node::Node;
use crate::{firmware, setup, step, workspace};

/// The programs that take part.
const BUILD: &[&str] = &[
    "build",
    "--release",
    "--package",
    "tensority-sim",
    "--package",
    "tensority-cli",
];

/// Blocks to mine; each takes 20 hashes on average.
const BLOCKS: &str = "3";

/// Sets up, proves the core on a block of Bytom's main chain, then mines on a whole board: node,
/// host controller, serial line, firmware and core.
pub fn run() -> Result<(), Failure> {
    setup::run()?;
    firmware::build()?;
    step::cargo("build", BUILD)?;
    eprintln!("\n=== the core: Bytom's genesis block");
    step::run(program("tensority-sim").arg("demo"))?;
    // The board's model may have to be compiled, which is not what the second part shows.
    eprintln!("\n=== the board: {BLOCKS} blocks for a development node");
    step::run(program("tensority-sim").args(["board", "--build-only"]))?;
    let mut node = Node::start(program("tensority"))?;
    step::run(
        program("tensority")
            .args(["mine", "--url", node.url(), "--device", "sim"])
            .args(["--blocks", BLOCKS, "--view", "off"])
            .args(["--api-listen", "off", "--state-file", "off"]),
    )?;
    for line in node.end() {
        println!("node: {line}");
    }
    Ok(())
}

/// A program that was built.
fn program(name: &str) -> Command {
    Command::new(workspace::target().join("release").join(name))
}
