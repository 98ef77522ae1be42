//! What a pool says over stratum.

use crate::{Origin, load};
use serde::Deserialize;

/// One or more connections to a pool that existed at the same time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumCapture {
    /// What it is called.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What it shows.
    pub note: String,
    /// What happened, in order.
    pub steps: Vec<StratumStep>,
}

/// Something that happened in a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumStep {
    /// The connection, by a letter of its own.
    pub session: String,
    /// What happened.
    pub event: StratumEvent,
}

/// What happened in a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StratumEvent {
    /// The miner sent these bytes, line ends included.
    Miner(String),
    /// The pool sent this line. The line feed behind it is left out.
    Pool(String),
    /// The pool closed the connection.
    Closed,
    /// The pool said nothing for 1.5 seconds or more.
    Silence,
}

/// Recorded sessions with a pool.
pub fn stratum_captures() -> Vec<StratumCapture> {
    load(include_str!("../data/stratum_captures.json"))
}
