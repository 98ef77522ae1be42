//! Statistics and condition of one device.

use std::time::Duration;

use tensority_telemetry::account::{Losses, Rates};
use tensority_telemetry::device::{Condition, Device, Nonces};

use crate::event::Joined;
use crate::health::{Health, Limits, Recovery};
use crate::ranges::Ranges;
use crate::rate::{Meter, Tally};

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

/// What a device is about at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    Working,
    Seed,
    NoWork,
    /// It is not there, or off.
    #[default]
    Away,
}

/// Where time, in seconds, and hashes went.
#[derive(Debug, Default)]
pub struct Spent {
    phase: Phase,
    settled: Duration,
    working: f64,
    seed: f64,
    no_work: f64,
    away: f64,
    good: f64,
    stale: f64,
    canaries: f64,
    shares_accepted: u64,
    shares_rejected: u64,
}

impl Spent {
    fn new(now: Duration) -> Self {
        Self {
            settled: now,
            ..Self::default()
        }
    }

    /// Books the time since the last call to the phase that was, and begins another; the time booked
    /// as work.
    pub fn settle(&mut self, now: Duration, next: Phase) -> f64 {
        let seconds = now.saturating_sub(self.settled).as_secs_f64();
        self.settled = now;
        let (place, worked) = match self.phase {
            Phase::Working => (&mut self.working, seconds),
            Phase::Seed => (&mut self.seed, 0.0),
            Phase::NoWork => (&mut self.no_work, 0.0),
            Phase::Away => (&mut self.away, 0.0),
        };
        *place += seconds;
        self.phase = next;
        worked
    }

    /// Books hashes: those of a job that was wanted, those of one that was not, those of a test.
    pub fn hashed(&mut self, good: f64, stale: f64, canaries: f64) {
        self.good += good;
        self.stale += stale;
        self.canaries += canaries;
    }

    pub fn answered(&mut self, accepted: bool) {
        match accepted {
            true => self.shares_accepted += 1,
            false => self.shares_rejected += 1,
        }
    }

    /// All time, in seconds.
    pub fn seconds(&self) -> f64 {
        self.working + self.seed + self.no_work + self.away
    }

    /// Where the time went, given the hashes per second that the device should reach.
    fn losses(&self, nonces: &Nonces, rate: Option<f64>) -> Losses {
        let all = self.seconds();
        if all <= 0.0 {
            return Losses::default();
        }
        let hashes = self.good + self.stale + self.canaries;
        // Without a promise the device is as fast as it is.
        let rate = rate.unwrap_or(hashes / self.working.max(1e-9));
        let part = |hashes: f64| match rate > 0.0 {
            true => hashes / rate / all,
            false => 0.0,
        };
        let results = nonces.valid + nonces.unverified + nonces.hardware_errors + nonces.duplicates;
        let of_results = |count: u64| count as f64 / results.max(1) as f64;
        let shares = self.shares_accepted + self.shares_rejected;
        let good = part(self.good);
        let hardware_errors = good * of_results(nonces.hardware_errors);
        let duplicates = good * of_results(nonces.duplicates);
        let right = good - hardware_errors - duplicates;
        let rejected = right * self.shares_rejected as f64 / shares.max(1) as f64;
        let (stale, canaries) = (part(self.stale), part(self.canaries));
        Losses {
            good: right - rejected,
            stale,
            hardware_errors,
            duplicates,
            rejected,
            canaries,
            seed: self.seed / all,
            no_work: self.no_work / all,
            away: self.away / all,
            slow: rest(self.working / all - good - stale - canaries),
        }
    }
}

/// What is left of a difference, but for rounding.
fn rest(difference: f64) -> f64 {
    match difference.abs() < 1e-9 {
        true => 0.0,
        false => difference,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn sum(losses: &Losses) -> f64 {
        losses.parts().iter().map(|(_, part)| part).sum()
    }

    #[test]
    fn losses_add_up_to_all_of_the_time() {
        let mut spent = Spent::new(seconds(0));
        spent.settle(seconds(10), Phase::NoWork);
        spent.settle(seconds(15), Phase::Seed);
        assert_eq!(spent.settle(seconds(20), Phase::Working), 0.0);
        assert_eq!(spent.settle(seconds(100), Phase::Away), 80.0);
        spent.hashed(600.0, 100.0, 2.0);
        spent.answered(true);
        spent.answered(false);
        let nonces = Nonces {
            valid: 7,
            hardware_errors: 2,
            duplicates: 1,
            ..Nonces::default()
        };
        let losses = spent.losses(&nonces, Some(10.0));
        assert!((sum(&losses) - 1.0).abs() < 1e-12, "{losses:?}");
        let expected = [
            (losses.away, 0.1),
            (losses.no_work, 0.05),
            (losses.seed, 0.05),
            (losses.stale, 0.1),
            (losses.hardware_errors, 0.12),
            (losses.duplicates, 0.06),
            (losses.rejected, 0.21),
            (losses.good, 0.21),
            (losses.canaries, 0.002),
            (losses.slow, 0.098),
        ];
        for (number, (found, expected)) in expected.into_iter().enumerate() {
            assert!((found - expected).abs() < 1e-12, "{number}: {found}");
        }
    }

    #[test]
    fn a_device_that_promises_nothing_is_as_fast_as_it_is() {
        let mut spent = Spent::new(seconds(0));
        spent.settle(seconds(0), Phase::Working);
        spent.settle(seconds(50), Phase::Working);
        spent.hashed(100.0, 0.0, 0.0);
        let losses = spent.losses(&Nonces::default(), None);
        assert_eq!((losses.good, losses.slow), (1.0, 0.0));
    }

    #[test]
    fn no_time_is_no_loss() {
        let losses = Spent::new(seconds(3)).losses(&Nonces::default(), None);
        assert_eq!(losses, Losses::default());
    }
}
