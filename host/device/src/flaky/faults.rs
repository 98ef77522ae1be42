//! What goes wrong with a flaky device, and how often it did.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How likely each fault is, from 0, never, to 1, always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// A nonce found is not told.
    pub lost: f64,
    /// A bit of a nonce found is wrong.
    pub wrong_nonce: f64,
    /// A bit of the hash of a nonce found is wrong.
    pub wrong_hash: f64,
    /// A nonce found is told twice.
    pub repeated: f64,
    /// A bit of the number of hashes of a range is wrong.
    pub miscounted: f64,
    /// The end of a range is told [`Self::delay`] later.
    pub late: f64,
    /// How much later.
    pub delay: Duration,
    /// The end of a range is never told.
    pub endless: f64,
    /// With work, the device falls silent: it takes all it is asked, and tells nothing until it is
    /// reset or opened again.
    pub hang: f64,
    /// With work, the device restarts by itself.
    pub restart: f64,
    /// With work, the device is gone until it is opened again.
    pub gone: f64,
}

impl Default for Faults {
    /// None.
    fn default() -> Self {
        Self {
            lost: 0.0,
            wrong_nonce: 0.0,
            wrong_hash: 0.0,
            repeated: 0.0,
            miscounted: 0.0,
            late: 0.0,
            delay: Duration::from_secs(1),
            endless: 0.0,
            hang: 0.0,
            restart: 0.0,
            gone: 0.0,
        }
    }
}

/// How often each fault happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nonces that were not told.
    pub lost: u64,
    /// Nonces that were told wrong.
    pub wrong_nonces: u64,
    /// Nonces whose hash was told wrong.
    pub wrong_hashes: u64,
    /// Nonces that were told twice.
    pub repeated: u64,
    /// Ranges whose number of hashes was told wrong.
    pub miscounted: u64,
    /// Ranges whose end was told late.
    pub late: u64,
    /// Ranges whose end was not told.
    pub endless: u64,
    /// Times that the device fell silent.
    pub hangs: u64,
    /// Times that it restarted by itself.
    pub restarts: u64,
    /// Times that it was gone.
    pub gone: u64,
}

/// The counts of one flaky device or of several.
#[derive(Debug, Default)]
pub struct Injected(Mutex<Counts>);

impl Injected {
    /// How often each fault has happened by now.
    pub fn counts(&self) -> Counts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
