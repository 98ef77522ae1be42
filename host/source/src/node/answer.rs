//! Answers of a Bytom node, by status and body.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use tensority::{BlockHeader, Target};

use crate::event::Reason;
use crate::excerpt::{line, quote};
use crate::settings::NodeForm;
use crate::template::Template;

/// Why a node did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum NodeError {
    #[error("cannot be reached ({0})")]
    Unreachable(String),
    /// The connection ended instead of an answer.
    #[error(
        "closed the connection without an answer ({0}); if it always does, it may be a pool, whose address \
         begins with stratum+tcp://"
    )]
    Closed(String),
    /// No answer came in time.
    #[error("gave no answer within {0:?}")]
    TimedOut(Duration),
    /// There is no agreement on TLS.
    #[error("{0}")]
    Tls(String),
    /// HTTP 401. The node asks for a token from all but loopback addresses.
    #[error(
        "does not let us in ({0}); give its access token, as http://ID:SECRET@HOST:PORT or as user \
             and password"
    )]
    Unauthorized(String),
    /// Another HTTP status that is no success.
    #[error("answered with HTTP status {status} ({detail})")]
    Status {
        status: u16,
        /// What the node said with it.
        detail: String,
    },
    /// Nothing at all, as success. Bytom's node does that while its template holds a nonce of 2^63
    /// or more, until the next block.
    #[error("answered with an empty body, which ends with its next block")]
    Empty,
    #[error("has no block to mine yet")]
    NotReady,
    /// A submit was for a block that is no longer the next one.
    #[error("works on another block")]
    Stale,
    /// The PoW hash exceeds the target.
    #[error("finds that the proof of work does not meet the target")]
    ProofOfWork,
    /// The timestamp is not above the median of the last 11 blocks, or more than an hour ahead.
    #[error("finds the timestamp out of range; if that goes on, check its clock")]
    Timestamp,
    /// The node took the block, but not into its main chain.
    #[error("took the block, but not into its main chain")]
    Orphan,
    /// It has no block of this hash, or none at this height in its main chain.
    #[error("has no such block")]
    NoBlock,
    /// Its wallet has no such account, or none at all.
    #[error("has no such account")]
    NoAccount,
    /// Its wallet is off.
    #[error("runs without its wallet")]
    WalletOff,
    /// The handler failed for another reason.
    #[error("failed: {0}")]
    Failed(String),
    /// What came is no answer of a Bytom node.
    #[error("gave {found}, expected {expected}; is it a Bytom node?")]
    Unexpected {
        /// What would have been one.
        expected: &'static str,
        found: String,
    },
}

impl NodeError {
    /// The error as a word, for counters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Closed(_) => "closed",
            Self::TimedOut(_) => "timed_out",
            Self::Tls(_) => "tls",
            Self::Unauthorized(_) => "unauthorized",
            Self::Status { .. } => "http_status",
            Self::Empty => "empty",
            Self::NotReady => "not_ready",
            Self::Stale => "stale",
            Self::ProofOfWork => "proof_of_work",
            Self::Timestamp => "timestamp",
            Self::Orphan => "orphan",
            Self::NoBlock => "no_block",
            Self::NoAccount => "no_account",
            Self::WalletOff => "wallet_off",
            Self::Failed(_) => "failed",
            Self::Unexpected { .. } => "unexpected",
        }
    }

    /// The error for those who look at a source.
    pub fn reason(&self) -> Reason {
        Reason::new(self.name(), format!("the node {self}"))
    }

    /// Whether the same request may well succeed later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::Unreachable(_)
            | Self::Closed(_)
            | Self::TimedOut(_)
            | Self::Tls(_)
            | Self::Empty
            | Self::NotReady => true,
            _ => false,
        }
    }
}

/// The template in an answer to `/get-work-json` or `/get-work`.
///
/// # Errors
/// All of [`NodeError`] that an answer can be.
pub fn get_work(form: NodeForm, status: u16, body: &[u8]) -> Result<Template, NodeError> {
    let (header, seed) = match form {
        NodeForm::Json => {
            let work: Work<JsonHeader> = data(status, body, "work")?;
            (work.block_header.into(), work.seed)
        }
        NodeForm::Hex => {
            let work: Work<HexHeader> = data(status, body, "work")?;
            (work.block_header.0, work.seed)
        }
    };
    template(header, seed).map_err(|error| NodeError::Unexpected {
        expected: "a header that can be mined",
        found: format!("one that cannot be ({error})"),
    })
}

/// Whether an answer to `/submit-work-json` or `/submit-work` is success.
///
/// # Errors
/// As [`get_work`].
pub fn submit_work(status: u16, body: &[u8]) -> Result<(), NodeError> {
    let expected = "the data `true`";
    match data(status, body, expected)? {
        true => Ok(()),
        false => Err(NodeError::Unexpected {
            expected,
            found: "false".to_owned(),
        }),
    }
}

/// The body of a request to `/submit-work-json` or `/submit-work`.
///
/// # Errors
/// [`tensority::Error::OutOfRange`] if an integer exceeds 2^63 - 1, in either form: Bytom's node gives
/// out no work for a while after such a nonce.
pub fn submit_work_body(form: NodeForm, header: &BlockHeader) -> Result<Vec<u8>, tensority::Error> {
    let serialized = header.serialize()?;
    let body = match form {
        NodeForm::Json => serde_json::to_vec(&SubmitWork {
            block_header: JsonHeader::from(header),
        }),
        NodeForm::Hex => serde_json::to_vec(&SubmitWork {
            block_header: hex::encode(serialized),
        }),
    };
    Ok(body.expect("texts and integers are JSON"))
}

/// The nonce is that of the last failed submit, which is nothing to us.
fn template(mut header: BlockHeader, seed: [u8; 32]) -> Result<Template, tensority::Error> {
    header.nonce = 0;
    header.serialize()?;
    let target = Target::from_bits(header.bits)?;
    Ok(Template::of_block(header, seed, target))
}

/// What a successful answer holds.
///
/// # Errors
/// As [`get_work`].
pub fn data<T: DeserializeOwned>(
    status: u16,
    body: &[u8],
    expected: &'static str,
) -> Result<T, NodeError> {
    if status != 200 {
        return Err(bad_status(status, body));
    }
    if body.is_empty() {
        return Err(NodeError::Empty);
    }
    let unexpected = |reason: String| NodeError::Unexpected {
        expected,
        found: format!("{} ({})", quote(body), line(&reason)),
    };
    match serde_json::from_slice(body).map_err(|error| unexpected(error.to_string()))? {
        Answer::Success { data } => Ok(data),
        Answer::Fail { error_detail } => Err(failure(&error_detail)),
    }
}

/// A handler that fails says so with the status of success.
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Answer<T> {
    Success { data: T },
    Fail { error_detail: String },
}

/// The node chains the reasons of an error with colons, the innermost first.
fn failure(detail: &str) -> NodeError {
    match detail.split(':').next().unwrap_or_default() {
        "no block is ready for mining" => NodeError::NotReady,
        "pending mining block has been changed" => NodeError::Stale,
        "invalid difficulty proof of work" => NodeError::ProofOfWork,
        "block timestamp is not in the valid range" => NodeError::Timestamp,
        "submit result is orphan" => NodeError::Orphan,
        "can't find block in given height" => NodeError::NoBlock,
        "Failed to find account" => NodeError::NoAccount,
        text if text.starts_with("There are no block with given hash") => NodeError::NoBlock,
        _ => NodeError::Failed(line(detail)),
    }
}

fn bad_status(status: u16, body: &[u8]) -> NodeError {
    #[derive(Deserialize)]
    struct Refusal {
        detail: String,
    }
    let detail = match serde_json::from_slice(body) {
        Ok(Refusal { detail }) => line(&detail),
        Err(_) => quote(body),
    };
    match status {
        401 => NodeError::Unauthorized(detail),
        _ => NodeError::Status { status, detail },
    }
}

#[derive(Deserialize)]
struct Work<H> {
    block_header: H,
    #[serde(with = "hex::serde")]
    seed: [u8; 32],
}

#[derive(Serialize)]
struct SubmitWork<H> {
    block_header: H,
}

/// A serialized header in hexadecimal.
struct HexHeader(BlockHeader);

impl<'de> Deserialize<'de> for HexHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: Vec<u8> = hex::serde::deserialize(deserializer)?;
        let header = BlockHeader::deserialize(&bytes).map_err(serde::de::Error::custom)?;
        Ok(Self(header))
    }
}

#[derive(Serialize, Deserialize)]
struct JsonHeader {
    version: u64,
    height: u64,
    #[serde(with = "hex::serde")]
    previous_block_hash: [u8; 32],
    timestamp: u64,
    nonce: u64,
    bits: u64,
    block_commitment: Commitment,
}

#[derive(Serialize, Deserialize)]
struct Commitment {
    #[serde(with = "hex::serde")]
    transaction_merkle_root: [u8; 32],
    #[serde(with = "hex::serde")]
    transaction_status_hash: [u8; 32],
}

impl From<JsonHeader> for BlockHeader {
    fn from(header: JsonHeader) -> Self {
        Self {
            version: header.version,
            height: header.height,
            previous_block_hash: header.previous_block_hash,
            timestamp: header.timestamp,
            transaction_merkle_root: header.block_commitment.transaction_merkle_root,
            transaction_status_hash: header.block_commitment.transaction_status_hash,
            bits: header.bits,
            nonce: header.nonce,
        }
    }
}

impl From<&BlockHeader> for JsonHeader {
    fn from(header: &BlockHeader) -> Self {
        Self {
            version: header.version,
            height: header.height,
            previous_block_hash: header.previous_block_hash,
            timestamp: header.timestamp,
            nonce: header.nonce,
            bits: header.bits,
            block_commitment: Commitment {
                transaction_merkle_root: header.transaction_merkle_root,
                transaction_status_hash: header.transaction_status_hash,
            },
        }
    }
}

#[cfg(test)]
mod tests;
