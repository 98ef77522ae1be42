//! `tensority` in a home of its own, and a development node for it.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;
use std::{fs, thread};

use serde_json::Value;
use tempfile::TempDir;
use tensority_devnet::node::{Node, Running, Settings, serve};

/// A home folder, in which nothing is configured yet.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path as an argument.
    pub fn argument(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file; its path as an argument.
    pub fn write(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).expect("a file");
        self.argument(name)
    }

    /// The command, which a hangup ends even if the tests run under `nohup`.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/usr/bin/env");
        command
            .args(["--default-signal=HUP", env!("CARGO_BIN_EXE_tensority")])
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .current_dir(self.0.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .expect("the command starts")
    }

    /// What a command prints that ends well and has nothing to complain about.
    #[track_caller]
    pub fn answer(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*error), (Some(0), ""));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Mines without API and state file until it ends by itself.
    pub fn mine(&self, arguments: &[&str]) -> Output {
        self.run(&[&["mine"], ALONE, arguments].concat())
    }
}

/// What a command says that is refused.
#[track_caller]
pub fn refusal(output: &Output, code: i32) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(output.stdout, b"", "{error}");
    error
}

/// Keeps a miner from being looked at, and from leaving anything.
pub const ALONE: &[&str] = &["--api-listen", "off", "--state-file", "off"];

/// How long a miner that runs may print nothing.
const SILENCE: Duration = Duration::from_secs(120);

/// A miner that prints JSON, and ends with the test.
pub struct Miner {
    child: Child,
    lines: Receiver<String>,
}

impl Miner {
    /// Starts `tensority mine --json`.
    pub fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut child = home
            .command(&[&["mine", "--json"], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            // A test that ends early reads no further.
            let _ = stdout
                .lines()
                .try_for_each(|line| sender.send(line.expect("text")));
        });
        Self { child, lines }
    }

    /// Waits for an event of this name and for what else is wanted of it.
    #[track_caller]
    pub fn wait_for(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = json(&self.lines.recv_timeout(SILENCE).expect("it runs"));
            if event["event"] == name && wanted(&event) {
                return event;
            }
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill starts").success());
    }

    /// Waits for the end; the exit code, and the events that were not waited for.
    pub fn end(mut self) -> (Option<i32>, Vec<Value>) {
        let mut rest = Vec::new();
        loop {
            match self.lines.recv_timeout(SILENCE) {
                Ok(line) => rest.push(json(&line)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end"),
            }
        }
        (self.child.wait().expect("it ends").code(), rest)
    }
}

impl Drop for Miner {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line:?}"))
}

/// The lines of an output as JSON, each of which is.
pub fn events(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines().map(json).collect()
}

/// A node whose blocks take four hashes each.
pub fn node() -> (Arc<Node>, Running, String) {
    let settings = Settings {
        bits: 0x2000_0000_003f_ffff,
        ..Settings::default()
    };
    let node = Arc::new(Node::new(settings).expect("good bits"));
    let address = "127.0.0.1:0".parse().unwrap();
    let server = serve(address, Arc::clone(&node), |_| {}).expect("a free port");
    let url = format!("http://{}", server.local_addr());
    (node, server, url)
}

/// The address of nobody.
pub fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

/// What a server answers to a question: its status and its body.
pub fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    let status = head.lines().next().unwrap_or_default();
    (status.to_owned(), body.to_owned())
}

/// Asserts that the command said in one line what is wrong, and ended with this code.
#[track_caller]
pub fn assert_refused(output: &Output, code: i32, words: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.starts_with("tensority: "), "{error}");
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}
