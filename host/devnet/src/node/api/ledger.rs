//! Answers about the chain, and about whom the next block pays.

use serde::Serialize;
use tensority::work;
use tensority_payment::reward::subsidy;
use tensority_payment::{AddressError, Block};

use super::{Reply, bad_body, failure, failure_of, success, with_serialized};
use crate::node::request::{self, BlockName, Refused};
use crate::node::{self, Node};

pub fn get_block_count(node: &Node) -> Reply {
    let block_count = node.height();
    success(&BlockCount { block_count })
}

pub fn get_block_header(node: &Node, body: &[u8]) -> Reply {
    let header = match named(node, body) {
        Ok(block) => block.header,
        Err(reply) => return reply,
    };
    with_serialized(&header, |block_header| {
        let reward = subsidy(header.height);
        success(&HexHeader {
            block_header,
            reward,
        })
    })
}

pub fn get_difficulty(node: &Node, body: &[u8]) -> Reply {
    match named(node, body) {
        Ok(node::Block { header, hash, .. }) => success(&Difficulty {
            hash: hex::encode(hash),
            height: header.height,
            bits: header.bits,
            difficulty: work(header.bits).to_string(),
        }),
        Err(reply) => reply,
    }
}

/// The work of a block by the seconds since its parent. The first block has none, which the node then misses.
pub fn get_hash_rate(node: &Node, body: &[u8]) -> Reply {
    let block = match named(node, body) {
        Ok(block) => block,
        Err(reply) => return reply,
    };
    let parent = block.header.previous_block_hash;
    let Some(parent) = node.block_named(&parent) else {
        return no_block(&parent);
    };
    let seconds = block.header.timestamp - parent.header.timestamp;
    // A work that 64 bits do not hold takes more hashes than anybody has.
    let work = u64::try_from(work(block.header.bits)).unwrap_or(u64::MAX);
    success(&HashRate {
        hash: hex::encode(block.hash),
        height: block.header.height,
        hash_rate: work / seconds.max(1),
    })
}

/// It mines nothing by itself.
pub fn is_mining() -> Reply {
    success(&IsMining { is_mining: false })
}

/// What a node answers whose wallet is off.
pub fn no_wallet() -> Reply {
    failure("wallet not found, please check that the wallet is open")
}

pub fn get_raw_block(node: &Node, body: &[u8]) -> Reply {
    let block = match named(node, body) {
        Ok(block) => block,
        Err(reply) => return reply,
    };
    let node::Block {
        header,
        transactions,
        ..
    } = block;
    let verify_status = transactions.iter().map(|_| VerifyResult {}).collect();
    let block = Block {
        header,
        transactions,
    };
    let raw_block = block.encode().expect("a block of the chain");
    success(&RawBlock {
        raw_block: hex::encode(raw_block),
        transaction_status: TransactionStatus {
            version: 1,
            verify_status,
        },
    })
}

pub fn get_mining_address(node: &Node) -> Reply {
    match node.mining_address() {
        Some(mining_address) => success(&MiningAddress { mining_address }),
        None => no_account(),
    }
}

pub fn set_mining_address(node: &Node, body: &[u8]) -> Reply {
    let mining_address = match request::set_mining_address(body) {
        Ok(address) => address,
        Err(refused) => return refusal(refused),
    };
    match node.set_mining_address(&mining_address) {
        Ok(()) => success(&MiningAddress { mining_address }),
        Err(AddressError::Prefix { .. }) => failure("unknown address type"),
        Err(error) => failure(&error.to_string()),
    }
}

/// There is no account, whatever is asked of it.
pub fn no_account() -> Reply {
    failure_of("BTM709", "Account not found", "Failed to find account")
}

pub fn net_info(node: &Node) -> Reply {
    let height = node.height();
    success(&NetInfo {
        listening: false,
        syncing: false,
        mining: false,
        peer_count: 0,
        current_block: height,
        highest_block: height,
        network_id: "solonet",
        version_info: VersionInfo {
            version: "1.1.0",
            update: 0,
            new_version: "1.1.0",
        },
    })
}

/// The block that a body names.
fn named(node: &Node, body: &[u8]) -> Result<node::Block, Reply> {
    match request::block_name(body).map_err(refusal)? {
        BlockName::Hash(hash) => node.block_named(&hash).ok_or_else(|| no_block(&hash)),
        BlockName::Height(height) => {
            let block = node.block_at(height);
            block.ok_or_else(|| failure("can't find block in given height"))
        }
    }
}

fn no_block(hash: &[u8; 32]) -> Reply {
    let hash = hex::encode(hash);
    failure(&format!("There are no block with given hash {hash}"))
}

fn refusal(refused: Refused) -> Reply {
    match refused {
        Refused::BadBody(reason) => bad_body(&reason),
        Refused::NoAnswer(_) => Reply::Closed,
    }
}

// Fields are written in the order of Bytom's answers.

#[derive(Serialize)]
struct BlockCount {
    block_count: u64,
}

#[derive(Serialize)]
struct HexHeader {
    block_header: String,
    reward: u64,
}

#[derive(Serialize)]
struct Difficulty {
    hash: String,
    height: u64,
    bits: u64,
    difficulty: String,
}

#[derive(Serialize)]
struct HashRate {
    hash: String,
    height: u64,
    hash_rate: u64,
}

#[derive(Serialize)]
struct IsMining {
    is_mining: bool,
}

#[derive(Serialize)]
struct RawBlock {
    raw_block: String,
    transaction_status: TransactionStatus,
}

#[derive(Serialize)]
struct TransactionStatus {
    version: u64,
    verify_status: Vec<VerifyResult>,
}

/// A transaction that did not fail.
#[derive(Serialize)]
struct VerifyResult {}

#[derive(Serialize)]
struct MiningAddress {
    mining_address: String,
}

#[derive(Serialize)]
struct NetInfo {
    listening: bool,
    syncing: bool,
    mining: bool,
    peer_count: u64,
    current_block: u64,
    highest_block: u64,
    network_id: &'static str,
    version_info: VersionInfo,
}

#[derive(Serialize)]
struct VersionInfo {
    version: &'static str,
    update: u64,
    new_version: &'static str,
}
