//! Commands to a running miner.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Give up all work, and take none.
    Pause,
    /// Work again.
    Resume,
    /// Give up a device's work, and give it none until it is enabled.
    Disable {
        /// The name of the device.
        device: String,
    },
    /// Work with a device again, also with one that was given up.
    Enable {
        /// The name of the device.
        device: String,
    },
    /// Restart a device.
    Reset {
        /// The name of the device.
        device: String,
    },
}
