//! The command `tensority-hdl`: what it prints, and its exit codes.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tensority_flow::fpga::Report;

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority-hdl"));
    command.args(arguments);
    command
}

/// A failure is one line, with its exit code.
fn fails(output: &Output, code: i32, start: &str) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.starts_with(&format!("tensority-hdl: {start}")),
        "{text}"
    );
    text
}

fn write(folder: &Path, name: &str, mhz: f64) -> String {
    let path = folder.join(name);
    fs::write(&path, common::report(mhz).to_json()).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn emit_writes_a_core() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_string_lossy().into_owned();
    let output = run(&["emit", "--lanes", "1", "--dim", "32", "-o", &path]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("core.v: ") && said.ends_with(" modules\n"),
        "{said}"
    );
    let text = fs::read_to_string(folder.path().join("core.v")).unwrap();
    assert!(text.contains("\nmodule core (\n"), "{text}");
}

#[test]
fn a_core_that_cannot_be_is_refused() {
    fails(&run(&["emit", "--lanes", "3", "-o", "."]), 64, "--lanes: ");
}

#[test]
fn a_board_that_is_not_known_is_refused() {
    let text = fails(
        &run(&["build", "--board", "icebreaker"]),
        64,
        "--board: expected one of ",
    );
    assert!(text.contains("ulx3s-85f"), "{text}");
}

#[test]
fn the_help_of_build_lists_the_boards() {
    let help = String::from_utf8(run(&["build", "--help"]).stdout).unwrap();
    for board in tensority_boards::Board::names() {
        assert!(help.contains(board), "no {board} in: {help}");
    }
}

#[test]
fn a_clock_that_is_no_number_is_refused_in_our_words() {
    let arguments = ["build", "--board", "ulx3s-85f", "--clock", "100.5MHz"];
    let text = fails(
        &run(&arguments),
        64,
        "--clock: expected a whole number of Hz",
    );
    assert!(text.contains("found \"100.5MHz\""), "{text}");
}

#[test]
fn outputs_that_cannot_be_written_have_one_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(folder.path(), "report.json", 80.0);
    let page = format!("{report}/page.html");
    fails(
        &run(&["report", &report, "--html", &page]),
        74,
        "cannot write ",
    );
    fails(
        &run(&["emit", "--lanes", "1", "--dim", "32", "-o", &report]),
        74,
        "cannot write ",
    );
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command(&["report", &report]).stdout(full).output().unwrap();
    fails(&output, 74, "cannot write the output");
    fails(&run(&["report", "/no/such/file"]), 66, "cannot read ");
}

#[test]
fn a_reader_that_goes_away_ends_a_command_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(folder.path(), "report.json", 80.0);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(&["report", &report])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn a_build_without_tools_says_how_to_get_them() {
    let mut command = command(&["build", "--board", "ulx3s-85f"]);
    let output = command
        .env("TENSORITY_TOOLS", "/no/such/folder")
        .output()
        .unwrap();
    let text = fails(&output, 69, "no Yosys in /no/such/folder");
    assert!(text.contains("cargo xtask setup"), "{text}");
}

#[test]
fn a_build_without_firmware_says_how_to_get_it() {
    let arguments = [
        "build",
        "--board",
        "ulx3s-85f",
        "--firmware",
        "/no/such/file",
    ];
    let text = fails(&run(&arguments), 66, "cannot read /no/such/file");
    assert!(text.contains("cargo xtask firmware"), "{text}");
}

#[test]
fn a_report_is_shown_compared_and_made_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), "first.json", 80.0);
    let second = write(folder.path(), "second.json", 120.0);
    let said = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&["report", &first]).contains("TIMING MISSED"));
    assert!(said(&["report", &first, &second]).contains("array, achieved"));
    let kept = Report::from_json(&said(&["report", &first, "--json"])).unwrap();
    assert_eq!(kept.placement, None);
    assert_eq!(kept.blocks, common::report(80.0).blocks);
    let page = folder.path().join("page.html");
    let path = page.to_string_lossy().into_owned();
    assert_eq!(said(&["report", &first, "--html", &path]), "");
    assert!(
        fs::read_to_string(page)
            .unwrap()
            .starts_with("<!DOCTYPE html>")
    );
}

#[test]
fn a_file_that_is_no_report_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    fs::write(&path, "{\"format\": 99}").unwrap();
    let name = path.to_string_lossy().into_owned();
    let text = fails(&run(&["report", &name]), 65, &name);
    assert!(text.contains("expected form 1, found 99"), "{text}");
}
