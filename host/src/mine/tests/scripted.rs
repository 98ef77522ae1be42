//! A device that says what a test wants.

use crate::mine::worker::Opener;
use std::{collections::VecDeque, thread, time::Duration};
use tensority::{
    fast::{Backend, Cache, hash},
    header_hash,
};
use tensority_device::device::{
    Description, Device, DeviceError, Message, Notice, Placement, Work,
};

/// What a script makes of work: notices, or the end of the device.
pub type Script = Box<dyn FnMut(&Work, Placement) -> Vec<Option<Notice>> + Send>;

/// A device that answers work by a script, one range at a time.
pub struct Scripted {
    description: Description,
    script: Script,
    /// Nothing is the end of the device.
    notices: VecDeque<Option<Notice>>,
}

/// A scripted device that cannot be opened again.
pub fn scripted(script: Script) -> (Box<dyn Device>, Opener) {
    let closed = || Err("it opens once".to_owned());
    (open(script), Box::new(closed))
}

/// A scripted device.
pub fn open(script: Script) -> Box<dyn Device> {
    Box::new(Scripted {
        description: Description {
            name: "scripted".to_owned(),
            serial: None,
            lanes: 1,
            queue: 0,
            expected_rate: None,
        },
        script,
        notices: VecDeque::new(),
    })
}

impl Device for Scripted {
    fn description(&self) -> &Description {
        &self.description
    }

    fn begin(&mut self, work: &Work, placement: Placement) -> Result<(), DeviceError> {
        self.notices.extend((self.script)(work, placement));
        Ok(())
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        match self.notices.pop_front() {
            Some(Some(notice)) => Ok(Some(notice)),
            Some(None) => Err(DeviceError::Gone {
                name: self.description.name.clone(),
                reason: "the script says so".to_owned(),
            }),
            None => {
                thread::sleep(patience);
                Ok(None)
            }
        }
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        Ok(0)
    }
}

/// The hashes of the nonces of work, in order.
pub fn hashes(work: &Work) -> impl Iterator<Item = (u64, [u8; 32])> {
    let Message::Header(prefix) = work.job.message else {
        panic!("the miner gives headers")
    };
    let cache = Cache::build(Backend::fastest(), &work.job.seed);
    (work.first..).map(move |nonce| (nonce, hash(&header_hash(&prefix, nonce).unwrap(), &cache)))
}

/// The notice of a nonce that meets the target or does not.
pub fn found(work: &Work, met: bool) -> impl Iterator<Item = Notice> {
    let (range, target) = (work.range, work.job.target);
    let wanted = hashes(work).filter(move |(_, hash)| target.is_met_by(hash) == met);
    wanted.map(move |(nonce, hash)| Notice::Found { range, nonce, hash })
}
