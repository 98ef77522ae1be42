//! Boards: who answers at the ports that the miner would use, and whether they hash right.

use std::path::Path;
use std::thread;

use tensority_boards::Manifest;
use tensority_device::holder;
use tensority_device::link::Patience;
use tensority_device::port::PortError;
use tensority_device::probe::{self, ProbeError, Probed, Verdict};

use super::finding::{Check, Finding, split_advice};
use super::ports::{self, Port};

/// What a port that was asked said.
pub struct Answers {
    pub path: String,
    pub named: bool,
    pub answer: Result<Probed, Refused>,
}

/// Why there is no board.
#[derive(Debug)]
pub enum Refused {
    /// Another program has the port; these have it open.
    Busy(Vec<String>),
    Other(String),
}

/// Asks those of the ports that are free, each in a thread of its own.
pub fn ask(ports: &[&Port], quick: bool) -> Vec<Answers> {
    let free = ports.iter().filter(|port| port.is_free());
    thread::scope(|scope| {
        let asked: Vec<_> = free
            .map(|port| scope.spawn(move || ask_one(port, quick)))
            .collect();
        let answers = asked.into_iter().map(|it| it.join());
        answers.flatten().collect()
    })
}

fn ask_one(port: &Port, quick: bool) -> Answers {
    let patience = match port.named {
        true => Patience::default(),
        // Nobody says that a board is there.
        false => probe::BRIEF,
    };
    let answer = probe::probe(&port.path, patience, quick);
    Answers {
        path: port.path.display().to_string(),
        named: port.named,
        answer: answer.map_err(|error| refused(&port.path, &error)),
    }
}

fn refused(path: &Path, error: &ProbeError) -> Refused {
    match error {
        ProbeError::Port(PortError::Busy { .. }) => Refused::Busy(holder::holders_of(path)),
        _ => {
            let text = error.to_string();
            let own = format!("{}: ", path.display());
            Refused::Other(text.strip_prefix(&own).unwrap_or(&text).to_owned())
        }
    }
}

/// What the answers mean, for a miner that uses the boards with these serial numbers besides, and with the image that
/// they should have, if that is known.
pub fn judge(answers: &[Answers], serials: &[u64], image: Option<&Manifest>) -> Vec<Finding> {
    let each = answers.iter().flat_map(|it| judge_one(it, image));
    let is_there = |serial: &u64| {
        let boards = answers.iter().filter_map(|it| it.answer.as_ref().ok());
        let mut serials = boards.filter_map(|board| board.serial);
        serials.any(|it| it == *serial)
    };
    let missing = serials.iter().filter(|serial| !is_there(serial));
    let missing = missing.map(|serial| {
        Check::new("board", format!("serial:{serial:016x}")).fail(
            "no board with this serial number answers",
            "plug it in, or correct the number; `tensority devices` shows those of all boards",
        )
    });
    each.chain(missing).collect()
}

fn judge_one(answers: &Answers, image: Option<&Manifest>) -> Vec<Finding> {
    let check = Check::new("board", &answers.path);
    let board = match &answers.answer {
        Ok(board) => board,
        Err(refused) => return vec![no_board(&check, refused, answers.named)],
    };
    let identity = &board.identity;
    let [hardware, firmware] =
        [identity.hardware_build, identity.firmware_build].map(|build| format!("{build:08x}"));
    let rate = board
        .expected_rate
        .map_or_else(String::new, |rate| format!(", {rate:.2} H/s"));
    let serial = board.serial.map_or_else(
        || "no serial number".into(),
        |serial| format!("serial {serial:016x}"),
    );
    let found = format!(
        "{serial}, hardware {hardware}, firmware {firmware}, lanes {}, {:.1} MHz{rate}",
        identity.lanes,
        f64::from(identity.clock) / 1e6,
    );
    let mut findings = vec![
        check.pass(found),
        hashes(&Check::new("board hash", &answers.path), board.known_answer),
    ];
    if let Some(image) = image {
        findings.push(build(
            &Check::new("board build", &answers.path),
            image,
            &hardware,
        ));
    }
    findings
}

fn no_board(check: &Check, refused: &Refused, named: bool) -> Finding {
    let reason = match refused {
        Refused::Busy(holders) if holders.is_empty() => {
            return check.fail(
                "in use by a program of another user",
                format!("end it; `sudo fuser {}` tells which it is", check.subject()),
            );
        }
        Refused::Busy(holders) => return ports::held(check, holders),
        Refused::Other(reason) => reason,
    };
    let (found, advice) = split_advice(reason);
    let fix = "look at its power and its image (`tensority flash`), and reset it; if no board is there, leave it";
    match named {
        true => check.fail(found, advice.unwrap_or(fix)),
        false => check.warn(found, advice.unwrap_or(fix)),
    }
}

fn hashes(check: &Check, verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Right => check.pass("the known answer is right"),
        Verdict::NotAsked => check.skip("not asked for a hash"),
        Verdict::Wrong(_) => check.fail(
            "the known answer is wrong",
            "do not mine with it; flash its image again, then one with a lower clock, and look at power and cooling",
        ),
        Verdict::Absent => check.fail(
            "no known answer came",
            "reset the board; if that does not help, flash its image again",
        ),
    }
}

fn build(check: &Check, image: &Manifest, found: &str) -> Finding {
    let expected = &image.build;
    let is_number = expected.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_number || expected.len() < found.len() {
        return check.skip("the build of the image is no number to compare");
    }
    let last = &expected[expected.len() - found.len()..];
    match last.eq_ignore_ascii_case(found) {
        true => check.pass("that of the image"),
        false => check.warn(
            format!("hardware {found}, where the image has {last}"),
            "flash the image, or name the one that the board has; see docs/flash.md",
        ),
    }
}

#[cfg(test)]
mod tests;
