//! Block headers, with their hashes and proofs of work.

use serde::Deserialize;

use crate::{Origin, encoding, load};

/// The fields of a block header.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub version: u64,
    /// The number of blocks before this one.
    pub height: u64,
    #[serde(with = "encoding::bytes")]
    pub previous_block_hash: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub timestamp: u64,
    #[serde(with = "encoding::bytes")]
    pub transaction_merkle_root: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub transaction_status_hash: [u8; 32],
    #[serde(with = "encoding::bits")]
    pub bits: u64,
    #[serde(with = "encoding::decimal")]
    pub nonce: u64,
}

/// A block header with its serialization, preimage, hashes and target.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderVector {
    pub name: String,
    pub origin: Origin,
    pub source: String,
    pub header: Header,
    /// The header serialized with the flag of a header without transactions.
    #[serde(with = "encoding::byte_string")]
    pub serialized: Vec<u8>,
    /// The inner hash's input.
    #[serde(with = "encoding::bytes")]
    pub preimage: [u8; 136],
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
    #[serde(with = "encoding::bytes")]
    pub pow_hash: [u8; 32],
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
    pub name: String,
    pub origin: Origin,
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
