//! A device and the thread that keeps it at work.

use crate::{
    event::{DeviceEvent, Event, Events, Found, Hashed},
    leases::LeaseSize,
    ranges::{Done, Ranges},
    watch::{Order, Watch},
};
use std::{sync::Arc, time::Duration};
use tensority::Target;
use tensority_device::device::{Device, DeviceError, Kind, Notice, Placement};

/// How long a device may take to end its ranges when everything ends.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a device is asked how warm it is, and the longest that its thread sleeps.
const TEMPERATURE_INTERVAL: Duration = Duration::from_secs(30);
/// Hashes between two results of a device whose rate is not known yet.
const FIRST_DIFFICULTY: f64 = 16.0;

/// How a device is to work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// Hashes per second that it should reach, where somebody said so.
    pub expected_rate: Option<f64>,
    /// How often it should report a result, so that its rate is known without it.
    pub results_per_minute: f64,
    /// How many nonces it gets at a time.
    pub lease_size: LeaseSize,
}

/// Why a device's thread is over.
#[derive(Debug, PartialEq, Eq)]
pub enum Parting {
    /// The miner ends, or the device was given up.
    Done,
    /// It failed, or was ordered to be opened again.
    Again,
}

/// Keeps one device at work.
pub struct Worker {
    index: usize,
    watch: Arc<Watch>,
    events: Events,
    manner: Manner,
    ranges: Ranges,
    /// The seed of the device's last work, and when it first got such work.
    seed: Option<([u8; 32], Duration)>,
    /// The target of its last work.
    target: Option<Target>,
    canary: Option<[u8; 32]>,
    /// The next range takes the place of what the device is at.
    resend: bool,
    resting: bool,
    temperature_due: Option<Duration>,
}

impl Worker {
    /// A worker of device `index`.
    pub fn new(index: usize, watch: Arc<Watch>, events: Events, manner: Manner) -> Self {
        Self {
            index,
            watch,
            events,
            manner,
            ranges: Ranges::new(rand::random(), manner.lease_size),
            seed: None,
            target: None,
            canary: None,
            resend: false,
            resting: false,
            temperature_due: None,
        }
    }

    /// Works until the device fails, or the watch says to end.
    pub fn run(mut self, mut device: Box<dyn Device>) -> Parting {
        self.watch.enlist(self.index, device.waker());
        // A processor has no sensor of its own.
        if device.description().kind == Kind::Board {
            self.temperature_due = Some(Duration::ZERO);
        }
        let outcome = self.drive(&mut *device);
        self.watch.discharge(self.index);
        // Closed before anybody hears of it: a port opens once.
        drop(device);
        let (reason, failed, parting) = match outcome {
            Ok(Order::GiveUp) => ("it was given up".to_owned(), false, Parting::Done),
            Ok(Order::Reopen) => ("it is opened again".to_owned(), false, Parting::Again),
            Ok(_) => ("the miner ends".to_owned(), false, Parting::Done),
            Err(error) => (error.to_string(), true, Parting::Again),
        };
        let given_up = self.ranges.forget();
        self.tell(DeviceEvent::Left {
            reason,
            failed,
            given_up,
        });
        parting
    }

    /// Drives the device until an order ends that; [`Order::Abort`] stands for the end of all.
    fn drive(&mut self, device: &mut dyn Device) -> Result<Order, DeviceError> {
        loop {
            let duty = self.watch.duty(self.index);
            for order in duty.orders {
                match order {
                    Order::Reopen | Order::GiveUp => return Ok(order),
                    _ => self.obey(device, order)?,
                }
            }
            if duty.end {
                self.drain(device)?;
                return Ok(Order::Abort);
            }
            match duty.work {
                true => self.feed(device)?,
                false => self.rest(device)?,
            }
            let sleep = self.look_after(device)?;
            if let Some(notice) = device.notice(sleep)? {
                self.heed(notice);
            }
        }
    }

    fn obey(&mut self, device: &mut dyn Device, order: Order) -> Result<(), DeviceError> {
        match order {
            Order::Resend => self.resend = true,
            Order::Abort => {
                self.ranges.replace();
                device.abort()?;
            }
            Order::Reset => device.reset()?,
            Order::Canary(header_hash) => self.canary = Some(header_hash),
            Order::Reopen | Order::GiveUp => {}
        }
        Ok(())
    }

    /// Keeps one range running and, if the device can, one behind it.
    fn feed(&mut self, device: &mut dyn Device) -> Result<(), DeviceError> {
        self.resting = false;
        let most = 1 + device.description().queue.min(1) as usize;
        let watch = Arc::clone(&self.watch);
        let mut replace = self.resend || self.ranges.are_stale(|job| !watch.is_wanted(job));
        while replace || self.ranges.at_work() < most {
            if !replace && self.begin_canary(device)? {
                continue;
            }
            let Some((job, lease)) = self.watch.lease(self.ranges.next_size()) else {
                break;
            };
            let now = self.events.now();
            let mut placement = Placement::Behind;
            if replace {
                placement = Placement::Replace;
                self.ranges.replace();
            }
            (replace, self.resend) = (false, false);
            let seed = job.work.seed;
            if self.seed.is_none_or(|(known, _)| known != seed) {
                self.seed = Some((seed, now));
                self.tell(DeviceEvent::SeedBegun);
            }
            let target = self.target(&job.work.target);
            if self.target != Some(target) {
                self.target = Some(target);
                self.tell(DeviceEvent::Difficulty(target.hashes_on_average()));
            }
            device.begin(&self.ranges.begin(now, job, lease, target), placement)?;
        }
        Ok(())
    }

    /// Begins a known-answer test, if one is due and costs no new matrix list; whether it did.
    fn begin_canary(&mut self, device: &mut dyn Device) -> Result<bool, DeviceError> {
        let seed = self.seed.map(|(seed, _)| seed);
        let job = self.watch.job().filter(|job| Some(job.work.seed) == seed);
        let Some((job, header_hash)) = job.zip(self.canary) else {
            return Ok(false);
        };
        self.canary = None;
        let work = self
            .ranges
            .begin_canary(self.events.now(), job, header_hash);
        device.begin(&work, Placement::Behind)?;
        Ok(true)
    }

    /// The target for the device: that of a share, or an easier one, so that it reports often enough.
    fn target(&self, share: &Target) -> Target {
        let rate = self.manner.expected_rate.or(self.ranges.rate());
        let wanted = rate.map_or(FIRST_DIFFICULTY, |rate| {
            rate * 60.0 / self.manner.results_per_minute
        });
        // A power of two, so that it does not change with every measurement.
        let difficulty = wanted.max(1.0).log2().floor().exp2();
        match share.hashes_on_average() <= difficulty {
            true => *share,
            false => Target::of_average(difficulty),
        }
    }

    /// Has the device do nothing.
    fn rest(&mut self, device: &mut dyn Device) -> Result<(), DeviceError> {
        if !self.resting {
            self.resting = true;
            self.ranges.replace();
            device.abort()?;
        }
        Ok(())
    }

    /// Asks how warm the device is, where it is time; how long to sleep.
    fn look_after(&mut self, device: &mut dyn Device) -> Result<Duration, DeviceError> {
        let now = self.events.now();
        let Some(due) = self.temperature_due else {
            return Ok(Duration::MAX);
        };
        if now < due {
            return Ok(due - now);
        }
        self.temperature_due = Some(now + TEMPERATURE_INTERVAL);
        match device.temperature()? {
            Some(degrees) => self.tell(DeviceEvent::Temperature(degrees)),
            // It has no sensor.
            None => self.temperature_due = None,
        }
        // What it had to say meanwhile comes first.
        Ok(Duration::ZERO)
    }

    fn heed(&mut self, notice: Notice) {
        let now = self.events.now();
        let event = match notice {
            Notice::Found { range, nonce, hash } => match self.ranges.found(range, nonce) {
                Ok(purpose) => DeviceEvent::Found(Found {
                    job: purpose.job.number,
                    target: purpose.target,
                    nonce,
                    hash,
                    canary: purpose.canary,
                }),
                Err(fault) => DeviceEvent::Fault(fault.to_string()),
            },
            Notice::RangeDone {
                range,
                hashes,
                ending,
            } => match self.ranges.done(now, range, hashes, ending) {
                Ok(Done {
                    purpose,
                    unanswered,
                    span,
                    given_up,
                }) => DeviceEvent::Hashed(Hashed {
                    job: purpose.job.number,
                    span,
                    given_up,
                    canary: purpose.canary.is_some(),
                    unanswered,
                }),
                Err(fault) => DeviceEvent::Fault(fault.to_string()),
            },
            Notice::SeedReady(ready) => match self.seed {
                Some((seed, since)) if seed == ready => DeviceEvent::SeedReady {
                    seed,
                    took: now.saturating_sub(since),
                },
                _ => return,
            },
            // Nobody asked for one here.
            Notice::SelfTestDone { .. } => return,
            Notice::Restarted => {
                self.seed = None;
                DeviceEvent::Restarted {
                    given_up: self.ranges.forget(),
                }
            }
        };
        self.tell(event);
    }

    /// Gives up all work, and hears what was hashed of it.
    fn drain(&mut self, device: &mut dyn Device) -> Result<(), DeviceError> {
        self.ranges.replace();
        device.abort()?;
        let end = self.events.now() + DRAIN_TIMEOUT;
        while !self.ranges.is_empty() {
            let left = end.saturating_sub(self.events.now());
            if left.is_zero() {
                break;
            }
            if let Some(notice) = device.notice(left)? {
                self.heed(notice);
            }
        }
        Ok(())
    }

    fn tell(&self, event: DeviceEvent) {
        let device = self.index;
        self.events.send(Event::Device { device, event });
    }
}
