//! Firmware for the controller of a board that runs, over its serial line.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tensority_command::{print, print_json};
use tensority_device::board::Board;
use tensority_device::device::Device;
use tensority_device::port::{BAUD, Port};
use tensority_device::probe::{self, Verdict};
use tensority_device::update::TRIAL;

use super::awaken;
use super::report::Progress;
use crate::config;
use crate::failure::Failure;

#[derive(Serialize)]
struct Report {
    port: String,
    /// 16 hexadecimal digits.
    serial: String,
    /// Fingerprints, eight hexadecimal digits each.
    before: String,
    after: String,
    bytes: usize,
}

/// Writes firmware to the board at `port`, or to the only one that is there.
pub fn write(file: &Path, port: Option<&Path>, json: bool) -> Result<(), Failure> {
    let image = fs::read(file).map_err(|error| Failure::cannot_read(file, &error))?;
    let (path, mut board) = find(port)?;
    let before = format!("{:08x}", board.identity().firmware_build);
    let mut verdict = Verdict::NotAsked;
    let progress = Progress::new();
    let kept = board.update(
        &image,
        &mut |written| progress.show(format_args!("{written} of {} bytes", image.len())),
        |board| {
            verdict = probe::known_answer(board, TRIAL * 2 / 3)?;
            Ok(verdict == Verdict::Right)
        },
    );
    drop(progress);
    if !kept? {
        let seconds = TRIAL.as_secs();
        awaken::right(verdict)?;
        return Err(Failure::unmet(format!(
            "expected firmware that hashes right, found another; the board goes back within {seconds} s"
        )));
    }
    let identity = board.identity();
    let report = Report {
        port: path.display().to_string(),
        serial: format!("{:016x}", identity.serial),
        before,
        after: format!("{:08x}", identity.firmware_build),
        bytes: image.len(),
    };
    Ok(match json {
        true => print_json(&report),
        false => print(format_args!(
            "answered  {}, serial {}, firmware {} in place of {}, known answer right",
            report.port, report.serial, report.after, report.before
        )),
    }?)
}

/// The board at the port that was named, else the only one that answers.
fn find(port: Option<&Path>) -> Result<(PathBuf, Board<Port>), Failure> {
    if let Some(path) = port {
        let board = probe::identify(path, BAUD)?;
        return Ok((path.into(), board));
    }
    let candidates = config::adapters_anyway().candidates().into_iter();
    let answering = candidates.filter_map(|port| {
        let path = PathBuf::from(port.path);
        let board = probe::identify(&path, BAUD).ok()?;
        Some((path, board))
    });
    let mut boards: Vec<_> = answering.collect();
    match boards.len() {
        1 => Ok(boards.remove(0)),
        0 => Err(Failure::usage(
            "expected a board, found none; name its port with -d",
        )),
        count => {
            let choices = boards.iter().map(|(path, board)| {
                let serial = board.description().serial;
                let serial = serial.map_or("none".into(), |serial| format!("{serial:016x}"));
                format!("-d {} (serial {serial})", path.display())
            });
            let choices: Vec<_> = choices.collect();
            Err(Failure::usage(format!(
                "expected one board, found {count}; say which is meant, {}",
                choices.join(" or ")
            )))
        }
    }
}
