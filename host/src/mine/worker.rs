//! A device and the thread that keeps it at work.

use super::{
    backoff::Backoff,
    events::{DeviceEvent, Event, Events, Found},
    leases::LeaseSize,
    ranges::Ranges,
    watch::Watch,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tensority_device::device::{Device, DeviceError, Notice, Placement};

/// Opens a device, the same one each time; the reason if that fails.
pub type Opener = Box<dyn Fn() -> Result<Box<dyn Device>, String> + Send>;

/// How long a device is listened to before the watch is looked at.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long a device may take to end its ranges when everything ends.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// The waits between attempts to open a device again.
const REOPEN_FIRST: Duration = Duration::from_millis(500);
const REOPEN_LONGEST: Duration = Duration::from_secs(30);

/// Keeps one device at work, and opens it again when it fails.
pub struct Worker {
    index: usize,
    open: Opener,
    watch: Arc<Watch>,
    events: Events,
    ranges: Ranges,
    /// The seed of the device's last work, and when it first got such work.
    seed: Option<([u8; 32], Instant)>,
}

impl Worker {
    /// A worker of device `index`.
    pub fn new(
        index: usize,
        open: Opener,
        watch: Arc<Watch>,
        events: Events,
        size: LeaseSize,
    ) -> Self {
        Self {
            index,
            open,
            watch,
            events,
            ranges: Ranges::new(rand::random(), size),
            seed: None,
        }
    }

    /// Works until the watch says to end.
    pub fn run(mut self, device: Box<dyn Device>) {
        let mut device = Some(device);
        while let Some(mut at_work) = device.take() {
            if let Err(error) = self.drive(&mut *at_work) {
                // Closed first: a port opens once.
                drop(at_work);
                let given_up = self.ranges.forget();
                self.seed = None;
                self.tell(DeviceEvent::Lost {
                    reason: error.to_string(),
                    given_up,
                });
                device = self.reopen();
            }
        }
        self.tell(DeviceEvent::Ended);
    }

    fn reopen(&self) -> Option<Box<dyn Device>> {
        let mut backoff = Backoff::new(REOPEN_FIRST, REOPEN_LONGEST);
        while !self.watch.rest(backoff.wait()) {
            if let Ok(device) = (self.open)() {
                self.tell(DeviceEvent::Back);
                return Some(device);
            }
        }
        None
    }

    fn drive(&mut self, device: &mut dyn Device) -> Result<(), DeviceError> {
        while !self.watch.is_ending() {
            self.feed(device)?;
            if let Some(notice) = device.notice(PATIENCE)? {
                self.heed(notice);
            }
        }
        self.drain(device)
    }

    /// Keeps one range running and, if the device can, one behind it.
    fn feed(&mut self, device: &mut dyn Device) -> Result<(), DeviceError> {
        let most = 1 + device.description().queue.min(1) as usize;
        let mut stale = self.ranges.are_stale(|job| self.watch.is_stale(job));
        while stale || self.ranges.at_work() < most {
            let Some((job, lease)) = self.watch.lease(self.ranges.next_size()) else {
                break;
            };
            let now = Instant::now();
            let mut placement = Placement::Behind;
            if stale {
                placement = Placement::Replace;
                self.ranges.replace();
            }
            stale = false;
            let seed = job.template.seed;
            if self.seed.is_none_or(|(known, _)| known != seed) {
                self.seed = Some((seed, now));
            }
            device.begin(&self.ranges.begin(now, job, lease), placement)?;
        }
        Ok(())
    }

    fn heed(&mut self, notice: Notice) {
        let now = Instant::now();
        let event = match notice {
            Notice::Found { range, nonce, hash } => match self.ranges.found(range, nonce) {
                Ok(job) => DeviceEvent::Found(Found {
                    device: self.index,
                    job,
                    nonce,
                    hash,
                }),
                Err(fault) => DeviceEvent::Fault(fault),
            },
            Notice::RangeDone {
                range,
                hashes,
                ending,
            } => match self.ranges.done(now, range, hashes, ending) {
                Ok(done) => DeviceEvent::Hashed(done),
                Err(fault) => DeviceEvent::Fault(fault),
            },
            Notice::SeedReady(ready) => match self.seed {
                Some((seed, since)) if seed == ready => DeviceEvent::SeedReady {
                    seed,
                    took: now - since,
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
        let end = Instant::now() + DRAIN_TIMEOUT;
        while !self.ranges.is_empty() && Instant::now() < end {
            if let Some(notice) = device.notice(PATIENCE)? {
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
