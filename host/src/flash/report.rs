//! What `tensority flash` tells: the plan, how far it is, and what came of it.

use super::awaken::Awake;
use serde::Serialize;
use std::io::{IsTerminal, Write, stderr};
use tensority_flash::{Event, Loader, Plan};

/// All of it, as JSON.
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
    pub written: bool,
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
        let steps = plan.steps().iter().map(|step| Row {
            does: plan.words(*step),
            command: plan.command_line(*step, loader),
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

    /// What came of it.
    pub fn done(&self) -> String {
        match &self.board {
            None => "written   not asked whether the board hashes right".into(),
            Some(board) => format!(
                "answered  {}, serial {}, hardware {}, {}, known answer right",
                board.port, board.serial, board.hardware_build, board.compared
            ),
        }
    }
}

/// How far it is, for a person to see.
pub struct Progress {
    total: usize,
    number: usize,
    is_terminal: bool,
}

impl Progress {
    /// For so many steps.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            number: 0,
            is_terminal: stderr().is_terminal(),
        }
    }

    /// Takes what happens.
    pub fn tell(&mut self, event: Event) {
        let percent = match event {
            Event::Begins(_) => {
                self.number += 1;
                String::new()
            }
            Event::Percent(percent) => format!(", {percent} %"),
        };
        if self.is_terminal {
            let Self { number, total, .. } = self;
            let line = format!("\r\x1b[Kstep {number} of {total}{percent}");
            // Nobody is left to tell when the terminal itself is gone.
            let _ = stderr().write_all(line.as_bytes());
        }
    }
}

impl Drop for Progress {
    /// Takes the line away: what came of it is told on a line of its own.
    fn drop(&mut self) {
        if self.is_terminal {
            let _ = stderr().write_all(b"\r\x1b[K");
        }
    }
}
