//! A device that says what a test wants.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tensority::fast::{Backend, MatrixList, hash};
use tensority::header_hash;
use tensority_device::device::{
    Description, Device, DeviceError, Kind, Message, Notice, Placement, Range, RangeId,
};
use tensority_device::wake_fd::WakeFd;
use tensority_device::waker::Waker;
use tensority_miner::fleet::Opener;

/// What a script makes of a range: notices, or the end of the device.
pub type Script = Box<dyn FnMut(&Range, Placement) -> Vec<Option<Notice>> + Send>;

/// A device that answers work by a script, one range at a time.
pub struct Scripted {
    description: Description,
    wakes: WakeFd,
    script: Script,
    /// Nothing is the end of the device.
    notices: VecDeque<Option<Notice>>,
}

/// Opens scripted devices, one for each script, and none after that.
pub fn scripts(scripts: Vec<Script>) -> Opener {
    let scripts = std::sync::Mutex::new(VecDeque::from(scripts));
    Arc::new(move || {
        let script = scripts.lock().expect("no panic").pop_front();
        match script {
            Some(script) => Ok(Box::new(open(script)) as Box<dyn Device>),
            None => Err("there is no script left".to_owned()),
        }
    })
}

fn open(script: Script) -> Scripted {
    Scripted {
        description: Description {
            name: "scripted".to_owned(),
            kind: Kind::Simulated,
            port: None,
            serial: None,
            lanes: 1,
            queue: 0,
            expected_rate: None,
        },
        wakes: WakeFd::new().expect("an eventfd"),
        script,
        notices: VecDeque::new(),
    }
}

impl Device for Scripted {
    fn description(&self) -> &Description {
        &self.description
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        self.notices.extend((self.script)(range, placement));
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
                self.wakes.wait(patience).expect("a wait");
                Ok(None)
            }
        }
    }

    fn waker(&self) -> Waker {
        self.wakes.waker()
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.notices.push_back(Some(Notice::Restarted));
        Ok(())
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        Ok(0)
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        Ok(None)
    }
}

/// The hashes of the nonces of a range, in order.
pub fn hashes(range: &Range) -> impl Iterator<Item = (u64, [u8; 32])> + use<> {
    let Message::Header(prefix) = range.message else {
        panic!("the miner gives headers")
    };
    let list = MatrixList::build(Backend::fastest(), &range.seed);
    let first = range.first;
    (first..).map(move |nonce| {
        let header_hash = header_hash(&prefix, nonce).expect("below 2^63");
        (nonce, hash(&header_hash, &list))
    })
}

/// The notices of nonces that meet the target, or of those that do not.
pub fn found(range: &Range, met: bool) -> impl Iterator<Item = Notice> + use<> {
    let (id, target) = (range.id, range.target);
    let wanted = hashes(range).filter(move |(_, hash)| target.is_met_by(hash) == met);
    wanted.map(move |(nonce, hash)| Notice::Found {
        range: id,
        nonce,
        hash,
    })
}

/// Changes a notice of a found nonce.
pub fn with(notice: Notice, edit: impl FnOnce(&mut RangeId, &mut u64, &mut [u8; 32])) -> Notice {
    let Notice::Found {
        mut range,
        mut nonce,
        mut hash,
    } = notice
    else {
        panic!("{notice:?}")
    };
    edit(&mut range, &mut nonce, &mut hash);
    Notice::Found { range, nonce, hash }
}
