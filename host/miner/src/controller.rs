//! Pure state machine of the miner: no clock, no randomness, no input or output. Events come with their
//! time, and what is to be done is its answer. The same events give the same answers.

mod assignment;
mod care;
mod devices;
mod outgoing;
mod results;
mod sources;
mod view;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority_device::device::RangeId;
use tensority_source::{Pace, Share};
use tensority_telemetry::command::Command;
use tensority_telemetry::lifetime::{BestShare, Lifetime};
use tensority_telemetry::{Decision, Program};

use crate::device_stats::DeviceStats;
use crate::event::Event;
use crate::failover::{Failover, Patience};
use crate::health::Limits;
use crate::job::Jobs;
use crate::mailbox::Order;
use crate::message::{DeviceRates, Message};
use crate::nonces::Book;
use crate::policy::Policy;
use crate::ranges::Purpose;
use crate::source_stats::{SourceName, SourceStats};
use crate::verifier::Check;

const RATE_INTERVAL: Duration = Duration::from_secs(30);
/// How often sources and devices are looked after.
const CARE_INTERVAL: Duration = Duration::from_secs(1);
/// Care that comes so late was not possible before: the machine was suspended.
const ASLEEP: Duration = Duration::from_secs(30);
/// How long the end may take: as long as a node may take to verify a block.
const END_PATIENCE: Duration = Duration::from_secs(45);
const DECISIONS: usize = 50;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Action {
    Order(usize, Order),
    /// Open a device that was given up.
    Open(usize),
    Verify(Check),
    /// Make the matrix list of a seed, for results to come.
    Prepare([u8; 32]),
    Start(usize),
    Stop(usize),
    Pace(usize, Pace),
    Submit(usize, Share),
    /// Tell all threads to come to an end.
    End,
    Tell(Message),
}

/// What is wanted of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Goal {
    pub shares: Option<u64>,
    pub time: Option<Duration>,
    pub dry_run: bool,
}

/// What a controller needs to know. It is plain data, as the events are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Settings {
    pub program: Program,
    /// The sources, in the order of preference.
    pub sources: Vec<SourceName>,
    pub patience: Patience,
    pub policy: Policy,
    /// When devices are helped and given up.
    pub limits: Limits,
    pub goal: Goal,
    /// When the miner started, in seconds since 1970.
    pub started_unix: u64,
    pub lifetime: Lifetime,
    /// By chance: the nonce with which jobs begin whose source does not say, else how far behind the source's first.
    pub first_nonce: u64,
    /// Makes the ids of ranges and the known-answer tests of this run differ from those of others.
    pub salt: u64,
}

/// Jobs, ranges, results, and the statistics and conditions of sources and devices.
pub struct Controller {
    settings: Settings,
    paused: bool,
    ending: Option<Duration>,
    /// There was work when the end began.
    ended_at_work: bool,
    /// Some source ever answered, whatever it said.
    answered: bool,
    jobs: Jobs,
    book: Book,
    last_range: RangeId,
    failover: Failover,
    sources: Vec<SourceStats>,
    devices: Vec<DeviceStats>,
    /// Results that are on their way somewhere.
    results: BTreeMap<u64, Pending>,
    next_result: u64,
    /// Nonces with their hashes that were found of jobs that are not stale, to know a second one. A
    /// nonce that comes again with another hash was wrong once, and may be right now.
    known: BTreeMap<u32, HashSet<(u64, [u8; 32])>>,
    verification: Verification,
    decisions: VecDeque<Decision>,
    best_share: Option<BestShare>,
    blocks: u64,
    canaries: u64,
    next_rates: Duration,
    next_care: Duration,
    /// Actions for devices, which come first: the devices wait.
    orders: Vec<Action>,
    actions: Vec<Action>,
}

/// A nonce that a device found, and what its range is for.
#[derive(Clone, Debug)]
struct Found {
    device: usize,
    purpose: Purpose,
    nonce: u64,
    /// The PoW hash, as the device says.
    hash: [u8; 32],
}

/// A result that waits for a verdict, an answer, or both.
#[derive(Debug)]
struct Pending {
    found: Found,
    verifying: bool,
    /// It waits until it may be submitted.
    waiting: bool,
    submitted: bool,
}

#[derive(Debug, Default)]
struct Verification {
    verified: u64,
    busy: Duration,
    latency: Duration,
    /// Results by the bounds in [`LATENCY_BOUNDS`], the last for those above all.
    latencies: [u64; LATENCY_BOUNDS.len() + 1],
    prepared: Option<[u8; 32]>,
}

/// Seconds from report to verdict.
const LATENCY_BOUNDS: [f64; 8] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

impl Controller {
    /// A controller without any device yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            paused: false,
            ending: None,
            ended_at_work: false,
            answered: false,
            jobs: Jobs::default(),
            book: Book::default(),
            last_range: RangeId(settings.salt as u32),
            failover: Failover::new(
                settings.sources.iter().map(|source| source.kind),
                settings.patience,
            ),
            sources: settings
                .sources
                .iter()
                .cloned()
                .map(SourceStats::new)
                .collect(),
            devices: Vec::new(),
            results: BTreeMap::new(),
            next_result: 0,
            known: BTreeMap::new(),
            verification: Verification::default(),
            decisions: VecDeque::new(),
            best_share: None,
            blocks: 0,
            canaries: 0,
            next_rates: RATE_INTERVAL,
            next_care: Duration::ZERO,
            orders: Vec::new(),
            actions: Vec::new(),
            settings,
        }
    }

    /// Takes an event, and does what is due.
    pub fn handle(&mut self, now: Duration, event: Event) -> Vec<Action> {
        match event {
            Event::Source { source, event } => self.hear(now, source, event),
            Event::Device { device, event } => self.heed(now, device, event),
            Event::Checked {
                result,
                verdict,
                took,
                busy,
            } => self.judge(now, result, verdict, took, busy),
            Event::Fleet {
                about,
                action,
                reason,
            } => self.decide(now, about, &action, reason),
            Event::Command(command) => self.obey(now, command),
            Event::ClockSet(started_unix) => self.set_clock(started_unix),
            Event::Stop => self.end(now),
            Event::Tick => {}
            Event::Over => {
                let state = Box::new(self.state(now));
                self.tell(Message::Summary { state });
            }
        }
        self.do_what_is_due(now);
        let mut actions = std::mem::take(&mut self.orders);
        actions.append(&mut self.actions);
        actions
    }

    /// When something will be due that no event brings.
    pub fn next_due(&self) -> Duration {
        let end = self.settings.goal.time.unwrap_or(Duration::MAX);
        self.next_care.min(self.next_rates).min(end)
    }

    /// Whether everything has come to its end.
    pub fn is_over(&self, now: Duration) -> bool {
        let Some(ending) = self.ending else {
            return false;
        };
        let all_done = self.results.is_empty() && self.devices.iter().all(|d| !d.present);
        all_done || now >= ending + END_PATIENCE
    }

    /// Whether any source ever gave work.
    pub fn had_work(&self) -> bool {
        self.sources.iter().any(|source| source.jobs > 0)
    }

    /// Whether any source ever answered, whatever it said.
    pub fn was_answered(&self) -> bool {
        self.answered
    }

    /// Whether there was work when the end began, or only between two blocks there was none.
    pub fn ended_at_work(&self) -> bool {
        self.ended_at_work
    }

    /// Whether there is work, or only between two blocks there is none.
    fn has_work(&self, now: Duration) -> bool {
        let between = |source| self.failover.is_usable(now, source);
        self.jobs.current().is_some() || self.failover.active().is_some_and(between)
    }

    /// Accepted shares of all sources.
    pub fn accepted(&self) -> u64 {
        self.sources
            .iter()
            .map(|source| source.shares.accepted)
            .sum()
    }

    fn do_what_is_due(&mut self, now: Duration) {
        if now >= self.next_care {
            let missed = now.saturating_sub(self.next_care);
            self.next_care = now + CARE_INTERVAL;
            self.look_after_sources(now);
            if missed >= ASLEEP {
                self.wake_devices(now);
            }
            self.look_after_devices(now);
        }
        if now >= self.next_rates {
            self.next_rates = now + RATE_INTERVAL;
            self.tell_rates(now);
        }
        if self.settings.goal.time.is_some_and(|time| now >= time) {
            self.end(now);
        }
    }

    fn tell_rates(&mut self, now: Duration) {
        let states: Vec<_> = self
            .devices
            .iter()
            .map(|device| device.state(now))
            .collect();
        let total = self.total(now, &states).rates;
        let devices = states.into_iter().map(|device| DeviceRates {
            name: device.name,
            rates: device.rates,
        });
        let devices = devices.collect();
        self.tell(Message::Rates { total, devices });
    }

    fn obey(&mut self, now: Duration, command: Command) {
        match command {
            Command::Pause => self.pause(now, true),
            Command::Resume => self.pause(now, false),
            Command::Disable { device } => self.switch(now, &device, false),
            Command::Enable { device } => self.switch(now, &device, true),
            Command::Reset { device } => {
                if let Some(device) = self.device_named(&device) {
                    self.reset(now, device);
                }
            }
        }
    }

    fn pause(&mut self, now: Duration, paused: bool) {
        if self.paused != paused {
            for device in 0..self.devices.len() {
                if self.devices[device].may_work() && paused {
                    self.stop_work(device);
                }
            }
            self.paused = paused;
            self.assign_all(now);
            self.tell(Message::Paused { paused });
            self.settle_all(now);
        }
    }

    fn end(&mut self, now: Duration) {
        if self.ending.is_none() {
            self.ending = Some(now);
            self.ended_at_work = self.has_work(now);
            self.actions.push(Action::End);
            let waiting = self.results.len() as u64;
            let seconds = END_PATIENCE.as_secs();
            self.tell(Message::Ending { waiting, seconds });
            self.settle_all(now);
        }
    }

    /// Remembers a decision and tells it.
    fn decide(&mut self, now: Duration, about: String, action: &str, reason: String) {
        self.decisions.push_back(Decision {
            at_unix: self.unix(now),
            about: about.clone(),
            action: action.to_owned(),
            reason: reason.clone(),
        });
        if self.decisions.len() > DECISIONS {
            self.decisions.pop_front();
        }
        let action = action.to_owned();
        self.tell(Message::Decision {
            about,
            action,
            reason,
        });
    }

    /// When the miner started, in seconds since 1970, as far as it is known.
    pub fn started_unix(&self) -> u64 {
        self.settings.started_unix
    }

    /// Dates what was, and what comes, by the clock as it is now.
    fn set_clock(&mut self, started_unix: u64) {
        let before = std::mem::replace(&mut self.settings.started_unix, started_unix);
        let dates = self.decisions.iter_mut().map(|it| &mut it.at_unix);
        for date in dates.chain(self.best_share.as_mut().map(|it| &mut it.at_unix)) {
            *date = date.saturating_sub(before).saturating_add(started_unix);
        }
    }

    fn unix(&self, time: Duration) -> u64 {
        self.settings.started_unix.saturating_add(time.as_secs())
    }

    fn tell(&mut self, message: Message) {
        self.actions.push(Action::Tell(message));
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
