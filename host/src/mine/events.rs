//! What the threads tell the controller.

use super::{
    answer::NodeError,
    job::{Job, Template},
    ranges::{Done, Fault},
};
use std::{
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The node was asked for work.
    Work(Result<Template, NodeError>),
    /// A device has something to say.
    Device {
        /// Its index.
        device: usize,
        /// What.
        event: DeviceEvent,
    },
    /// A nonce was hashed again in software, unless its job was stale by then.
    Checked {
        /// What was found.
        found: Found,
        /// What the software says.
        verdict: Verdict,
    },
    /// A block was handed in, or not.
    Submitted {
        /// What was found.
        found: Found,
        /// The hash of the block.
        block_hash: [u8; 32],
        /// What became of it.
        outcome: Outcome,
        /// How long it took.
        took: Duration,
    },
    /// A thread panicked.
    Panicked(&'static str),
}

/// What happened to a device.
#[derive(Debug)]
pub enum DeviceEvent {
    /// It found a nonce.
    Found(Found),
    /// It said what cannot be.
    Fault(Fault),
    /// A range is over.
    Hashed(Done),
    /// It has the matrix list of its work.
    SeedReady {
        /// The seed.
        seed: [u8; 32],
        /// The time since it first got work of this seed.
        took: Duration,
    },
    /// It restarted, and forgot the nonces it had.
    Restarted {
        /// How many.
        given_up: u64,
    },
    /// It failed and was closed.
    Lost {
        /// Why.
        reason: String,
        /// The nonces it had.
        given_up: u64,
    },
    /// It is open again.
    Back,
    /// It has given up its work for good.
    Ended,
}

/// A nonce that a device says meets the target of a job.
#[derive(Clone, Debug)]
pub struct Found {
    /// The index of the device.
    pub device: usize,
    /// The job, known by the range.
    pub job: Arc<Job>,
    /// The nonce, one of the range's.
    pub nonce: u64,
    /// The PoW hash by the device's account.
    pub hash: [u8; 32],
}

/// What the software says about a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The hash is as the device said, and meets the target.
    Valid {
        /// The hash of the block.
        block_hash: [u8; 32],
    },
    /// The hash is another one.
    OtherHash {
        /// The right one.
        pow_hash: [u8; 32],
    },
    /// The hash is right, but exceeds the target.
    AboveTarget,
    /// Its job was stale, so nobody looked.
    Stale,
}

/// What became of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the node's.
    Accepted,
    /// The node does not want it.
    Rejected(NodeError),
    /// The node gave no answer as long as the block was the next one: it may have arrived.
    Unanswered(NodeError),
    /// It became stale while it waited for the block before.
    Outrun,
}

/// The way to the controller.
#[derive(Clone)]
pub struct Events(mpsc::Sender<Event>);

impl Events {
    /// The way, and its end.
    pub fn channel() -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel();
        (Self(sender), receiver)
    }

    /// Tells the controller, unless it is gone: then everything is over.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }

    /// Starts a thread whose panic the controller hears of.
    pub fn spawn(
        &self,
        name: &'static str,
        body: impl FnOnce() + Send + 'static,
    ) -> JoinHandle<()> {
        let witness = Witness(self.clone(), name);
        thread::spawn(move || {
            let _witness = witness;
            body();
        })
    }
}

/// Is dropped when its thread ends, in whatever way.
struct Witness(Events, &'static str);

impl Drop for Witness {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.send(Event::Panicked(self.1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_heard_of_and_an_end_is_not() {
        let (events, receiver) = Events::channel();
        events.spawn("calm", || {});
        events.spawn("panicking", || panic!("this panic is part of a test"));
        drop(events);
        let heard: Vec<_> = receiver.iter().collect();
        assert!(matches!(heard[..], [Event::Panicked("panicking")]));
    }
}
