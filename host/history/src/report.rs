//! What a history says of a time.

use serde::{Deserialize, Serialize};
use tensority_telemetry::account::Interval;
use tensority_telemetry::{Decision, poisson};
use utoipa::ToSchema;

use crate::counts::{DeviceCounts, SourceCounts};

/// A time, and all that is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = HistoryReport)]
pub struct Report {
    /// Its beginning, which is that of a span.
    pub since_unix: u64,
    /// Its end.
    pub until_unix: u64,
    /// The length of each of the spans, in seconds.
    pub span_seconds: u64,
    /// The runs of the miner, the latest last.
    pub runs: Vec<Run>,
    /// All devices together, or the one that was asked for; without spans in which no miner ran.
    pub spans: Vec<DeviceSpan>,
    /// The devices, or the one that was asked for, over the whole time.
    pub devices: Vec<DeviceTotal>,
    /// The sources over the whole time.
    pub sources: Vec<SourceTotal>,
    /// What the miner decided by itself, the latest last; the last 500 at most.
    pub decisions: Vec<Decision>,
}

/// A run of the miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// When it started.
    pub started_unix: u64,
    /// The end, or what is known of it: a run that was killed is known to its last minute.
    pub ended_unix: u64,
}

/// What was done in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceSpan {
    /// Its beginning.
    pub start_unix: u64,
    /// What was counted. Of several devices it is the sum, but for `seconds`, which are the miner's, and the
    /// temperature, which is that of the warmest.
    #[serde(flatten)]
    pub counts: DeviceCounts,
    /// Hashes per second by the devices' account, over the time that the miner ran.
    pub rate: Option<f64>,
    /// Hashes per second by results that were right, with the interval that holds the true rate in 95 of 100 cases;
    /// nothing where there was no result.
    pub verified: Option<Interval>,
}

impl DeviceSpan {
    pub(crate) fn new(start_unix: u64, counts: DeviceCounts) -> Self {
        let DeviceCounts { seconds, valid, .. } = counts;
        Self {
            start_unix,
            counts,
            rate: (seconds > 0.0).then(|| counts.hashes as f64 / seconds),
            verified: rate(valid, counts.valid_hashes, seconds),
        }
    }
}

/// A device over the whole time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceTotal {
    /// What it is known by wherever it is plugged in.
    pub id: String,
    /// What it was called last.
    pub name: String,
    /// All that it did.
    #[serde(flatten)]
    pub total: DeviceSpan,
}

/// A source over the whole time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceTotal {
    /// What it is called.
    pub name: String,
    /// What was counted.
    #[serde(flatten)]
    pub counts: SourceCounts,
    /// Hashes per second that its accepted shares stand for, as above, over the time in which its work was hashed.
    pub implied: Option<Interval>,
}

impl SourceTotal {
    pub(crate) fn new(name: String, counts: SourceCounts) -> Self {
        Self {
            name,
            counts,
            implied: rate(
                counts.accepted,
                counts.accepted_hashes,
                counts.active_seconds,
            ),
        }
    }
}

/// The rate that explains so many lucky events, which stand for so many hashes together.
fn rate(count: u64, hashes: f64, seconds: f64) -> Option<Interval> {
    // Without an event nobody knows what one would be worth.
    (count > 0)
        .then(|| poisson::rate(count, hashes / count as f64, seconds))
        .flatten()
}
