//! Events, all that the controller ever learns. They are plain data, so that a run can be written
//! down and run again.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority_device::device::Notice;
use tensority_telemetry::command::Command;
use tensority_telemetry::device::Kind;

use crate::clock::Clock;
use crate::range_size::RangeSize;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Event {
    /// Something happened at a source, which is known by its index.
    #[expect(missing_docs, reason = "the types say what they are")]
    Source {
        source: usize,
        event: tensority_source::Event,
    },
    /// Something happened at a device, which is known by its index.
    #[expect(missing_docs, reason = "the types say what they are")]
    Device {
        device: usize,
        event: DeviceEvent,
    },
    /// A result was hashed again in software.
    Checked {
        result: u64,
        verdict: Verdict,
        /// From the report to the verdict.
        took: Duration,
        /// Time of a processor that it took.
        busy: Duration,
    },
    /// The fleet decided something by itself.
    #[expect(missing_docs, reason = "as in a decision")]
    Fleet {
        about: String,
        action: String,
        reason: String,
    },
    Command(Command),
    /// The system's clock was set: by it, the miner started at another time, in seconds since 1970.
    ClockSet(u64),
    /// Give up all work and come to an end.
    Stop,
    Tick,
    /// Everything has come to its end: sum it up.
    Over,
}

/// What happened to a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum DeviceEvent {
    /// It is there, for the first time or again.
    Joined(Joined),
    /// It is not there, and cannot be opened.
    #[expect(missing_docs, reason = "a name, and a sentence")]
    Unavailable {
        name: String,
        reason: String,
    },
    Notice(Notice),
    /// How warm it is, in degrees Celsius.
    Temperature(f64),
    /// It was closed, and has forgotten its ranges.
    Left {
        reason: String,
        /// Whether it is its own fault.
        failed: bool,
    },
}

/// A device that was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Joined {
    /// What it is called, each differently.
    pub name: String,
    /// What it is known by: a serial number, else its place.
    pub id: String,
    pub kind: Kind,
    /// The path of its port, where it is at one.
    pub port: Option<String>,
    /// Matrix rows processed side by side, or threads.
    pub lanes: u32,
    /// Ranges that may wait behind the one that runs.
    pub queue: u32,
    /// Hashes per second that it promises, or that somebody said.
    pub expected_rate: Option<f64>,
    pub config: WorkerConfig,
}

/// How a device is to work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerConfig {
    /// Hashes per second that it should reach, where somebody said so.
    pub expected_rate: Option<f64>,
    /// How often it should report a result, so that its rate is known without it.
    pub results_per_minute: f64,
    /// How many nonces it gets at a time.
    pub range_size: RangeSize,
}

/// What the software says about a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Verdict {
    /// The hash is as the device said.
    Right,
    OtherHash {
        #[serde(with = "hex::serde")]
        pow_hash: [u8; 32],
    },
}

/// What comes to the controller's loop.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "all but a few are events")]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Incoming {
    Event(Event),
    Panicked(&'static str),
}

/// The way to the controller, and the time.
#[derive(Clone)]
pub struct Events {
    sender: mpsc::Sender<Incoming>,
    clock: Clock,
}

impl Events {
    /// A sender, and the receiver for the loop.
    pub fn channel(clock: Clock) -> (Self, mpsc::Receiver<Incoming>) {
        let (sender, receiver) = mpsc::channel();
        (Self { sender, clock }, receiver)
    }

    /// Since the start of the miner.
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Tells the controller, unless it is gone: then everything is over.
    pub fn send(&self, event: Event) {
        let _ = self.sender.send(Incoming::Event(event));
    }

    /// Starts a thread whose panic the controller hears of. Its stack is small: there may be a
    /// thousand.
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
