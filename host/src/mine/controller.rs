//! What to do about what happens. It reads no clock and does nothing itself: the time comes with the
//! events, and what is to be done is its answer.

use super::{
    answer::NodeError,
    events::{DeviceEvent, Event, Found, Outcome, Verdict},
    job::{Change, Job, Jobs, Template},
    ledger::{Blocks, DeviceAccount},
    report::{Message, Rate},
    submit::Block,
};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// How often the rates are told.
const RATE_INTERVAL: Duration = Duration::from_secs(10);

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Show the threads what the jobs have come to.
    Show,
    /// Ask the node for work now.
    Poll,
    /// Hash a nonce again in software.
    Verify(Found),
    /// Hand a block in.
    Submit(Block),
    /// Tell all threads to come to an end.
    End,
    /// Tell the world.
    Tell(Message),
}

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Goal {
    /// End after so many accepted blocks.
    pub blocks: Option<u64>,
    /// End after so much time.
    pub time: Option<Duration>,
    /// Submit nothing.
    pub dry_run: bool,
}

/// Whether the node gives work.
#[derive(Debug, PartialEq, Eq)]
enum NodeState {
    Unknown,
    Up,
    /// The name of the error it last told of.
    Down(&'static str),
}

/// The controller.
pub struct Controller {
    url: String,
    goal: Goal,
    start: Instant,
    next_rates: Instant,
    ending: bool,
    node: NodeState,
    node_answered: bool,
    jobs: Jobs,
    devices: Vec<DeviceAccount>,
    /// Devices whose threads have not ended.
    at_work: usize,
    /// Nonces that were found of the jobs that are not stale, to know a second one.
    known: HashSet<(u32, u64)>,
    verifying: usize,
    submitting: usize,
    blocks: Blocks,
    actions: Vec<Action>,
}

impl Controller {
    /// A controller of devices with these names, for a node that is called `url`.
    pub fn new(now: Instant, url: String, devices: Vec<String>, goal: Goal) -> Self {
        Self {
            url,
            goal,
            start: now,
            next_rates: now + RATE_INTERVAL,
            ending: false,
            node: NodeState::Unknown,
            node_answered: false,
            jobs: Jobs::default(),
            at_work: devices.len(),
            devices: devices.into_iter().map(DeviceAccount::new).collect(),
            known: HashSet::new(),
            verifying: 0,
            submitting: 0,
            blocks: Blocks::default(),
            actions: Vec::new(),
        }
    }

    /// Takes an event.
    pub fn handle(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Work(Ok(template)) => self.take(template),
            Event::Work(Err(error)) => self.node_is_down(&error),
            Event::Device { device, event } => self.heed(device, event),
            Event::Checked { found, verdict } => self.judge(found, verdict),
            Event::Submitted {
                found,
                block_hash,
                outcome,
                took,
            } => self.conclude(&found, &block_hash, outcome, took),
            // Threads that panic are the business of who started them.
            Event::Panicked(_) => {}
        }
        std::mem::take(&mut self.actions)
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Instant) -> Vec<Action> {
        if now >= self.next_rates {
            self.next_rates = now + RATE_INTERVAL;
            let rates = self
                .devices
                .iter()
                .map(|account| Message::Rate(account.into()));
            self.actions.extend(rates.map(Action::Tell));
        }
        let age = now.duration_since(self.start);
        if self.goal.time.is_some_and(|time| age >= time) {
            self.end();
        }
        std::mem::take(&mut self.actions)
    }

    /// Gives up all work; what was found is still verified and handed in.
    pub fn stop(&mut self) -> Vec<Action> {
        self.end();
        std::mem::take(&mut self.actions)
    }

    /// Whether everything has come to its end.
    pub fn is_over(&self) -> bool {
        self.ending && self.at_work == 0 && self.verifying == 0 && self.submitting == 0
    }

    /// The jobs, to show.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Whether the node ever answered.
    pub fn node_answered(&self) -> bool {
        self.node_answered
    }

    /// Whether the node gave work when it was last asked.
    pub fn node_is_up(&self) -> bool {
        self.node == NodeState::Up
    }

    /// The blocks accepted.
    pub fn accepted(&self) -> u64 {
        self.blocks.accepted
    }

    /// What everything came to.
    pub fn summary(&self, now: Instant) -> Message {
        Message::Summary {
            seconds: now.duration_since(self.start).as_secs_f64(),
            blocks: self.blocks.clone(),
            devices: self.devices.iter().map(Rate::from).collect(),
        }
    }

    fn take(&mut self, template: Template) {
        self.node_answered = true;
        match self.jobs.take(template) {
            Ok(change) => {
                if self.node != NodeState::Up {
                    self.node = NodeState::Up;
                    self.tell_node(None);
                }
                if change != Change::Same {
                    self.announce(change);
                }
            }
            Err(error) => self.node_is_down(&NodeError::Unexpected {
                expected: "bits that a hash can meet",
                found: error.to_string(),
            }),
        }
    }

    fn announce(&mut self, change: Change) {
        let Some(job) = self.jobs.current().filter(|_| !self.ending) else {
            return;
        };
        let replace = change == Change::Replace;
        if replace {
            self.known.clear();
        }
        let Template { header, seed } = &job.template;
        let message = Message::Job {
            job: job.number,
            height: header.height,
            bits: header.bits,
            seed: hex::encode(seed),
            previous_block_hash: hex::encode(header.previous_block_hash),
            timestamp: header.timestamp,
            replace,
        };
        self.actions.extend([Action::Show, Action::Tell(message)]);
    }

    fn node_is_down(&mut self, error: &NodeError) {
        self.node_answered |= error.is_answer();
        let state = NodeState::Down(error.name());
        if self.node != state {
            self.node = state;
            self.tell_node(Some(error.to_string()));
        }
    }

    fn tell_node(&mut self, reason: Option<String>) {
        self.tell(Message::Node {
            url: self.url.clone(),
            up: reason.is_none(),
            reason,
        });
    }

    fn heed(&mut self, device: usize, event: DeviceEvent) {
        let account = &mut self.devices[device];
        let name = account.name.clone();
        let (state, reason) = match event {
            DeviceEvent::Found(found) => return self.look(found),
            DeviceEvent::Hashed(done) => {
                account.meter.add(done.span);
                account.given_up += done.given_up;
                return;
            }
            DeviceEvent::Fault(fault) => {
                account.nonces.hardware_errors += 1;
                let reason = fault.to_string();
                let device = name;
                return self.tell(Message::Fault { device, reason });
            }
            DeviceEvent::SeedReady { seed, took } => {
                return self.tell(Message::Seed {
                    device: name,
                    seed: hex::encode(seed),
                    ms: milliseconds(took),
                });
            }
            DeviceEvent::Ended => {
                self.at_work -= 1;
                return;
            }
            DeviceEvent::Restarted { given_up } => {
                account.given_up += given_up;
                ("restarted", None)
            }
            DeviceEvent::Lost { reason, given_up } => {
                account.given_up += given_up;
                ("lost", Some(reason))
            }
            DeviceEvent::Back => ("back", None),
        };
        self.tell(Message::Device {
            device: name,
            state,
            reason,
        });
    }

    /// Decides whether a nonce is worth a hash.
    fn look(&mut self, found: Found) {
        self.devices[found.device].nonces.found += 1;
        if self.jobs.is_stale(&found.job) {
            self.tell_stale(&found);
        } else if !self.known.insert((found.job.number, found.nonce)) {
            self.devices[found.device].nonces.duplicates += 1;
            self.tell_found(&found, "duplicate", None);
        } else {
            self.verifying += 1;
            self.actions.push(Action::Verify(found));
        }
    }

    fn judge(&mut self, found: Found, verdict: Verdict) {
        self.verifying -= 1;
        let account = &mut self.devices[found.device];
        let reason = match verdict {
            Verdict::Valid { block_hash } => {
                account.credit(&found.job.target);
                self.tell_found(&found, "valid", None);
                if self.goal.dry_run {
                    self.blocks.not_submitted += 1;
                } else {
                    self.submitting += 1;
                    self.actions.push(Action::Submit((found, block_hash)));
                }
                return;
            }
            Verdict::Stale => return self.tell_stale(&found),
            Verdict::OtherHash { pow_hash } => format!(
                "expected hash {}, found {}",
                hex::encode(pow_hash),
                hex::encode(found.hash)
            ),
            Verdict::AboveTarget => format!("the hash exceeds the target {}", found.job.target),
        };
        account.nonces.hardware_errors += 1;
        self.tell_found(&found, "hardware_error", Some(reason));
    }

    fn conclude(&mut self, found: &Found, hash: &[u8; 32], outcome: Outcome, took: Duration) {
        self.submitting -= 1;
        let current = self.jobs.current();
        let is_parent = current.is_some_and(|job| job.template.header.previous_block_hash == *hash);
        let (reason, detail) = match outcome {
            Outcome::Accepted => return self.accept(found, hash, took),
            // The answer was lost, but the next block says it all.
            Outcome::Unanswered(_) if is_parent => return self.accept(found, hash, took),
            Outcome::Unanswered(error) => {
                self.blocks.unanswered += 1;
                return self.tell(Message::Unanswered {
                    device: self.devices[found.device].name.clone(),
                    height: found.job.height(),
                    nonce: found.nonce,
                    block_hash: hex::encode(hash),
                    ms: milliseconds(took),
                    detail: format!("the node {error}"),
                });
            }
            Outcome::Outrun => {
                self.blocks.not_submitted += 1;
                return;
            }
            Outcome::Rejected(error) => {
                *self.blocks.rejected.entry(error.name()).or_default() += 1;
                match error {
                    NodeError::Stale => self.outrun(&found.job),
                    NodeError::Timestamp => {
                        self.jobs.refuse_timestamp(&found.job);
                        self.actions.push(Action::Show);
                    }
                    _ => {}
                }
                (error.name(), error.to_string())
            }
        };
        self.tell(Message::Rejected {
            device: self.devices[found.device].name.clone(),
            height: found.job.height(),
            nonce: found.nonce,
            block_hash: hex::encode(hash),
            ms: milliseconds(took),
            reason,
            detail,
        });
    }

    fn accept(&mut self, found: &Found, block_hash: &[u8; 32], took: Duration) {
        self.blocks.accepted += 1;
        self.outrun(&found.job);
        self.tell(Message::Accepted {
            device: self.devices[found.device].name.clone(),
            height: found.job.height(),
            nonce: found.nonce,
            block_hash: hex::encode(block_hash),
            ms: milliseconds(took),
        });
        if self
            .goal
            .blocks
            .is_some_and(|goal| self.blocks.accepted >= goal)
        {
            self.end();
        }
    }

    /// The node works on another block than this job's: its next one is wanted at once.
    fn outrun(&mut self, job: &Job) {
        self.jobs.outrun(job);
        self.actions.extend([Action::Show, Action::Poll]);
    }

    fn end(&mut self) {
        if !self.ending {
            self.ending = true;
            self.actions.push(Action::End);
            self.tell(Message::Ending);
        }
    }

    fn tell_stale(&mut self, found: &Found) {
        self.devices[found.device].nonces.stale += 1;
        self.tell_found(found, "stale", None);
    }

    fn tell_found(&mut self, found: &Found, result: &'static str, reason: Option<String>) {
        self.tell(Message::Found {
            device: self.devices[found.device].name.clone(),
            height: found.job.height(),
            nonce: found.nonce,
            result,
            reason,
        });
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
