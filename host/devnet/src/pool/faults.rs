//! What a pool does wrong at the moment.

use crate::pool::{
    kinds::{Field, Garbage, Named, Oddity},
    misbehaviour::Misbehaviour,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What a pool does wrong, and since when it was asked to. Cheap to copy.
#[derive(Debug, Clone)]
pub struct Faults {
    list: Arc<[Misbehaviour]>,
    since: Instant,
}

impl Faults {
    /// These, from now on.
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
        self.first(|fault| match fault {
            Misbehaviour::Silent(after) => Some(since >= after),
            _ => None,
        })
        .unwrap_or(false)
    }

    /// How much later everything is said.
    pub fn late_by(&self) -> Duration {
        self.first(|fault| match fault {
            Misbehaviour::Late(by) => Some(by),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// The time from one job to the next.
    pub fn job_interval(&self) -> Option<Duration> {
        self.first(|fault| match fault {
            Misbehaviour::JobStorm(per_second) => Some(Duration::from_secs(1) / per_second.max(1)),
            _ => None,
        })
    }

    /// How old a connection becomes.
    pub fn life(&self) -> Option<Duration> {
        self.first(|fault| match fault {
            Misbehaviour::Disconnect(after) => Some(after),
            _ => None,
        })
    }

    /// How many of a hundred good shares are called bad.
    pub fn rejected_percent(&self) -> u32 {
        self.first(|fault| match fault {
            Misbehaviour::Reject(percent) => Some(percent),
            _ => None,
        })
        .unwrap_or(0)
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

    fn first<T>(&self, of: impl Fn(Misbehaviour) -> Option<T>) -> Option<T> {
        self.list.iter().copied().find_map(of)
    }
}
