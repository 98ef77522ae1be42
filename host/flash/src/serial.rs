//! The serial number of a board: kept in its flash memory, and put into every image that is written.
//!
//! A chip tells its serial number by registers, which lie in a block memory beside others that never
//! change. An image holds 0 there, since it is the same for all boards; so what is written is the image
//! with the board's number. The number is made at random when a board is written to for the first time,
//! and kept in a sector of its own ([`Flash::serial`](tensority_boards::Flash::serial)) that no image
//! reaches. Why so is told in `docs/decisions/serial-number.md`.

use tensority_boards::bitstream::BlockRam;
use tensority_boards::{Board, Manifest};
use tensority_protocol::register::Register;
use tensority_protocol::registers::MAP_VERSION;
use tensority_protocol::registers::chip::{
    CORE_CLOCK, GEOMETRY, LANES, MAGIC, SERIAL_HIGH, SERIAL_LOW, VERSION,
};

/// What stands before the sixteen digits in the flash memory, and the line feed behind them.
const PREFIX: &str = "tensority serial number ";
const DIGITS: usize = 16;
/// Bytes in the flash memory.
pub const BYTES: u32 = (PREFIX.len() + DIGITS + 1) as u32;

/// A new number.
pub fn fresh() -> u64 {
    rand::random_range(1..=u64::MAX)
}

/// What keeps a number in the flash memory.
pub fn write(serial: u64) -> Vec<u8> {
    format!("{PREFIX}{serial:016x}\n").into_bytes()
}

/// The number that is kept there, if one was written to its end.
pub fn read(bytes: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let digits = line.strip_prefix(PREFIX)?;
    let are_digits = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let serial = u64::from_str_radix(digits, 16).ok().filter(|_| are_digits);
    serial.filter(|serial| *serial != 0)
}

/// The place of the serial number in an image.
#[derive(Clone, Copy, Debug)]
pub struct Place(BlockRam);

impl Place {
    /// That of the image with this manifest: in the one block memory that holds what the chip tells of
    /// itself. Images of other designs have none.
    pub fn find(board: &Board, manifest: &Manifest, bitstream: &[u8]) -> Option<Self> {
        let mut blocks = BlockRam::of(bitstream, board.part.idcode).ok()?;
        blocks.retain(|block| {
            let word = |register: Register| block.word(bitstream, register.index() as usize);
            word(MAGIC) == u32::from_le_bytes(*b"TENS")
                && word(VERSION) == MAP_VERSION
                && word(CORE_CLOCK) == manifest.clock_hz
                && LANES.of(word(GEOMETRY)) == manifest.lanes
        });
        let block = blocks.pop()?;
        blocks.is_empty().then_some(Self(block))
    }

    /// The bitstream that [was searched](Self::find) with another serial number.
    pub fn with(self, bitstream: &[u8], serial: u64) -> Vec<u8> {
        let mut bitstream = bitstream.to_vec();
        for (register, half) in [(SERIAL_LOW, serial), (SERIAL_HIGH, serial >> 32)] {
            let number = register.index() as usize;
            self.0.set_word(&mut bitstream, number, half as u32);
        }
        bitstream
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_and_one_that_was_cut_off_is_none() {
        let kept = write(0x0123_4567_89ab_cdef);
        assert_eq!(kept.len(), BYTES as usize);
        assert_eq!(read(&kept), Some(0x0123_4567_89ab_cdef));
        for cut in 0..kept.len() {
            let mut half = kept.clone();
            half[cut..].fill(0xff);
            assert_eq!(read(&half), None, "cut off after {cut} bytes");
        }
        assert_eq!(read(&write(0)), None);
        assert_ne!(fresh(), fresh());
    }
}
