//! The state of a running miner, as everyone who looks at it sees it: the HTTP API, the metrics, the
//! API of fleet tools, the terminal.
//!
//! [`State`] is one tree of plain values. Units are SI: hashes per second, seconds, degrees Celsius
//! (`_c`); times of day are seconds since 1970 (`_unix`). `None`, `null` in JSON, is what is not
//! known. Hashes and seeds are hexadecimal in memory order. The miner makes a new tree when something
//! changes and [publishes](published::Published) it; nobody who looks can change it. What may be
//! asked of a miner is a [`command::Command`].

#![forbid(unsafe_code)]

pub mod account;
pub mod command;
pub mod device;
pub mod format;
pub mod lifetime;
pub mod lifetime_file;
pub mod log;
pub mod outcome;
pub mod poisson;
pub mod published;
pub mod source;

use account::Losses;
use device::{Device, Nonces};
use lifetime::Lifetime;
use serde::{Deserialize, Serialize};
use source::{Shares, Source};
use utoipa::ToSchema;

/// A miner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct State {
    /// The program.
    pub program: Program,
    /// What it is about.
    pub mode: Mode,
    /// When it started.
    pub started_unix: u64,
    /// How long ago that was.
    pub uptime_seconds: f64,
    /// What is hashed now; nothing if there is no work.
    pub job: Option<Job>,
    /// Where work comes from, in the order of preference.
    pub sources: Vec<Source>,
    /// What hashes, in the order in which it came. One that is unplugged stays here.
    pub devices: Vec<Device>,
    /// All devices together.
    pub total: Total,
    /// How results are hashed again.
    pub verification: Verification,
    /// What was decided without a person, the latest last; at most 50.
    pub decisions: Vec<Decision>,
    /// All runs of the miner together.
    pub lifetime: Lifetime,
}

/// The program that mines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The instructions that results are hashed again with: `avx512vnni` and so on.
    pub backend: String,
}

/// What a miner is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It has not had work yet.
    #[default]
    Starting,
    /// It hashes.
    Mining,
    /// No source gives work.
    NoWork,
    /// Somebody told it to pause.
    Paused,
    /// It hands in what was found, and ends.
    Ending,
}

/// What is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// The miner's number for it.
    pub number: u32,
    /// The name of the source that gave it.
    pub source: String,
    /// What the source calls it; nothing from a node.
    pub id: Option<String>,
    /// The height of the block.
    pub height: u64,
    /// The seed of its matrix list.
    pub seed: String,
    /// Hashes that a block takes on average.
    pub block_difficulty: f64,
    /// Hashes that a share takes on average; the same for a node, which takes blocks only.
    pub share_difficulty: f64,
    /// How long ago it came.
    pub age_seconds: f64,
}

/// All devices together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Total {
    /// Hashes per second in three ways of counting.
    pub rates: account::Rates,
    /// What the devices reported.
    pub nonces: Nonces,
    /// What became of shares, of all sources.
    pub shares: Shares,
    /// Where the time of all devices went.
    pub losses: Losses,
}

/// How results are hashed again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// `before`, `after` or `sample:1/N`.
    pub policy: String,
    /// Results that wait for it.
    pub waiting: u64,
    /// Results that it was done for.
    pub verified: u64,
    /// Time of processors that it took.
    pub busy_seconds: f64,
    /// Upper bounds of time that a result took from report to verdict, with the number of results
    /// that took no longer; the last bound is none.
    pub latency: Vec<Bucket>,
    /// Sum of the times from report to verdict.
    pub latency_seconds: f64,
}

/// One step of a histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bucket {
    /// The longest time that counts here; none is no limit.
    pub up_to_seconds: Option<f64>,
    /// How many took no longer, those of the steps before included.
    pub count: u64,
}

/// Something that the miner decided by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// When.
    pub at_unix: u64,
    /// The device or source that it is about.
    pub about: String,
    /// What was done, as a sentence without a subject: `reset it`.
    pub action: String,
    /// Why, as a sentence.
    pub reason: String,
}
