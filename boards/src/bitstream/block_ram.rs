//! Contents of block memories in a bitstream: 2048 words of nine bits each, most significant bit first,
//! read and written as 512 words of 36 bits, of which the lowest 32 count.
//!
//! A word of 36 bits is four of nine bits, the lowest first: so it is in a memory that the tools arrange
//! that wide.

use super::{CRC, Fault, Reader};

/// Words of 36 bits in a block memory.
pub const WORDS: usize = 512;
/// Bits of the words of which a memory consists.
const PART: usize = 9;

/// The place of a block memory's content in a bitstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRam {
    /// Number of the memory on the chip.
    pub number: u32,
    pub(super) at: usize,
    pub(super) bytes: usize,
    /// The checksum of what is in front of the content, if one follows it.
    pub(super) checksum: Option<u16>,
}

impl BlockRam {
    /// The block memories that a bitstream for a chip with this IDCODE fills, all of them.
    ///
    /// # Errors
    /// The first thing that the chip does not accept.
    pub fn of(bitstream: &[u8], idcode: u32) -> Result<Vec<Self>, Fault> {
        let mut reader = Reader::new(bitstream)?;
        reader.read(idcode)?;
        let mut blocks = reader.blocks;
        blocks.retain(|block| block.bytes * 8 == WORDS * 4 * PART);
        Ok(blocks)
    }

    /// The lowest 32 bits of a word.
    ///
    /// # Panics
    /// If the block is one of another bitstream, or has no such word.
    pub fn word(&self, bitstream: &[u8], number: usize) -> u32 {
        let bits = (0..u32::BITS).map(|bit| {
            let (byte, mask) = self.place(number, bit);
            u32::from(bitstream[byte] & mask != 0) << bit
        });
        bits.sum()
    }

    /// Sets the lowest 32 bits of a word, and the checksum behind the content.
    ///
    /// # Panics
    /// If the block is one of another bitstream, or has no such word.
    pub fn set_word(&self, bitstream: &mut [u8], number: usize, word: u32) {
        for bit in 0..u32::BITS {
            let (byte, mask) = self.place(number, bit);
            bitstream[byte] &= !mask;
            bitstream[byte] |= mask * (word >> bit & 1) as u8;
        }
        if let Some(before) = self.checksum {
            let end = self.at + self.bytes;
            let mut digest = CRC.digest_with_initial(before);
            digest.update(&bitstream[self.at..end]);
            bitstream[end..end + 2].copy_from_slice(&digest.finalize().to_be_bytes());
        }
    }

    /// The byte of the bitstream, and the bit in it, in which a bit of a word is.
    fn place(&self, word: usize, bit: u32) -> (usize, u8) {
        assert!(word < WORDS, "expected a word below {WORDS}, found {word}");
        let (part, bit) = (4 * word + bit as usize / PART, bit as usize % PART);
        let place = part * PART + PART - 1 - bit;
        (self.at + place / 8, 0x80 >> (place % 8))
    }
}
