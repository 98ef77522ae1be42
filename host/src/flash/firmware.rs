//! Firmware for the controller of a board that runs, over its serial line.

use super::awaken;
use crate::{failure::Failure, output};
use serde::Serialize;
use std::{
    fs,
    io::{IsTerminal, Write, stderr},
    path::{Path, PathBuf},
};
use tensority_device::{
    board::Board,
    discovery,
    port::{BAUD, Port},
    probe::{self, Verdict},
    update::TRIAL,
};

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
    let is_terminal = stderr().is_terminal();
    let kept = board.update(
        &image,
        &mut |written| {
            if is_terminal {
                let line = format!("\r\x1b[K{written} of {} bytes", image.len());
                // Nobody is left to tell when the terminal itself is gone.
                let _ = stderr().write_all(line.as_bytes());
            }
        },
        |board| {
            verdict = probe::known_answer(board, TRIAL * 2 / 3)?;
            Ok(verdict == Verdict::Right)
        },
    );
    if is_terminal {
        let _ = stderr().write_all(b"\r\x1b[K");
    }
    if !kept? {
        let seconds = TRIAL.as_secs();
        awaken::right(verdict)?;
        return Err(Failure::not_reached(format!(
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
    match json {
        true => output::print_json(&report),
        false => output::print(&format!(
            "answered  {}, serial {}, firmware {} in place of {}, known answer right",
            report.port, report.serial, report.after, report.before
        )),
    }
}

/// The board at the port that was named, else the only one that answers.
fn find(port: Option<&Path>) -> Result<(PathBuf, Board<Port>), Failure> {
    if let Some(path) = port {
        let board = probe::identify(path, BAUD)?;
        return Ok((path.into(), board));
    }
    let candidates = discovery::candidates().into_iter();
    let answering = candidates.filter_map(|port| {
        let path = PathBuf::from(port.path);
        let board = probe::identify(&path, BAUD).ok()?;
        Some((path, board))
    });
    let mut boards: Vec<_> = answering.collect();
    match (boards.pop(), boards.len()) {
        (Some(board), 0) => Ok(board),
        (found, _) => Err(Failure::usage(format!(
            "expected one board, found {}; name its port with -d (`tensority devices` lists them)",
            boards.len() + usize::from(found.is_some())
        ))),
    }
}
