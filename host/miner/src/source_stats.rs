//! Statistics and condition of one source.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority_telemetry::source::{Condition, Kind, Shares, Source};

use crate::outbox::Outbox;
use crate::rate::Tally;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct SourceName {
    /// What it is called; different for each.
    pub name: String,
    /// Its address, without secrets.
    pub url: String,
    pub kind: Kind,
    /// The account that shares are credited to, at a pool.
    pub user: Option<String>,
}

/// What a source gave and took.
#[derive(Debug)]
pub struct SourceStats {
    pub name: SourceName,
    /// The word of its last complaint, and the whole line.
    pub down: Option<(String, String)>,
    /// It was told of that it gives work.
    pub up: bool,
    /// Since when it is as it is.
    pub since: Duration,
    pub last_work: Option<Duration>,
    pub jobs: u64,
    pub shares: Shares,
    /// What is to be handed in.
    pub outbox: Outbox,
    pub implied: Tally,
    answers: u32,
    answering: Duration,
}

impl SourceStats {
    pub fn new(name: SourceName) -> Self {
        Self {
            name,
            down: None,
            up: false,
            since: Duration::ZERO,
            last_work: None,
            jobs: 0,
            shares: Shares::default(),
            outbox: Outbox::default(),
            implied: Tally::default(),
            answers: 0,
            answering: Duration::ZERO,
        }
    }

    /// Books the time that an answer took.
    pub fn answered(&mut self, took: Duration) {
        self.answers += 1;
        self.answering += took;
    }

    /// What became of shares, with those that wait.
    pub fn all_shares(&self) -> Shares {
        Shares {
            waiting: self.outbox.waiting(),
            ..self.shares.clone()
        }
    }

    pub fn state(&self, now: Duration, asked: bool, active: bool) -> Source {
        let (condition, reason) = match (asked, self.up, active) {
            (false, ..) => (Condition::Waiting, "another source is preferred, and well"),
            (_, true, true) => (Condition::Active, "its work is hashed"),
            (_, true, false) => (Condition::Standby, "it gives work, and another's is hashed"),
            (_, false, _) if self.down.is_none() => {
                (Condition::Connecting, "it has not answered yet")
            }
            (_, false, _) => (Condition::Down, "it gives no work"),
        };
        let reason = match (&self.down, condition) {
            (Some((_, text)), Condition::Down) => format!("it {text}"),
            _ => reason.to_owned(),
        };
        let seconds_since = |then: Duration| now.saturating_sub(then).as_secs_f64();
        Source {
            name: self.name.name.clone(),
            url: self.name.url.clone(),
            kind: self.name.kind,
            user: self.name.user.clone(),
            condition,
            reason,
            condition_seconds: seconds_since(self.since),
            last_work_seconds: self.last_work.map(seconds_since),
            jobs: self.jobs,
            shares: self.all_shares(),
            accepted_hashes: self.implied.worth(),
            implied_rate: self.implied.estimate(now),
            answer_seconds: (self.answers > 0)
                .then(|| (self.answering / self.answers).as_secs_f64()),
        }
    }
}
