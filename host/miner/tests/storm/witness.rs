//! A device whose results the judge hears before the miner.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tensority_device::device::{
    Description, Device, DeviceError, Notice, Placement, Range, RangeId,
};
use tensority_device::waker::Waker;

use super::Judge;

/// Results that the miner may have before it, lest they pile up.
const BACKLOG: u64 = 500;

/// The device.
pub struct Witness<D> {
    device: D,
    judge: Arc<Judge>,
    ranges: HashMap<RangeId, Range>,
}

impl<D> Witness<D> {
    /// Listens to a device.
    pub fn new(device: D, judge: Arc<Judge>) -> Self {
        Self {
            device,
            judge,
            ranges: HashMap::new(),
        }
    }
}

impl<D: Device> Device for Witness<D> {
    fn description(&self) -> &Description {
        self.device.description()
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        self.ranges.insert(range.id, *range);
        self.device.begin(range, placement)
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        self.device.abort()
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        if self.judge.backlog() > BACKLOG {
            // A device that is slower while the judge catches up.
            thread::sleep(Duration::from_millis(1));
            return Ok(None);
        }
        let notice = self.device.notice(patience)?;
        match notice {
            Some(Notice::Found { range, nonce, hash }) => {
                self.judge
                    .device_told(self.ranges.get(&range), nonce, &hash);
            }
            Some(Notice::RangeDone { range, .. }) => {
                self.ranges.remove(&range);
            }
            _ => {}
        }
        Ok(notice)
    }

    fn waker(&self) -> Waker {
        self.device.waker()
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.device.reset()
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        self.device.self_test()
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        self.device.hashes()
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        self.device.temperature()
    }
}
