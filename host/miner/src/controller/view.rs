//! State of everything, for telemetry.

use std::collections::BTreeMap;
use std::time::Duration;

use tensority_telemetry::account::{Estimate, Interval, Losses, Rates, Windows};
use tensority_telemetry::device::{Device, Nonces};
use tensority_telemetry::lifetime::{History, Lifetime};
use tensority_telemetry::source::Shares;
use tensority_telemetry::{Bucket, Mode, State, Total, Verification};

use super::{Controller, LATENCY_BOUNDS};
use crate::job::Job;

impl Controller {
    /// A snapshot of everything.
    pub fn state(&self, now: Duration) -> State {
        // What comes after the end of work says nothing of the devices.
        let until = self.ending.unwrap_or(now);
        let devices = self.devices.iter().map(|device| device.state(until));
        let devices: Vec<_> = devices.collect();
        let active = self.failover.active();
        let sources = self.sources.iter().enumerate().map(|(source, stats)| {
            stats.state(now, self.failover.is_asked(source), active == Some(source))
        });
        let total = self.total(now, &devices);
        State {
            program: self.settings.program.clone(),
            mode: self.mode(now),
            started_unix: self.settings.started_unix,
            uptime_seconds: now.as_secs_f64(),
            job: self.jobs.current().map(|job| self.job(now, job)),
            sources: sources.collect(),
            lifetime: self.lifetime(now, &devices, &total.shares),
            devices,
            total,
            verification: self.verification(),
            decisions: self.decisions.iter().cloned().collect(),
        }
    }

    fn mode(&self, now: Duration) -> Mode {
        match () {
            () if self.ending.is_some() => Mode::Ending,
            () if self.paused => Mode::Paused,
            () if self.has_work(now) => Mode::Mining,
            () if self.failover.active().is_some() => Mode::NoWork,
            () => Mode::Starting,
        }
    }

    fn job(&self, now: Duration, job: &Job) -> tensority_telemetry::Job {
        tensority_telemetry::Job {
            number: job.number,
            source: self.sources[job.source].name.name.clone(),
            id: job.template.id.clone(),
            height: job.height(),
            seed: hex::encode(job.template.seed),
            block_difficulty: job.block_target.hashes_on_average(),
            share_difficulty: job.template.target.hashes_on_average(),
            age_seconds: now.saturating_sub(job.received).as_secs_f64(),
        }
    }

    /// All devices together.
    pub(super) fn total(&self, now: Duration, devices: &[Device]) -> Total {
        let mut shares = Shares::default();
        for source in &self.sources {
            add_shares(&mut shares, &source.all_shares());
        }
        let mut nonces = Nonces::default();
        for device in devices {
            add_nonces(&mut nonces, &device.nonces);
        }
        // By the time of each device, and by what it could have hashed in it, once that is known of any.
        let rate = |index: usize| self.devices[index].rate().unwrap_or_default();
        let is_known = (0..devices.len()).any(|index| rate(index) > 0.0);
        let weight = |index: usize| {
            let seconds = self.devices[index].spent.seconds();
            seconds * if is_known { rate(index) } else { 1.0 }
        };
        let all: f64 = (0..devices.len()).map(weight).sum();
        let mut losses = Losses::default();
        for (index, device) in devices.iter().enumerate().filter(|_| all > 0.0) {
            add_losses(&mut losses, &device.losses, weight(index) / all);
        }
        let implied: Vec<_> = self
            .sources
            .iter()
            .map(|source| source.implied.estimate(now))
            .collect();
        let verified = devices.iter().map(|device| device.rates.verified);
        Total {
            rates: Rates {
                device: add_windows(devices.iter().map(|device| device.rates.device)),
                verified: add_estimates(verified),
                pool: add_estimates(implied.into_iter()),
            },
            nonces,
            shares,
            losses,
        }
    }

    fn verification(&self) -> Verification {
        let stats = &self.verification;
        let mut count = 0;
        let bounds = LATENCY_BOUNDS.into_iter().map(Some).chain([None]);
        let latency = bounds.zip(stats.latencies).map(|(bound, more)| {
            count += more;
            Bucket {
                up_to_seconds: bound,
                count,
            }
        });
        let waiting = self.results.values().filter(|pending| pending.verifying);
        Verification {
            policy: self.settings.policy.to_string(),
            waiting: waiting.count() as u64,
            verified: stats.verified,
            busy_seconds: stats.busy.as_secs_f64(),
            latency: latency.collect(),
            latency_seconds: stats.latency.as_secs_f64(),
        }
    }

    fn lifetime(&self, now: Duration, devices: &[Device], shares: &Shares) -> Lifetime {
        let before = &self.settings.lifetime;
        let mut histories: BTreeMap<String, History> = before.devices.clone();
        for (stats, device) in self.devices.iter().zip(devices) {
            let history = histories.entry(device.id.clone()).or_default();
            history.name.clone_from(&device.name);
            add_nonces(&mut history.nonces, &device.nonces);
            history.hashes += device.hashes;
            history.restarts += device.restarts;
            if let Some((error, at)) = &stats.last_error {
                history.last_error = Some(error.clone());
                history.last_error_unix = Some(self.unix(*at));
            }
        }
        let hashes: u64 = devices.iter().map(|device| device.hashes).sum();
        Lifetime {
            since_unix: match before.runs {
                0 => self.settings.started_unix,
                _ => before.since_unix,
            },
            runs: before.runs + 1,
            seconds: before.seconds + now.as_secs_f64(),
            hashes: before.hashes + hashes,
            shares_accepted: before.shares_accepted + shares.accepted,
            shares_rejected: before.shares_rejected + shares.all_rejected(),
            blocks: before.blocks + self.blocks,
            best_share: self.best_share.clone().or(before.best_share.clone()),
            devices: histories,
        }
    }
}

fn add_shares(sum: &mut Shares, more: &Shares) {
    sum.accepted += more.accepted;
    for (reason, count) in &more.rejected {
        *sum.rejected.entry(reason.clone()).or_default() += count;
    }
    sum.stale += more.stale;
    sum.unanswered += more.unanswered;
    sum.not_submitted += more.not_submitted;
    sum.pending += more.pending;
    sum.waiting += more.waiting;
}

fn add_nonces(sum: &mut Nonces, more: &Nonces) {
    sum.valid += more.valid;
    sum.hardware_errors += more.hardware_errors;
    sum.duplicates += more.duplicates;
    sum.stale += more.stale;
    sum.unverified += more.unverified;
}

fn add_losses(sum: &mut Losses, more: &Losses, weight: f64) {
    sum.good += more.good * weight;
    sum.late += more.late * weight;
    sum.stale += more.stale * weight;
    sum.hardware_errors += more.hardware_errors * weight;
    sum.duplicates += more.duplicates * weight;
    sum.rejected += more.rejected * weight;
    sum.unanswered += more.unanswered * weight;
    sum.canaries += more.canaries * weight;
    sum.seed += more.seed * weight;
    sum.no_work += more.no_work * weight;
    sum.away += more.away * weight;
    sum.slow += more.slow * weight;
}

/// What is known of some is known of all: a device that has not been there for long counts with the
/// others when it has.
fn add_windows(all: impl Iterator<Item = Windows>) -> Windows {
    all.fold(Windows::default(), |sum, more| Windows {
        over_5s: add(sum.over_5s, more.over_5s),
        over_1m: add(sum.over_1m, more.over_1m),
        over_5m: add(sum.over_5m, more.over_5m),
        over_15m: add(sum.over_15m, more.over_15m),
        since_start: add(sum.since_start, more.since_start),
    })
}

fn add(sum: Option<f64>, more: Option<f64>) -> Option<f64> {
    match (sum, more) {
        (Some(sum), Some(more)) => Some(sum + more),
        (sum, more) => sum.or(more),
    }
}

/// Errors of different devices are independent, so the squares of the intervals' halves add up.
fn add_estimates(all: impl Iterator<Item = Estimate>) -> Estimate {
    let (over_15m, since_start): (Vec<_>, Vec<_>) = all
        .map(|estimate| (estimate.over_15m, estimate.since_start))
        .unzip();
    Estimate {
        over_15m: add_intervals(&over_15m),
        since_start: add_intervals(&since_start),
    }
}

fn add_intervals(all: &[Option<Interval>]) -> Option<Interval> {
    let known: Vec<_> = all.iter().flatten().collect();
    let value: f64 = known.iter().map(|interval| interval.value).sum();
    let below: f64 = known.iter().map(|i| (i.value - i.low).powi(2)).sum();
    let above: f64 = known.iter().map(|i| (i.high - i.value).powi(2)).sum();
    (!known.is_empty()).then(|| Interval {
        value,
        low: value - below.sqrt(),
        high: value + above.sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_add_up_and_unknown_ones_do_not_count() {
        let windows = |rate| Windows {
            over_1m: rate,
            ..Windows::default()
        };
        let sum = add_windows([windows(Some(2.0)), windows(None), windows(Some(3.0))].into_iter());
        assert_eq!((sum.over_1m, sum.over_5s), (Some(5.0), None));
    }

    #[test]
    fn intervals_of_many_are_narrower_than_their_sum() {
        let interval = Interval {
            value: 10.0,
            low: 7.0,
            high: 14.0,
        };
        let sum = add_intervals(&[Some(interval), None, Some(interval)]).unwrap();
        assert_eq!(sum.value, 20.0);
        assert!((sum.low - (20.0 - 18f64.sqrt())).abs() < 1e-9);
        assert!((sum.high - (20.0 + 32f64.sqrt())).abs() < 1e-9);
        assert_eq!(add_intervals(&[None]), None);
    }
}
