//! Known-answer test of a board that was just flashed.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use tensority_boards::{Board, Manifest};
use tensority_device::discovery;
use tensority_device::port::PortError;
use tensority_device::probe::{self, ProbeError, Verdict};
use tensority_flash::Target;

use crate::failure::Failure;

/// Longest time for the port to come back and the board to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// Longest time for the known answer; a board makes a matrix list for it.
const ANSWER_PATIENCE: Duration = Duration::from_secs(60);

/// A board that hashes right.
#[derive(Serialize)]
pub struct Awake {
    /// Path of its port.
    pub port: String,
    /// 16 hexadecimal digits.
    pub serial: String,
    /// Eight hexadecimal digits.
    pub hardware_build: String,
    /// Whether the build is that of the image.
    pub compared: &'static str,
}

/// What the board is to say.
pub struct Expected<'a> {
    pub manifest: &'a Manifest,
    /// The serial number that was written with the image.
    pub serial: Option<u64>,
}

/// Waits until the board answers at its port, which may be away for a moment, compares what it says with the
/// image, and has it hash.
pub fn wait(
    board: &Board,
    expected: &Expected<'_>,
    target: Target,
    port: impl Fn() -> Result<Option<PathBuf>, Failure>,
) -> Result<Awake, Failure> {
    let deadline = Instant::now() + PATIENCE;
    let (path, mut awake) = loop {
        let why = match port()? {
            Some(path) => match probe::identify(&path, board.baud) {
                Ok(awake) => break (path, awake),
                Err(error @ ProbeError::Port(PortError::Permission { .. })) => {
                    return Err(error.into());
                }
                Err(error) => error.to_string(),
            },
            None => format!("no port of {}", board.title),
        };
        if Instant::now() > deadline {
            let seconds = PATIENCE.as_secs();
            let advice = match target {
                Target::Sram => {
                    "the image is loaded until the power goes: check the serial line, or name it with -d"
                }
                Target::Update | Target::Golden => {
                    "the image is written: plug the board in again, then run `tensority devices`"
                }
            };
            return Err(Failure::unavailable(format!(
                "expected an answer of the board within {seconds} s, found {why}; {advice}"
            )));
        }
        thread::sleep(PAUSE);
    };
    let build = format!("{:08x}", awake.identity().hardware_build);
    let compared = compare(expected.manifest, &build)?;
    let serial = awake.identity().serial;
    if let Some(expected) = expected.serial.filter(|expected| *expected != serial) {
        return Err(Failure::unmet(format!(
            "expected the board with serial number {expected:016x}, found {serial:016x}: it is another board's \
             port; name the one of the board that was written to with -d"
        )));
    }
    right(probe::known_answer(&mut awake, ANSWER_PATIENCE)?)?;
    Ok(Awake {
        port: path.display().to_string(),
        serial: format!("{serial:016x}"),
        hardware_build: build,
        compared,
    })
}

/// Tells whether the known answer is right.
pub fn right(verdict: Verdict) -> Result<(), Failure> {
    let found = match verdict {
        Verdict::Right => return Ok(()),
        Verdict::Wrong(hash) => hex::encode(hash),
        Verdict::Absent | Verdict::NotAsked => "none".into(),
    };
    Err(Failure::unmet(format!(
        "expected the known answer, found {found}; do not mine with this image"
    )))
}

/// The one port of such a board's USB device, if it is there.
pub fn only_port(board: &Board) -> Result<Option<PathBuf>, Failure> {
    let Some(usb) = &board.usb else {
        return Err(Failure::usage(format!(
            "expected the port of {}, which has no USB device; the image is written: name the port with -d",
            board.title
        )));
    };
    let mut ports = discovery::list();
    ports.retain(|port| port.usb == Some((usb.vendor, usb.product)));
    if ports.len() > 1 {
        let paths: Vec<_> = ports.into_iter().map(|port| port.path).collect();
        return Err(Failure::usage(format!(
            "expected one port of {}, found {}; the image is written: name the board's port with -d",
            board.title,
            paths.join(" and ")
        )));
    }
    Ok(ports.pop().map(|port| port.path.into()))
}

/// Compares the build of a board, eight hexadecimal digits, with that of its image, which may have more.
fn compare(manifest: &Manifest, found: &str) -> Result<&'static str, Failure> {
    let expected = &manifest.build;
    let is_number = expected.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_number || expected.len() < found.len() {
        return Ok("not comparable with the image");
    }
    let last = &expected[expected.len() - found.len()..];
    match last.eq_ignore_ascii_case(found) {
        true => Ok("as in the image"),
        false => Err(Failure::unmet(format!(
            "expected hardware {last}, found {found}: the FPGA loaded another image, or it is \
             another board's port; see docs/flash.md"
        ))),
    }
}
