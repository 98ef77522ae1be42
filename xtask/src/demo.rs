//! `cargo xtask demo`: from a fresh clone to blocks mined on the simulated hardware.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::failure::Failure;
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

/// What the node says first; its address follows.
const LISTENING: &str = "listening on ";

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
    let mut node = Node::start()?;
    step::run(
        program("tensority")
            .args(["mine", "--url", &node.url, "--device", "sim"])
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

/// A development node, whose chain ends with it.
struct Node {
    process: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Node {
    fn start() -> Result<Self, Failure> {
        let broken = |found: &str| Failure::unmet(format!("the node does not listen: {found}"));
        let mut process = program("tensority")
            .args(["node", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| broken(&error.to_string()))?;
        let output = process.stdout.take().expect("the output is piped");
        let mut node = Self {
            process,
            output: BufReader::new(output),
            url: String::new(),
        };
        let mut line = String::new();
        // An unreadable line is an empty one: it holds no address.
        let _ = node.output.read_line(&mut line);
        let url = line.trim_end().strip_prefix(LISTENING);
        node.url = url.ok_or_else(|| broken(&line))?.to_owned();
        Ok(node)
    }

    /// Ends it, and returns what it has said.
    fn end(&mut self) -> impl Iterator<Item = String> {
        self.stop();
        self.output.by_ref().lines().map_while(Result::ok)
    }

    fn stop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop();
    }
}
