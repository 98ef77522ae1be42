//! Description of peripherals, registers and fields.

use crate::code::CodeTable;

/// Directions of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads give the value; writes are lost.
    ReadOnly,
    /// Reads give 0; a write has the effect described.
    WriteOnly,
    /// Reads give what was written last.
    ReadWrite,
}

impl Access {
    /// `RO`, `WO` or `RW`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "RO",
            Self::WriteOnly => "WO",
            Self::ReadWrite => "RW",
        }
    }
}

/// Value after a reset of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// A constant of the map.
    Value(u32),
    /// Fixed for a build or a board.
    Build,
    /// Kept; the text says since when.
    Kept(&'static str),
    /// What the hardware shows at that moment.
    Live,
}

/// A group of bits of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name, unique in the peripheral.
    pub name: &'static str,
    /// Position of the least significant bit.
    pub low: u32,
    /// Width in bits.
    pub width: u32,
    /// Meaning, without a full stop.
    pub about: &'static str,
    /// Table of its numbers, if they are codes.
    pub codes: Option<&'static CodeTable>,
}

impl Field {
    /// The field's value in `word`.
    pub const fn of(&self, word: u32) -> u32 {
        (word >> self.low) & self.mask()
    }

    /// `value` in its place; bits that do not fit are dropped.
    pub const fn put(&self, value: u32) -> u32 {
        (value & self.mask()) << self.low
    }

    const fn mask(&self) -> u32 {
        match self.width {
            32 => u32::MAX,
            width => (1 << width) - 1,
        }
    }
}

/// One or more words of 32 bits at consecutive addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// Name, unique in the peripheral.
    pub name: &'static str,
    /// Byte address of the peripheral.
    pub base: u32,
    /// Byte offset of the first word in the peripheral.
    pub offset: u32,
    /// Number of words.
    pub words: u32,
    /// Bits of a word that are used.
    pub width: u32,
    /// Directions of access.
    pub access: Access,
    /// Value after a reset.
    pub reset: Reset,
    /// When the value is taken, and what a read does.
    pub sampled: &'static str,
    /// What makes it 0 or empties it.
    pub cleared: &'static str,
    /// Meaning, as sentences.
    pub about: &'static str,
    /// Its parts, least significant first; none if the word is one number.
    pub fields: &'static [Field],
    /// Table of its words or numbers, if there is one.
    pub codes: Option<&'static CodeTable>,
}

impl Register {
    /// Byte address of the first word.
    pub const fn address(&self) -> u32 {
        self.base + self.offset
    }

    /// Byte address of word `index`.
    pub const fn word(&self, index: u32) -> u32 {
        self.address() + 4 * index
    }

    /// Whether the words or a field are codes of `table`.
    pub fn uses(&self, table: &CodeTable) -> bool {
        let fields = self.fields.iter().map(|field| field.codes);
        fields.chain([self.codes]).any(|codes| codes == Some(table))
    }

    /// Number of the first word in the peripheral.
    pub const fn index(&self) -> u32 {
        self.offset / 4
    }
}

/// A peripheral and its registers.
#[derive(Clone, Copy, Debug)]
pub struct Peripheral {
    /// Name, unique in the map.
    pub name: &'static str,
    /// Byte address; peripherals are [`Peripheral::SPACING`] apart.
    pub base: u32,
    /// Purpose, as sentences.
    pub about: &'static str,
    /// In the order of their offsets.
    pub registers: &'static [Register],
}

impl Peripheral {
    /// Bytes of address space of a peripheral.
    pub const SPACING: u32 = 0x1000;
}

/// A range of addresses that is memory.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Name, unique in the map.
    pub name: &'static str,
    /// Byte address of the first word.
    pub base: u32,
    /// Size in bytes.
    pub bytes: u32,
    /// Purpose, without a full stop.
    pub about: &'static str,
}
