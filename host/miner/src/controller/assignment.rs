//! Assignment of ranges to devices.

use std::sync::Arc;
use std::time::Duration;

use tensority::Target;
use tensority_device::device::Placement;

use super::{Action, Controller};
use crate::device_stats::DeviceStats;
use crate::mailbox::Order;
use crate::ranges::Purpose;

/// Hashes between two results of a device whose rate is not known yet.
const FIRST_DIFFICULTY: f64 = 16.0;

impl Controller {
    pub(super) fn assign_all(&mut self, now: Duration) {
        for device in 0..self.devices.len() {
            self.assign(now, device);
        }
    }

    /// Keeps one range running in a device and, if it can, one behind it. What runs is replaced when
    /// none of it is worth hashing.
    pub(super) fn assign(&mut self, now: Duration, device: usize) {
        let (jobs, stats) = (&self.jobs, &mut self.devices[device]);
        let may_work = stats.may_work() && !self.paused && self.ending.is_none();
        let Some(job) = jobs.current().filter(|_| may_work) else {
            return;
        };
        let seed = job.template.seed;
        let room = 1 + stats.joined.queue.min(1) as usize;
        let mut replace = stats.resend || stats.ranges.are_stale(|job| !jobs.is_wanted(job));
        while replace || stats.ranges.at_work() < room {
            // A known-answer test must cost no new matrix list.
            let has_list = stats.seed.is_some_and(|(known, _)| known == seed);
            let canary = stats.canary.take_if(|_| has_list && !replace);
            let (target, nonces) = match canary {
                Some(_) => (Target::MAX, 0..1),
                None => {
                    let left = self.book.left(job, self.settings.first_nonce);
                    let Some(nonces) = left.take(stats.ranges.next_size()) else {
                        break;
                    };
                    (target(stats, &job.template.target), nonces)
                }
            };
            if canary.is_none() {
                stats.difficulty = Some(target.hashes_on_average());
            }
            if !has_list {
                (stats.seed, stats.seeding) = (Some((seed, now)), true);
            }
            let placement = match replace {
                true => Placement::Replace,
                false => Placement::Behind,
            };
            if replace {
                stats.ranges.replace();
            }
            (replace, stats.resend) = (false, false);
            self.last_range = self.last_range.next();
            let job = Arc::clone(job);
            let purpose = Purpose {
                job,
                target,
                canary,
            };
            let range = stats.ranges.begin(now, self.last_range, purpose, nonces);
            let order = Order::Begin(range, placement);
            self.orders.push(Action::Order(device, order));
        }
    }

    /// Has a device give up what it is at.
    pub(super) fn stop_work(&mut self, device: usize) {
        self.devices[device].ranges.replace();
        self.orders.push(Action::Order(device, Order::Abort));
    }
}

/// The target for a device: that of a share, or an easier one, so that it reports often enough.
fn target(stats: &DeviceStats, share: &Target) -> Target {
    let config = &stats.joined.config;
    let rate = config.expected_rate.or(stats.ranges.rate());
    let wanted = rate.map_or(FIRST_DIFFICULTY, |rate| {
        rate * 60.0 / config.results_per_minute
    });
    // A power of two, so that it does not change with every measurement.
    let difficulty = wanted.max(1.0).log2().floor().exp2();
    match share.hashes_on_average() <= difficulty {
        true => *share,
        false => Target::of_average(difficulty),
    }
}
