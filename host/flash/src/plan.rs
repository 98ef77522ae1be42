//! Plans: the steps that write an image, and the checks that need no board.

use std::fmt;
use std::ops::Range;

use tensority_boards::bitstream::{self, Configuration, Content, Fault};
use tensority_boards::{Board, ManifestError, Slot};

use crate::image::Image;
use crate::loader::{Action, Loader};
use crate::serial::{self, Place};

/// Where an image goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into the configuration memory of the FPGA, where it is until the power goes.
    Sram,
    /// Into the update slot of the flash memory.
    Update,
    /// Into the golden slot of the flash memory, with its record.
    Golden,
}

/// An image must not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum PlanError {
    /// It is not for the board, or not what its manifest says.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The FPGA would not take the bitstream.
    #[error("expected a bitstream for IDCODE {idcode:08x}, found {fault}; build the image again")]
    Bitstream { idcode: u32, fault: Fault },
    /// The bitstream is none that configures, or one that leads elsewhere at the next start.
    #[error(
        "expected a bitstream that starts from address 0, found {found}; build it without a boot address"
    )]
    Elsewhere { found: &'static str },
    /// It is too large for its slot.
    #[error("expected at most {} bytes for the slot, found {found}; compress the bitstream", slot.bytes)]
    Size { slot: Slot, found: usize },
}

/// One step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asks which FPGA is there.
    Detect,
    /// Asks what of the flash memory is protected.
    ReadProtection,
    /// Reads the serial number of the board.
    ReadSerial,
    /// Takes the protection of the flash memory away, where something is to be written that is protected.
    Unprotect,
    /// Reads the record of the golden image.
    ReadRecord,
    /// Reads the golden image that the record tells of.
    ReadGolden,
    /// Writes a serial number, where there is none, and reads it back.
    WriteSerial,
    /// Loads the configuration memory.
    Load,
    /// Writes the image into a slot, and reads it back.
    WriteImage,
    /// Writes the record of the golden image, and reads it back.
    WriteRecord,
}

/// An image that may be written, and how.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    board: &'a Board,
    image: &'a Image,
    target: Target,
    /// Where the board's serial number goes in the image.
    place: Option<Place>,
    may_unprotect: bool,
}

impl<'a> Plan<'a> {
    /// Plans to write `image` to a board. It is checked against its manifest and the board, and read as
    /// the FPGA would read it.
    ///
    /// # Errors
    /// If it must not be written there.
    pub fn new(board: &'a Board, image: &'a Image, target: Target) -> Result<Self, PlanError> {
        image.manifest.check(board, &image.bitstream)?;
        let plan = Self {
            board,
            image,
            target,
            place: Place::find(board, &image.manifest, &image.bitstream),
            may_unprotect: false,
        };
        let configuration = configuration(board.part.idcode, &image.bitstream)?;
        let Some(slot) = plan.slot() else {
            return Ok(plan);
        };
        if configuration.is_multiboot() {
            let found = "a boot address";
            return Err(PlanError::Elsewhere { found });
        }
        let found = image.bitstream.len();
        match found <= slot.bytes as usize {
            true => Ok(plan),
            false => Err(PlanError::Size { slot, found }),
        }
    }

    /// The plan with leave to take protection away from the flash memory.
    pub fn unprotecting(self) -> Self {
        Self {
            may_unprotect: true,
            ..self
        }
    }

    /// Whether it has that leave.
    pub(crate) fn may_unprotect(&self) -> bool {
        self.may_unprotect
    }

    /// The board that is written to.
    pub fn board(&self) -> &Board {
        self.board
    }

    /// The image that is written.
    pub fn image(&self) -> &Image {
        self.image
    }

    /// Where the image goes.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Whether the image tells the serial number of its board.
    pub fn tells_serial(&self) -> bool {
        self.place.is_some()
    }

    /// The bitstream for the board with this serial number.
    pub(crate) fn bitstream(&self, serial: Option<u64>) -> Vec<u8> {
        let bitstream = &self.image.bitstream;
        match (self.place, serial) {
            (Some(place), Some(serial)) => place.with(bitstream, serial),
            _ => bitstream.clone(),
        }
    }

    /// Its slot in the flash memory, if it goes there.
    pub fn slot(&self) -> Option<Slot> {
        match self.target {
            Target::Sram => None,
            Target::Update => Some(self.board.flash.update),
            Target::Golden => Some(self.board.flash.golden),
        }
    }

    /// What is done, one after the other.
    pub fn steps(&self) -> Vec<Step> {
        use Step::*;
        let steps: &[Step] = match self.target {
            Target::Sram => &[Detect, ReadSerial, Load],
            Target::Update => &[
                Detect,
                ReadProtection,
                ReadSerial,
                Unprotect,
                ReadRecord,
                ReadGolden,
                WriteSerial,
                WriteImage,
            ],
            Target::Golden => &[
                Detect,
                ReadProtection,
                ReadSerial,
                Unprotect,
                WriteSerial,
                WriteImage,
                WriteRecord,
            ],
        };
        let steps = steps.iter().filter(|step| match step {
            Unprotect => self.may_unprotect,
            WriteSerial => self.tells_serial(),
            _ => true,
        });
        steps.copied().collect()
    }

    /// What is written of the flash memory, in whole sectors: the serial number, if there is none yet.
    pub(crate) fn written(&self, serial: Option<u64>) -> Vec<Range<u32>> {
        let flash = &self.board.flash;
        let sector = flash.sector_bytes;
        let starts_new = self.tells_serial() && serial.is_none();
        let number = starts_new.then(|| flash.serial()..flash.serial() + sector);
        let bytes = self.image.manifest.bytes.next_multiple_of(sector);
        let image = self.slot().map(|slot| slot.start..slot.start + bytes);
        let is_golden = self.target == Target::Golden;
        let record = is_golden.then(|| flash.record()..flash.bytes);
        number.into_iter().chain(image).chain(record).collect()
    }

    /// What openFPGALoader is told in a step. Of the golden image `golden` bytes are read.
    pub(crate) fn action(&self, step: Step, golden: u32) -> Action {
        let flash = &self.board.flash;
        let image_start = self.slot().map_or(0, |slot| slot.start);
        match step {
            Step::Detect => Action::Detect,
            Step::ReadProtection | Step::Unprotect => Action::Play {
                file: REGISTERS_FILE,
            },
            Step::ReadSerial => Action::Read {
                file: FOUND_SERIAL_FILE,
                start: flash.serial(),
                bytes: serial::BYTES,
            },
            Step::WriteSerial => Action::Write {
                file: SERIAL_FILE,
                start: flash.serial(),
            },
            Step::ReadRecord => Action::Read {
                file: FOUND_RECORD_FILE,
                start: flash.record(),
                bytes: flash.sector_bytes,
            },
            Step::ReadGolden => Action::Read {
                file: FOUND_GOLDEN_FILE,
                start: flash.golden.start,
                bytes: golden,
            },
            Step::Load => Action::Load { file: IMAGE_FILE },
            Step::WriteImage => Action::Write {
                file: IMAGE_FILE,
                start: image_start,
            },
            Step::WriteRecord => Action::Write {
                file: RECORD_FILE,
                start: flash.record(),
            },
        }
    }
}

/// What the image is called where openFPGALoader runs.
pub(crate) const IMAGE_FILE: &str = "image.bit";
/// What the record is called where openFPGALoader runs.
pub(crate) const RECORD_FILE: &str = "record.bin";
/// What is called where openFPGALoader runs what passes instructions to the flash memory.
pub(crate) const REGISTERS_FILE: &str = "registers.svf";
/// What the serial number is called where openFPGALoader runs.
pub(crate) const SERIAL_FILE: &str = "serial.bin";
/// What the serial number that is there already is put into.
pub(crate) const FOUND_SERIAL_FILE: &str = "found-serial.bin";
/// What the record that is there already is put into.
pub(crate) const FOUND_RECORD_FILE: &str = "found-record.bin";
/// What the golden image that is there already is put into.
pub(crate) const FOUND_GOLDEN_FILE: &str = "found-golden.bin";

fn configuration(idcode: u32, bytes: &[u8]) -> Result<Configuration, PlanError> {
    match bitstream::read(bytes, idcode) {
        Ok(Content::Configuration(configuration)) => Ok(configuration),
        Ok(Content::Jump(_)) => {
            let found = "a jump";
            Err(PlanError::Elsewhere { found })
        }
        Err(fault) => Err(PlanError::Bitstream { idcode, fault }),
    }
}

impl fmt::Display for Plan<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { board, image, .. } = self;
        let manifest = &image.manifest;
        let signed = match image.signed {
            true => "signature checked",
            false => "signature not checked, no key is set",
        };
        writeln!(
            formatter,
            "image     build {}, lanes {}, {:.1} MHz, {} bytes, {signed}",
            manifest.build,
            manifest.lanes,
            f64::from(manifest.clock_hz) / 1e6,
            manifest.bytes,
        )?;
        let part = &board.part;
        write!(
            formatter,
            "board     {}, {} in {}, IDCODE {:08x}",
            board.title, part.device, part.package, part.idcode
        )
    }
}

impl Plan<'_> {
    /// What openFPGALoader is called with in a step. Of the golden image that is there it reads what the
    /// record tells; this names the whole slot.
    pub fn command_line(&self, step: Step, loader: &Loader) -> String {
        loader.command_line(&self.action(step, self.board.flash.golden.bytes))
    }

    /// A step in words.
    pub fn words(&self, step: Step) -> String {
        let Self { board, image, .. } = self;
        let bytes = image.bitstream.len();
        let slot = match self.target {
            Target::Golden => "golden",
            Target::Update | Target::Sram => "update",
        };
        let start = self.slot().map_or(0, |slot| slot.start);
        let record = board.flash.record();
        let serial = board.flash.serial();
        match step {
            Step::Detect => format!("detect the FPGA, expect IDCODE {:08x}", board.part.idcode),
            Step::ReadProtection => "ask the flash memory what of it is protected".into(),
            Step::Unprotect => {
                "where it is protected and to be written, take the protection away".into()
            }
            Step::ReadSerial => format!("read the board's serial number at {serial:06x}"),
            Step::WriteSerial => {
                format!("where there is none, write a serial number at {serial:06x}")
            }
            Step::ReadRecord => format!("read the record of the golden image at {record:06x}"),
            Step::ReadGolden => format!(
                "read the golden image at {:06x}, compare its SHA-256 with the record",
                board.flash.golden.start
            ),
            Step::Load => format!("load {bytes} bytes into the FPGA, until the power goes"),
            Step::WriteImage => {
                format!("write {bytes} bytes to the {slot} slot at {start:06x}, read them back")
            }
            Step::WriteRecord => {
                format!("write record and jump at {record:06x}, read them back, start the FPGA")
            }
        }
    }
}
