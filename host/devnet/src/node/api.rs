//! Answers to requests, without any HTTP: path and body in, status and body out.

mod ledger;

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use tensority::BlockHeader;

use crate::node::chain::Block;
use crate::node::request::{self, Refused};
use crate::node::{Node, Submission};

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An HTTP status and a body, JSON with a line feed behind it or nothing at all.
    #[allow(missing_docs)]
    Http { status: u16, body: String },
    /// None: the connection is closed.
    Closed,
}

/// The outcome of a submit, as text and as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// The new last block.
    Accepted(Block),
    /// A refusal, in the words of the answer.
    #[allow(missing_docs)]
    Rejected { reason: String },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(Block { header, hash, .. }) => {
                let (height, nonce) = (header.height, header.nonce);
                write!(
                    f,
                    "accepted block {height}, nonce {nonce}, {}",
                    hex::encode(hash)
                )
            }
            Self::Rejected { reason } => write!(f, "rejected: {reason}"),
        }
    }
}

/// Height, nonce and hash, all that tells a block of this chain.
impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut block = serializer.serialize_struct("Block", 3)?;
        block.serialize_field("height", &self.header.height)?;
        block.serialize_field("nonce", &self.header.nonce)?;
        block.serialize_field("hash", &hex::encode(self.hash))?;
        block.end()
    }
}

/// What else Bytom's node is asked by its clients: most of it is its wallet's. bytomcli takes a path that is unknown
/// for a node that is away.
const NOT_HERE: &[&str] = &[
    "/backup-wallet",
    "/build-transaction",
    "/create-account",
    "/create-account-receiver",
    "/create-asset",
    "/create-key",
    "/create-transaction-feed",
    "/decode-program",
    "/decode-raw-transaction",
    "/delete-account",
    "/delete-key",
    "/estimate-transaction-gas",
    "/gas-rate",
    "/get-asset",
    "/get-block",
    "/get-coinbase-arbitrary",
    "/get-transaction",
    "/get-unconfirmed-transaction",
    "/list-access-tokens",
    "/list-accounts",
    "/list-assets",
    "/list-balances",
    "/list-keys",
    "/list-peers",
    "/list-pubkeys",
    "/list-transaction-feeds",
    "/list-transactions",
    "/list-unconfirmed-transactions",
    "/list-unspent-outputs",
    "/recovery-wallet",
    "/rescan-wallet",
    "/restore-wallet",
    "/set-coinbase-arbitrary",
    "/set-mining",
    "/sign-message",
    "/sign-transaction",
    "/sign-transactions",
    "/submit-transaction",
    "/submit-transactions",
    "/update-account-alias",
    "/update-asset-alias",
    "/validate-address",
    "/verify-message",
    "/wallet-info",
];

/// Carries out a request; for a submit, also tells what became of it. The query of a URL is not
/// part of its path.
pub fn answer(node: &Node, path: &str, body: &[u8]) -> (Reply, Option<Event>) {
    let reply = match path {
        "/get-work" => get_work(node),
        "/get-work-json" => get_work_json(node),
        "/submit-work" => return submit(node, request::submit_work(body)),
        "/submit-work-json" => return submit(node, request::submit_work_json(body).map(Some)),
        "/get-block-count" => ledger::get_block_count(node),
        "/get-block-header" => ledger::get_block_header(node, body),
        "/get-raw-block" => ledger::get_raw_block(node, body),
        "/get-mining-address" => ledger::get_mining_address(node),
        "/set-mining-address" => ledger::set_mining_address(node, body),
        "/list-addresses" => ledger::no_account(),
        "/net-info" => ledger::net_info(node),
        "/get-difficulty" => ledger::get_difficulty(node, body),
        "/get-hash-rate" => ledger::get_hash_rate(node, body),
        "/is-mining" => ledger::is_mining(),
        path if NOT_HERE.contains(&path) => ledger::no_wallet(),
        _ => not_found(),
    };
    (reply, None)
}

/// The answer to a body that is not taken.
pub(crate) fn bad_body(reason: &str) -> Reply {
    let hint = "check request parameters for missing and/or incorrect values";
    let error = HttpError {
        code: "BTM002",
        msg: "Invalid request body",
        status: "fail",
        detail: &format!("{reason}: {hint}"),
        temporary: false,
    };
    reply(400, &error)
}

fn get_work(node: &Node) -> Reply {
    let work = node.work();
    with_serialized(&work.header, |block_header| {
        success(&HexWork {
            block_header,
            seed: hex::encode(work.seed),
        })
    })
}

fn get_work_json(node: &Node) -> Reply {
    let work = node.work();
    success(&JsonWork {
        block_header: JsonHeader::of(&work.header),
        seed: hex::encode(work.seed),
    })
}

fn submit(node: &Node, request: Result<Option<Submission>, Refused>) -> (Reply, Option<Event>) {
    let (reply, event) = match request.map(|submission| carry_out(node, submission)) {
        Ok(Ok(block)) => (success(&true), Event::Accepted(block)),
        Ok(Err(reason)) => (failure(&reason), Event::Rejected { reason }),
        Err(Refused::BadBody(reason)) => (bad_body(&reason), Event::Rejected { reason }),
        Err(Refused::NoAnswer(reason)) => {
            let reason = reason.to_owned();
            (Reply::Closed, Event::Rejected { reason })
        }
    };
    (reply, Some(event))
}

fn carry_out(node: &Node, submission: Option<Submission>) -> Result<Block, String> {
    let submission = submission.ok_or("can't submit empty block")?;
    node.submit(&submission).map_err(|error| error.to_string())
}

fn not_found() -> Reply {
    let error = HttpError {
        code: "BTM000",
        msg: "Bytom API Error",
        status: "fail",
        detail: "not Found",
        temporary: true,
    };
    reply(500, &error)
}

/// An answer with a serialized header. If the header has none, because its nonce exceeds 63 bits,
/// Bytom's node has already sent the status when it notices, and the body stays empty.
fn with_serialized(header: &BlockHeader, answer: impl FnOnce(String) -> Reply) -> Reply {
    match header.serialize() {
        Ok(serialized) => answer(hex::encode(serialized)),
        Err(_) => Reply::Http {
            status: 200,
            body: String::new(),
        },
    }
}

fn success(data: &impl Serialize) -> Reply {
    let status = "success";
    reply(200, &Success { status, data })
}

/// The answer of a handler that was reached and failed. HTTP does not count that as an error.
fn failure(error_detail: &str) -> Reply {
    failure_of("BTM000", "Bytom API Error", error_detail)
}

fn failure_of(code: &'static str, msg: &'static str, error_detail: &str) -> Reply {
    let failure = Failure {
        status: "fail",
        code,
        msg,
        error_detail,
    };
    reply(200, &failure)
}

fn reply(status: u16, body: &impl Serialize) -> Reply {
    let mut body = serde_json::to_string(body).expect("texts and integers are JSON");
    body.push('\n');
    Reply::Http { status, body }
}

// Fields are written in the order of Bytom's answers.

#[derive(Serialize)]
struct Success<'a, T> {
    status: &'static str,
    data: &'a T,
}

#[derive(Serialize)]
struct Failure<'a> {
    status: &'static str,
    code: &'static str,
    msg: &'static str,
    error_detail: &'a str,
}

#[derive(Serialize)]
struct HttpError<'a> {
    code: &'static str,
    msg: &'static str,
    status: &'static str,
    detail: &'a str,
    temporary: bool,
}

#[derive(Serialize)]
struct HexWork {
    block_header: String,
    seed: String,
}

#[derive(Serialize)]
struct JsonWork {
    block_header: JsonHeader,
    seed: String,
}

#[derive(Serialize)]
struct JsonHeader {
    version: u64,
    height: u64,
    previous_block_hash: String,
    timestamp: u64,
    nonce: u64,
    bits: u64,
    block_commitment: Commitment,
}

#[derive(Serialize)]
struct Commitment {
    transaction_merkle_root: String,
    transaction_status_hash: String,
}

impl JsonHeader {
    fn of(header: &BlockHeader) -> Self {
        Self {
            version: header.version,
            height: header.height,
            previous_block_hash: hex::encode(header.previous_block_hash),
            timestamp: header.timestamp,
            nonce: header.nonce,
            bits: header.bits,
            block_commitment: Commitment {
                transaction_merkle_root: hex::encode(header.transaction_merkle_root),
                transaction_status_hash: hex::encode(header.transaction_status_hash),
            },
        }
    }
}
