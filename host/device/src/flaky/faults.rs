//! Fault rates and counts of a flaky device.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How likely each fault is, from 0, never, to 1, always.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
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

/// How often each fault of [`Faults`] happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Counts {
    pub lost: u64,
    pub wrong_nonces: u64,
    pub wrong_hashes: u64,
    pub repeated: u64,
    pub miscounted: u64,
    pub late: u64,
    pub endless: u64,
    pub hangs: u64,
    pub restarts: u64,
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
