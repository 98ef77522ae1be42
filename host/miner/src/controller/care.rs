//! Care of devices: conditions, known-answer tests, remedies, commands.

use std::time::Duration;

use tensority_telemetry::device::Condition;

use super::{Action, Controller};
use crate::device_stats::DeviceStats;
use crate::health::{Recovery, Remedy};
use crate::mailbox::Order;
use crate::message::Message;
use crate::policy::Policy;
use crate::spent::Phase;

impl Controller {
    /// A device said or did what cannot be.
    pub(super) fn device_erred(&mut self, now: Duration, device: usize, reason: String) {
        let stats = &mut self.devices[device];
        stats.health.erred();
        stats.last_error = Some((reason.clone(), now));
        if !stats.demoted && self.settings.policy != Policy::Before {
            stats.demoted = true;
            let about = stats.joined.name.clone();
            let action = "verifies all its results before they are submitted from now on";
            self.decide(now, about, action, reason);
        }
    }

    /// A device did what it should.
    pub(super) fn device_is_alive(&mut self, now: Duration, device: usize) {
        let stats = &mut self.devices[device];
        if let Some(recovery) = &mut stats.recovery {
            recovery.shows_effect(now);
        }
        match stats.condition {
            Condition::Starting => {
                self.set_condition(now, device, Condition::Healthy, "it hashes".to_owned());
            }
            Condition::Sick if stats.health.is_cured() => {
                let stats = &mut self.devices[device];
                stats.recovery = None;
                let about = stats.joined.name.clone();
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

    /// Forgives devices their silence while the machine was suspended.
    pub(super) fn wake_devices(&mut self, now: Duration) {
        self.settle_all(now);
        for stats in &mut self.devices {
            stats.health.begin_again();
            stats.heard = now;
            if let Some(recovery) = &mut stats.recovery {
                *recovery = Recovery::new(now, recovery.complaint.clone());
            }
        }
    }

    fn look_after(&mut self, now: Duration, device: usize) {
        let limits = self.settings.limits;
        let phase = self.phase(device);
        let stats = &mut self.devices[device];
        match (stats.condition, phase) {
            (Condition::Healthy, Phase::NoWork) => {
                (stats.condition, stats.since) = (Condition::Idle, now);
                stats.reason = "there is no work for it".to_owned();
            }
            (Condition::Idle, Phase::Working | Phase::Seed) => {
                (stats.condition, stats.since) = (Condition::Healthy, now);
                stats.reason = "it hashes".to_owned();
            }
            (Condition::Dead | Condition::Disabled, _) => return,
            _ => {}
        }
        let has_work = matches!(phase, Phase::Working | Phase::Seed);
        if !has_work && stats.recovery.is_none() {
            return;
        }
        if stats.recovery.is_none() {
            let complaint = stats.health.complaint(now, &limits);
            let complaint = complaint.or_else(|| stats.says_nothing(now, &limits));
            if let Some(complaint) = complaint {
                self.is_sick(now, device, complaint);
            }
        } else if let Some(remedy) = stats.recovery.as_mut().and_then(|r| r.due(now, &limits)) {
            self.help(now, device, remedy);
        }
        self.ask_what_is_known(now, device);
    }

    fn ask_what_is_known(&mut self, now: Duration, device: usize) {
        let interval = self.settings.limits.canary_interval;
        let stats = &mut self.devices[device];
        if interval.is_zero() || now < stats.next_canary || !stats.present {
            return;
        }
        stats.next_canary = now + interval;
        self.canaries += 1;
        let mut header_hash = [0; 32];
        header_hash[..8].copy_from_slice(&self.canaries.to_le_bytes());
        header_hash[8..16].copy_from_slice(&self.settings.salt.to_le_bytes());
        self.devices[device].canary = Some(header_hash);
        self.assign(now, device);
    }

    pub(super) fn is_sick(&mut self, now: Duration, device: usize, complaint: String) {
        if self.devices[device].recovery.is_none() {
            let recovery = Recovery::new(now, complaint.clone());
            self.devices[device].recovery = Some(recovery);
            self.set_condition(now, device, Condition::Sick, complaint);
        }
    }

    fn help(&mut self, now: Duration, device: usize, remedy: Remedy) {
        let stats = &mut self.devices[device];
        let Some(recovery) = &stats.recovery else {
            return;
        };
        let reason = recovery.complaint.clone();
        stats.health.begin_again();
        let about = stats.joined.name.clone();
        match remedy {
            Remedy::Resend => stats.resend = true,
            Remedy::Abort => self.stop_work(device),
            Remedy::Reset => self.reset(now, device),
            Remedy::Reopen => self.order(device, Order::Reopen),
            Remedy::GiveUp => self.order(device, Order::GiveUp),
        }
        self.assign(now, device);
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
        if !on && !self.paused && self.devices[device].may_work() {
            self.stop_work(device);
        }
        let stats = &mut self.devices[device];
        stats.off = !on;
        let was_dead = stats.condition == Condition::Dead;
        let (condition, reason) = match (on, stats.present) {
            (false, _) => (Condition::Disabled, "a person switched it off"),
            (true, true) => (Condition::Starting, "a person switched it on"),
            (true, false) => (Condition::Away, "a person switched it on"),
        };
        stats.recovery = None;
        stats.health.begin_again();
        if on && was_dead {
            self.actions.push(Action::Open(device));
        }
        self.set_condition(now, device, condition, reason.to_owned());
        self.assign(now, device);
        self.settle(now, device);
    }

    /// Restarts a device, which gets its next ranges after that.
    pub(super) fn reset(&mut self, now: Duration, device: usize) {
        self.devices[device].ranges.replace();
        self.order(device, Order::Reset);
        self.assign(now, device);
    }

    fn order(&mut self, device: usize, order: Order) {
        self.orders.push(Action::Order(device, order));
    }

    pub(super) fn device_named(&self, name: &str) -> Option<usize> {
        let mut devices = self.devices.iter();
        devices.position(|device| device.joined.name == name)
    }

    pub(super) fn set_condition(
        &mut self,
        now: Duration,
        device: usize,
        condition: Condition,
        reason: String,
    ) {
        let stats = &mut self.devices[device];
        if stats.condition != condition {
            (stats.condition, stats.since) = (condition, now);
        }
        stats.reason = reason.clone();
        let message = Message::Device {
            device: stats.joined.name.clone(),
            condition,
            reason,
        };
        self.tell(message);
    }

    fn phase(&self, device: usize) -> Phase {
        let stats = &self.devices[device];
        let no_work = self.paused || self.ending.is_some() || self.jobs.current().is_none();
        match stats {
            DeviceStats { present: false, .. } | DeviceStats { off: true, .. } => Phase::Away,
            _ if no_work => Phase::NoWork,
            DeviceStats { seeding: true, .. } => Phase::Seed,
            _ => Phase::Working,
        }
    }

    pub(super) fn settle(&mut self, now: Duration, device: usize) {
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
