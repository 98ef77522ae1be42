//! Status registers of a W25Q128JV, and what they protect (data sheet, tables 7.1 and 7.2).

use std::ops::Range;

/// Bits of the first register.
pub const BUSY: u8 = 1;
pub const WRITE_ENABLED: u8 = 2;
/// Bits that a write of the first register sets.
const FIRST_WRITTEN: u8 = 0xfc;
const SRP: u8 = 0x80;
/// Bits of the second register.
const SRL: u8 = 0x01;
const QUAD: u8 = 0x02;
const CMP: u8 = 0x40;
/// Bits of the third register.
const WPS: u8 = 0x04;

/// Block protection without complement: SEC and TB, each 2 where it does not count; BP; first and last byte.
const PROTECTED: &[(u8, u8, u8, u32, u32)] = &[
    (0, 0, 1, 0xfc_0000, 0xff_ffff),
    (0, 0, 2, 0xf8_0000, 0xff_ffff),
    (0, 0, 3, 0xf0_0000, 0xff_ffff),
    (0, 0, 4, 0xe0_0000, 0xff_ffff),
    (0, 0, 5, 0xc0_0000, 0xff_ffff),
    (0, 0, 6, 0x80_0000, 0xff_ffff),
    (0, 1, 1, 0x00_0000, 0x03_ffff),
    (0, 1, 2, 0x00_0000, 0x07_ffff),
    (0, 1, 3, 0x00_0000, 0x0f_ffff),
    (0, 1, 4, 0x00_0000, 0x1f_ffff),
    (0, 1, 5, 0x00_0000, 0x3f_ffff),
    (0, 1, 6, 0x00_0000, 0x7f_ffff),
    (2, 2, 7, 0x00_0000, 0xff_ffff),
    (1, 0, 1, 0xff_f000, 0xff_ffff),
    (1, 0, 2, 0xff_e000, 0xff_ffff),
    (1, 0, 3, 0xff_c000, 0xff_ffff),
    (1, 0, 4, 0xff_8000, 0xff_ffff),
    (1, 0, 5, 0xff_8000, 0xff_ffff),
    (1, 1, 1, 0x00_0000, 0x00_0fff),
    (1, 1, 2, 0x00_0000, 0x00_1fff),
    (1, 1, 3, 0x00_0000, 0x00_3fff),
    (1, 1, 4, 0x00_0000, 0x00_7fff),
    (1, 1, 5, 0x00_0000, 0x00_7fff),
];

/// The three status registers, and the pin that can lock them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Status {
    registers: [u8; 3],
    /// WP# is low.
    grounded: bool,
}

impl Status {
    pub fn new(registers: [u8; 3], grounded: bool) -> Self {
        Self {
            registers,
            grounded,
        }
    }

    /// A register, of which the first has more bits from elsewhere.
    pub fn read(&self, number: usize) -> u8 {
        self.registers[number]
    }

    /// Writes a register, unless the registers are locked.
    pub fn write(&mut self, number: usize, value: u8) {
        let [first, second, _] = self.registers;
        // In quad mode the pin is a data line.
        let by_pin = first & SRP != 0 && self.grounded && second & QUAD == 0;
        if by_pin || second & SRL != 0 {
            return;
        }
        self.registers[number] = match number {
            0 => value & FIRST_WRITTEN,
            _ => value,
        };
    }

    /// Whether a change of any of these bytes is refused. Locks of single blocks, which `WPS` switches on,
    /// are all set after power-up.
    pub fn protects(&self, bytes: &Range<usize>) -> bool {
        let [first, second, third] = self.registers;
        if third & WPS != 0 {
            return true;
        }
        let (sec, tb, bp) = (first >> 6 & 1, first >> 5 & 1, first >> 2 & 7);
        let counts = |bit: u8, wanted: u8| wanted == 2 || bit == wanted;
        let row = PROTECTED
            .iter()
            .find(|row| counts(sec, row.0) && counts(tb, row.1) && bp == row.2);
        let (start, end) = row.map_or((0, 0), |row| (row.3 as usize, row.4 as usize + 1));
        match second & CMP {
            0 => bytes.start < end && start < bytes.end,
            // All but those.
            _ => bytes.start < start || end < bytes.end || (start == end && !bytes.is_empty()),
        }
    }

    /// As after power-up: a lock that only lasts until then is gone, one for good is not.
    pub fn power_on(&mut self) {
        if self.registers[0] & SRP == 0 {
            self.registers[1] &= !SRL;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::flash::Flash;

    #[test]
    fn the_upper_quarter_is_protected_or_with_complement_all_but_it() {
        let quarter = |second| Status::new([0x14, second, 0], false);
        for (place, protected) in [(0xbf_ffff, false), (0xc0_0000, true), (0xff_ffff, true)] {
            let byte = place..place + 1;
            assert_eq!(quarter(0).protects(&byte), protected, "{place:x}");
            assert_eq!(quarter(CMP).protects(&byte), !protected, "{place:x}");
        }
        let nothing = 0..Flash::BYTES;
        assert!(!Status::default().protects(&nothing));
        assert!(Status::new([0, CMP, 0], false).protects(&(5..6)));
        assert!(!Status::new([0x1c, CMP, 0], false).protects(&nothing));
        assert!(Status::new([0, 0, WPS], false).protects(&(5..6)));
    }

    #[test]
    fn registers_are_written_unless_they_are_locked() {
        for (registers, grounded, is_locked) in [
            ([0x1c, 0, 0], true, false),
            ([0x9c, 0, 0], false, false),
            ([0x9c, 0, 0], true, true),
            ([0x9c, QUAD, 0], true, false),
            ([0x1c, SRL, 0], false, true),
        ] {
            let mut status = Status::new(registers, grounded);
            status.write(0, 0);
            let expected = if is_locked { registers[0] } else { 0 };
            assert_eq!(status.read(0), expected, "{registers:x?}");
        }
        for (first, is_locked) in [(0x1c, false), (0x9c, true)] {
            let mut status = Status::new([first, SRL, 0], false);
            status.power_on();
            status.write(0, 0);
            assert_eq!(status.read(0) != 0, is_locked, "{first:x}");
        }
    }
}
