//! Block templates of nodes and pools.

use serde::{Deserialize, Serialize};
use tensority::{BlockHeader, Target};

/// A block to be mined. A source makes it; the miner's controller consumes it and numbers it as a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// What the source calls it, if it does.
    pub id: Option<String>,
    /// The header; its nonce is 0.
    pub header: BlockHeader,
    /// The seed of the block's epoch.
    #[serde(with = "hex::serde")]
    pub seed: [u8; 32],
    /// The target of a share; the block's own at a node.
    pub target: Target,
    /// The first nonce that is ours; nothing where any will do.
    pub first_nonce: Option<u64>,
    /// The number of nonces that are ours, from the first one on; none is beyond 2^63 - 1.
    pub nonces: u64,
    /// All work that came before from this source is worthless. Otherwise it stays good, and is only
    /// less fresh.
    pub replace: bool,
}

impl Template {
    /// The template of a block that takes any nonce.
    pub fn of_block(header: BlockHeader, seed: [u8; 32], target: Target) -> Self {
        Self {
            id: None,
            header,
            seed,
            target,
            first_nonce: None,
            nonces: 1 << 63,
            replace: true,
        }
    }
}
