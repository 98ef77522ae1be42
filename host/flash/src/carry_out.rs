//! Execution of a plan, step by step.

use std::ops::Range;
use std::{fs, io};

use tempfile::TempDir;
use tensority_boards::{Board, Manifest};

use crate::loader::{Done, Loader, LoaderError};
use crate::plan::{
    FOUND_GOLDEN_FILE, FOUND_RECORD_FILE, FOUND_SERIAL_FILE, IMAGE_FILE, Plan, RECORD_FILE,
    SERIAL_FILE, Step, Target,
};
use crate::protection::Registers;
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
    /// The flash memory would not take what is to be written.
    #[error(
        "expected the flash memory to take a write at {start:06x} to {end:06x}, found {from:06x} to {to:06x} protected \
         (status registers {registers}); nothing was written: run again with --unprotect"
    )]
    Protected {
        start: u32,
        end: u32,
        /// What is protected.
        from: u32,
        to: u32,
        registers: Registers,
    },
    /// Its protection does not change.
    #[error(
        "expected the flash memory to give up its protection, found its status registers unchanged \
         ({registers}); nothing was written: {}", registers.lock()
    )]
    Locked { registers: Registers },
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
    let board = plan.board();
    let mut carrying = Carrying {
        plan,
        loader,
        folder: TempDir::new()?,
        registers: None,
        serial: None,
        golden: None,
        starts: true,
    };
    let record = record::write(&board.flash, &plan.image().manifest);
    carrying.keep(RECORD_FILE, &record)?;
    for step in plan.steps() {
        carrying.step(step, tell)?;
    }
    // Before the last step there may have been nothing to start from.
    match carrying.starts {
        true => Ok(Written {
            serial: carrying.serial.filter(|_| plan.tells_serial()),
        }),
        false => Err(FlashError::NotStarted),
    }
}

/// A plan that is being carried out, and what was found so far.
struct Carrying<'a> {
    plan: &'a Plan<'a>,
    loader: &'a Loader,
    folder: TempDir,
    registers: Option<Registers>,
    serial: Option<Serial>,
    golden: Option<Manifest>,
    /// Whether the FPGA started after the last step.
    starts: bool,
}

impl Carrying<'_> {
    fn keep(&self, name: &str, content: &[u8]) -> io::Result<()> {
        fs::write(self.folder.path().join(name), content)
    }

    fn found(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.folder.path().join(name))
    }

    fn number(&self) -> Option<u64> {
        self.serial.map(|serial| serial.number)
    }

    fn step(&mut self, step: Step, tell: &mut dyn FnMut(Event)) -> Result<(), FlashError> {
        match step {
            Step::WriteSerial if self.serial.is_some() => return Ok(()),
            Step::Unprotect if self.refused().is_none() => return Ok(()),
            _ => tell(Event::Begins(step)),
        }
        match step {
            Step::ReadProtection => {
                self.registers = Some(self.loader.registers(self.folder.path())?);
                return Ok(());
            }
            Step::Unprotect => return self.unprotect(tell),
            Step::WriteSerial => {
                let number = serial::fresh();
                self.keep(SERIAL_FILE, &serial::write(number))?;
                let is_new = true;
                self.serial = Some(Serial { number, is_new });
            }
            // The very bytes that were checked, whatever becomes of the file they came from.
            Step::Load | Step::WriteImage => {
                self.keep(IMAGE_FILE, &self.plan.bitstream(self.number()))?;
            }
            Step::Detect
            | Step::ReadSerial
            | Step::ReadRecord
            | Step::ReadGolden
            | Step::WriteRecord => {}
        }
        let done = self.run(step, tell);
        if step == Step::ReadSerial && self.plan.target() == Target::Sram {
            // Who loads the FPGA needs no flash memory.
            if let Err(FlashError::Loader(LoaderError::Failed { .. })) = done {
                return Ok(());
            }
        }
        self.conclude(step, &done?)
    }

    fn run(&mut self, step: Step, tell: &mut dyn FnMut(Event)) -> Result<Done, FlashError> {
        let bytes = self.golden.as_ref().map_or(0, |golden| golden.bytes);
        let action = self.plan.action(step, bytes);
        let percent = &mut |percent| tell(Event::Percent(percent));
        let done = self.loader.run(&action, self.folder.path(), percent)?;
        self.starts = done.starts;
        Ok(done)
    }

    /// Looks at what a step has found.
    fn conclude(&mut self, step: Step, done: &Done) -> Result<(), FlashError> {
        let board = self.plan.board();
        match step {
            Step::Detect => check_idcode(board, done)?,
            Step::ReadSerial => {
                let found = serial::read(&self.found(FOUND_SERIAL_FILE)?);
                let is_new = false;
                self.serial = found.map(|number| Serial { number, is_new });
                match self.refused() {
                    Some(refused) if !self.plan.may_unprotect() => return Err(refused),
                    _ => {}
                }
            }
            Step::ReadRecord => {
                let golden = record::read(board, &self.found(FOUND_RECORD_FILE)?);
                self.golden = Some(golden.map_err(|found| FlashError::NoGolden { found })?);
            }
            Step::ReadGolden => {
                check_golden(board, self.golden.as_ref(), &self.found(FOUND_GOLDEN_FILE)?)?;
            }
            Step::ReadProtection
            | Step::Unprotect
            | Step::Load
            | Step::WriteSerial
            | Step::WriteImage
            | Step::WriteRecord => {}
        }
        Ok(())
    }

    /// What the flash memory would refuse, if that is known.
    fn refused(&self) -> Option<FlashError> {
        let registers = self.registers?;
        let protected = registers.protected(self.plan.board().flash.bytes);
        let written = self.plan.written(self.number());
        let overlaps =
            |written: &Range<u32>| written.start < protected.end && protected.start < written.end;
        let refused = written.into_iter().find(overlaps)?;
        Some(FlashError::Protected {
            start: refused.start,
            end: refused.end,
            from: protected.start,
            to: protected.end,
            registers,
        })
    }

    fn unprotect(&mut self, tell: &mut dyn FnMut(Event)) -> Result<(), FlashError> {
        let Some(before) = self.registers else {
            return Ok(());
        };
        let folder = self.folder.path();
        self.loader.write_registers(&before.clearing(), folder)?;
        let registers = self.loader.registers(folder)?;
        self.registers = Some(registers);
        // The FPGA and the cable are in order again after this.
        self.run(Step::ReadSerial, tell)?;
        match self.refused() {
            None => Ok(()),
            Some(_) => Err(FlashError::Locked { registers }),
        }
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

fn check_golden(
    board: &Board,
    manifest: Option<&Manifest>,
    bitstream: &[u8],
) -> Result<(), FlashError> {
    let checked = manifest.map(|manifest| {
        // What was built has no serial number.
        let place = Place::find(board, manifest, bitstream);
        let built = place.map(|place| place.with(bitstream, 0));
        manifest.check(board, built.as_deref().unwrap_or(bitstream))
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
