//! Contents of block RAMs that are put in after routing.
//!
//! A program and a build number in the netlist would draw another placement with every change of a comment. So a
//! board's netlist holds a *mark* in their place: words by which the memory is found in the routed design. A
//! simulator writes the same contents into its memories at power-up.

use tensority_protocol::registers::BANK_BYTES;

/// What a block RAM holds at power-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The words in the netlist.
    pub mark: Vec<u32>,
    /// The words in the chip, as many.
    pub words: Vec<u32>,
}

/// A memory that is filled after routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// Bank 0 of the controller's program.
    Program,
    /// Registers of the chip that never change.
    Constants,
}

impl Filled {
    /// Words of 32 bits: a multiple of 512, the shallowest block RAM of an ECP5.
    pub(super) const fn depth(self) -> usize {
        match self {
            Self::Program => BANK_BYTES as usize / 4,
            Self::Constants => 512,
        }
    }

    /// Pseudo-random words (xorshift64*): no 512 of them have a column in common with any others.
    pub(super) fn mark(self) -> Vec<u32> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64 + self as u64;
        let next = || {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
        };
        std::iter::repeat_with(next).take(self.depth()).collect()
    }

    /// These words at the start, and zeros behind them; what does not fit is left out.
    pub(super) fn content(self, words: &[u32]) -> Content {
        let mut words = words.to_vec();
        words.resize(self.depth(), 0);
        Content {
            mark: self.mark(),
            words,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn columns_of_marks_differ() {
        let marks = [Filled::Program, Filled::Constants]
            .map(Filled::mark)
            .concat();
        let columns: HashSet<Vec<bool>> = marks
            .chunks(512)
            .flat_map(|words| {
                (0..32).map(|bit| words.iter().map(|word| word >> bit & 1 == 1).collect())
            })
            .collect();
        assert_eq!(columns.len(), (8 + 1) * 32);
    }
}
