//! The ranges that the device has: one whose turn it is, and one that waits behind it.

use crate::jobs::Slot;

/// Ranges that may wait behind the one whose turn it is.
pub const WAITING: u8 = 1;

/// Places for ranges, the one that runs included.
const PLACES: usize = 1 + WAITING as usize;

/// A range of nonces of a job.
#[derive(Clone, Copy)]
pub struct Range {
    /// Range id, chosen by the host.
    pub id: u32,
    /// Slot of its job.
    pub job: Slot,
    /// First nonce, below 2^63.
    pub first: u64,
    /// Number of nonces, at least 1.
    pub count: u64,
}

/// Two ranges at most, which stay in their places, because copies take time.
pub struct Queue {
    places: [Range; PLACES],
    /// Place of the first.
    first: u8,
    length: u8,
}

impl Queue {
    /// Without a range.
    pub const fn new() -> Self {
        const NONE: Range = Range {
            id: 0,
            job: Slot::FIRST,
            first: 0,
            count: 0,
        };
        Self {
            places: [NONE; PLACES],
            first: 0,
            length: 0,
        }
    }

    /// Appends a range, if there is room.
    pub fn push(&mut self, range: Range) {
        if self.is_full() {
            return;
        }
        let place = usize::from(self.first.wrapping_add(self.length)) % PLACES;
        if let Some(place) = self.places.get_mut(place) {
            *place = range;
            self.length += 1;
        }
    }

    /// Takes the first range out.
    pub fn pop(&mut self) -> Option<&Range> {
        if self.is_empty() {
            return None;
        }
        let place = usize::from(self.first) % PLACES;
        self.first = self.first.wrapping_add(1);
        self.length -= 1;
        self.places.get(place)
    }

    /// The range whose turn it is.
    pub fn current(&self) -> Option<&Range> {
        self.nth(0)
    }

    /// The range behind it.
    pub fn next(&self) -> Option<&Range> {
        self.nth(1)
    }

    /// Number of ranges, the first included.
    pub fn len(&self) -> u8 {
        self.length
    }

    /// Whether a range waits behind the first.
    pub fn is_full(&self) -> bool {
        self.length as usize == PLACES
    }

    /// Whether there is no range.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether a range belongs to the job in a slot.
    pub fn uses(&self, slot: Slot) -> bool {
        [self.current(), self.next()]
            .iter()
            .flatten()
            .any(|range| range.job == slot)
    }

    fn nth(&self, number: u8) -> Option<&Range> {
        let place = usize::from(self.first.wrapping_add(number)) % PLACES;
        self.places.get(place).filter(|_| number < self.length)
    }
}
