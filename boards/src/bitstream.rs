//! Bitstreams of the ECP5 as the chip reads them.
//!
//! Behind a comment comes the preamble `FF FF BD B3`, then commands of one byte with three bytes of
//! information, words in big-endian order. [`read`] goes through them as the chip does when it is
//! configured, and ends where the chip ends: at what it does not accept, at *program done*, or at a jump.
//!
//! Sources: Lattice FPGA-TN-02039 (sysCONFIG), and Project Trellis' "Bitstream format". What ecppack
//! writes is read (tests in `host/flash`); a chip of silicon has not been asked.

mod block_ram;
mod frames;

use std::fmt;

pub use block_ram::BlockRam;
use crc::{CRC_16_UMTS, Crc, Digest};

/// The first bytes of a bitstream behind its comment.
pub const PREAMBLE: [u8; 4] = [0xff, 0xff, 0xbd, 0xb3];

/// The polynomial 0x8005, most significant bit first, from 0.
const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_UMTS);

/// Control register 0: at the next start the boot address of the bitstream counts, not address 0.
const MULTIBOOT: u32 = 1 << 20;

/// Command by which the target of a jump is read: the plain one, which every flash memory knows.
const READ: u8 = 0x03;

/// Place of a block memory's number in its address.
const EBR_NUMBER: u32 = 11;

/// Bytes of a page of flash memory.
const PAGE: usize = 256;

mod command {
    pub const DUMMY: u8 = 0xff;
    pub const RESET_CRC: u8 = 0x3b;
    pub const VERIFY_ID: u8 = 0xe2;
    pub const CONTROL: u8 = 0x22;
    pub const INIT_ADDRESS: u8 = 0x46;
    pub const DICTIONARY: u8 = 0x02;
    pub const FRAMES: u8 = 0x82;
    pub const COMPRESSED_FRAMES: u8 = 0xb8;
    pub const SECURITY: u8 = 0xce;
    pub const USERCODE: u8 = 0xc2;
    pub const EBR_ADDRESS: u8 = 0xf6;
    pub const EBR_WRITE: u8 = 0xb2;
    pub const SPI_MODE: u8 = 0x79;
    pub const JUMP: u8 = 0x7e;
    pub const DONE: u8 = 0x5e;
}

/// The effect of a bitstream on the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The chip is configured.
    Configuration(Configuration),
    /// The chip goes on with the bitstream at this address.
    Jump(u32),
}

/// The facts of a configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// IDCODE of the chip that it is for.
    pub idcode: u32,
    /// Answer of the JTAG port to USERCODE.
    pub usercode: u32,
    /// Control register 0.
    pub control: u32,
    /// Place behind its last command.
    pub end: usize,
}

impl Configuration {
    /// Whether the next start of the chip is from the boot address of this bitstream.
    pub fn is_multiboot(&self) -> bool {
        self.control & MULTIBOOT != 0
    }
}

/// The reason for which a chip ends a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Reason {
    /// It is for the chip `found`, not this one, or for none.
    Idcode { found: Option<u32> },
    /// The command `found` does not exist, or makes no sense here.
    Command { found: u8 },
    /// A checksum is wrong.
    Checksum,
    /// It has no preamble.
    Preamble,
    /// It ends before *program done*.
    End,
}

/// The place and reason of a configuration's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Fault {
    pub reason: Reason,
    /// Bytes read so far.
    pub at: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Reason::Idcode { found: Some(found) } => write!(formatter, "IDCODE {found:08x}"),
            Reason::Idcode { found: None } => write!(formatter, "frames without an IDCODE"),
            Reason::Command { found } => write!(formatter, "command {found:02x}"),
            Reason::Checksum => write!(formatter, "a wrong checksum"),
            Reason::Preamble => write!(formatter, "no preamble"),
            Reason::End => write!(formatter, "its end too early"),
        }?;
        write!(formatter, " at byte {}", self.at)
    }
}

impl std::error::Error for Fault {}

/// Reads a bitstream as a chip with this IDCODE does.
///
/// # Errors
/// The first thing that the chip does not accept.
pub fn read(bytes: &[u8], idcode: u32) -> Result<Content, Fault> {
    Reader::new(bytes)?.read(idcode)
}

/// The page that sends a chip to the bitstream at `address`, a multiple of 65536 below 16 MiB.
pub fn jump(address: u32) -> [u8; PAGE] {
    let [_, high, middle, low] = address.to_be_bytes();
    let mut page = [command::DUMMY; PAGE];
    let control = [command::CONTROL, 0, 0, 0, 0, 0, 0, 0];
    let jump = [command::JUMP, 0, 0, 0, READ, high, middle, low];
    page[16..20].copy_from_slice(&PREAMBLE);
    page[24..32].copy_from_slice(&control);
    page[32..40].copy_from_slice(&jump);
    page
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    crc: Digest<'static, u16>,
    /// The block memory that is filled next.
    block: u32,
    blocks: Vec<BlockRam>,
}

impl<'a> Reader<'a> {
    /// Begins behind the preamble.
    fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut places = bytes.windows(PREAMBLE.len());
        let found = places.position(|four| four == PREAMBLE);
        let found = found.ok_or(Fault {
            reason: Reason::Preamble,
            at: bytes.len(),
        })?;
        Ok(Self {
            bytes,
            at: found + PREAMBLE.len(),
            crc: CRC.digest(),
            block: 0,
            blocks: Vec::new(),
        })
    }

    fn read(&mut self, idcode: u32) -> Result<Content, Fault> {
        let content = self.commands(idcode);
        content.map_err(|reason| Fault {
            reason,
            at: self.at,
        })
    }

    fn commands(&mut self, idcode: u32) -> Result<Content, Reason> {
        let mut read = Configuration::default();
        let mut identified = false;
        let mut dictionary = None;
        loop {
            let found = *self.bytes.get(self.at).ok_or(Reason::End)?;
            if found == command::DUMMY {
                // Only a dummy command does not count in the checksum.
                self.at += 1;
                continue;
            }
            self.take(1)?;
            let information: [u8; 3] = self.array()?;
            let checked = information[0] & 0x80 != 0;
            match found {
                command::RESET_CRC => self.crc = CRC.digest(),
                command::VERIFY_ID => {
                    read.idcode = self.word()?;
                    if read.idcode != idcode {
                        let found = Some(read.idcode);
                        return Err(Reason::Idcode { found });
                    }
                    identified = true;
                }
                command::CONTROL => read.control = self.word()?,
                command::INIT_ADDRESS | command::SECURITY | command::SPI_MODE => {}
                command::DICTIONARY => {
                    let patterns: [u8; 8] = self.array()?;
                    dictionary = Some(patterns);
                    self.check_if(checked)?;
                }
                command::FRAMES | command::COMPRESSED_FRAMES if !identified => {
                    return Err(Reason::Idcode { found: None });
                }
                command::FRAMES => self.frames(found, information, idcode, None)?,
                command::COMPRESSED_FRAMES => {
                    let patterns = dictionary.ok_or(Reason::Command { found })?;
                    self.frames(found, information, idcode, Some(patterns))?;
                }
                command::USERCODE => {
                    read.usercode = self.word()?;
                    self.check_if(checked)?;
                }
                command::EBR_ADDRESS => self.block = self.word()? >> EBR_NUMBER,
                command::EBR_WRITE => {
                    let count = u16::from_be_bytes([information[1], information[2]]);
                    let bytes = usize::from(count) * frames::EBR_BYTES;
                    self.blocks.push(BlockRam {
                        number: self.block,
                        at: self.at,
                        bytes,
                        checksum: checked.then(|| self.crc.clone().finalize()),
                    });
                    self.take(bytes)?;
                    self.check_if(checked)?;
                }
                command::JUMP => {
                    let [_, high, middle, low] = self.array()?;
                    return Ok(Content::Jump(u32::from_be_bytes([0, high, middle, low])));
                }
                command::DONE => {
                    read.end = self.at;
                    return Ok(Content::Configuration(read));
                }
                _ => return Err(Reason::Command { found }),
            }
        }
    }

    /// The next bytes, which count in the checksum.
    fn take(&mut self, count: usize) -> Result<&[u8], Reason> {
        let taken = self.bytes.get(self.at..self.at + count);
        let taken = taken.ok_or(Reason::End)?;
        self.at += count;
        self.crc.update(taken);
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn word(&mut self) -> Result<u32, Reason> {
        self.array().map(u32::from_be_bytes)
    }

    /// Compares the checksum so far with the next two bytes, and begins anew.
    fn check(&mut self) -> Result<(), Reason> {
        let computed = std::mem::replace(&mut self.crc, CRC.digest()).finalize();
        let stored = u16::from_be_bytes(self.array()?);
        self.crc = CRC.digest();
        match stored == computed {
            true => Ok(()),
            false => Err(Reason::Checksum),
        }
    }

    fn check_if(&mut self, checked: bool) -> Result<(), Reason> {
        match checked {
            true => self.check(),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDCODE: u32 = 0x4111_3043;

    #[test]
    fn a_jump_is_read_as_it_was_written() {
        let page = jump(0xc0_0000);
        assert_eq!(read(&page, IDCODE), Ok(Content::Jump(0xc0_0000)));
        // The bytes as a data sheet would give them.
        let expected = "ffffbdb3ffffffff22000000000000007e00000003c00000ffff";
        assert_eq!(hex::encode(&page[16..42]), expected);
    }

    #[test]
    fn nothing_is_no_bitstream() {
        let blank = [0xff; 4096];
        let at = blank.len();
        let reason = Reason::Preamble;
        assert_eq!(read(&blank, IDCODE), Err(Fault { reason, at }));
    }

    #[test]
    fn commands_that_do_not_exist_and_early_ends_are_told_with_their_place() {
        let bitstream = [&PREAMBLE[..], &[0x11, 0, 0, 0]].concat();
        let reason = Reason::Command { found: 0x11 };
        assert_eq!(read(&bitstream, IDCODE), Err(Fault { reason, at: 8 }));
        let reason = Reason::End;
        assert_eq!(read(&PREAMBLE, IDCODE), Err(Fault { reason, at: 4 }));
    }

    #[test]
    fn frames_need_an_idcode_and_a_dictionary() {
        let bitstream = [&PREAMBLE[..], &[0x82, 0x91, 0x33, 0xee]].concat();
        let error = read(&bitstream, IDCODE).unwrap_err();
        assert_eq!(error.reason, Reason::Idcode { found: None });

        let id = [&[0xe2, 0, 0, 0][..], &IDCODE.to_be_bytes()].concat();
        let bitstream = [&PREAMBLE[..], &id, &[0xb8, 0x91, 0x33, 0xee]].concat();
        let error = read(&bitstream, IDCODE).unwrap_err();
        assert_eq!(error.reason, Reason::Command { found: 0xb8 });
        let error = read(&bitstream, 0x4111_2043).unwrap_err();
        assert_eq!(
            error.reason,
            Reason::Idcode {
                found: Some(IDCODE)
            }
        );
    }
}
