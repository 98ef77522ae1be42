//! Places: where tensors lie in the slots of the state.

use std::ops::Range;

use tensority_infer::graph::Shape;
use tensority_protocol::tape::SLOTS;

/// Where a tensor is: a slot for each position and each tile of columns, positions first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first slot.
    pub base: u8,
    /// The tensor as it lies there.
    pub shape: Shape,
    columns: usize,
}

impl Place {
    /// A tensor from slot `base` on, in a state of so many columns.
    pub fn new(base: u8, shape: Shape, columns: usize) -> Self {
        Self {
            base,
            shape,
            columns,
        }
    }

    /// Tiles of columns that a position has.
    pub fn tiles(&self) -> usize {
        self.shape.channels.div_ceil(self.columns)
    }

    /// The channels of a tile.
    pub fn channels(&self, tile: usize) -> Range<usize> {
        tile * self.columns..self.shape.channels.min((tile + 1) * self.columns)
    }

    /// Slots in all.
    pub fn slots(&self) -> usize {
        self.tiles() * self.shape.positions()
    }

    /// The slot of a position and a tile.
    pub fn slot(&self, position: usize, tile: usize) -> u8 {
        let slot = usize::from(self.base) + tile * self.shape.positions() + position;
        slot as u8
    }
}

/// The slots that are taken, in order.
pub struct Slots(Vec<(u8, usize)>);

impl Slots {
    /// None is taken.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// Takes the first `count` slots in a row that are free, if there are any.
    pub fn take(&mut self, count: usize) -> Option<u8> {
        let mut begin = 0;
        let mut at = 0;
        for (base, taken) in &self.0 {
            if usize::from(*base) - begin >= count {
                break;
            }
            begin = usize::from(*base) + taken;
            at += 1;
        }
        if begin + count > SLOTS {
            return None;
        }
        self.0.insert(at, (begin as u8, count));
        Some(begin as u8)
    }

    /// Gives back what begins with this slot.
    pub fn give_back(&mut self, base: u8) {
        self.0.retain(|(own, _)| *own != base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_taken_where_they_fit_first() {
        let mut slots = Slots::new();
        assert_eq!(
            [100, 50, 106].map(|count| slots.take(count)),
            [Some(0), Some(100), Some(150)]
        );
        assert_eq!(slots.take(1), None);
        slots.give_back(100);
        assert_eq!(slots.taken(), 206);
        assert_eq!(
            [51, 20, 30, 1].map(|count| slots.take(count)),
            [None, Some(100), Some(120), None]
        );
    }
}
