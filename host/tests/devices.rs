//! `tensority devices` as people and scripts use it.

use std::{
    io::{Read, Write},
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serialport::{SerialPort, TTYPort};
use tensority_model::{Config, Faults, SoftwareBoard};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
    command.arg("devices").args(arguments);
    command
}

fn devices(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

/// A board in software on a pseudo-terminal.
struct Terminal {
    path: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Terminal {
    fn new(faults: Faults) -> Self {
        let (mut master, slave) = TTYPort::pair().expect("a pseudo-terminal");
        let path = slave.name().expect("a path");
        let patience = Duration::from_millis(1);
        master.set_timeout(patience).expect("set");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let board = SoftwareBoard::start(Config {
                faults,
                ..Config::default()
            });
            let mut port = board.port();
            port.set_timeout(patience);
            let mut buffer = [0; 128];
            // Neither end has something to say most of the time, and the host's is often closed.
            while !stopped.load(Ordering::Relaxed) {
                if let Ok(received) = master.read(&mut buffer) {
                    port.write_all(&buffer[..received]).expect("a board");
                }
                if let Ok(received) = port.read(&mut buffer) {
                    let _ = master.write_all(&buffer[..received]);
                }
            }
        });
        Self {
            path,
            stop,
            thread: Some(thread),
        }
    }

    fn report(&self) -> (Option<i32>, serde_json::Value) {
        let output = devices(&["--json", "-d", &self.path]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let ports = report["ports"].as_array().expect("an array");
        let row = ports.iter().find(|port| port["port"] == *self.path);
        (output.status.code(), row.expect("the port").clone())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the board ends");
        }
    }
}

#[test]
fn a_board_that_hashes_right_is_good_and_one_that_does_not_is_not() {
    let (code, row) = Terminal::new(Faults::default()).report();
    assert_eq!(row["board"]["known_answer"], "right", "{row}");
    assert_eq!(row["board"]["serial"], "0000000000000001", "{row}");
    assert_eq!(row["board"]["lanes"], 16, "{row}");
    assert_eq!(code, Some(0));

    let faults = Faults {
        wrong_hash_each: Some(2),
        ..Faults::default()
    };
    let (code, row) = Terminal::new(faults).report();
    assert_eq!(row["board"]["known_answer"], "wrong", "{row}");
    assert_eq!(code, Some(69));
}

#[test]
fn a_board_whose_host_was_killed_answers_the_next_one() {
    let terminal = Terminal::new(Faults::default());
    for milliseconds in [5, 50, 100] {
        let mut killed = command(&["-d", &terminal.path])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        thread::sleep(Duration::from_millis(milliseconds));
        killed.kill().expect("killed");
        killed.wait().expect("an end");
    }
    let (code, row) = terminal.report();
    assert_eq!(row["board"]["known_answer"], "right", "{row}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_port_that_is_not_there_is_listed_as_such_and_is_no_board() {
    let output = devices(&["--quick", "--json", "-d", "/nowhere"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let ports = report["ports"].as_array().expect("an array");
    let row = ports.iter().find(|port| port["port"] == "/nowhere");
    let row = row.expect("the port that was named");
    assert!(row["board"].is_null());
    let problem = row["problem"].as_str().expect("a problem");
    assert!(problem.starts_with("no such port"), "{problem}");

    let good = ports.iter().any(|port| !port["board"].is_null());
    let (code, lines) = if good { (0, 0) } else { (69, 1) };
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(error.lines().count(), lines, "{error}");
}

#[test]
fn the_table_has_a_line_for_each_port() {
    let output = devices(&["--quick", "-d", "/nowhere", "-d", "/dev/null"]);
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(table.starts_with("port "), "{table}");
    for (path, words) in [
        ("/nowhere", "no such port"),
        ("/dev/null", "expected a serial port"),
    ] {
        let line = table.lines().find(|line| line.starts_with(path));
        assert!(line.is_some_and(|line| line.contains(words)), "{table}");
    }
}
