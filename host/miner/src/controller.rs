//! What to do about what happens. It reads no clock, draws no lots and does nothing itself: events
//! come with their time, and what is to be done is its answer. The same events give the same answers.

mod devices;
mod results;
mod sources;
mod view;

use crate::{
    device_account::DeviceAccount,
    event::{Event, Found},
    failover::{Failover, Patience},
    health::Limits,
    job::Jobs,
    message::{DeviceRates, Message},
    policy::Policy,
    source_account::{SourceAccount, SourceName},
    verifier::Check,
    watch::Order,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    time::Duration,
};
use tensority_source::Share;
use tensority_telemetry::{
    Decision, Program,
    command::Command,
    lifetime::{BestShare, Lifetime},
};

/// How often the rates are told.
const RATE_INTERVAL: Duration = Duration::from_secs(30);
/// How often sources and devices are looked after.
const CARE_INTERVAL: Duration = Duration::from_secs(1);
/// How long the end may take: as long as a node may take to verify a block.
const END_PATIENCE: Duration = Duration::from_secs(45);
/// Decisions that are remembered.
const DECISIONS: usize = 50;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Show the devices what the jobs have come to.
    Show,
    /// Have all devices give up their work, or take work again.
    Pause(bool),
    /// Switch a device off or on.
    Switch(usize, bool),
    /// Give a device an order.
    Order(usize, Order),
    /// Open a device that was given up.
    Open(usize),
    /// Hash a result again in software.
    Verify(Check),
    /// Make the matrix list of a seed, for results to come.
    Prepare([u8; 32]),
    /// Ask a source for work.
    Start(usize),
    /// Ask it no more.
    Stop(usize),
    /// Ask it often, or just often enough to know how it is.
    Pace(usize, bool),
    /// Hand a share in.
    Submit(usize, Share),
    /// Tell all threads to come to an end.
    End,
    /// Tell the world.
    Tell(Message),
}

/// What is wanted of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// End after so many accepted shares.
    pub shares: Option<u64>,
    /// End after so much time.
    pub time: Option<Duration>,
    /// Submit nothing.
    pub dry_run: bool,
}

/// What a controller needs to know. It is plain data, as the events are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The program.
    pub program: Program,
    /// The sources, in the order of preference.
    pub sources: Vec<SourceName>,
    /// When sources take each other's place.
    pub patience: Patience,
    /// What is verified, and when.
    pub policy: Policy,
    /// When devices are helped and given up.
    pub limits: Limits,
    /// What is wanted.
    pub goal: Goal,
    /// When the miner started, in seconds since 1970.
    pub started_unix: u64,
    /// All runs before this one.
    pub lifetime: Lifetime,
    /// Makes the known-answer tests of this run differ from those of others.
    pub canary_salt: u64,
}

/// The controller.
pub struct Controller {
    settings: Settings,
    paused: bool,
    ending: Option<Duration>,
    /// There was work when the end began.
    ended_at_work: bool,
    /// Some source ever answered, whatever it said.
    answered: bool,
    jobs: Jobs,
    failover: Failover,
    sources: Vec<SourceAccount>,
    devices: Vec<DeviceAccount>,
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
    actions: Vec<Action>,
}

/// A result that waits for a verdict, an answer, or both.
#[derive(Debug)]
struct Pending {
    device: usize,
    found: Found,
    verifying: bool,
    submitted: bool,
}

/// What verification came to.
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
            failover: Failover::new(settings.sources.len(), settings.patience),
            sources: settings
                .sources
                .iter()
                .cloned()
                .map(SourceAccount::new)
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
            Event::Command(command) => self.obey(now, command),
            Event::Stop => self.end(now),
            Event::Tick => {}
            Event::Over => {
                let state = Box::new(self.state(now));
                self.tell(Message::Summary { state });
            }
        }
        self.do_what_is_due(now);
        std::mem::take(&mut self.actions)
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

    /// The jobs, to show.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
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

    /// The shares that were accepted.
    pub fn accepted(&self) -> u64 {
        self.sources
            .iter()
            .map(|source| source.shares.accepted)
            .sum()
    }

    fn do_what_is_due(&mut self, now: Duration) {
        if now >= self.next_care {
            self.next_care = now + CARE_INTERVAL;
            self.look_after_sources(now);
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
            Command::Reset { device } => self.reset(&device),
        }
    }

    fn pause(&mut self, now: Duration, paused: bool) {
        if self.paused != paused {
            self.paused = paused;
            self.actions.push(Action::Pause(paused));
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

    /// A time in seconds since 1970.
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
