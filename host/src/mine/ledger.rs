//! Who hashed and found what, and what became of it.

use super::rate::Meter;
use serde::Serialize;
use std::{collections::BTreeMap, fmt};
use tensority::Target;

/// The account of one device.
#[derive(Debug)]
pub struct DeviceAccount {
    /// What the device is called.
    pub name: String,
    /// What it says it hashed.
    pub meter: Meter,
    /// The hashes that its valid nonces take on average: what it must have hashed, give or take luck.
    pub verified_hashes: f64,
    /// Nonces it was given and did not hash.
    pub given_up: u64,
    /// The nonces it reported.
    pub nonces: Nonces,
}

/// Nonces that a device reported, each counted once more by what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Nonces {
    /// All that named a range of the device and a nonce of it.
    pub found: u64,
    /// Those whose hash is right and meets the target.
    pub valid: u64,
    /// What cannot be: a wrong hash, a hash above the target, a nonce outside of its range, a range
    /// the device does not have, a wrong number of hashes. The last three are no found nonces.
    pub hardware_errors: u64,
    /// Those of a job that was over.
    pub stale: u64,
    /// Those reported before.
    pub duplicates: u64,
}

/// What became of the valid nonces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Blocks {
    /// The node has them.
    pub accepted: u64,
    /// The node does not want them, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// They may have arrived, but no answer did, and the next block has another parent.
    pub unanswered: u64,
    /// They were not handed in: stale by then, or it is a dry run.
    pub not_submitted: u64,
}

impl DeviceAccount {
    /// An account with nothing in it.
    pub fn new(name: String) -> Self {
        Self {
            name,
            meter: Meter::default(),
            verified_hashes: 0.0,
            given_up: 0,
            nonces: Nonces::default(),
        }
    }

    /// Credits a valid nonce.
    pub fn credit(&mut self, target: &Target) {
        self.nonces.valid += 1;
        self.verified_hashes += hashes_on_average(target);
    }
}

/// How many hashes a nonce takes, on average.
fn hashes_on_average(target: &Target) -> f64 {
    let bytes = target.to_le_bytes();
    let fraction = bytes
        .iter()
        .fold(0.0, |below, &byte| (below + f64::from(byte)) / 256.0);
    1.0 / (fraction + 2f64.powi(-256))
}

impl fmt::Display for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            found,
            valid,
            hardware_errors,
            stale,
            duplicates,
        } = self;
        write!(
            f,
            "found {found}, valid {valid}, hardware errors {hardware_errors}, stale {stale}, duplicates {duplicates}"
        )
    }
}

impl fmt::Display for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "accepted {}, rejected ", self.accepted)?;
        let rejected: u64 = self.rejected.values().sum();
        write!(f, "{rejected}")?;
        if rejected > 0 {
            let reasons = self
                .rejected
                .iter()
                .map(|(reason, count)| format!("{reason} {count}"));
            write!(f, " ({})", reasons.collect::<Vec<_>>().join(", "))?;
        }
        let Self {
            unanswered,
            not_submitted,
            ..
        } = self;
        write!(
            f,
            ", unanswered {unanswered}, not submitted {not_submitted}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_takes_as_many_hashes_as_its_target_is_rare() {
        let hashes = |bits| hashes_on_average(&Target::from_bits(bits).unwrap());
        assert_eq!(hashes_on_average(&Target::MAX), 1.0);
        assert!((hashes(0x2000_0000_003f_ffff) - 4.0).abs() < 1e-5);
        let work = tensority::work(0x1e00_0000_0001_1b68).to_string();
        let work: f64 = work.parse().unwrap();
        assert!((hashes(0x1e00_0000_0001_1b68) / work - 1.0).abs() < 1e-6);
        let one = Target::from_value(&1.into()).unwrap();
        assert_eq!(hashes_on_average(&one), 2f64.powi(255));
    }

    #[test]
    fn rejected_blocks_are_told_by_reason() {
        let mut blocks = Blocks::default();
        assert_eq!(
            blocks.to_string(),
            "accepted 0, rejected 0, unanswered 0, not submitted 0"
        );
        blocks.rejected.insert("stale", 2);
        blocks.rejected.insert("orphan", 1);
        assert_eq!(
            blocks.to_string(),
            "accepted 0, rejected 3 (orphan 1, stale 2), unanswered 0, not submitted 0"
        );
    }
}
