//! The thread of a device, which carries out the controller's orders and passes on what the device
//! tells.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tensority_device::device::{Device, DeviceError, EndReason, Kind, Notice, RangeId};

use crate::event::{DeviceEvent, Event, Events};
use crate::mailbox::{Mailboxes, Order};

/// How long a device may take to end its ranges when everything ends.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a device is asked how warm it is, and the longest that its thread sleeps.
const TEMPERATURE_INTERVAL: Duration = Duration::from_secs(30);

/// Why a device's thread is over.
#[derive(Debug, PartialEq, Eq)]
pub enum ExitReason {
    Ended,
    GivenUp,
    Reopened,
    /// It failed, as the line says.
    Failed(String),
}

pub struct Worker {
    index: usize,
    mailboxes: Arc<Mailboxes>,
    events: Events,
    /// What the device was given and is not over.
    ranges: BTreeSet<RangeId>,
    temperature_due: Option<Duration>,
}

impl Worker {
    /// A worker of device `index`, which has a mailbox.
    pub fn new(index: usize, mailboxes: Arc<Mailboxes>, events: Events) -> Self {
        Self {
            index,
            mailboxes,
            events,
            ranges: BTreeSet::new(),
            temperature_due: None,
        }
    }

    /// Works until the device fails or an order ends that.
    pub fn run(mut self, mut device: Box<dyn Device>) -> ExitReason {
        // A processor has no sensor of its own.
        if device.description().kind == Kind::Board {
            self.temperature_due = Some(Duration::ZERO);
        }
        let outcome = self.drive(&mut *device);
        let exit = outcome.unwrap_or_else(|error| ExitReason::Failed(error.to_string()));
        self.mailboxes.unregister(self.index);
        // Closed before anybody hears of it: a port opens once.
        drop(device);
        let reason = match &exit {
            ExitReason::Ended => "the miner ends",
            ExitReason::GivenUp => "it was given up",
            ExitReason::Reopened => "it is opened again",
            ExitReason::Failed(error) => error,
        };
        self.tell(DeviceEvent::Left {
            reason: reason.to_owned(),
            failed: matches!(exit, ExitReason::Failed(_)),
        });
        exit
    }

    fn drive(&mut self, device: &mut dyn Device) -> Result<ExitReason, DeviceError> {
        loop {
            let (orders, end) = self.mailboxes.take(self.index);
            let overtaken = orders.iter().rposition(Order::gives_up_work).unwrap_or(0);
            for (place, order) in orders.into_iter().enumerate() {
                match order {
                    // The device would only be told to forget it.
                    Order::Begin(range, _) if place < overtaken => {
                        self.hear(Notice::RangeDone {
                            range: range.id,
                            hashes: 0,
                            ending: EndReason::Replaced,
                        });
                    }
                    Order::Begin(range, placement) => {
                        self.ranges.insert(range.id);
                        device.begin(&range, placement)?;
                    }
                    Order::Abort => device.abort()?,
                    Order::Reset => device.reset()?,
                    Order::Reopen => return Ok(ExitReason::Reopened),
                    Order::GiveUp => return Ok(ExitReason::GivenUp),
                }
            }
            if end {
                self.drain(device)?;
                return Ok(ExitReason::Ended);
            }
            let sleep = self.look_after(device)?;
            if let Some(notice) = device.notice(sleep)? {
                self.hear(notice);
            }
        }
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

    /// Has the device give up all work, and hears what was hashed of it.
    fn drain(&mut self, device: &mut dyn Device) -> Result<(), DeviceError> {
        device.abort()?;
        let end = self.events.now() + DRAIN_TIMEOUT;
        while !self.ranges.is_empty() {
            let left = end.saturating_sub(self.events.now());
            if left.is_zero() {
                break;
            }
            if let Some(notice) = device.notice(left)? {
                self.hear(notice);
            }
        }
        Ok(())
    }

    fn hear(&mut self, notice: Notice) {
        if let Notice::RangeDone { range, .. } = &notice {
            self.ranges.remove(range);
        }
        self.tell(DeviceEvent::Notice(notice));
    }

    fn tell(&self, event: DeviceEvent) {
        let device = self.index;
        self.events.send(Event::Device { device, event });
    }
}
