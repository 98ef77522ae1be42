//! The end of a run, while a source is behind with its answers.

use std::sync::Mutex;

use tensority_device::device::Notice;
use tensority_source::{Answer, Event as SourceEvent, Reason};
use tensority_telemetry::lifetime::Lifetime;
use tensority_telemetry::outcome::Outcome;
use tensority_telemetry::{Program, device, source};

use super::*;
use crate::controller::Goal;
use crate::event::{DeviceEvent, Joined};
use crate::mailbox::Order;
use crate::tests::template;
use crate::{Limits, Patience, Policy, RangeSize, SourceName, WorkerConfig};

/// A source that answers nothing until it is stopped.
struct Behind {
    tell: Tell,
    shares: Mutex<Vec<u64>>,
}

impl Source for Behind {
    fn submit(&self, share: Share) {
        self.shares.lock().unwrap().push(share.number);
    }

    fn pace(&self, _: Pace) {}
}

impl Drop for Behind {
    fn drop(&mut self) {
        for &share in &*self.shares.lock().unwrap() {
            (self.tell)(SourceEvent::Answered {
                share,
                answer: Answer::Unanswered(Reason {
                    word: "ended".to_owned(),
                    text: "the miner ended".to_owned(),
                }),
                took: Duration::ZERO,
            });
        }
    }
}

struct Nothing;

impl Rehash for Nothing {
    fn hash(&self, _: &[u8; 32], _: &[u8; 32]) -> [u8; 32] {
        [0; 32]
    }

    fn prepare(&self, _: &[u8; 32]) {}
}

#[derive(Default)]
struct Outcomes(Vec<Outcome>);

impl Sink for Outcomes {
    type Error = FatalError;

    fn tell(&mut self, message: &Message) -> Result<(), FatalError> {
        if let Message::Share(share) = message {
            self.0.push(share.result);
        }
        Ok(())
    }

    fn publish(&mut self, _: State) -> Result<(), FatalError> {
        Ok(())
    }
}

fn settings() -> Settings {
    let long = Duration::from_secs(1000);
    Settings {
        program: Program::default(),
        sources: vec![SourceName {
            name: "behind".to_owned(),
            url: "behind".to_owned(),
            kind: source::Kind::Pool,
            user: None,
        }],
        patience: Patience {
            return_after: long,
            silence: long,
        },
        policy: Policy::After,
        limits: Limits {
            sick_after: long,
            dead_after: long,
            canary_interval: Duration::ZERO,
        },
        goal: Goal::default(),
        started_unix: 1_000_000,
        lifetime: Lifetime::default(),
        first_nonce: 100,
        salt: 7,
    }
}

fn board() -> Joined {
    Joined {
        name: "board".to_owned(),
        id: "1".to_owned(),
        kind: device::Kind::Board,
        port: None,
        lanes: 1,
        queue: 1,
        expected_rate: Some(1.0),
        config: WorkerConfig {
            expected_rate: None,
            results_per_minute: 6.0,
            range_size: RangeSize::Fixed(NonZero::new(1000).unwrap()),
        },
    }
}

#[test]
fn shares_that_wait_for_a_source_at_the_end_are_counted_and_no_source_is_started_again() {
    let clock = Clock::start();
    let (events, incoming) = Events::channel(clock);
    let mailboxes = Arc::<Mailboxes>::default();
    let fleet = Fleet::start(Vec::new(), &mailboxes, &events).unwrap();
    let started = Arc::new(Mutex::new(0));
    let starts = Arc::clone(&started);
    let start: StartSource = Box::new(move |tell| {
        *starts.lock().unwrap() += 1;
        let shares = Mutex::default();
        Ok(Box::new(Behind { tell, shares }))
    });
    let mut miner = Miner {
        clock,
        controller: Controller::new(settings()),
        mailboxes: Arc::clone(&mailboxes),
        verifier: Verifier::start(Arc::new(Nothing), NonZero::<usize>::MIN, &events).unwrap(),
        fleet: &fleet,
        sources: vec![start],
        running: vec![None],
        events,
        recorder: None,
        next_state: Duration::ZERO,
        is_over: false,
        sink: &mut Outcomes::default(),
    };
    let source = |event| Event::Source { source: 0, event };
    let device = |event| Event::Device { device: 0, event };
    let mut given = None;
    for event in [
        Event::Tick,
        source(SourceEvent::Up),
        source(SourceEvent::Template(template(1))),
        device(DeviceEvent::Joined(board())),
    ] {
        let now = miner.now();
        for action in miner.controller.handle(now, event) {
            if let Action::Order(_, Order::Begin(range, _)) = &action {
                given.get_or_insert(*range);
            }
            miner.carry_out(now, action).unwrap();
        }
    }
    let range = given.expect("a range");
    for nonce in 0..20 {
        let found = Notice::Found {
            range: range.id,
            nonce: range.first + nonce,
            hash: [nonce as u8, 0, 0, 0].repeat(8).try_into().unwrap(),
        };
        miner.handle(device(DeviceEvent::Notice(found))).unwrap();
    }
    miner.handle(Event::Stop).unwrap();
    miner.end_sources(&incoming).unwrap();
    miner.carry_out(Duration::ZERO, Action::Start(0)).unwrap();
    assert_eq!(*started.lock().unwrap(), 1);
    let count = |outcome| miner.sink.0.iter().filter(|it| **it == outcome).count();
    let counts = [Outcome::Unanswered, Outcome::NotSubmitted].map(count);
    assert_eq!(counts.iter().sum::<usize>(), 20, "{:?}", miner.sink.0);
    assert_eq!(counts[0], 8);
    mailboxes.end();
    fleet.end();
}
