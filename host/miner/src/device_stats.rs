//! Statistics and condition of one device.

use std::time::Duration;

use tensority_telemetry::account::Rates;
use tensority_telemetry::device::{Condition, Device, Nonces};

use crate::event::Joined;
use crate::health::{Health, Limits, Recovery};
use crate::ranges::Ranges;
use crate::rate::{Meter, Tally};
use crate::spent::{Phase, Spent};

/// What a device did, and how it is.
#[derive(Debug)]
pub struct DeviceStats {
    pub joined: Joined,
    /// How it is, why, and since when.
    pub condition: Condition,
    pub reason: String,
    pub since: Duration,
    pub present: bool,
    pub off: bool,
    pub seeding: bool,
    /// The seed of its last range, and since when it is that.
    pub seed: Option<([u8; 32], Duration)>,
    /// What it was given and is not over.
    pub ranges: Ranges,
    /// The next range takes the place of what it is at.
    pub resend: bool,
    /// The header hash of a known-answer test that is to be put between its ranges.
    pub canary: Option<[u8; 32]>,
    /// When it last said anything, or got work after it had none.
    pub heard: Duration,
    /// Hashes that its results take on average.
    pub difficulty: Option<f64>,
    /// Hashes per second by its last range.
    pub learned_rate: Option<f64>,
    pub meter: Meter,
    pub verified: Tally,
    pub pool: Tally,
    pub nonces: Nonces,
    /// Where its time and its hashes went.
    pub spent: Spent,
    /// Nonces it was given and did not hash.
    pub given_up: u64,
    /// Its health, and what is done about it.
    pub health: Health,
    /// The help for its sickness, if it is sick.
    pub recovery: Option<Recovery>,
    /// All its results are verified before they are submitted, whatever the policy.
    pub demoted: bool,
    /// When it is asked what is known.
    pub next_canary: Duration,
    pub canaries_right: u64,
    pub canaries_wrong: u64,
    /// How long the last matrix list took.
    pub seed_switch: Option<Duration>,
    /// When it last reported a valid result.
    pub last_valid: Option<Duration>,
    /// In degrees Celsius.
    pub temperature: Option<f64>,
    /// Times that it was lost or restarted.
    pub restarts: u64,
    /// The last thing that went wrong, and when.
    pub last_error: Option<(String, Duration)>,
}

impl DeviceStats {
    pub fn new(now: Duration, joined: Joined) -> Self {
        Self {
            ranges: Ranges::new(joined.config.range_size),
            joined,
            condition: Condition::Away,
            reason: "it is being opened".into(),
            since: now,
            present: false,
            off: false,
            seeding: false,
            seed: None,
            resend: false,
            canary: None,
            heard: now,
            difficulty: None,
            learned_rate: None,
            meter: Meter::default(),
            verified: Tally::default(),
            pool: Tally::default(),
            nonces: Nonces::default(),
            spent: Spent::new(now),
            given_up: 0,
            health: Health::default(),
            recovery: None,
            demoted: false,
            next_canary: now,
            canaries_right: 0,
            canaries_wrong: 0,
            seed_switch: None,
            last_valid: None,
            temperature: None,
            restarts: 0,
            last_error: None,
        }
    }

    /// Whether it is open and switched on.
    pub fn may_work(&self) -> bool {
        self.present && !self.off
    }

    /// It is opened or closed, and begins with nothing.
    pub fn forget_work(&mut self) {
        self.ranges = Ranges::new(self.joined.config.range_size);
        (self.seed, self.seeding) = (None, false);
        (self.canary, self.resend) = (None, false);
    }

    /// Hashes per second that it should reach: what it promises, else what it last did.
    pub fn rate(&self) -> Option<f64> {
        self.joined.expected_rate.or(self.learned_rate)
    }

    /// Books the time, and expects results of the time that was work.
    pub fn settle(&mut self, now: Duration, next: Phase) {
        if !matches!(self.spent.phase, Phase::Working | Phase::Seed) {
            self.heard = now;
        }
        let worked = self.spent.settle(now, next);
        if let Some((rate, difficulty)) = self.rate().zip(self.difficulty) {
            self.health.expect(now, worked * rate / difficulty);
        }
    }

    /// Why a device is sick of which nobody knows yet what to expect.
    pub fn says_nothing(&self, now: Duration, limits: &Limits) -> Option<String> {
        let is_unknown = self.rate().is_none() || self.seeding;
        let silent = now.saturating_sub(self.heard);
        (is_unknown && silent >= limits.sick_after).then(|| {
            let seconds = silent.as_secs();
            format!("it has said nothing for {seconds} s, though it has work")
        })
    }

    pub fn state(&self, now: Duration) -> Device {
        let seconds_since = |then: Duration| now.saturating_sub(then).as_secs_f64();
        Device {
            name: self.joined.name.clone(),
            id: self.joined.id.clone(),
            kind: self.joined.kind,
            port: self.joined.port.clone().filter(|_| self.present),
            condition: self.condition,
            reason: self.reason.clone(),
            condition_seconds: seconds_since(self.since),
            lanes: self.joined.lanes,
            expected_rate: self.joined.expected_rate,
            rates: Rates {
                device: self.meter.windows(now),
                verified: self.verified.estimate(now),
                pool: self.pool.estimate(now),
            },
            nonces: self.nonces,
            valid_hashes: self.verified.worth(),
            shares_accepted: self.spent.shares_accepted,
            shares_rejected: self.spent.shares_rejected,
            losses: self.spent.losses(&self.nonces, self.joined.expected_rate),
            hashes: self.meter.hashes(),
            canaries_right: self.canaries_right,
            canaries_wrong: self.canaries_wrong,
            seed_switch_seconds: self.seed_switch.map(|took| took.as_secs_f64()),
            last_valid_seconds: self.last_valid.map(seconds_since),
            temperature_c: self.temperature,
            restarts: self.restarts,
            last_error: self.last_error.as_ref().map(|(error, _)| error.clone()),
        }
    }
}
