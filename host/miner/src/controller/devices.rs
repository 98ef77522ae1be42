//! Events of devices.

use std::time::Duration;

use tensority_device::device::Notice;
use tensority_telemetry::device::{Condition, Kind};

use super::{Controller, Found, milliseconds};
use crate::device_stats::DeviceStats;
use crate::event::{DeviceEvent, Joined, WorkerConfig};
use crate::message::Message;
use crate::range_size::RangeSize;
use crate::ranges::{Done, Fault};

/// How a device is to work of which nothing is known but its name.
const UNKNOWN: WorkerConfig = WorkerConfig {
    expected_rate: None,
    results_per_minute: 1.0,
    range_size: RangeSize::Measured,
};

impl Controller {
    pub(super) fn heed(&mut self, now: Duration, device: usize, event: DeviceEvent) {
        if let Some(stats) = self.devices.get_mut(device) {
            stats.heard = now;
        }
        match event {
            // Devices come in the order of their numbers.
            _ if device > self.devices.len() => return,
            DeviceEvent::Joined(joined) => self.join(now, device, joined),
            DeviceEvent::Unavailable { name, reason } => {
                self.is_unavailable(now, device, name, reason);
            }
            // Only those that joined say anything else.
            _ if device == self.devices.len() => return,
            DeviceEvent::Notice(notice) => self.hear_device(now, device, notice),
            DeviceEvent::Temperature(degrees) => self.devices[device].temperature = Some(degrees),
            DeviceEvent::Left { reason, failed } => self.leave(now, device, reason, failed),
        }
        self.assign(now, device);
        self.settle(now, device);
    }

    fn hear_device(&mut self, now: Duration, device: usize, notice: Notice) {
        let ranges = &mut self.devices[device].ranges;
        match notice {
            Notice::Found { range, nonce, hash } => match ranges.found(range, nonce) {
                Ok(purpose) => self.look(
                    now,
                    Found {
                        device,
                        purpose,
                        nonce,
                        hash,
                    },
                ),
                Err(fault) => self.fault(now, device, &fault),
            },
            Notice::RangeDone {
                range,
                hashes,
                ending,
            } => match ranges.done(now, range, hashes, ending) {
                Ok(done) => self.book(now, device, &done),
                Err(fault) => self.fault(now, device, &fault),
            },
            Notice::SeedReady(ready) => self.seed_is_ready(now, device, ready),
            Notice::Restarted => self.restarted(now, device),
            // Nobody asked for one.
            Notice::SelfTestDone { .. } => {}
        }
    }

    fn fault(&mut self, now: Duration, device: usize, fault: &Fault) {
        let stats = &mut self.devices[device];
        stats.nonces.hardware_errors += 1;
        let (device_name, reason) = (stats.joined.name.clone(), fault.to_string());
        self.device_erred(now, device, reason.clone());
        self.tell(Message::Fault {
            device: device_name,
            reason,
        });
    }

    fn seed_is_ready(&mut self, now: Duration, device: usize, ready: [u8; 32]) {
        let stats = &mut self.devices[device];
        let Some((_, since)) = stats.seed.filter(|(seed, _)| *seed == ready) else {
            return;
        };
        let took = now.saturating_sub(since);
        stats.seeding = false;
        stats.seed_switch = Some(took);
        let device = stats.joined.name.clone();
        let (seed, ms) = (hex::encode(ready), milliseconds(took));
        self.tell(Message::Seed { device, seed, ms });
    }

    fn restarted(&mut self, now: Duration, device: usize) {
        let stats = &mut self.devices[device];
        stats.restarts += 1;
        // What it was given since, it makes a matrix list for.
        stats.seeding = stats.ranges.at_work() > 0;
        let is_seeding = stats.seeding;
        stats.seed = stats
            .seed
            .filter(|_| is_seeding)
            .map(|(seed, _)| (seed, now));
        let reason = "it restarted, and forgot its work";
        stats.last_error = Some((reason.to_owned(), now));
        // A sick one is so until its results are right.
        if stats.recovery.is_none() {
            self.set_condition(now, device, Condition::Starting, reason.to_owned());
        }
    }

    fn join(&mut self, now: Duration, device: usize, joined: Joined) {
        match self.devices.get_mut(device) {
            Some(stats) => stats.joined = joined,
            None => self.devices.push(DeviceStats::new(now, joined)),
        }
        let interval = self.settings.limits.canary_interval;
        let stats = &mut self.devices[device];
        stats.present = true;
        stats.forget_work();
        stats.verified.begin(now);
        stats.pool.begin(now);
        stats.health.begin_again();
        stats.next_canary = now + interval;
        if stats.condition == Condition::Dead {
            stats.recovery = None;
        }
        let port = stats.joined.port.as_ref();
        let opened = port.map_or("it was opened".to_owned(), |port| {
            format!("it is at {port}")
        });
        let (condition, reason) = match (stats.off, &stats.recovery) {
            (true, _) => (Condition::Disabled, opened),
            (_, Some(recovery)) => (Condition::Sick, recovery.complaint.clone()),
            _ => (Condition::Starting, opened),
        };
        self.set_condition(now, device, condition, reason);
    }

    fn is_unavailable(&mut self, now: Duration, device: usize, name: String, reason: String) {
        if device >= self.devices.len() {
            let unknown = Joined {
                id: name.clone(),
                name,
                kind: Kind::Board,
                port: None,
                lanes: 0,
                queue: 0,
                expected_rate: None,
                config: UNKNOWN,
            };
            self.devices.push(DeviceStats::new(now, unknown));
        }
        let stats = &mut self.devices[device];
        let is_news = stats.reason != reason;
        stats.last_error = Some((reason.clone(), now));
        if is_news && stats.condition != Condition::Dead {
            self.set_condition(now, device, Condition::Away, reason);
        }
    }

    fn leave(&mut self, now: Duration, device: usize, reason: String, failed: bool) {
        let stats = &mut self.devices[device];
        stats.present = false;
        stats.given_up += stats.ranges.unhashed();
        stats.forget_work();
        stats.temperature = None;
        if failed {
            stats.restarts += 1;
            stats.last_error = Some((reason.clone(), now));
        }
        if !matches!(stats.condition, Condition::Dead) && self.ending.is_none() {
            self.set_condition(now, device, Condition::Away, reason);
        }
    }

    fn book(&mut self, now: Duration, device: usize, done: &Done) {
        let Done { purpose, span, .. } = done;
        let stats = &mut self.devices[device];
        stats.given_up += done.given_up;
        if span.hashes == 0 {
            // Given up before it began, or lost: it says nothing of the device.
            return;
        }
        stats.seeding = false;
        let hashes = span.hashes as f64;
        if purpose.canary.is_some() {
            stats.spent.hashed(0.0, 0.0, hashes);
            if done.unanswered {
                self.count_canary(now, device, false);
            }
            return;
        }
        stats.meter.add(*span);
        let ended = purpose.job.ended().unwrap_or(Duration::MAX);
        let good = span.between(Duration::ZERO, ended);
        stats.spent.hashed(good, hashes - good, 0.0);
        let took = span.end.saturating_sub(span.start);
        // A range of a few hashes says little, and the first one of a seed holds its matrix list.
        if hashes >= 4.0 && !took.is_zero() {
            stats.learned_rate = Some(hashes / took.as_secs_f64());
        }
        self.device_is_alive(now, device);
    }

    pub(super) fn count_canary(&mut self, now: Duration, device: usize, right: bool) {
        let stats = &mut self.devices[device];
        match right {
            true => stats.canaries_right += 1,
            false => stats.canaries_wrong += 1,
        }
        let name = stats.joined.name.clone();
        let message = Message::Canary {
            device: name,
            right,
        };
        self.tell(message);
        if !right {
            let reason = "its answer to a known-answer test was wrong".to_owned();
            self.device_erred(now, device, reason.clone());
            self.is_sick(now, device, reason);
        }
    }
}
