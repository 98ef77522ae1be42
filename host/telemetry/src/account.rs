//! Rates and losses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Hashes per second, counted in three ways. Where all is well they agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rates {
    /// By the account of the device.
    pub device: Windows,
    /// By the results that were verified.
    pub verified: Estimate,
    /// By the shares that pools accepted.
    pub pool: Estimate,
}

/// Hashes per second over different times, unknown until so much time has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Windows {
    /// The last 5 seconds.
    pub over_5s: Option<f64>,
    /// The last minute.
    pub over_1m: Option<f64>,
    /// The last five minutes.
    pub over_5m: Option<f64>,
    /// The last fifteen minutes.
    pub over_15m: Option<f64>,
    /// Since the first work.
    pub since_start: Option<f64>,
}

/// A rate that is known from a number of lucky events, with the interval that holds the true one in
/// 95 of 100 cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    /// The rate over the last fifteen minutes, or since the start if that is less.
    pub over_15m: Option<Interval>,
    /// The rate since the first work.
    pub since_start: Option<Interval>,
}

/// A value and where the true one lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Interval {
    /// The best guess.
    pub value: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Where the time of a device went. All parts together are 1, but for rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Losses {
    /// Work of the current job whose results came in time, and were not refused.
    pub good: f64,
    /// Work of the current job whose results came when that was over: to the miner, or to the source.
    pub late: f64,
    /// Work on a job that was worthless by then.
    pub stale: f64,
    /// Work whose results were wrong.
    pub hardware_errors: f64,
    /// Work whose results were known before.
    pub duplicates: f64,
    /// Work whose results the source did not want.
    pub rejected: f64,
    /// Work whose results the source was given, and never said what became of them.
    pub unanswered: f64,
    /// Known-answer tests.
    pub canaries: f64,
    /// Making the matrix list of a seed.
    pub seed: f64,
    /// No source gave work, or mining was paused.
    pub no_work: f64,
    /// The device was away, restarting, given up or switched off.
    pub away: f64,
    /// The rest: the device had work and was slower than it promises; below 0 if it was faster.
    pub slow: f64,
}

impl Losses {
    /// The parts with their names, in the order of the fields.
    pub fn parts(&self) -> [(&'static str, f64); 12] {
        [
            ("good", self.good),
            ("late", self.late),
            ("stale", self.stale),
            ("hardware_errors", self.hardware_errors),
            ("duplicates", self.duplicates),
            ("rejected", self.rejected),
            ("unanswered", self.unanswered),
            ("canaries", self.canaries),
            ("seed", self.seed),
            ("no_work", self.no_work),
            ("away", self.away),
            ("slow", self.slow),
        ]
    }
}
