//! Execution of a plan, step by step.

use std::path::Path;
use std::{fs, io};

use tempfile::TempDir;
use tensority_boards::{Board, Manifest};

use crate::loader::{Done, Loader, LoaderError};
use crate::plan::{
    FOUND_GOLDEN_FILE, FOUND_RECORD_FILE, FOUND_SERIAL_FILE, IMAGE_FILE, Plan, RECORD_FILE,
    SERIAL_FILE, Step, Target,
};
use crate::serial::Place;
use crate::{record, serial};

/// Progress of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Event {
    Begins(Step),
    /// Per cents of what is under way in it.
    Percent(u8),
}

/// An image was not written, or does not run.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum FlashError {
    /// openFPGALoader did not do a step.
    #[error(transparent)]
    Loader(#[from] LoaderError),
    /// The files for it cannot be written or read.
    #[error("cannot keep files for openFPGALoader: {0}")]
    Files(#[from] io::Error),
    /// Another FPGA is there, or none, or several.
    #[error(
        "expected the FPGA of {board} (IDCODE {expected:08x}), found {found}; check board and cable"
    )]
    Idcode {
        board: String,
        expected: u32,
        found: String,
    },
    /// There is no golden image to fall back to.
    #[error(
        "expected a golden image to fall back to, found {found}; write one first: tensority flash --board BOARD --golden IMAGE"
    )]
    NoGolden { found: String },
    /// It was written and read back, and the FPGA does not start.
    #[error(
        "expected the FPGA to start, found that it loads no image; run again, or load one with --sram"
    )]
    NotStarted,
}

/// What came of a plan that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The serial number that the image tells; none if it has no place for one, or if the board has none.
    pub serial: Option<Serial>,
}

/// A serial number of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Serial {
    pub number: u64,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Does what was planned, one step after the other; `tell` is told what happens.
///
/// # Errors
/// If something is not as it must be. What was done before stays; an interrupted update leaves the
/// golden image as it was.
pub fn carry_out(
    plan: &Plan<'_>,
    loader: &Loader,
    tell: &mut dyn FnMut(Event),
) -> Result<Written, FlashError> {
    let folder = TempDir::new()?;
    let keep = |name: &str, content: Vec<u8>| fs::write(folder.path().join(name), content);
    let board = plan.board();
    keep(
        RECORD_FILE,
        record::write(&board.flash, &plan.image().manifest),
    )?;
    let mut serial: Option<Serial> = None;
    let mut golden = None;
    let mut starts = true;
    for step in plan.steps() {
        match step {
            Step::WriteSerial if serial.is_some() || !plan.tells_serial() => continue,
            Step::WriteSerial => {
                let number = serial::fresh();
                keep(SERIAL_FILE, serial::write(number))?;
                serial = Some(Serial {
                    number,
                    is_new: true,
                });
            }
            Step::Load | Step::WriteImage => {
                // The very bytes that were checked, whatever becomes of the file they came from.
                let number = serial.map(|serial| serial.number);
                keep(IMAGE_FILE, plan.bitstream(number))?;
            }
            _ => {}
        }
        tell(Event::Begins(*step));
        let bytes = golden
            .as_ref()
            .map_or(0, |manifest: &Manifest| manifest.bytes);
        let action = plan.action(*step, bytes);
        let percent = &mut |percent| tell(Event::Percent(percent));
        let done = match loader.run(&action, folder.path(), percent) {
            // Who loads the FPGA needs no flash memory.
            Err(LoaderError::Failed { .. })
                if *step == Step::ReadSerial && plan.target() == Target::Sram =>
            {
                continue;
            }
            done => done?,
        };
        starts = done.starts;
        match step {
            Step::Detect => check_idcode(board, &done)?,
            Step::ReadSerial => {
                let found = serial::read(&fs::read(folder.path().join(FOUND_SERIAL_FILE))?);
                serial = found.map(|number| Serial {
                    number,
                    is_new: false,
                });
            }
            Step::ReadRecord => golden = Some(read_record(board, folder.path())?),
            Step::ReadGolden => check_golden(board, golden.as_ref(), folder.path())?,
            Step::Load | Step::WriteSerial | Step::WriteImage | Step::WriteRecord => {}
        }
    }
    // Before the last step there may have been nothing to start from.
    match starts {
        true => Ok(Written {
            serial: serial.filter(|_| plan.tells_serial()),
        }),
        false => Err(FlashError::NotStarted),
    }
}

fn check_idcode(board: &Board, done: &Done) -> Result<(), FlashError> {
    let found = idcodes(&done.text);
    let expected = board.part.idcode;
    if found == [expected] {
        return Ok(());
    }
    let found: Vec<_> = found.iter().map(|idcode| format!("{idcode:08x}")).collect();
    Err(FlashError::Idcode {
        board: board.title.clone(),
        expected,
        found: match found.is_empty() {
            true => "none".into(),
            false => found.join(" and "),
        },
    })
}

/// The IDCODEs of a chain: lines `- 0 -> 0x41113043`. Behind its end there are only ones, or zeros.
fn idcodes(text: &str) -> Vec<u32> {
    let words = text.lines().filter_map(|line| {
        let (number, idcode) = line.trim().strip_prefix("- ")?.split_once(" -> 0x")?;
        number.parse::<u32>().ok()?;
        u32::from_str_radix(idcode.trim(), 16).ok()
    });
    words
        .take_while(|word| ![0, u32::MAX].contains(word))
        .collect()
}

fn read_record(board: &Board, folder: &Path) -> Result<Manifest, FlashError> {
    let sector = fs::read(folder.join(FOUND_RECORD_FILE))?;
    record::read(board, &sector).map_err(|found| FlashError::NoGolden { found })
}

fn check_golden(
    board: &Board,
    manifest: Option<&Manifest>,
    folder: &Path,
) -> Result<(), FlashError> {
    let bitstream = fs::read(folder.join(FOUND_GOLDEN_FILE))?;
    let checked = manifest.map(|manifest| {
        // What was built has no serial number.
        let place = Place::find(board, manifest, &bitstream);
        let built = place.map(|place| place.with(&bitstream, 0));
        manifest.check(board, built.as_ref().unwrap_or(&bitstream))
    });
    match checked {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(FlashError::NoGolden {
            found: error.to_string(),
        }),
        None => Err(FlashError::NoGolden {
            found: "no record".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idcodes_end_with_the_chain() {
        let text = "Raw IDCODE:\n- 0 -> 0x41113043\n- 1 -> 0xffffffff\n- 2 -> 0x41113043\nfound 1 devices\n";
        assert_eq!(idcodes(text), [0x4111_3043]);
        assert!(idcodes("- 0 -> 0x00000000\n").is_empty());
        assert!(idcodes("received 4 Bytes (32)\n\t43 30 11 41\n").is_empty());
    }
}
