//! Frames of a bitstream: their size for each chip, and the code that compresses them.
//!
//! A byte is written as `0` if it is zero, `100` and the number of its bit if it has one, `101` and its
//! number in the dictionary, or `11` and itself. A compressed frame is filled with zeros in front to a
//! multiple of eight bytes, and ends on a whole byte.

use super::{Reader, Reason};

/// Bytes of a frame of a block memory: 72 bits.
pub(super) const EBR_BYTES: usize = 9;

/// Frames of the chip, and bytes of one.
struct Geometry {
    count: u16,
    bytes: usize,
}

impl Geometry {
    /// The geometry of a chip; members of the family that differ in their upper four bits have the same.
    fn of(idcode: u32) -> Option<Self> {
        let (count, bytes) = match idcode & 0x0fff_ffff {
            0x0111_1043 => (7562, 74),
            0x0111_2043 => (9470, 106),
            0x0111_3043 => (13294, 142),
            _ => return None,
        };
        Some(Self { count, bytes })
    }
}

impl Reader<'_> {
    /// Reads the frames of a whole chip, compressed if there is a dictionary.
    pub(super) fn frames(
        &mut self,
        found: u8,
        information: [u8; 3],
        idcode: u32,
        dictionary: Option<[u8; 8]>,
    ) -> Result<(), Reason> {
        let [settings, high, low] = information;
        let geometry = Geometry::of(idcode).ok_or(Reason::Command { found })?;
        let count = u16::from_be_bytes([high, low]);
        if count != geometry.count {
            return Err(Reason::Command { found });
        }
        let checked = settings & 0x80 != 0;
        let only_at_end = settings & 0x40 != 0;
        for left in (0..count).rev() {
            match dictionary {
                None => _ = self.take(geometry.bytes)?,
                Some(_) => self.compressed(geometry.bytes.next_multiple_of(8))?,
            }
            self.check_if(checked && (!only_at_end || left == 0))?;
            self.take(usize::from(settings & 0x0f))?;
        }
        Ok(())
    }

    /// Passes over a compressed frame of this number of bytes without unpacking it.
    fn compressed(&mut self, bytes: usize) -> Result<(), Reason> {
        let mut bits = 0;
        for _ in 0..bytes {
            bits += match (self.bit(bits)?, self.bit(bits + 1)) {
                (false, _) => 1,
                (true, Ok(false)) => 6,
                (true, Ok(true)) => 10,
                (true, Err(reason)) => return Err(reason),
            };
        }
        self.take(bits.div_ceil(8))?;
        Ok(())
    }

    /// A bit of what comes next, most significant first.
    fn bit(&self, number: usize) -> Result<bool, Reason> {
        let byte = self.bytes.get(self.at + number / 8).ok_or(Reason::End)?;
        Ok(byte & (0x80 >> (number % 8)) != 0)
    }
}
