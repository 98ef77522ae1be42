//! The watchdog: fed as long as the accelerator gets on with what it was told.
//!
//! A turn of the controller alone is no progress. While the core works, something must change
//! within the longest time that a hash can take, three times over: the hashes it has completed, the
//! rounds of the matrix list, the results and checksums it hands over. A core that waits for the
//! controller to take a result is not blamed.

use tensority_protocol::registers::chip::{CLOCK, DIMENSION, GEOMETRY};
use tensority_protocol::registers::watchdog::{FEED, PERIOD, RESETS};

use crate::bus::Bus;

/// Multiplies of a hash, the reference's `ARRAY_MULTIPLIES`.
pub const MULTIPLIES: u32 = 252;

/// Cycles granted in addition: the set-up of a job and its first header hash.
const GRACE: u32 = 1 << 24;

/// The owner of the watchdog.
pub struct Watchdog {
    /// Cycles without a sign of life after which it is not fed any more.
    patience: u32,
    sign: u32,
    since: u32,
}

impl Watchdog {
    /// Before its start.
    pub const fn new() -> Self {
        Self {
            patience: 0,
            sign: 0,
            since: 0,
        }
    }

    /// Sets the period to a second.
    pub fn start(&mut self, bus: &mut impl Bus) {
        let clock = bus.read(CLOCK.address());
        bus.write(PERIOD.address(), clock);
        bus.write(FEED.address(), 0);
        // Passes of dimension^2 tokens if one matrix row is processed at a time.
        let dimension = DIMENSION.of(bus.read(GEOMETRY.address()));
        let hash = dimension
            .saturating_mul(dimension)
            .saturating_mul(MULTIPLIES);
        self.patience = hash.saturating_mul(3).saturating_add(GRACE);
    }

    /// Feeds, if `sign` is new or none is due; `None` says that the core has nothing to do.
    pub fn look(&mut self, bus: &mut impl Bus, now: u32, sign: Option<u32>) {
        if sign != Some(self.sign) {
            self.sign = sign.unwrap_or(self.sign);
            self.since = now;
        }
        if now.wrapping_sub(self.since) < self.patience {
            bus.write(FEED.address(), 0);
        }
    }

    /// Feeds without a look, while the chip is about to be restarted.
    pub fn feed(&mut self, bus: &mut impl Bus) {
        bus.write(FEED.address(), 0);
    }

    /// Resets by the watchdog since power-up.
    pub fn resets(&self, bus: &mut impl Bus) -> u16 {
        bus.read(RESETS.address()) as u16
    }
}
