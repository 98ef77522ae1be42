//! Common interface of everything that mines.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority::Target;
pub use tensority_protocol::codes::EndReason;
use tensority_protocol::messages::Refusal;
pub use tensority_telemetry::device::Kind;

use crate::waker::Waker;

/// The one identity of work, from the miner to the wire, the chip and back.
///
/// No id comes twice for a device, and those of different sessions begin at random, so that nothing
/// that a device still holds of an earlier session is taken for work of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RangeId(pub u32);

impl RangeId {
    /// An id for a session to begin after.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The id after this one; never 0, which is no range on the wire.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).unwrap_or(1))
    }
}

impl fmt::Display for RangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the PoW hash is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A header with each nonce of a range: the 128 bytes in front of it.
    Header([u8; 128]),
    /// A header hash as it is; its range has one nonce, whose hash is always reported.
    Raw([u8; 32]),
}

/// Nonces to hash. The miner's controller cuts it from a job; a device consumes it, and every notice
/// of it carries its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Range {
    pub id: RangeId,
    /// What stands in front of the nonce.
    pub message: Message,
    pub seed: [u8; 32],
    /// Hashes that meet it are reported.
    pub target: Target,
    pub first: u64,
    /// Number of nonces, at least 1; all are below 2^63.
    pub count: u64,
}

impl Range {
    /// Whether both differ in nothing but their nonces.
    pub fn is_of_same_job(&self, other: &Self) -> bool {
        (self.message, self.seed, self.target) == (other.message, other.seed, other.target)
    }
}

/// What happens to the work that a device has when more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Placement {
    Behind,
    Replace,
}

/// What a device reports on its own; each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the types say what the rest is")]
pub enum Notice {
    /// A nonce that the device says meets its range's target.
    Found {
        range: RangeId,
        nonce: u64,
        /// The PoW hash that the device computed.
        #[serde(with = "hex::serde")]
        hash: [u8; 32],
    },
    /// A range is over; what it found was reported before.
    RangeDone {
        range: RangeId,
        /// Nonces hashed, counted from the first.
        hashes: u64,
        ending: EndReason,
    },
    /// The matrix list of a seed is made.
    SeedReady(#[serde(with = "hex::serde")] [u8; 32]),
    /// The known-answer test is over.
    SelfTestDone {
        /// Whether the hash was right.
        passed: bool,
    },
    /// The device restarted: it has forgotten all work, the end of which was reported before.
    Restarted,
}

/// What a device is.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Description {
    /// What it is called in messages: the path of its port, `cpu` and so on.
    pub name: String,
    pub kind: Kind,
    /// Path of its port, where it is at one.
    pub port: Option<String>,
    pub serial: Option<u64>,
    /// Matrix rows processed side by side, or threads.
    pub lanes: u32,
    /// Ranges that may wait behind the one that runs.
    pub queue: u32,
    /// Hashes per second that its size and clock promise, if they do; those of a simulated board do
    /// not.
    pub expected_rate: Option<f64>,
}

/// Why a device did not do what it was asked; `name` is the device's.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum DeviceError {
    /// The device is gone: unplugged, closed, ended.
    #[error("{name}: the device is gone ({reason})")]
    Gone { name: String, reason: String },
    /// No answer came, though the request was repeated.
    #[error("{name}: no answer to {request} within {waited:?}, asked {attempts} times")]
    Silent {
        name: String,
        request: &'static str,
        waited: Duration,
        attempts: u32,
    },
    #[error("{name}: {request} refused: {reason}")]
    Refused {
        name: String,
        request: &'static str,
        reason: String,
        /// That of the protocol, where it came over a link.
        code: Option<u8>,
    },
    /// The device does not speak as it should.
    #[error("{name}: expected {expected}, found {found}")]
    Unexpected {
        name: String,
        expected: String,
        found: String,
    },
}

impl DeviceError {
    /// Whether the device refused for this reason.
    pub fn is_refusal(&self, refusal: Refusal) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == Some(refusal as u8))
    }
}

/// Something that mines.
///
/// Every range that [`Device::begin`] took ends with one [`Notice::RangeDone`], where the device
/// restarts in front of [`Notice::Restarted`]. No call waits longer than the device's own time limits.
pub trait Device: Send {
    /// Its name, kind, size and promised rate.
    fn description(&self) -> &Description;

    /// Gives it a range. [`Placement::Behind`] is refused if its queue is full.
    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError>;

    /// Gives up all work.
    fn abort(&mut self) -> Result<(), DeviceError>;

    /// The next notice, or none within `patience` or when [`Device::waker`] ends the wait. What has
    /// come of it by then is told first.
    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError>;

    /// What ends the wait of [`Device::notice`], and no other, from any thread.
    fn waker(&self) -> Waker;

    /// Restarts it: it forgets all work, and [`Notice::Restarted`] follows.
    fn reset(&mut self) -> Result<(), DeviceError>;

    /// Starts the known-answer test; [`Notice::SelfTestDone`] tells its end.
    fn self_test(&mut self) -> Result<(), DeviceError>;

    /// Hashes completed since the device started, by its own count.
    fn hashes(&mut self) -> Result<u64, DeviceError>;

    /// Temperature of its chip in degrees Celsius, if it measures that.
    fn temperature(&mut self) -> Result<Option<f64>, DeviceError>;
}
