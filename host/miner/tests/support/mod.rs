//! A miner in a test: what it mines with, and what it tells.

#![allow(dead_code, reason = "each test uses a part")]

pub mod board;
pub mod giver;
pub mod hashing;
pub mod node;
pub mod pool;
pub mod quick;
pub mod run;
pub mod scripted;

use std::sync::Arc;
use std::time::Duration;

use tensority_device::device::Device;
use tensority_miner::fleet::{Opener, Selection};
use tensority_miner::{RangeSize, WorkerConfig};

/// Longer than anything here takes on a busy machine.
pub const LONG: Duration = Duration::from_secs(60);

/// A device that is as fast as it shows to be, and gets some nonces at a time.
pub fn config() -> WorkerConfig {
    WorkerConfig {
        expected_rate: None,
        results_per_minute: 600.0,
        range_size: RangeSize::Fixed(200.try_into().expect("above 0")),
    }
}

/// One device of a name.
pub fn one(name: &str, config: WorkerConfig, open: Opener) -> Selection {
    Selection::One {
        name: name.to_owned(),
        named: true,
        config,
        open,
    }
}

/// Opens what `open` makes.
pub fn opener<D: Device + 'static>(open: impl Fn() -> D + Send + Sync + 'static) -> Opener {
    Arc::new(move || Ok(Box::new(open())))
}
