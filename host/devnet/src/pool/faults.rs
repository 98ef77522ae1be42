//! Active faults of a pool.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::pool::code::Code;
use crate::pool::kinds::{Field, Garbage, Named, Oddity};
use crate::pool::misbehaviour::Misbehaviour;

/// The value of the first fault of a kind.
macro_rules! first {
    ($faults:ident, $kind:ident) => {
        $faults.list.iter().find_map(|fault| match fault {
            Misbehaviour::$kind(value) => Some(*value),
            _ => None,
        })
    };
}

/// What a pool does wrong, and since when it was asked to. Cheap to copy.
#[derive(Debug, Clone)]
pub struct Faults {
    list: Arc<[Misbehaviour]>,
    since: Instant,
}

impl Faults {
    pub fn new(list: &[Misbehaviour]) -> Self {
        Self {
            list: list.into(),
            since: Instant::now(),
        }
    }

    /// Whether this is one of them.
    pub fn has(&self, fault: Misbehaviour) -> bool {
        self.list.contains(&fault)
    }

    /// Whether the pool says nothing now.
    pub fn is_silent(&self, now: Instant) -> bool {
        let since = now.duration_since(self.since);
        first!(self, Silent).is_some_and(|after| since >= after)
    }

    /// The delay of everything that is said.
    pub fn late_by(&self) -> Duration {
        first!(self, Late).unwrap_or_default()
    }

    /// The time from one job to the next.
    pub fn job_interval(&self) -> Option<Duration> {
        first!(self, JobStorm).map(|per_second| Duration::from_secs(1) / per_second.max(1))
    }

    /// The age at which a connection is closed.
    pub fn life(&self) -> Option<Duration> {
        first!(self, Disconnect)
    }

    /// How many of a hundred good shares are called bad.
    pub fn rejected_percent(&self) -> u32 {
        first!(self, Reject).unwrap_or(0)
    }

    /// What all shares of a session are refused with that is so old, if they are.
    pub fn forgets(&self, age: Duration) -> Option<Code> {
        let past = |after: Option<Duration>| after.is_some_and(|after| age >= after);
        if past(first!(self, ForgetJobs)) {
            Some(Code::JobNotFound)
        } else {
            past(first!(self, ForgetLogin)).then_some(Code::Unauthorized)
        }
    }

    /// The fields in the other byte order.
    pub fn turned(&self) -> impl Iterator<Item = Field> {
        self.list.iter().filter_map(|fault| match fault {
            Misbehaviour::WrongEndian(field) => Some(*field),
            _ => None,
        })
    }

    /// The oddities of the message of this number.
    pub fn oddities(&self, number: usize) -> impl Iterator<Item = Oddity> {
        self.list.iter().filter_map(move |fault| match fault {
            Misbehaviour::OddReplies(Some(oddity)) => Some(*oddity),
            Misbehaviour::OddReplies(None) => Some(Oddity::ALL[number % Oddity::ALL.len()]),
            _ => None,
        })
    }

    /// The nonsense before the message of this number.
    pub fn garbage(&self, number: usize) -> impl Iterator<Item = Garbage> {
        self.list.iter().filter_map(move |fault| match fault {
            Misbehaviour::Garbage(Some(garbage)) => Some(*garbage),
            Misbehaviour::Garbage(None) => Some(Garbage::ALL[number % Garbage::ALL.len()]),
            _ => None,
        })
    }
}
