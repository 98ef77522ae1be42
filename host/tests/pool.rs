//! `tensority pool` as people and scripts use it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

/// Bits of a target that every hash meets.
const EASIEST_BITS: &str = "0x2100000000ffffff";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
    command.arg("pool").args(arguments);
    command.env_remove("TENSORITY_BACKEND");
    command
}

/// A pool that is ended with the test.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    /// A pool on a free port with JSON output, which has said where it listens.
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(&["--listen", "127.0.0.1:0", "--json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut running = Self {
            stdout: BufReader::new(child.stdout.take().unwrap()),
            child,
            address: String::new(),
        };
        let line = running.event("listening");
        running.address = line["address"].as_str().expect("an address").to_owned();
        running
    }

    /// The next line of output, which must be of this event.
    #[track_caller]
    fn event(&mut self, name: &str) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("text");
        let line: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"));
        assert_eq!(line["event"], name, "{line}");
        line
    }

    /// Sends a signal; returns the exit code and the rest of what was printed.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill starts").success());
        let mut out = String::new();
        self.stdout.read_to_string(&mut out).unwrap();
        (self.child.wait().expect("it ends").code(), out)
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
fn tells_of_logins_shares_blocks_and_ends() {
    let mut pool = Running::start(&["--bits", EASIEST_BITS, "--diff", "1"]);
    let stream = TcpStream::connect(&pool.address).unwrap();
    let mut lines = BufReader::new(&stream).lines();
    let mut answer = |request: Value| -> Value {
        writeln!(&stream, "{request}").unwrap();
        let line = lines.next().expect("a line").unwrap();
        serde_json::from_str(&line).unwrap()
    };
    let login = json!({"login": "a.b", "agent": "t\u{1b}"});
    let reply = answer(json!({"id": 1, "method": "login", "params": login}));
    assert_eq!(pool.event("opened")["session"], 0);
    let line = pool.event("login");
    assert_eq!(
        (&line["login"], &line["agent"]),
        (&login["login"], &login["agent"])
    );

    let job_id = &reply["result"]["job"]["job_id"];
    let mut submit = |nonce: &str| {
        let params = json!({"id": "a.b", "job_id": job_id, "nonce": nonce});
        answer(json!({"id": 2, "method": "submit", "params": params}))
    };
    submit("G");
    assert_eq!(pool.event("rejected")["code"], 32);
    submit("ff");
    assert_eq!(pool.event("accepted")["nonce"], 255);
    assert_eq!(pool.event("block")["height"], 1);
    let (code, rest) = pool.end("-TERM");
    assert_eq!(code, Some(0));
    assert_eq!(
        rest,
        "{\"event\":\"closed\",\"session\":0,\"reason\":\"the pool ends\"}\n"
    );
}

#[test]
fn makes_blocks_and_misbehaves_as_it_is_told() {
    let faults = ["--block-every", "1", "--misbehave", "late=1ms,ban"];
    let mut pool = Running::start(&faults);
    assert_eq!(pool.event("block")["session"], Value::Null);
    let mut stream = TcpStream::connect(&pool.address).unwrap();
    stream
        .write_all(b"{\"id\":1,\"method\":\"login\",\"params\":{}}\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "");
    assert_eq!(pool.end("-INT").0, Some(0));
}

#[test]
fn says_what_it_can_do_wrong() {
    let Output { status, stdout, .. } = command(&["--help"]).output().unwrap();
    assert!(status.success());
    let help = String::from_utf8(stdout).unwrap();
    for fault in &tensority_devnet::pool::FAULTS {
        let line = format!("  {:<20} {}", fault.to_string(), fault.about);
        assert!(help.contains(&line), "no {line:?} in: {help}");
    }
}

#[test]
fn refuses_what_it_cannot_serve_with_a_line_and_a_code() {
    let pool = Running::start(&[]);
    refused(&["--listen", "0.0.0.0:0"], 64, "loopback");
    refused(&["--listen", &pool.address], 66, &pool.address);
    refused(&["--bits", "0"], 64, "expected a positive target");
    refused(&["--diff", "0"], 64, "--diff");
    refused(
        &["--misbehave", "late=1s,sulk"],
        64,
        "expected one of silent",
    );
    refused(&["--misbehave", "reject=7"], 64, "expected reject=N%");
    refused(&["--tls-cert", "a"], 64, "--tls-key");
    refused(
        &["--tls-cert", "/nowhere", "--tls-key", "/nowhere"],
        66,
        "/nowhere",
    );
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    let empty = empty.to_str().unwrap();
    refused(
        &["--tls-cert", empty, "--tls-key", empty],
        65,
        "expected certificates in PEM",
    );
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
