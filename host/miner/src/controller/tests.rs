//! The controller alone: events in, actions out, no thread and no clock.

mod care;
mod random;
mod results;
mod runs;

use super::*;
use crate::{
    event::{DeviceEvent, Hashed, Joined, Verdict},
    rate::Span,
    tests::work,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tensority::Target;
use tensority_source::{Answer, Event as SourceEvent, Reason, Work};
use tensority_telemetry::{
    Mode, State,
    device::{Condition, Kind},
    source,
};

/// A hash that meets any target, and one that meets only the easiest.
const RARE: [u8; 32] = {
    let mut hash = [1; 32];
    hash[31] = 0;
    hash
};
const COMMON: [u8; 32] = [0xee; 32];

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn settings(policy: Policy) -> Settings {
    let source = |name: &str| SourceName {
        name: name.into(),
        url: name.into(),
        kind: source::Kind::Pool,
        user: None,
    };
    Settings {
        program: Program::default(),
        sources: vec![source("first"), source("second")],
        patience: Patience {
            return_after: at(60),
            silence: at(100_000),
        },
        policy,
        limits: Limits {
            sick_after: at(120),
            dead_after: at(600),
            canary_interval: Duration::ZERO,
        },
        goal: Goal::default(),
        started_unix: 1_000_000,
        lifetime: Lifetime::default(),
        canary_salt: 7,
    }
}

/// A controller with what it has said so far.
struct Run {
    controller: Controller,
    now: Duration,
    actions: Vec<Action>,
}

impl Run {
    /// A run with one device, to which the first source has given work.
    fn new(settings: Settings) -> Self {
        let mut run = Self {
            controller: Controller::new(settings),
            now: Duration::ZERO,
            actions: Vec::new(),
        };
        run.handle(Event::Tick);
        run.join(0);
        run.source(0, SourceEvent::Up);
        run.source(0, SourceEvent::Work(easy(1)));
        run
    }

    fn handle(&mut self, event: Event) -> Vec<Action> {
        let actions = self.controller.handle(self.now, event);
        self.actions.extend(actions.clone());
        actions
    }

    fn join(&mut self, device: usize) {
        let joined = Joined {
            name: format!("device {device}"),
            id: device.to_string(),
            kind: Kind::Board,
            port: None,
            lanes: 1,
            expected_rate: Some(12.0),
        };
        self.device(device, DeviceEvent::Joined(joined));
        self.device(device, DeviceEvent::Difficulty(120.0));
    }

    fn device(&mut self, device: usize, event: DeviceEvent) -> Vec<Action> {
        self.handle(Event::Device { device, event })
    }

    fn source(&mut self, source: usize, event: SourceEvent) -> Vec<Action> {
        self.handle(Event::Source { source, event })
    }

    /// The device finds a nonce of the job, with a hash that is a share or is not.
    fn find(&mut self, job: u32, nonce: u64, hash: [u8; 32]) -> Vec<Action> {
        let found = Found {
            job,
            target: Target::MAX,
            nonce,
            hash,
            canary: None,
        };
        self.device(0, DeviceEvent::Found(found))
    }

    fn check(&mut self, result: u64, verdict: Verdict) -> Vec<Action> {
        self.handle(Event::Checked {
            result,
            verdict,
            took: Duration::from_millis(30),
            busy: Duration::from_millis(20),
        })
    }

    fn answer(&mut self, source: usize, share: u64, answer: Answer) -> Vec<Action> {
        let took = Duration::from_millis(80);
        let answered = SourceEvent::Answered {
            share,
            answer,
            took,
        };
        self.source(source, answered)
    }

    /// Lets time pass, second by second.
    fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += at(1);
            self.handle(Event::Tick);
        }
    }

    fn state(&self) -> State {
        self.controller.state(self.now)
    }

    fn job(&self) -> u32 {
        self.controller.jobs().current().expect("a job").number
    }

    fn orders(&self) -> Vec<Order> {
        let orders = self.actions.iter().filter_map(|action| match action {
            Action::Order(0, order) => Some(*order),
            _ => None,
        });
        orders.collect()
    }
}

/// Work of which every thousandth hash is a share.
fn easy(parent: u8) -> Work {
    Work {
        target: Target::of_average(1000.0),
        ..work(parent)
    }
}

fn reason(word: &str) -> Reason {
    Reason {
        word: word.into(),
        text: word.into(),
    }
}

fn submits(actions: &[Action]) -> Vec<u64> {
    let submits = actions.iter().filter_map(|action| match action {
        Action::Submit(_, share) => Some(share.number),
        _ => None,
    });
    submits.collect()
}

fn checks(actions: &[Action]) -> Vec<u64> {
    let checks = actions.iter().filter_map(|action| match action {
        Action::Verify(check) => Some(check.result),
        _ => None,
    });
    checks.collect()
}
