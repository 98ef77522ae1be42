//! `cargo xtask board`: the long build of a board, and its results as data.
//!
//! Placing and routing takes too long for `cargo xtask test`. What came of it last, with the versions of the tools,
//! is in `boards/BOARD/results`, a report for each number of lanes.

use std::fs;
use std::io::ErrorKind;
use std::process::Command;

use tensority_command::{exit, write_file};

use crate::failure::Failure;
use crate::{firmware, setup, step, workspace};

/// The program that builds it.
const BUILD: &[&str] = &["build", "--release", "--package", "tensority-flow"];

/// Sets up, builds `board` with `lanes` lanes, and keeps the report; fails if a clock is missed, with the report
/// kept all the same. `seeds` is how many placements are tried.
pub fn run(board: &str, lanes: u32, seeds: u32) -> Result<(), Failure> {
    setup::run()?;
    firmware::build()?;
    step::cargo("build", BUILD)?;
    let output = workspace::target().join("boards").join(board);
    let report = output.join(format!("{board}-c{lanes}.report.json"));
    // A report that is there afterwards is of this build.
    match fs::remove_file(&report) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Failure::cannot_write(&report, &error));
        }
        _ => {}
    }
    let built = step::named(
        &format!("{board}, lanes: {lanes}"),
        tool()
            .args(["build", "--board", board])
            .args(["--lanes", &lanes.to_string()])
            .args(["--seed-sweep", &seeds.to_string()])
            .arg("-o")
            .arg(&output),
    );
    match built {
        // Exit code 1 is a missed clock.
        Err(failure) if failure.code() != exit::UNMET => Err(failure),
        built => {
            let data = step::output(tool().arg("report").arg(&report).arg("--json"))?;
            let results = workspace::root().join("boards").join(board).join("results");
            fs::create_dir_all(&results)
                .map_err(|error| Failure::cannot_write(&results, &error))?;
            let path = results.join(format!("lanes-{lanes}.json"));
            write_file(&path, data).map_err(|error| Failure::cannot_write(&path, &error))?;
            eprintln!("\n=== results: {}", path.display());
            built
        }
    }
}

fn tool() -> Command {
    Command::new(workspace::target().join("release/tensority-hdl"))
}
