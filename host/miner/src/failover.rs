//! Choice of the source to hash for: the first that is well, in the order of preference.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority_telemetry::source::Kind;

/// Times after which sources take each other's place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    /// How long a preferred source must be well before it is returned to.
    pub return_after: Duration,
    /// How long a source may give no work.
    pub silence: Duration,
}

/// How long a source may be without work before the next one is asked: a node is between two blocks,
/// a pool closes a connection now and then.
const GRACE: Duration = Duration::from_secs(5);
/// The last answers that are looked at, and how many of them must be rejections for a source to be
/// avoided.
const ANSWERS: usize = 20;
const TOO_MANY: usize = 10;
/// How often a source may forget us, and accept nothing in between, until it is avoided: a new session did
/// not help then.
const TOO_OFTEN: u32 = 2;
/// For how long a source is avoided.
const AVOIDED: Duration = Duration::from_secs(600);
/// How long a source that is no longer hashed for is kept for the answers to its shares.
const LINGER: Duration = Duration::from_secs(60);

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Start(usize),
    Stop(usize),
    /// Hash for it, instead of the one before.
    Choose {
        source: usize,
        /// Why, as a sentence, where it is not the first choice.
        reason: Option<String>,
    },
}

/// What a source says to a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regard {
    Accepted,
    /// It finds fault with the share.
    Rejected,
    /// Something else, or nothing.
    Neither,
}

/// Why a source is avoided.
#[derive(Clone, Copy, Debug)]
enum Blame {
    Rejects,
    Forgets,
}

#[derive(Debug)]
pub struct Failover {
    patience: Patience,
    sources: Vec<Status>,
    active: Option<usize>,
    active_since: Duration,
}

#[derive(Debug)]
struct Status {
    kind: Kind,
    started: Option<Duration>,
    up: bool,
    has_work: bool,
    /// Since when it is down or without work; nothing if it is well.
    lacking: Option<Duration>,
    well_since: Duration,
    /// When it last answered or gave work.
    heard: Duration,
    last_work: Duration,
    /// Whether the last answers to shares were rejections.
    rejections: VecDeque<bool>,
    /// How often it forgot us since it last accepted a share.
    forgotten: u32,
    avoided: Option<(Duration, Blame)>,
    pending: u64,
}

impl Failover {
    /// Sources of these kinds, none of which is asked yet.
    pub fn new(sources: impl IntoIterator<Item = Kind>, patience: Patience) -> Self {
        Self {
            patience,
            sources: sources.into_iter().map(Status::new).collect(),
            active: None,
            active_since: Duration::ZERO,
        }
    }

    pub fn active(&self) -> Option<usize> {
        self.active
    }

    pub fn is_asked(&self, source: usize) -> bool {
        self.sources[source].started.is_some()
    }

    /// Whether a source is up and gives work.
    pub fn is_well(&self, source: usize) -> bool {
        let status = &self.sources[source];
        status.up && status.has_work
    }

    /// A source answers as it should, or does not.
    pub fn set_up(&mut self, now: Duration, source: usize, up: bool) {
        let status = &mut self.sources[source];
        status.up = up;
        if up {
            status.heard = now;
        }
        status.settle(now);
    }

    /// A source gave work, or said that all work is worthless.
    pub fn set_work(&mut self, now: Duration, source: usize, work: bool) {
        let status = &mut self.sources[source];
        status.has_work = work;
        if work {
            (status.last_work, status.heard) = (now, now);
        }
        status.settle(now);
    }

    /// A share is on its way to a source.
    pub fn submitted(&mut self, source: usize) {
        self.sources[source].pending += 1;
    }

    /// A source refused all shares as if it did not know us. It is given up, and logged in to again.
    pub fn forgot(&mut self, now: Duration, source: usize) {
        let status = &mut self.sources[source];
        status.forgotten += 1;
        if status.forgotten >= TOO_OFTEN {
            status.avoided = Some((now + AVOIDED, Blame::Forgets));
        }
    }

    pub fn answered(&mut self, now: Duration, source: usize, regard: Regard) {
        let status = &mut self.sources[source];
        status.pending = status.pending.saturating_sub(1);
        if regard == Regard::Accepted {
            status.forgotten = 0;
        }
        status.rejections.push_back(regard == Regard::Rejected);
        if status.rejections.len() > ANSWERS {
            status.rejections.pop_front();
        }
        let rejections = status.rejections.iter().filter(|rejected| **rejected);
        if rejections.count() >= TOO_MANY {
            status.rejections.clear();
            status.avoided = Some((now + AVOIDED, Blame::Rejects));
        }
    }

    pub fn steps(&mut self, now: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        self.ask_those_needed(now, &mut steps);
        self.choose(now, &mut steps);
        self.leave_those_not_needed(now, &mut steps);
        steps
    }

    /// Asks sources in their order, up to the first that is well.
    fn ask_those_needed(&mut self, now: Duration, steps: &mut Vec<Step>) {
        for source in 0..self.sources.len() {
            let status = &mut self.sources[source];
            let started = *status.started.get_or_insert_with(|| {
                steps.push(Step::Start(source));
                status.lacking = Some(now);
                now
            });
            let is_new = now < started + GRACE && status.lacking.is_some();
            if is_new || self.is_usable(now, source) {
                break;
            }
        }
    }

    fn choose(&mut self, now: Duration, steps: &mut Vec<Step>) {
        let mut all = 0..self.sources.len();
        let usable = all.find(|&source| self.is_usable(now, source));
        // One that rejects or is silent is better than none.
        let mut all = 0..self.sources.len();
        let Some(best) = usable.or_else(|| all.find(|&source| self.is_well(source))) else {
            return;
        };
        let reason = match self.active {
            None if best == 0 => None,
            None => Some(self.complaint(now, best - 1)),
            Some(active) if active == best => return,
            Some(active) if best < active && self.is_usable(now, active) => {
                let well_for = self.sources[best].well_for(now);
                if well_for < self.patience.return_after {
                    return;
                }
                let seconds = well_for.as_secs();
                Some(format!(
                    "it is preferred, and has been well for {seconds} s"
                ))
            }
            Some(active) => Some(self.complaint(now, active)),
        };
        self.active = Some(best);
        self.active_since = now;
        steps.push(Step::Choose {
            source: best,
            reason,
        });
    }

    fn leave_those_not_needed(&mut self, now: Duration, steps: &mut Vec<Step>) {
        let Some(active) = self.active.filter(|&active| self.is_usable(now, active)) else {
            return;
        };
        let waited = now >= self.active_since + LINGER;
        for (source, status) in self.sources.iter_mut().enumerate().skip(active + 1) {
            if status.started.is_some() && (status.pending == 0 || waited) {
                *status = Status {
                    avoided: status.avoided,
                    forgotten: status.forgotten,
                    ..Status::new(status.kind)
                };
                steps.push(Step::Stop(source));
            }
        }
    }

    /// Whether a source is well, or is the active one and was until a moment ago.
    pub fn is_usable(&self, now: Duration, source: usize) -> bool {
        let status = &self.sources[source];
        let patience = match self.active == Some(source) {
            true => GRACE,
            false => Duration::ZERO,
        };
        let works = match status.lacking {
            None => status.started.is_some(),
            Some(since) => status.last_work > Duration::ZERO && now < since + patience,
        };
        works && !self.is_silent(now, source) && self.is_avoided(now, source).is_none()
    }

    /// For what a source is avoided, if it is.
    fn is_avoided(&self, now: Duration, source: usize) -> Option<Blame> {
        let (end, blame) = self.sources[source].avoided?;
        (now < end).then_some(blame)
    }

    fn is_silent(&self, now: Duration, source: usize) -> bool {
        now >= self.sources[source].last_work + self.patience.silence
    }

    /// Why a source is not hashed for any more.
    fn complaint(&self, now: Duration, source: usize) -> String {
        let status = &self.sources[source];
        if let Some(Blame::Forgets) = self.is_avoided(now, source) {
            return "the source before forgot us, and a new session did not help".to_owned();
        }
        if let Some(since) = status.lacking {
            let seconds = now.saturating_sub(since).as_secs();
            return format!("the source before gives no work, for {seconds} s");
        }
        if self.is_silent(now, source) {
            let seconds = now.saturating_sub(status.last_work).as_secs();
            return format!("the source before has been silent for {seconds} s");
        }
        format!("the source before rejected {TOO_MANY} of its last {ANSWERS} shares")
    }
}

impl Status {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            started: None,
            up: false,
            has_work: false,
            lacking: None,
            well_since: Duration::ZERO,
            heard: Duration::ZERO,
            last_work: Duration::ZERO,
            rejections: VecDeque::new(),
            forgotten: 0,
            avoided: None,
            pending: 0,
        }
    }

    /// How long it has been well. A node is asked and shows it with each answer, and what comes after the last one
    /// is not known; a pool says nothing between two jobs.
    fn well_for(&self, now: Duration) -> Duration {
        let until = match self.kind {
            Kind::Node => self.heard,
            Kind::Pool => now,
        };
        until.saturating_sub(self.well_since)
    }

    fn settle(&mut self, now: Duration) {
        match (self.up && self.has_work, self.lacking) {
            (true, Some(since)) => {
                self.lacking = None;
                // The moment between two blocks does not make a source unwell.
                if now >= since + GRACE || self.well_since.is_zero() {
                    self.well_since = now;
                }
            }
            (false, None) => self.lacking = Some(now),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
