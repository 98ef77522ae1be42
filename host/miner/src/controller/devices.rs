//! What devices say, and how they are looked after.

use super::{Action, Controller, milliseconds};
use crate::{
    device_account::{DeviceAccount, Phase},
    event::{DeviceEvent, Hashed, Joined},
    health::{Recovery, Remedy},
    message::Message,
    policy::Policy,
    watch::Order,
};
use std::time::Duration;
use tensority_telemetry::device::{Condition, Kind};

impl Controller {
    pub(super) fn heed(&mut self, now: Duration, device: usize, event: DeviceEvent) {
        if let Some(account) = self.devices.get_mut(device) {
            account.heard = now;
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
            DeviceEvent::Found(found) => self.look(now, device, found),
            DeviceEvent::Hashed(hashed) => self.book(now, device, &hashed),
            DeviceEvent::Fault(reason) => {
                let account = &mut self.devices[device];
                account.nonces.hardware_errors += 1;
                let name = account.joined.name.clone();
                self.device_erred(now, device, reason.clone());
                self.tell(Message::Fault {
                    device: name,
                    reason,
                });
            }
            DeviceEvent::Difficulty(difficulty) => {
                self.devices[device].difficulty = Some(difficulty);
            }
            DeviceEvent::SeedBegun => self.devices[device].seeding = true,
            DeviceEvent::SeedReady { seed, took } => {
                let account = &mut self.devices[device];
                account.seeding = false;
                account.seed_switch = Some(took);
                let device = account.joined.name.clone();
                let (seed, ms) = (hex::encode(seed), milliseconds(took));
                self.tell(Message::Seed { device, seed, ms });
            }
            DeviceEvent::Temperature(degrees) => self.devices[device].temperature = Some(degrees),
            DeviceEvent::Restarted { given_up } => {
                let account = &mut self.devices[device];
                account.given_up += given_up;
                account.restarts += 1;
                account.seeding = false;
                let reason = "it restarted, and forgot its work";
                account.last_error = Some((reason.to_owned(), now));
                // A sick one is so until its results are right.
                if account.recovery.is_none() {
                    self.set_condition(now, device, Condition::Starting, reason.to_owned());
                }
            }
            DeviceEvent::Left {
                reason,
                failed,
                given_up,
            } => self.leave(now, device, reason, failed, given_up),
        }
        self.settle(now, device);
    }

    fn join(&mut self, now: Duration, device: usize, joined: Joined) {
        match self.devices.get_mut(device) {
            Some(account) => account.joined = joined,
            None => self.devices.push(DeviceAccount::new(now, joined)),
        }
        let interval = self.settings.limits.canary_interval;
        let account = &mut self.devices[device];
        account.present = true;
        account.seeding = false;
        account.verified.begin(now);
        account.pool.begin(now);
        account.health.begin_again();
        account.next_canary = now + interval;
        if account.condition == Condition::Dead {
            account.recovery = None;
        }
        let port = account.joined.port.as_ref();
        let opened = port.map_or("it was opened".to_owned(), |port| {
            format!("it is at {port}")
        });
        let (condition, reason) = match (account.off, &account.recovery) {
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
                expected_rate: None,
            };
            self.devices.push(DeviceAccount::new(now, unknown));
        }
        let account = &mut self.devices[device];
        let is_news = account.reason != reason;
        account.last_error = Some((reason.clone(), now));
        if is_news && account.condition != Condition::Dead {
            self.set_condition(now, device, Condition::Away, reason);
        }
    }

    fn leave(&mut self, now: Duration, device: usize, reason: String, failed: bool, given_up: u64) {
        let account = &mut self.devices[device];
        account.present = false;
        account.seeding = false;
        account.given_up += given_up;
        account.temperature = None;
        if failed {
            account.restarts += 1;
            account.last_error = Some((reason.clone(), now));
        }
        if !matches!(account.condition, Condition::Dead) && self.ending.is_none() {
            self.set_condition(now, device, Condition::Away, reason);
        }
    }

    fn book(&mut self, now: Duration, device: usize, hashed: &Hashed) {
        let ended = self.jobs.ended(hashed.job).unwrap_or(Duration::MAX);
        let account = &mut self.devices[device];
        account.seeding = false;
        account.given_up += hashed.given_up;
        let hashes = hashed.span.hashes as f64;
        if hashed.canary {
            account.spent.hashed(0.0, 0.0, hashes);
            if hashed.unanswered {
                self.count_canary(now, device, false);
            }
            return;
        }
        account.meter.add(hashed.span);
        let good = hashed.span.between(Duration::ZERO, ended);
        account.spent.hashed(good, hashes - good, 0.0);
        let took = hashed.span.end.saturating_sub(hashed.span.start);
        // A range of a few hashes says little, and the first one of a seed holds its matrix list.
        if hashes >= 4.0 && !took.is_zero() {
            account.learned_rate = Some(hashes / took.as_secs_f64());
        }
        self.device_is_alive(now, device);
    }

    pub(super) fn count_canary(&mut self, now: Duration, device: usize, right: bool) {
        let account = &mut self.devices[device];
        match right {
            true => account.canaries_right += 1,
            false => account.canaries_wrong += 1,
        }
        let name = account.joined.name.clone();
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

    /// A device said or did what cannot be.
    pub(super) fn device_erred(&mut self, now: Duration, device: usize, reason: String) {
        let account = &mut self.devices[device];
        account.health.erred();
        account.last_error = Some((reason.clone(), now));
        if !account.demoted && self.settings.policy != Policy::Before {
            account.demoted = true;
            let about = account.joined.name.clone();
            let action = "verifies all its results before they are submitted from now on";
            self.decide(now, about, action, reason);
        }
    }

    /// A device did what it should.
    pub(super) fn device_is_alive(&mut self, now: Duration, device: usize) {
        let account = &mut self.devices[device];
        if let Some(recovery) = &mut account.recovery {
            recovery.shows_effect(now);
        }
        match account.condition {
            Condition::Starting => {
                self.set_condition(now, device, Condition::Healthy, "it hashes".to_owned());
            }
            Condition::Sick if account.health.is_cured() => {
                let account = &mut self.devices[device];
                account.recovery = None;
                let about = account.joined.name.clone();
                let reason = "its last three results were right".to_owned();
                self.decide(now, about, "called it healthy again", reason.clone());
                self.set_condition(now, device, Condition::Healthy, reason);
            }
            _ => {}
        }
    }

    pub(super) fn look_after_devices(&mut self, now: Duration) {
        self.settle_all(now);
        if self.ending.is_some() {
            return;
        }
        for device in 0..self.devices.len() {
            self.look_after(now, device);
        }
    }

    fn look_after(&mut self, now: Duration, device: usize) {
        let limits = self.settings.limits;
        let phase = self.phase(device);
        let account = &mut self.devices[device];
        match (account.condition, phase) {
            (Condition::Healthy, Phase::NoWork) => {
                (account.condition, account.since) = (Condition::Idle, now);
                account.reason = "there is no work for it".to_owned();
            }
            (Condition::Idle, Phase::Working | Phase::Seed) => {
                (account.condition, account.since) = (Condition::Healthy, now);
                account.reason = "it hashes".to_owned();
            }
            (Condition::Dead | Condition::Disabled, _) => return,
            _ => {}
        }
        let has_work = matches!(phase, Phase::Working | Phase::Seed);
        if !has_work && account.recovery.is_none() {
            return;
        }
        if account.recovery.is_none() {
            let complaint = account.health.complaint(now, &limits);
            let complaint = complaint.or_else(|| account.says_nothing(now, &limits));
            if let Some(complaint) = complaint {
                self.is_sick(now, device, complaint);
            }
        } else if let Some(remedy) = account.recovery.as_mut().and_then(|r| r.due(now, &limits)) {
            self.help(now, device, remedy);
        }
        self.ask_what_is_known(now, device);
    }

    fn ask_what_is_known(&mut self, now: Duration, device: usize) {
        let interval = self.settings.limits.canary_interval;
        let account = &mut self.devices[device];
        if interval.is_zero() || now < account.next_canary || !account.present {
            return;
        }
        account.next_canary = now + interval;
        self.canaries += 1;
        let mut header_hash = [0; 32];
        header_hash[..8].copy_from_slice(&self.canaries.to_le_bytes());
        header_hash[8..16].copy_from_slice(&self.settings.canary_salt.to_le_bytes());
        self.actions
            .push(Action::Order(device, Order::Canary(header_hash)));
    }

    fn is_sick(&mut self, now: Duration, device: usize, complaint: String) {
        if self.devices[device].recovery.is_none() {
            let recovery = Recovery::new(now, complaint.clone());
            self.devices[device].recovery = Some(recovery);
            self.set_condition(now, device, Condition::Sick, complaint);
        }
    }

    fn help(&mut self, now: Duration, device: usize, remedy: Remedy) {
        let account = &mut self.devices[device];
        let Some(recovery) = &account.recovery else {
            return;
        };
        let reason = recovery.complaint.clone();
        account.health.begin_again();
        let order = match remedy {
            Remedy::Resend => Order::Resend,
            Remedy::Abort => Order::Abort,
            Remedy::Reset => Order::Reset,
            Remedy::Reopen => Order::Reopen,
            Remedy::GiveUp => Order::GiveUp,
        };
        let about = account.joined.name.clone();
        self.actions.push(Action::Order(device, order));
        self.decide(now, about, remedy.action(), reason.clone());
        if remedy == Remedy::GiveUp {
            self.devices[device].recovery = None;
            self.set_condition(now, device, Condition::Dead, reason);
        }
    }

    pub(super) fn switch(&mut self, now: Duration, name: &str, on: bool) {
        let Some(device) = self.device_named(name) else {
            return;
        };
        let account = &mut self.devices[device];
        account.off = !on;
        let was_dead = account.condition == Condition::Dead;
        let (condition, reason) = match (on, account.present) {
            (false, _) => (Condition::Disabled, "a person switched it off"),
            (true, true) => (Condition::Starting, "a person switched it on"),
            (true, false) => (Condition::Away, "a person switched it on"),
        };
        account.recovery = None;
        account.health.begin_again();
        self.actions.push(Action::Switch(device, on));
        if on && was_dead {
            self.actions.push(Action::Open(device));
        }
        self.set_condition(now, device, condition, reason.to_owned());
        self.settle(now, device);
    }

    pub(super) fn reset(&mut self, name: &str) {
        if let Some(device) = self.device_named(name) {
            self.actions.push(Action::Order(device, Order::Reset));
        }
    }

    fn device_named(&self, name: &str) -> Option<usize> {
        let mut devices = self.devices.iter();
        devices.position(|device| device.joined.name == name)
    }

    fn set_condition(
        &mut self,
        now: Duration,
        device: usize,
        condition: Condition,
        reason: String,
    ) {
        let account = &mut self.devices[device];
        if account.condition != condition {
            (account.condition, account.since) = (condition, now);
        }
        account.reason = reason.clone();
        let message = Message::Device {
            device: account.joined.name.clone(),
            condition: condition.word().to_owned(),
            reason,
        };
        self.tell(message);
    }

    fn phase(&self, device: usize) -> Phase {
        let account = &self.devices[device];
        let no_work = self.paused || self.ending.is_some() || self.jobs.current().is_none();
        match account {
            DeviceAccount { present: false, .. } | DeviceAccount { off: true, .. } => Phase::Away,
            _ if no_work => Phase::NoWork,
            DeviceAccount { seeding: true, .. } => Phase::Seed,
            _ => Phase::Working,
        }
    }

    fn settle(&mut self, now: Duration, device: usize) {
        if self.ending.is_some_and(|ending| now > ending) {
            return;
        }
        let phase = self.phase(device);
        self.devices[device].settle(now, phase);
    }

    pub(super) fn settle_all(&mut self, now: Duration) {
        for device in 0..self.devices.len() {
            self.settle(now, device);
        }
    }
}
