//! Time, in clock cycles since the chip reset.

use tensority_protocol::registers::chip::CLOCK;
use tensority_protocol::registers::timer::{HIGH, LOW};

use crate::bus::Bus;

/// The owner of the timer.
///
/// Short times are taken modulo 2^32, which is 43 s at 100 MHz: differences only.
pub struct Timer {
    per_millisecond: u32,
    last: u32,
    longest: u32,
}

impl Timer {
    /// Before its start.
    pub const fn new() -> Self {
        Self {
            per_millisecond: 0,
            last: 0,
            longest: 0,
        }
    }

    /// Takes the time of the first turn.
    pub fn start(&mut self, bus: &mut impl Bus) {
        self.per_millisecond = thousandth(bus.read(CLOCK.address()));
        self.last = bus.read(LOW.address());
    }

    /// The time at the beginning of a turn.
    pub fn turn(&mut self, bus: &mut impl Bus) -> u32 {
        let now = bus.read(LOW.address());
        self.longest = self.longest.max(now.wrapping_sub(self.last));
        self.last = now;
        now
    }

    /// The longest time from the beginning of a turn to the next.
    pub fn longest_turn(&self) -> u32 {
        self.longest
    }

    /// All of the time.
    pub fn uptime(&self, bus: &mut impl Bus) -> u64 {
        let low = bus.read(LOW.address());
        u64::from(bus.read(HIGH.address())) << 32 | u64::from(low)
    }

    /// Cycles of a time in milliseconds, or as many as a word can say.
    pub fn cycles(&self, milliseconds: u32) -> u32 {
        self.per_millisecond.saturating_mul(milliseconds)
    }
}

/// A division by 1000, without the one for all numbers: that is long.
fn thousandth(number: u32) -> u32 {
    let (mut rest, mut quotient) = (number, 0);
    for bit in (0..23).rev() {
        quotient <<= 1;
        if rest >= 1000 << bit {
            rest -= 1000 << bit;
            quotient |= 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::thousandth;

    #[test]
    fn a_thousandth_is_rounded_down() {
        for number in [
            0,
            999,
            1000,
            1001,
            99_999_999,
            100_000_000,
            u32::MAX - 1,
            u32::MAX,
        ] {
            assert_eq!(thousandth(number), number / 1000);
        }
    }
}
