//! Output of `tensority flash`: plan, progress, result.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr};

use serde::Serialize;
use tensority_flash::{Loader, Plan, Written};

use super::awaken::Awake;

#[derive(Serialize)]
pub struct Report {
    target: String,
    /// Eight hexadecimal digits.
    idcode: String,
    build: String,
    lanes: u32,
    clock_hz: u32,
    bytes: u32,
    /// 64 hexadecimal digits.
    sha256: String,
    /// Whether a signature of the manifest was checked.
    signed: bool,
    steps: Vec<Row>,
    /// `false` if it was only planned.
    written: bool,
    /// The board's serial number, which the image tells: 16 hexadecimal digits; `null` if the image has no
    /// place for one, or was loaded into a board that has none.
    serial: Option<String>,
    /// Whether it was made just now.
    serial_is_new: bool,
    /// What the board answered; `null` if it was not asked.
    pub board: Option<Awake>,
}

#[derive(Serialize)]
struct Row {
    does: String,
    command: String,
}

impl Report {
    /// What is known before anything is done.
    pub fn new(plan: &Plan<'_>, loader: &Loader) -> Self {
        let manifest = &plan.image().manifest;
        let steps = plan.steps().into_iter().map(|step| Row {
            does: plan.words(step),
            command: plan.command_line(step, loader),
        });
        Self {
            target: manifest.board.clone(),
            idcode: format!("{:08x}", manifest.idcode),
            build: manifest.build.clone(),
            lanes: manifest.lanes,
            clock_hz: manifest.clock_hz,
            bytes: manifest.bytes,
            sha256: hex::encode(manifest.sha256),
            signed: plan.image().signed,
            steps: steps.collect(),
            written: false,
            serial: None,
            serial_is_new: false,
            board: None,
        }
    }

    /// The plan, with the commands if that is all.
    pub fn planned(&self, plan: &Plan<'_>, with_commands: bool) -> String {
        let mut lines = vec![plan.to_string()];
        for (number, row) in self.steps.iter().enumerate() {
            lines.push(format!("step {}    {}", number + 1, row.does));
            if with_commands {
                lines.push(format!("          {}", row.command));
            }
        }
        lines.join("\n")
    }

    /// Takes down what was written.
    pub fn write(&mut self, written: Written) {
        self.written = true;
        self.serial = written
            .serial
            .map(|serial| format!("{:016x}", serial.number));
        self.serial_is_new = written.serial.is_some_and(|serial| serial.is_new);
    }

    pub fn done(&self) -> String {
        let serial = match (&self.serial, self.serial_is_new) {
            (Some(serial), true) => format!("written   serial {serial}, made for this board"),
            (Some(serial), false) => format!("written   serial {serial}, which the board has kept"),
            (None, _) => "written   without a serial number of the board".into(),
        };
        let answer = match &self.board {
            None => "answered  not asked whether the board hashes right".into(),
            Some(board) => format!(
                "answered  {}, serial {}, hardware {}, {}, known answer right",
                board.port, board.serial, board.hardware_build, board.compared
            ),
        };
        format!("{serial}\n{answer}")
    }
}

/// A line on the terminal that is written over, and taken away in the end: the result has a line of its
/// own.
pub struct Progress {
    is_terminal: bool,
}

impl Progress {
    /// Nothing is shown where standard error is no terminal.
    pub fn new() -> Self {
        let is_terminal = stderr().is_terminal();
        Self { is_terminal }
    }

    pub fn show(&self, line: impl Display) {
        if self.is_terminal {
            // Nobody is left to tell when the terminal itself is gone.
            let _ = write!(stderr(), "\r\x1b[K{line}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.show("");
    }
}
