//! Messages of the pool, field by field in btmcpool's order.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::Template;
use crate::pool::code::Code;

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Message {
    Reply(Reply),
    Notification(Notification),
}

/// An answer: a result or an error.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    /// The id of the request to the letter, or null.
    pub id: Box<RawValue>,
    jsonrpc: &'static str,
    pub result: Option<Outcome>,
    pub error: Option<Refusal>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    LoggedIn {
        id: String,
        job: Box<Job>,
        status: &'static str,
    },
    Accepted {
        status: &'static str,
    },
    /// Of anything, in the manner of other pools.
    Bare(bool),
}

#[derive(Debug, Clone, Serialize)]
pub struct Refusal {
    pub code: i64,
    pub message: String,
}

/// Something unasked, a job almost always.
#[derive(Debug, Clone, Serialize)]
pub struct Notification {
    jsonrpc: &'static str,
    method: &'static str,
    pub params: Params,
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Params {
    Job(Box<Job>),
    Numbers([u64; 1]),
}

/// A job: hashes and the seed in memory order; integers as 16 hexadecimal digits, the least
/// significant byte first; the target as 8, likewise.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    pub version: String,
    pub height: String,
    pub previous_block_hash: String,
    pub timestamp: String,
    pub transactions_merkle_root: String,
    pub transaction_status_hash: String,
    pub nonce: String,
    pub bits: String,
    pub job_id: Box<RawValue>,
    pub seed: String,
    pub target: String,
}

const VERSION: &str = "2.0";
const OK: &str = "OK";

impl Job {
    pub fn new(template: &Template, id: u64, first_nonce: u64, target: &str) -> Box<Self> {
        let Template { header, seed } = template;
        let integer = |value: u64| hex::encode(value.to_le_bytes());
        Box::new(Self {
            version: integer(header.version),
            height: integer(header.height),
            previous_block_hash: hex::encode(header.previous_block_hash),
            timestamp: integer(header.timestamp),
            transactions_merkle_root: hex::encode(header.transaction_merkle_root),
            transaction_status_hash: hex::encode(header.transaction_status_hash),
            nonce: integer(first_nonce),
            bits: integer(header.bits),
            job_id: raw(&id.to_string()),
            seed: hex::encode(seed),
            target: target.to_owned(),
        })
    }
}

impl Message {
    /// The answer to a good login.
    pub fn logged_in(id: Option<&RawValue>, login: &str, job: Box<Job>) -> Self {
        let outcome = Outcome::LoggedIn {
            id: login.to_owned(),
            job,
            status: OK,
        };
        Self::reply(id, Ok(outcome))
    }

    /// The answer to a good submit.
    pub fn accepted(id: Option<&RawValue>) -> Self {
        Self::reply(id, Ok(Outcome::Accepted { status: OK }))
    }

    pub fn refused(id: Option<&RawValue>, code: Code) -> Self {
        let refusal = Refusal {
            code: code.number(),
            message: code.message().to_owned(),
        };
        Self::reply(id, Err(refusal))
    }

    pub fn job(job: Box<Job>) -> Self {
        Self::notification("job", Params::Job(job))
    }

    /// A difficulty, in the words of Bitcoin's pools, which this dialect does not have.
    pub fn set_difficulty(difficulty: u64) -> Self {
        Self::notification("mining.set_difficulty", Params::Numbers([difficulty]))
    }

    /// The job that the message holds, if it does.
    pub fn job_mut(&mut self) -> Option<&mut Job> {
        match self {
            Self::Reply(Reply {
                result: Some(Outcome::LoggedIn { job, .. }),
                ..
            })
            | Self::Notification(Notification {
                params: Params::Job(job),
                ..
            }) => Some(job),
            _ => None,
        }
    }

    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers")
    }

    fn reply(id: Option<&RawValue>, outcome: Result<Outcome, Refusal>) -> Self {
        let id = id.unwrap_or(RawValue::NULL).to_owned();
        let (result, error) = match outcome {
            Ok(outcome) => (Some(outcome), None),
            Err(refusal) => (None, Some(refusal)),
        };
        Self::Reply(Reply {
            id,
            jsonrpc: VERSION,
            result,
            error,
        })
    }

    fn notification(method: &'static str, params: Params) -> Self {
        Self::Notification(Notification {
            jsonrpc: VERSION,
            method,
            params,
        })
    }
}

/// A text as JSON.
pub fn raw(text: &str) -> Box<RawValue> {
    to_raw_value(text).expect("a text")
}
