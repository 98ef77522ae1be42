//! Fault injection: a device that goes wrong now and then, on purpose.
//!
//! The faults are drawn from a seed. The same notices and work in the same order meet the same
//! faults.

mod faults;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::deadline::deadline;
use crate::device::{
    Description, Device, DeviceError, EndReason, Notice, Placement, Range, RangeId,
};
use crate::waker::Waker;
pub use faults::{Counts, Faults, Injected};

/// A device of any kind, with faults injected.
pub struct Flaky<D> {
    device: D,
    faults: Faults,
    random: StdRng,
    injected: Arc<Injected>,
    notices: VecDeque<Notice>,
    /// Ends of ranges that are told late.
    late: BinaryHeap<Reverse<Late>>,
    /// It tells nothing until it is reset, and then only which ranges have ended.
    silent: bool,
    gone: bool,
}

/// The end of a range, by the time when it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Late {
    due: Instant,
    range: RangeId,
    hashes: u64,
    ending: EndReason,
}

impl Late {
    fn notice(self) -> Notice {
        Notice::RangeDone {
            range: self.range,
            hashes: self.hashes,
            ending: self.ending,
        }
    }
}

impl<D: Device> Flaky<D> {
    /// Has `device` go wrong, and counts how often in `injected`, which several may share.
    pub fn new(device: D, faults: Faults, seed: u64, injected: Arc<Injected>) -> Self {
        Self {
            device,
            faults,
            random: StdRng::seed_from_u64(seed),
            injected,
            notices: VecDeque::new(),
            late: BinaryHeap::new(),
            silent: false,
            gone: false,
        }
    }

    /// Whether a fault of this rate happens now.
    fn happens(&mut self, rate: f64) -> bool {
        self.random.random_bool(rate.clamp(0.0, 1.0))
    }

    fn count(&self, count: impl FnOnce(&mut Counts)) {
        self.injected.add(count);
    }

    fn check_gone(&self) -> Result<(), DeviceError> {
        match self.gone {
            true => Err(DeviceError::Gone {
                name: self.device.description().name.clone(),
                reason: "a fault that was asked for".into(),
            }),
            false => Ok(()),
        }
    }

    /// What becomes of the device when it gets work.
    fn fail(&mut self) -> Result<(), DeviceError> {
        if self.happens(self.faults.gone) {
            self.count(|counts| counts.gone += 1);
            self.gone = true;
            return self.check_gone();
        }
        if self.happens(self.faults.hang) && !self.silent {
            self.count(|counts| counts.hangs += 1);
            self.silent = true;
        }
        if self.happens(self.faults.restart) {
            self.count(|counts| counts.restarts += 1);
            self.reset()?;
        }
        Ok(())
    }

    fn take(&mut self, notice: Notice) {
        match notice {
            Notice::RangeDone { .. } if self.silent => self.notices.push_back(notice),
            _ if self.silent => {}
            Notice::Found { range, nonce, hash } => self.take_found(range, nonce, hash),
            Notice::RangeDone {
                range,
                hashes,
                ending,
            } => self.take_end(range, hashes, ending),
            notice => self.notices.push_back(notice),
        }
    }

    fn take_found(&mut self, range: RangeId, mut nonce: u64, mut hash: [u8; 32]) {
        if self.happens(self.faults.lost) {
            self.count(|counts| counts.lost += 1);
            return;
        }
        if self.happens(self.faults.wrong_nonce) {
            self.count(|counts| counts.wrong_nonces += 1);
            nonce ^= 1 << self.random.random_range(0..64);
        }
        if self.happens(self.faults.wrong_hash) {
            self.count(|counts| counts.wrong_hashes += 1);
            hash[self.random.random_range(0..hash.len())] ^= 1 << self.random.random_range(0..8);
        }
        let found = Notice::Found { range, nonce, hash };
        self.notices.push_back(found);
        if self.happens(self.faults.repeated) {
            self.count(|counts| counts.repeated += 1);
            self.notices.push_back(found);
        }
    }

    fn take_end(&mut self, range: RangeId, mut hashes: u64, ending: EndReason) {
        if self.happens(self.faults.miscounted) {
            self.count(|counts| counts.miscounted += 1);
            hashes ^= 1 << self.random.random_range(0..64);
        }
        if self.happens(self.faults.endless) {
            self.count(|counts| counts.endless += 1);
        } else if self.happens(self.faults.late) {
            self.count(|counts| counts.late += 1);
            self.late.push(Reverse(Late {
                due: deadline(self.faults.delay),
                range,
                hashes,
                ending,
            }));
        } else {
            self.notices.push_back(Notice::RangeDone {
                range,
                hashes,
                ending,
            });
        }
    }

    /// The end of a range that is due by now.
    fn overdue(&mut self) -> Option<Notice> {
        let Reverse(late) = *self.late.peek()?;
        if late.due > Instant::now() {
            return None;
        }
        self.late.pop();
        Some(late.notice())
    }
}

impl<D: Device> Device for Flaky<D> {
    fn description(&self) -> &Description {
        self.device.description()
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.device.begin(range, placement)?;
        self.fail()
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.device.abort()
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        let end = deadline(patience);
        loop {
            self.check_gone()?;
            let told = match self.silent {
                true => None,
                false => self.notices.pop_front().or_else(|| self.overdue()),
            };
            if let Some(notice) = told {
                return Ok(Some(notice));
            }
            let due = self
                .late
                .peek()
                .filter(|_| !self.silent)
                .map(|Reverse(late)| late.due);
            let until = due.map_or(end, |due| due.min(end));
            match self
                .device
                .notice(until.saturating_duration_since(Instant::now()))?
            {
                Some(notice) => self.take(notice),
                // It may be the time of one that is late; else it is over, or a wake came.
                None if until < end && until <= Instant::now() => {}
                None => return Ok(None),
            }
        }
    }

    fn waker(&self) -> Waker {
        self.device.waker()
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.silent = false;
        self.notices
            .retain(|notice| matches!(notice, Notice::RangeDone { .. }));
        let late = self.late.drain().map(|Reverse(late)| late.notice());
        self.notices.extend(late);
        self.device.reset()
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.device.self_test()
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        self.check_gone()?;
        self.device.hashes()
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        self.check_gone()?;
        self.device.temperature()
    }
}
