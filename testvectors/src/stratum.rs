//! Recorded sessions with a pool over stratum.

use serde::Deserialize;

use crate::{Origin, load};

/// One or more connections to a pool that existed at the same time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumCapture {
    pub name: String,
    pub origin: Origin,
    pub note: String,
    pub steps: Vec<StratumStep>,
}

/// An event of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumStep {
    /// The connection, by a letter of its own.
    pub session: String,
    pub event: StratumEvent,
}

/// An event of a session, by the miner or the pool.
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
