//! What a Bytom node's answers mean, without any HTTP: status and body in.

use super::job::Template;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::time::Duration;
use tensority::BlockHeader;

/// Why a node did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// There is no connection.
    #[error("cannot be reached ({0})")]
    Unreachable(String),
    /// The connection ended instead of an answer.
    #[error("closed the connection without an answer ({0})")]
    Closed(String),
    /// No answer came in time.
    #[error("gave no answer within {0:?}")]
    TimedOut(Duration),
    /// HTTP 401. The node asks for a token from all but loopback addresses.
    #[error("does not let us in ({0}); give its access token: -o http://ID:SECRET@HOST:PORT")]
    Unauthorized(String),
    /// Another HTTP status that is no success.
    #[error("answered with HTTP status {status} ({detail})")]
    Status {
        /// The status.
        status: u16,
        /// What the node said with it.
        detail: String,
    },
    /// Nothing at all, as success. Bytom's node does that while its template holds a nonce of 2^63
    /// or more, until the next block.
    #[error("answered with an empty body, which ends with its next block")]
    Empty,
    /// The node has no template yet.
    #[error("has no block to mine yet")]
    NotReady,
    /// A submit was for a block that is no longer the next one.
    #[error("stale: the node works on another block")]
    Stale,
    /// The PoW hash exceeds the target.
    #[error("its proof of work does not meet the target")]
    ProofOfWork,
    /// The timestamp is not above the median of the last 11 blocks, or more than an hour ahead.
    #[error("its timestamp is not in the valid range; check the clocks of node and miner")]
    Timestamp,
    /// The node took the block, but not into its main chain.
    #[error("orphan: the block is not in the main chain")]
    Orphan,
    /// The handler failed for another reason.
    #[error("failed: {0}")]
    Failed(String),
    /// What came is no answer of a Bytom node.
    #[error("expected {expected}, found {found}; is this a Bytom node?")]
    Unexpected {
        /// What would have been one.
        expected: &'static str,
        /// What it was.
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
            Self::Unauthorized(_) => "unauthorized",
            Self::Status { .. } => "http_status",
            Self::Empty => "empty",
            Self::NotReady => "not_ready",
            Self::Stale => "stale",
            Self::ProofOfWork => "proof_of_work",
            Self::Timestamp => "timestamp",
            Self::Orphan => "orphan",
            Self::Failed(_) => "failed",
            Self::Unexpected { .. } => "unexpected",
        }
    }

    /// Whether there was an answer at all.
    pub fn is_answer(&self) -> bool {
        !matches!(
            self,
            Self::Unreachable(_) | Self::Closed(_) | Self::TimedOut(_)
        )
    }

    /// Whether the same request may well succeed later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::Empty | Self::NotReady => true,
            _ => !self.is_answer(),
        }
    }
}

/// The template in an answer to `/get-work-json`.
///
/// # Errors
///
/// All of [`NodeError`] that an answer can be.
pub fn get_work(status: u16, body: &[u8]) -> Result<Template, NodeError> {
    let work: Work = data(status, body, "work")?;
    Ok(work.into())
}

/// Whether an answer to `/submit-work-json` is success.
///
/// # Errors
///
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

/// The body of a request to `/submit-work-json`.
pub fn submit_work_body(header: &BlockHeader) -> Vec<u8> {
    let block_header = JsonHeader::from(header);
    serde_json::to_vec(&SubmitWork { block_header }).expect("texts and integers are JSON")
}

fn data<T: DeserializeOwned>(
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
        found: format!("{} ({reason})", excerpt(body)),
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
        _ => NodeError::Failed(detail.to_owned()),
    }
}

fn bad_status(status: u16, body: &[u8]) -> NodeError {
    #[derive(Deserialize)]
    struct Refusal {
        detail: String,
    }
    let detail = match serde_json::from_slice(body) {
        Ok(Refusal { detail }) => detail,
        Err(_) => excerpt(body),
    };
    match status {
        401 => NodeError::Unauthorized(detail),
        _ => NodeError::Status { status, detail },
    }
}

/// The beginning of a body, on one line.
fn excerpt(body: &[u8]) -> String {
    const LENGTH: usize = 60;
    let text: String = String::from_utf8_lossy(body).chars().take(LENGTH).collect();
    if text.trim().is_empty() {
        "nothing".to_owned()
    } else {
        format!("{text:?}")
    }
}

#[derive(Deserialize)]
struct Work {
    block_header: JsonHeader,
    #[serde(with = "hex::serde")]
    seed: [u8; 32],
}

#[derive(Serialize)]
struct SubmitWork {
    block_header: JsonHeader,
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

impl From<Work> for Template {
    fn from(work: Work) -> Self {
        let header = work.block_header;
        Self {
            header: BlockHeader {
                version: header.version,
                height: header.height,
                previous_block_hash: header.previous_block_hash,
                timestamp: header.timestamp,
                transaction_merkle_root: header.block_commitment.transaction_merkle_root,
                transaction_status_hash: header.block_commitment.transaction_status_hash,
                bits: header.bits,
                // The node leaves that of the last failed submit here.
                nonce: 0,
            },
            seed: work.seed,
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
mod tests {
    use super::*;
    use serde_json::Value;
    use testvectors::node_captures;

    fn fail(detail: &str) -> Vec<u8> {
        let (code, msg) = ("BTM000", "Bytom API Error");
        serde_json::json!({"status": "fail", "code": code, "msg": msg, "error_detail": detail})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn every_recorded_work_is_read_to_the_last_bit() {
        let mut read = 0;
        let mut greater_than_a_double_holds = 0;
        for capture in node_captures() {
            let Some(response) = capture.response else {
                continue;
            };
            if capture.request.path != "/get-work-json" {
                continue;
            }
            let template = get_work(response.status, response.body.as_bytes()).unwrap();
            let json: Value = serde_json::from_str(&response.body).unwrap();
            let header = &json["data"]["block_header"];
            assert_eq!(template.header.bits, header["bits"].as_u64().unwrap());
            assert_eq!(template.header.height, header["height"].as_u64().unwrap());
            assert_eq!(template.header.nonce, 0, "not {}", header["nonce"]);
            assert_eq!(hex::encode(template.seed), json["data"]["seed"]);
            read += 1;
            greater_than_a_double_holds += u32::from(template.header.bits as f64 as u64 > 1 << 53);
        }
        assert!(read >= 2 && greater_than_a_double_holds == read);
    }

    #[test]
    fn every_recorded_answer_to_a_submit_has_its_meaning() {
        let mut seen = std::collections::BTreeSet::new();
        for capture in node_captures() {
            let Some(response) = capture.response else {
                continue;
            };
            if !capture.request.path.starts_with("/submit-work") {
                continue;
            }
            let answer = submit_work(response.status, response.body.as_bytes());
            let expected = match &*response.body {
                body if body.contains("\"data\":true") => "accepted",
                body if body.contains("has been changed") => "stale",
                body if body.contains("proof of work") => "proof_of_work",
                body if body.contains("timestamp") => "timestamp",
                body if body.contains("BTM002") => "http_status",
                _ => "failed",
            };
            let name = answer.map_or_else(|error| error.name(), |()| "accepted");
            assert_eq!(name, expected, "{}: {}", capture.name, response.body);
            seen.insert(name);
        }
        let all = [
            "accepted",
            "failed",
            "http_status",
            "proof_of_work",
            "stale",
            "timestamp",
        ];
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
    }

    #[test]
    fn failures_have_their_meaning() {
        let meaning = |detail: &str| get_work(200, &fail(detail)).unwrap_err();
        assert_eq!(meaning("no block is ready for mining"), NodeError::NotReady);
        let orphan = submit_work(200, &fail("submit result is orphan"));
        assert_eq!(orphan, Err(NodeError::Orphan));
        assert_eq!(
            meaning("can't submit empty block"),
            NodeError::Failed("can't submit empty block".to_owned())
        );
    }

    #[test]
    fn statuses_have_their_meaning() {
        let unauthorized = br#"{"code":"BTM860","status":"fail","detail":"no token"}"#;
        let error = get_work(401, unauthorized).unwrap_err();
        assert_eq!(error, NodeError::Unauthorized("no token".to_owned()));
        assert!(!error.may_pass());
        let error = get_work(500, b"").unwrap_err();
        let detail = "nothing".to_owned();
        assert_eq!(
            error,
            NodeError::Status {
                status: 500,
                detail
            }
        );
        assert!(error.may_pass());
        assert_eq!(get_work(200, b""), Err(NodeError::Empty));
    }

    #[test]
    fn what_is_no_answer_is_named_with_its_beginning() {
        for body in ["<html>", "[]", "{}", r#"{"status":"success","data":{}}"#] {
            let error = get_work(200, body.as_bytes()).unwrap_err();
            assert!(matches!(error, NodeError::Unexpected { .. }), "{error}");
            assert!(error.to_string().contains(&format!("{body:?}")), "{error}");
        }
        let not_true = submit_work(200, br#"{"status":"success","data":false}"#);
        assert_eq!(not_true.unwrap_err().name(), "unexpected");
        let latin = get_work(200, &[0xe9; 500]).unwrap_err().to_string();
        assert!(latin.chars().count() < 250, "{latin}");
    }

    #[test]
    fn a_submit_keeps_integers_that_no_double_holds() {
        let header = BlockHeader {
            nonce: (1 << 53) + 1,
            bits: 2_305_843_009_214_532_813,
            timestamp: u64::MAX,
            ..BlockHeader::default()
        };
        let body = String::from_utf8(submit_work_body(&header)).unwrap();
        assert!(body.contains(r#""nonce":9007199254740993,"#), "{body}");
        assert!(body.contains(r#""bits":2305843009214532813,"#), "{body}");
        assert!(
            body.contains(r#""timestamp":18446744073709551615,"#),
            "{body}"
        );
        assert!(body.contains(r#""block_commitment":{"#), "{body}");
    }
}
