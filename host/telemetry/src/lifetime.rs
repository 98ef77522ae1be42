//! Totals over all runs: shares, the best share, the history of each device.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::device::Nonces;

/// All runs of a miner together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lifetime {
    /// When the first run started.
    pub since_unix: u64,
    /// Runs, this one included.
    pub runs: u64,
    /// Time that it ran.
    pub seconds: f64,
    /// Hashes by the devices' account.
    pub hashes: u64,
    /// Shares that were accepted.
    pub shares_accepted: u64,
    /// Shares that were rejected.
    pub shares_rejected: u64,
    /// Accepted shares that met the network's target.
    pub blocks: u64,
    /// The rarest share.
    pub best_share: Option<BestShare>,
    /// The devices by their ids.
    pub devices: BTreeMap<String, History>,
}

/// The rarest share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BestShare {
    /// Hashes that one so rare takes on average.
    pub difficulty: f64,
    /// When it was found.
    pub at_unix: u64,
    /// The height of its block.
    pub height: u64,
    /// Its PoW hash.
    pub pow_hash: String,
}

/// What is known of a device from all runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// What it was called last.
    pub name: String,
    /// What it reported.
    pub nonces: Nonces,
    /// Hashes by its own account.
    pub hashes: u64,
    /// Times that it was lost or restarted.
    pub restarts: u64,
    /// The last thing that went wrong with it.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_unix: Option<u64>,
}
