//! `tensority devices` as people and scripts use it.

#[path = "support/terminal.rs"]
mod terminal;

use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use tensority_model::Faults;
use terminal::Terminal;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority"));
    command.arg("devices").args(arguments);
    command
}

fn devices(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

fn report(terminal: &Terminal) -> (Option<i32>, serde_json::Value) {
    let output = devices(&["--json", "-d", &terminal.path]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let ports = report["ports"].as_array().expect("an array");
    let row = ports.iter().find(|port| port["port"] == *terminal.path);
    (output.status.code(), row.expect("the port").clone())
}

#[test]
fn a_board_that_hashes_right_is_good_and_one_that_does_not_is_not() {
    let (code, row) = report(&Terminal::new(Faults::default()));
    assert_eq!(row["board"]["known_answer"], "right", "{row}");
    assert_eq!(row["board"]["serial"], "0000000000000001", "{row}");
    assert_eq!(row["board"]["lanes"], 16, "{row}");
    assert_eq!(code, Some(0));

    let faults = Faults {
        wrong_hash_each: Some(2),
        ..Faults::default()
    };
    let (code, row) = report(&Terminal::new(faults));
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
        // In the middle of whatever it is doing then.
        thread::sleep(Duration::from_millis(milliseconds));
        killed.kill().expect("killed");
        killed.wait().expect("an end");
    }
    let (code, row) = report(&terminal);
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
