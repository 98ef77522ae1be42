//! Devices.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::{Losses, Rates};

/// A device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// What it is called; different for each.
    pub name: String,
    /// What it is known by when it is plugged in elsewhere: the serial number of a board in 16
    /// hexadecimal digits, else its name.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is now: the path of its port.
    pub port: Option<String>,
    /// How it is.
    pub condition: Condition,
    /// Why, as a sentence.
    pub reason: String,
    /// How long it has been so.
    pub condition_seconds: f64,
    /// Matrix rows processed side by side, or threads.
    pub lanes: u32,
    /// Hashes per second that its size and clock promise.
    pub expected_rate: Option<f64>,
    /// Hashes per second.
    pub rates: Rates,
    /// What it reported.
    pub nonces: Nonces,
    /// Hashes that its valid results stand for, by the difficulty of each.
    pub valid_hashes: f64,
    /// Its shares that a source has.
    pub shares_accepted: u64,
    /// Its shares that a source does not want.
    pub shares_rejected: u64,
    /// Where its time went.
    pub losses: Losses,
    /// Hashes by its own account.
    pub hashes: u64,
    /// Known-answer tests that were right.
    pub canaries_right: u64,
    /// Known-answer tests that were wrong, or never answered.
    pub canaries_wrong: u64,
    /// The time from the first work of the latest seed to the matrix list.
    pub seed_switch_seconds: Option<f64>,
    /// How long ago it last reported a result that was right.
    pub last_valid_seconds: Option<f64>,
    /// How warm it is.
    pub temperature_c: Option<f64>,
    /// Times that it was lost or restarted.
    pub restarts: u64,
    /// The last thing that went wrong with it.
    pub last_error: Option<String>,
}

/// The kinds of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeviceKind)]
pub enum Kind {
    /// A board on a serial port.
    Board,
    /// A board in simulation.
    Simulated,
    /// The processor of the host.
    Processor,
}

/// How a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeviceCondition)]
pub enum Condition {
    /// It is being opened, or makes its first matrix list.
    Starting,
    /// It hashes as expected.
    Healthy,
    /// It is well, but there is no work for it.
    Idle,
    /// It does not hash as expected; it is being helped.
    Sick,
    /// It is unplugged or closed; it is looked for.
    Away,
    /// It was given up.
    Dead,
    /// A person switched it off.
    Disabled,
}

impl Condition {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::Starting,
        Self::Healthy,
        Self::Idle,
        Self::Sick,
        Self::Away,
        Self::Dead,
        Self::Disabled,
    ];

    /// The word for it, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Idle => "idle",
            Self::Sick => "sick",
            Self::Away => "away",
            Self::Dead => "dead",
            Self::Disabled => "disabled",
        }
    }
}

/// Nonces that a device reported, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nonces {
    /// Their hash is right and meets the target that the device was given.
    pub valid: u64,
    /// What cannot be: a wrong hash, a hash above the target, a nonce or range that it was not given.
    pub hardware_errors: u64,
    /// They were reported before.
    pub duplicates: u64,
    /// Their job was over.
    pub stale: u64,
    /// They were not verified, as the policy of verification says.
    pub unverified: u64,
}
