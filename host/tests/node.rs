//! `tensority node` as people and scripts use it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// Bits of a target that every hash meets.
const EASIEST_BITS: &str = "0x2100000000ffffff";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
    command.arg("node").args(arguments);
    command.env_remove("TENSORITY_BACKEND");
    command
}

/// A node that is ended with the test.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: ChildStderr,
    address: String,
}

impl Running {
    /// A node on a free port with JSON output, which has said where it listens.
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(&["--listen", "127.0.0.1:0", "--json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut running = Self {
            stdout: BufReader::new(child.stdout.take().unwrap()),
            stderr: child.stderr.take().unwrap(),
            child,
            address: String::new(),
        };
        let line = running.line();
        assert_eq!(line["event"], "listening", "{line}");
        running.address = line["address"].as_str().expect("an address").to_owned();
        running
    }

    /// The next line of output.
    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("text");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"))
    }

    fn post(&self, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).expect("the node listens");
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: node\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("the node reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a whole head");
        serde_json::from_str(body).expect("JSON")
    }

    /// Submits the template as it is.
    fn submit(&self) -> Value {
        let work = self.post("/get-work", "");
        let header = &work["data"]["block_header"];
        self.post("/submit-work", &format!(r#"{{"block_header":{header}}}"#))
    }

    /// Sends a signal; returns the exit code, and the rest of what was printed to each output.
    fn end(mut self, signal: &str) -> (Option<i32>, String, String) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill starts").success());
        let code = self.child.wait().expect("it ends").code();
        let (mut out, mut err) = (String::new(), String::new());
        self.stdout.read_to_string(&mut out).unwrap();
        self.stderr.read_to_string(&mut err).unwrap();
        (code, out, err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn tells_of_blocks_and_refusals_and_keeps_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain");
    let arguments = ["--bits", EASIEST_BITS, "--chain", path.to_str().unwrap()];
    let mut node = Running::start(&arguments);
    assert_eq!(node.submit()["data"], true);
    let line = node.line();
    assert_eq!(
        (&line["event"], &line["height"]),
        (&"accepted".into(), &1.into())
    );
    assert_eq!(line["nonce"], 0);
    assert_eq!(line["hash"].as_str().map(str::len), Some(64));
    node.post("/submit-work", "{}");
    let line = node.line();
    assert_eq!(line["event"], "rejected");
    assert_eq!(line["reason"], "can't submit empty block");
    assert_eq!(node.end("-TERM"), (Some(0), String::new(), String::new()));

    let node = Running::start(&arguments);
    let count = node.post("/get-block-count", "");
    assert_eq!(count["data"]["block_count"], 1);
    assert_eq!(node.end("-INT"), (Some(0), String::new(), String::new()));
}

#[test]
fn says_what_it_cut_off_a_torn_chain_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain");
    std::fs::write(&path, "0123").unwrap();
    let node = Running::start(&["--chain", path.to_str().unwrap()]);
    let (code, _, stderr) = node.end("-TERM");
    assert_eq!((code, stderr.lines().count()), (Some(0), 1), "{stderr}");
    assert!(
        stderr.contains("line 1: expected a whole line, found 4 bytes"),
        "{stderr}"
    );
}

#[test]
fn refuses_what_it_cannot_serve_with_a_line_and_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain");
    let path = path.to_str().unwrap();
    let node = Running::start(&["--chain", path]);

    refused(&["--listen", "0.0.0.0:0"], 64, "loopback");
    refused(&["--listen", "nowhere"], 64, "nowhere");
    refused(&["--bits", "0x123456789abcdef01"], 64, "64 bits");
    refused(&["--bits", "0"], 64, "expected a positive target");
    refused(&["--listen", &node.address], 66, &node.address);
    refused(&["--chain", "/nowhere/at/all"], 66, "/nowhere/at/all");
    refused(&["--chain", path], 66, "locked by another node");
    drop(node);
    refused(
        &["--chain", path, "--bits", EASIEST_BITS],
        65,
        "expected bits",
    );
    std::fs::write(Path::new(path), "0123\n").unwrap();
    refused(&["--chain", path], 65, "line 1");
}

#[track_caller]
fn refused(arguments: &[&str], code: i32, word: &str) {
    let Output {
        status,
        stdout,
        stderr,
    } = command(arguments).output().expect("the command starts");
    let error = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(code), "{error}");
    assert_eq!((error.lines().count(), stdout.len()), (1, 0), "{error}");
    assert!(error.contains(word), "no {word:?} in: {error}");
}
