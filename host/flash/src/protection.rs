//! Block protection of a flash memory: what its status registers say, and how they are cleared.
//!
//! Source: data sheets of the W25Q128JV and its like, whose makers share the second and third register; of
//! memories of other makers the first alone is known, with bits that protect at least something.

use std::fmt;
use std::ops::Range;

/// The maker whose memories have all three registers (JEDEC).
pub const MAKER: u8 = 0xef;

/// Instructions that read the registers.
pub const READ: [u8; 3] = [0x05, 0x35, 0x15];
/// Instructions that write them.
const WRITE: [u8; 3] = [0x01, 0x31, 0x11];

/// Bits of the first register: block protection BP0 to BP2, from the bottom (TB), in sectors (SEC), and the
/// lock by the pin WP#.
const BP: u8 = 2;
const TB: u8 = 1 << 5;
const SEC: u8 = 1 << 6;
const SRP: u8 = 1 << 7;
const PROTECTION: u8 = 7 << BP | TB | SEC;
/// Of all other makers: BP0 to BP3. Bit 6 is something else for some.
const PROTECTION_ELSEWHERE: u8 = 0xf << BP;
/// Bits of the second register: the lock of the registers, all but what is protected.
const SRL: u8 = 1;
const CMP: u8 = 1 << 6;
/// Bit of the third register: each block has a lock of its own, which is set after power-up.
const WPS: u8 = 1 << 2;

/// Smallest part that can be protected.
const SECTOR: u32 = 4096;

/// The status registers of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registers {
    /// The one that all memories have.
    pub first: u8,
    /// The second and third, where the maker is one that has them.
    pub others: Option<[u8; 2]>,
}

impl Registers {
    /// What is protected of a memory of so many bytes.
    pub fn protected(&self, bytes: u32) -> Range<u32> {
        let Some([second, third]) = self.others else {
            let is_any = self.first & PROTECTION_ELSEWHERE != 0;
            return 0..if is_any { bytes } else { 0 };
        };
        if third & WPS != 0 {
            return 0..bytes;
        }
        let level = u32::from(self.first >> BP & 7);
        let size = match (level, self.first & SEC != 0) {
            (0, _) => 0,
            (1..=3, true) => SECTOR << (level - 1),
            (4..=5, true) => SECTOR << 3,
            (1..=6, false) => bytes >> (7 - level),
            // 6 in sectors is not documented.
            _ => bytes,
        };
        match (self.first & TB != 0, second & CMP != 0) {
            (false, false) => bytes - size..bytes,
            (false, true) => 0..bytes - size,
            (true, false) => 0..size,
            (true, true) => size..bytes,
        }
    }

    /// What to send so that nothing is protected; all else stays. A write of the first register may clear
    /// bits of the second in older memories, so that follows in any case.
    pub fn clearing(&self) -> Vec<[u8; 2]> {
        let Some([second, third]) = self.others else {
            return vec![[WRITE[0], self.first & !PROTECTION_ELSEWHERE & !3]];
        };
        let mut writes = vec![
            [WRITE[0], self.first & !PROTECTION & !3],
            [WRITE[1], second & !CMP],
        ];
        if third & WPS != 0 {
            writes.push([WRITE[2], third & !WPS]);
        }
        writes
    }

    /// Why they do not change.
    pub fn lock(&self) -> &'static str {
        let second = self.others.map_or(0, |[second, _]| second);
        match (second & SRL != 0, self.first & SRP != 0) {
            (true, true) => "they are locked for good (SRL and SRP)",
            (true, false) => {
                "they are locked until the power goes (SRL): take it away and run again"
            }
            (false, true) => {
                "the memory's pin WP# locks them (SRP): connect it to the supply and run again"
            }
            (false, false) => "nothing says why: the memory may be another one, or broken",
        }
    }
}

impl fmt::Display for Registers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02x}", self.first)?;
        match self.others {
            Some([second, third]) => write!(formatter, " {second:02x} {third:02x}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::Flash;

    const BYTES: u32 = 16 << 20;

    fn registers(first: u8, second: u8, third: u8) -> Registers {
        Registers {
            first,
            others: Some([second, third]),
        }
    }

    /// Whether a memory with these registers takes a page at a sector.
    fn takes(flash: &mut Flash, registers: [u8; 3], sector: u32) -> bool {
        flash.set_status(registers, false);
        let start = sector * SECTOR;
        flash.content_mut()[start as usize] = 0xff;
        let [_, high, middle, low] = start.to_be_bytes();
        for bytes in [&[6][..], &[2, high, middle, low, 0]] {
            flash.select();
            bytes.iter().for_each(|byte| flash.input(*byte));
            flash.deselect();
        }
        flash.power_on();
        flash.content()[start as usize] == 0
    }

    #[test]
    fn what_is_protected_is_what_a_memory_does_not_take() {
        let mut flash = Flash::default();
        let last = BYTES / SECTOR - 1;
        let edges = (0..13).flat_map(|power| [(1 << power) - 1, 1 << power]);
        let edges: Vec<u32> = edges.flat_map(|at| [at, last.saturating_sub(at)]).collect();
        for bits in 0..64 {
            let [first, second] = [(bits & 31) << 2, (bits >> 5) * CMP];
            // Not documented.
            if first & PROTECTION == SEC | 6 << BP || first & PROTECTION == SEC | TB | 6 << BP {
                continue;
            }
            let protected = registers(first, second, 0).protected(BYTES);
            for &sector in edges.iter().filter(|sector| **sector <= last) {
                let is_protected = protected.contains(&(sector * SECTOR));
                assert_eq!(
                    takes(&mut flash, [first, second, 0], sector),
                    !is_protected,
                    "registers {first:02x} {second:02x}, sector {sector:x}"
                );
            }
        }
        assert_eq!(registers(0, 0, WPS).protected(BYTES), 0..BYTES);
    }

    #[test]
    fn clearing_leaves_everything_else() {
        let writes = registers(0xff, 0xff, 0xff).clearing();
        assert_eq!(writes, [[0x01, 0x80], [0x31, 0xbf], [0x11, 0xfb]]);
        // The bit for quad mode of an IS25LP128 is where SEC is elsewhere, and those are OTP.
        let elsewhere = Registers {
            first: 0x7c,
            others: None,
        };
        assert_eq!(elsewhere.clearing(), [[0x01, 0x40]]);
        assert_eq!(elsewhere.protected(BYTES), 0..BYTES);
        let quad = Registers {
            first: 0x40,
            others: None,
        };
        assert!(quad.protected(BYTES).is_empty());
    }
}
