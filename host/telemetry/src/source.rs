//! Sources of work, and what became of shares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::Estimate;

/// A source of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// What it is called; different for each.
    pub name: String,
    /// Its address, without secrets.
    pub url: String,
    /// What it is.
    pub kind: Kind,
    /// The account that shares are credited to, at a pool.
    pub user: Option<String>,
    /// How it is.
    pub condition: Condition,
    /// Why, as a sentence.
    pub reason: String,
    /// How long it has been so.
    pub condition_seconds: f64,
    /// How long ago it last gave work.
    pub last_work_seconds: Option<f64>,
    /// Jobs that it gave.
    pub jobs: u64,
    /// What became of shares.
    pub shares: Shares,
    /// Hashes that its accepted shares stand for, by the difficulty of each.
    pub accepted_hashes: f64,
    /// Hashes per second that its accepted shares stand for.
    pub implied_rate: Estimate,
    /// The mean time from a submit to its answer.
    pub answer_seconds: Option<f64>,
}

/// The kinds of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SourceKind)]
pub enum Kind {
    /// A Bytom node over HTTP.
    Node,
    /// A pool over stratum.
    Pool,
}

/// How a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SourceCondition)]
pub enum Condition {
    /// It is not asked: another one is preferred and well.
    Waiting,
    /// It is asked and has not answered yet.
    Connecting,
    /// It gives work that is hashed.
    Active,
    /// It gives work, and another one is preferred, or it has yet to prove that it is well.
    Standby,
    /// It gives no work.
    Down,
}

/// What became of shares. Each that was verified is counted once in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shares {
    /// The source has them.
    pub accepted: u64,
    /// The source does not want them, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// The source does not want them any more.
    pub stale: u64,
    /// They were sent, and no answer came.
    pub unanswered: u64,
    /// They were not sent: over by then, the source too slow to come to them, or it is a dry run.
    pub not_submitted: u64,
    /// They are on their way.
    pub pending: u64,
    /// They wait until the source has answered some of those that are on their way.
    pub waiting: u64,
}

impl Shares {
    /// All that were rejected, for whatever reason.
    pub fn all_rejected(&self) -> u64 {
        self.rejected.values().sum()
    }
}
