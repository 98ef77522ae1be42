//! What happens: all that the controller ever learns. Events are plain data, so that a run can be
//! written down and run again.

use crate::{clock::Clock, rate::Span};
use serde::{Deserialize, Serialize};
use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};
use tensority::Target;
use tensority_telemetry::{command::Command, device::Kind};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A source has something to say.
    Source {
        /// Its index.
        source: usize,
        /// What.
        event: tensority_source::Event,
    },
    /// A device has something to say.
    Device {
        /// Its index.
        device: usize,
        /// What.
        event: DeviceEvent,
    },
    /// A result was hashed again in software.
    Checked {
        /// The number of the result.
        result: u64,
        /// What the software says.
        verdict: Verdict,
        /// From the report to the verdict.
        took: Duration,
        /// Time of a processor that it took.
        busy: Duration,
    },
    /// Somebody asks for something.
    Command(Command),
    /// Give up all work and come to an end.
    Stop,
    /// Nothing but time passed.
    Tick,
    /// Everything has come to its end: sum it up.
    Over,
}

/// What happened to a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DeviceEvent {
    /// It is there, for the first time or again.
    Joined(Joined),
    /// It is not there, and cannot be opened.
    Unavailable {
        /// What it is called.
        name: String,
        /// Why.
        reason: String,
    },
    /// It found a nonce.
    Found(Found),
    /// It said what cannot be.
    Fault(String),
    /// A range is over.
    Hashed(Hashed),
    /// Its results take so many hashes on average from now on.
    Difficulty(f64),
    /// It got its first work of a seed.
    SeedBegun,
    /// It has the matrix list of its work.
    SeedReady {
        /// The seed.
        #[serde(with = "hex::serde")]
        seed: [u8; 32],
        /// The time since it first got work of this seed.
        took: Duration,
    },
    /// How warm it is, in degrees Celsius.
    Temperature(f64),
    /// It restarted, and forgot the nonces it had.
    Restarted {
        /// How many.
        given_up: u64,
    },
    /// It was closed.
    Left {
        /// Why.
        reason: String,
        /// Whether it is its own fault.
        failed: bool,
        /// The nonces it had.
        given_up: u64,
    },
}

/// What a device is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    /// What it is called, each differently.
    pub name: String,
    /// What it is known by.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub port: Option<String>,
    /// Matrix rows processed side by side, or threads.
    pub lanes: u32,
    /// Hashes per second that it promises, or that somebody said.
    pub expected_rate: Option<f64>,
}

/// A nonce that a device says meets the target that it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The number of the job, known by the range.
    pub job: u32,
    /// The target that the device was given.
    pub target: Target,
    /// The nonce, one of the range's.
    pub nonce: u64,
    /// The PoW hash by the device's account.
    #[serde(with = "hex::serde")]
    pub hash: [u8; 32],
    /// The header hash that it was given, if this answers a known-answer test.
    pub canary: Option<[u8; 32]>,
}

/// A range that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hashed {
    /// The number of its job.
    pub job: u32,
    /// What was hashed, and when.
    pub span: Span,
    /// Nonces that nobody will hash.
    pub given_up: u64,
    /// It was a known-answer test.
    pub canary: bool,
    /// It was one, and was not answered.
    pub unanswered: bool,
}

/// What the software says about a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The hash is as the device said.
    Right,
    /// The hash is another one.
    OtherHash {
        /// The right one.
        #[serde(with = "hex::serde")]
        pow_hash: [u8; 32],
    },
}

/// What comes to the controller's loop.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "all but a few are events")]
pub enum Incoming {
    /// An event.
    Event(Event),
    /// A thread panicked.
    Panicked(&'static str),
}

/// The way to the controller, and the time.
#[derive(Clone)]
pub struct Events {
    sender: mpsc::Sender<Incoming>,
    clock: Clock,
}

impl Events {
    /// The way, and its end.
    pub fn channel(clock: Clock) -> (Self, mpsc::Receiver<Incoming>) {
        let (sender, receiver) = mpsc::channel();
        (Self { sender, clock }, receiver)
    }

    /// The time.
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Tells the controller, unless it is gone: then everything is over.
    pub fn send(&self, event: Event) {
        let _ = self.sender.send(Incoming::Event(event));
    }

    /// Starts a thread whose panic the controller hears of. Its stack is small: there may be a
    /// thousand.
    ///
    /// # Errors
    ///
    /// Where the system gives no more threads.
    pub fn spawn(
        &self,
        name: &'static str,
        body: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<JoinHandle<()>> {
        let witness = Witness(self.sender.clone(), name);
        let builder = thread::Builder::new().name(name.to_owned());
        builder.stack_size(STACK).spawn(move || {
            let _witness = witness;
            body();
        })
    }
}

/// Bytes of a thread's stack. A hash keeps its state on the heap.
const STACK: usize = 512 << 10;

/// Is dropped when its thread ends, in whatever way.
struct Witness(mpsc::Sender<Incoming>, &'static str);

impl Drop for Witness {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(Incoming::Panicked(self.1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_heard_of_and_an_end_is_not() {
        let (events, receiver) = Events::channel(Clock::start());
        events.spawn("calm", || {}).unwrap();
        let panicking = || panic!("this panic is part of a test");
        events.spawn("panicking", panicking).unwrap();
        drop(events);
        let heard: Vec<_> = receiver.iter().collect();
        assert!(matches!(heard[..], [Incoming::Panicked("panicking")]));
    }
}
