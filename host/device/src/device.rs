//! One interface for everything that mines.

use std::time::Duration;

use tensority::Target;

use crate::waker::Waker;

/// What is hashed: what a node or pool wants, without its nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Number chosen by the host; a device keeps the last few.
    pub number: u32,
    /// What stands in front of the nonce.
    pub message: Message,
    /// Seed of the matrix list.
    pub seed: [u8; 32],
    /// Hashes that meet it are reported.
    pub target: Target,
}

/// What the PoW hash is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A header with each nonce of a range: the 128 bytes in front of it.
    Header([u8; 128]),
    /// A header hash as it is; its range has one nonce, whose hash is always reported.
    Raw([u8; 32]),
}

/// A job with a range of nonces, sent to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Number of the range, never used twice for a device; results carry it.
    pub range: u32,
    /// The job.
    pub job: Job,
    /// First nonce.
    pub first: u64,
    /// Number of nonces, at least 1; all are below 2^63.
    pub count: u64,
}

/// What happens to the work that a device has when more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It is done first.
    Behind,
    /// It is given up.
    Replace,
}

/// Why a range is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// All its nonces were hashed.
    Complete,
    /// It was aborted.
    Aborted,
    /// Other work replaced it.
    Replaced,
}

/// What a device reports on its own; each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A nonce that the device says meets its job's target.
    Found {
        /// Its range.
        range: u32,
        /// The nonce.
        nonce: u64,
        /// The PoW hash that the device computed.
        hash: [u8; 32],
    },
    /// A range is over; what it found was reported before.
    RangeDone {
        /// The range.
        range: u32,
        /// Nonces hashed, counted from the first.
        hashes: u64,
        /// Why.
        ending: Ending,
    },
    /// The matrix list of a seed is made.
    SeedReady([u8; 32]),
    /// The known-answer test is over.
    SelfTestDone {
        /// Whether the hash was right.
        passed: bool,
    },
    /// The device restarted: it has forgotten all work.
    Restarted,
}

/// What hashes in a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A board.
    Board,
    /// A board that a program simulates.
    Simulated,
    /// Processors of this machine.
    Processor,
}

/// What a device is.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// What it is called in messages: the path of its port, `cpu` and so on.
    pub name: String,
    /// What hashes in it.
    pub kind: Kind,
    /// Path of its port, where it is at one.
    pub port: Option<String>,
    /// Serial number, where it has one.
    pub serial: Option<u64>,
    /// Matrix rows processed side by side, or threads.
    pub lanes: u32,
    /// Ranges that may wait behind the one that runs.
    pub queue: u32,
    /// Hashes per second that its size and clock promise, if they do; those of a simulated board do
    /// not.
    pub expected_rate: Option<f64>,
}

/// Why a device did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The device is gone: unplugged, closed, ended.
    #[error("{name}: the device is gone ({reason})")]
    Gone {
        /// Its name.
        name: String,
        /// What the port said.
        reason: String,
    },
    /// No answer came, though the request was repeated.
    #[error("{name}: no answer to {request} within {waited:?}, asked {attempts} times")]
    Silent {
        /// Its name.
        name: String,
        /// The request.
        request: &'static str,
        /// Time waited in all.
        waited: Duration,
        /// Times asked.
        attempts: u32,
    },
    /// The device said no.
    #[error("{name}: {request} refused: {reason}")]
    Refused {
        /// Its name.
        name: String,
        /// The request.
        request: &'static str,
        /// Why.
        reason: String,
    },
    /// The device does not speak as it should.
    #[error("{name}: expected {expected}, found {found}")]
    Unexpected {
        /// Its name.
        name: String,
        /// What it should have said.
        expected: String,
        /// What it said.
        found: String,
    },
}

/// Something that mines.
///
/// Every range that [`Device::begin`] took ends with one [`Notice::RangeDone`], unless the device
/// restarts. No call waits longer than the device's own time limits.
pub trait Device: Send {
    /// What it is.
    fn description(&self) -> &Description;

    /// Gives it work. [`Placement::Behind`] is refused if its queue is full.
    ///
    /// # Errors
    /// If the device is gone, silent or refuses.
    fn begin(&mut self, work: &Work, placement: Placement) -> Result<(), DeviceError>;

    /// Gives up all work.
    ///
    /// # Errors
    /// If the device is gone or silent.
    fn abort(&mut self) -> Result<(), DeviceError>;

    /// The next notice, or none within `patience` or when [`Device::waker`] ends the wait. What has
    /// come of it by then is told first.
    ///
    /// # Errors
    /// If the device is gone.
    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError>;

    /// What ends the wait of [`Device::notice`], and no other, from any thread.
    fn waker(&self) -> Waker;

    /// Restarts it: it forgets all work, and [`Notice::Restarted`] follows.
    ///
    /// # Errors
    /// If the device is gone or silent.
    fn reset(&mut self) -> Result<(), DeviceError>;

    /// Starts the known-answer test; [`Notice::SelfTestDone`] tells its end.
    ///
    /// # Errors
    /// If the device is gone, silent or busy.
    fn self_test(&mut self) -> Result<(), DeviceError>;

    /// Hashes completed since the device started, by its own count.
    ///
    /// # Errors
    /// If the device is gone or silent.
    fn hashes(&mut self) -> Result<u64, DeviceError>;

    /// Temperature of its chip in degrees Celsius, if it measures that.
    ///
    /// # Errors
    /// If the device is gone or silent.
    fn temperature(&mut self) -> Result<Option<f64>, DeviceError>;
}
