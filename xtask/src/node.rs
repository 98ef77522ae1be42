//! A development node for the time of a chore.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::failure::Failure;

/// What the node says first; its address follows.
const LISTENING: &str = "listening on ";

/// A development node, whose chain ends with it.
pub struct Node {
    process: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Node {
    /// Starts one; `program` is the command `tensority`, without arguments.
    ///
    /// # Errors
    /// If it does not say where it listens.
    pub fn start(mut program: Command) -> Result<Self, Failure> {
        let broken = |found: &str| Failure::unmet(format!("the node does not listen: {found}"));
        let mut process = program
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

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it, and returns what it has said.
    pub fn end(&mut self) -> impl Iterator<Item = String> {
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
