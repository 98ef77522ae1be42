//! What is counted of a device and of a source in a span of time.

use serde::{Deserialize, Serialize};
use tensority_telemetry::device::Device;
use tensority_telemetry::source::Source;
use utoipa::ToSchema;

/// What a device did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceCounts {
    /// Time that the miner ran.
    pub seconds: f64,
    /// Time in which the device hashed as expected.
    pub healthy_seconds: f64,
    /// Hashes by its own account.
    pub hashes: u64,
    /// Results that were right.
    pub valid: u64,
    /// Hashes that those stand for.
    pub valid_hashes: f64,
    /// Results that were wrong.
    pub hardware_errors: u64,
    /// Results that were reported before.
    pub duplicates: u64,
    /// Results whose job was over.
    pub stale: u64,
    /// Its shares that a source has.
    pub shares_accepted: u64,
    /// Its shares that a source does not want.
    pub shares_rejected: u64,
    /// Times that it was lost or restarted.
    pub restarts: u64,
    /// How warm it was at most.
    pub temperature_c: Option<f64>,
}

impl DeviceCounts {
    /// All that is counted from the miner's start on; times are not in a state.
    pub fn since_start(device: &Device) -> Self {
        Self {
            hashes: device.hashes,
            valid: device.nonces.valid,
            valid_hashes: device.valid_hashes,
            hardware_errors: device.nonces.hardware_errors,
            duplicates: device.nonces.duplicates,
            stale: device.nonces.stale,
            shares_accepted: device.shares_accepted,
            shares_rejected: device.shares_rejected,
            restarts: device.restarts,
            ..Self::default()
        }
    }

    /// What was counted after `before`.
    pub fn after(&self, before: &Self) -> Self {
        Self {
            hashes: self.hashes.saturating_sub(before.hashes),
            valid: self.valid.saturating_sub(before.valid),
            valid_hashes: (self.valid_hashes - before.valid_hashes).max(0.0),
            hardware_errors: self.hardware_errors.saturating_sub(before.hardware_errors),
            duplicates: self.duplicates.saturating_sub(before.duplicates),
            stale: self.stale.saturating_sub(before.stale),
            shares_accepted: self.shares_accepted.saturating_sub(before.shares_accepted),
            shares_rejected: self.shares_rejected.saturating_sub(before.shares_rejected),
            restarts: self.restarts.saturating_sub(before.restarts),
            ..*self
        }
    }
}

/// What a source did, and what became of shares for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceCounts {
    /// Time that the miner ran.
    pub seconds: f64,
    /// Time in which its work was hashed.
    pub active_seconds: f64,
    /// Jobs that it gave.
    pub jobs: u64,
    /// It has them.
    pub accepted: u64,
    /// Hashes that those stand for.
    pub accepted_hashes: f64,
    /// It does not want them, for whatever reason.
    pub rejected: u64,
    /// It does not want them any more.
    pub stale: u64,
    /// They were sent, and no answer came.
    pub unanswered: u64,
    /// They were not sent.
    pub not_submitted: u64,
}

impl SourceCounts {
    /// All that is counted from the miner's start on; times are not in a state.
    pub fn since_start(source: &Source) -> Self {
        let shares = &source.shares;
        Self {
            jobs: source.jobs,
            accepted: shares.accepted,
            accepted_hashes: source.accepted_hashes,
            rejected: shares.all_rejected(),
            stale: shares.stale,
            unanswered: shares.unanswered,
            not_submitted: shares.not_submitted,
            ..Self::default()
        }
    }

    /// What was counted after `before`.
    pub fn after(&self, before: &Self) -> Self {
        Self {
            jobs: self.jobs.saturating_sub(before.jobs),
            accepted: self.accepted.saturating_sub(before.accepted),
            accepted_hashes: (self.accepted_hashes - before.accepted_hashes).max(0.0),
            rejected: self.rejected.saturating_sub(before.rejected),
            stale: self.stale.saturating_sub(before.stale),
            unanswered: self.unanswered.saturating_sub(before.unanswered),
            not_submitted: self.not_submitted.saturating_sub(before.not_submitted),
            ..*self
        }
    }
}
