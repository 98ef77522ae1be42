//! The controller alone: events in, actions out, no thread and no clock.

mod assignment;
mod care;
mod random;
mod results;
mod runs;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority::Target;
use tensority_device::device::{EndReason, Message as Hashed, Notice, Placement, Range};
use tensority_source::{Answer, Event as SourceEvent, Reason, Template};
use tensority_telemetry::device::{Condition, Kind};
use tensority_telemetry::{Mode, State, source};

use super::*;
use crate::event::{DeviceEvent, Joined, Verdict, WorkerConfig};
use crate::range_size::RangeSize;
use crate::tests::template;

/// A hash that meets any target, and one that meets only the easiest.
const RARE: [u8; 32] = {
    let mut hash = [1; 32];
    hash[31] = 0;
    hash
};
const COMMON: [u8; 32] = [0xee; 32];

/// Nonces of a range.
const RANGE: std::num::NonZero<u64> = std::num::NonZero::new(1000).unwrap();

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
        first_nonce: 100,
        salt: 7,
    }
}

/// A controller with what it has said so far.
struct Run {
    controller: Controller,
    now: Duration,
    actions: Vec<Action>,
    /// All ranges that devices were given, the latest last.
    given: Vec<(usize, Range, Placement)>,
}

impl Run {
    /// A run with one device, to which the first source has given work.
    fn new(settings: Settings) -> Self {
        let mut run = Self {
            controller: Controller::new(settings),
            now: Duration::ZERO,
            actions: Vec::new(),
            given: Vec::new(),
        };
        run.handle(Event::Tick);
        run.join(0);
        run.source(0, SourceEvent::Up);
        run.source(0, SourceEvent::Template(easy(1)));
        run
    }

    fn handle(&mut self, event: Event) -> Vec<Action> {
        let actions = self.controller.handle(self.now, event);
        for action in &actions {
            if let Action::Order(device, Order::Begin(range, placement)) = action {
                self.given.push((*device, *range, *placement));
            }
        }
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
            queue: 1,
            expected_rate: Some(0.1),
            config: WorkerConfig {
                expected_rate: Some(1.0),
                results_per_minute: 60.0,
                range_size: RangeSize::Fixed(RANGE),
            },
        };
        self.device(device, DeviceEvent::Joined(joined));
    }

    fn device(&mut self, device: usize, event: DeviceEvent) -> Vec<Action> {
        self.handle(Event::Device { device, event })
    }

    fn source(&mut self, source: usize, event: SourceEvent) -> Vec<Action> {
        self.handle(Event::Source { source, event })
    }

    fn notice(&mut self, device: usize, notice: Notice) -> Vec<Action> {
        self.device(device, DeviceEvent::Notice(notice))
    }

    /// The latest range of a device.
    fn range(&self, device: usize) -> Range {
        let mut given = self.given.iter().rev();
        let last = given
            .find(|(of, range, _)| *of == device && matches!(range.message, Hashed::Header(_)));
        last.expect("a range").1
    }

    /// The device finds a nonce of its latest range, with a hash that is a share or is not.
    fn find(&mut self, nonce: u64, hash: [u8; 32]) -> Vec<Action> {
        let range = self.range(0);
        self.find_in(0, &range, nonce, hash)
    }

    fn find_in(&mut self, device: usize, range: &Range, nonce: u64, hash: [u8; 32]) -> Vec<Action> {
        let nonce = range.first + nonce;
        let range = range.id;
        self.notice(device, Notice::Found { range, nonce, hash })
    }

    /// A range is over.
    fn end(&mut self, device: usize, range: &Range, hashes: u64, ending: EndReason) -> Vec<Action> {
        let range = range.id;
        self.notice(
            device,
            Notice::RangeDone {
                range,
                hashes,
                ending,
            },
        )
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

    /// The orders of the first device, but for ranges that replace nothing.
    fn orders(&self) -> Vec<Order> {
        let orders = self.actions.iter().filter_map(|action| match action {
            Action::Order(0, Order::Begin(_, Placement::Behind)) => None,
            Action::Order(0, order) => Some(order.clone()),
            _ => None,
        });
        orders.collect()
    }
}

/// A template of which every thousandth hash is a share.
fn easy(parent: u8) -> Template {
    Template {
        target: Target::of_average(1000.0),
        ..template(parent)
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
