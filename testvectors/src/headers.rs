//! Block headers.

use crate::{Origin, encoding, load};
use serde::Deserialize;

/// The fields of a block header.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the block format.
    pub version: u64,
    /// The number of blocks before this one.
    pub height: u64,
    /// The header hash of the parent.
    #[serde(with = "encoding::bytes")]
    pub previous_block_hash: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub timestamp: u64,
    /// The root of the Merkle tree of the transactions.
    #[serde(with = "encoding::bytes")]
    pub transaction_merkle_root: [u8; 32],
    /// The root of the Merkle tree of the transactions' statuses.
    #[serde(with = "encoding::bytes")]
    pub transaction_status_hash: [u8; 32],
    /// The compact target.
    #[serde(with = "encoding::bits")]
    pub bits: u64,
    /// The nonce.
    #[serde(with = "encoding::decimal")]
    pub nonce: u64,
}

/// A block header and what is made of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderVector {
    /// Which block it is.
    pub name: String,
    /// Where the header comes from.
    pub origin: Origin,
    /// The place where it was found.
    pub source: String,
    /// The header.
    pub header: Header,
    /// The header serialized with the flag of a header without transactions.
    #[serde(with = "encoding::byte_string")]
    pub serialized: Vec<u8>,
    /// What the inner hash is the hash of.
    #[serde(with = "encoding::bytes")]
    pub preimage: [u8; 136],
    /// The SHA3-256 of the preimage.
    #[serde(with = "encoding::bytes")]
    pub inner_hash: [u8; 32],
    /// The header hash, which names the block.
    #[serde(with = "encoding::bytes")]
    pub block_hash: [u8; 32],
    /// The target, **the most significant byte first**.
    #[serde(with = "encoding::bytes")]
    pub target: [u8; 32],
    /// The proof of work, if the seed is known.
    pub pow: Option<ProofOfWork>,
}

/// The proof of work of a [`HeaderVector`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofOfWork {
    /// The seed at the height of the block.
    #[serde(with = "encoding::bytes")]
    pub seed: [u8; 32],
    /// The PoW hash.
    #[serde(with = "encoding::bytes")]
    pub pow_hash: [u8; 32],
    /// Whether the PoW hash meets the target.
    pub meets_target: bool,
}

/// Headers of several networks.
pub fn headers() -> Vec<HeaderVector> {
    load(include_str!("../data/headers.json"))
}

/// The header of a block that a node accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedBlock {
    /// Which block it is.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The header.
    pub header: Header,
    /// The serialized header as it was submitted.
    #[serde(with = "encoding::byte_string")]
    pub serialized: Vec<u8>,
    /// The seed the node gave out.
    #[serde(with = "encoding::bytes")]
    pub seed: [u8; 32],
    /// The header hash, which names the block.
    #[serde(with = "encoding::bytes")]
    pub block_hash: [u8; 32],
    /// The PoW hash, which meets the target.
    #[serde(with = "encoding::bytes")]
    pub pow_hash: [u8; 32],
}

/// Headers of blocks that a node accepted, in the order of their heights.
pub fn accepted_blocks() -> Vec<AcceptedBlock> {
    load(include_str!("../data/accepted_blocks.json"))
}
