//! A source that answers shares as it likes, and loses its connection now and then.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_miner::miner::{Source, StartSource};
use tensority_source::{Answer, Event, Pace, Reason, Share, Tell, Template};
use tensority_telemetry::source::Shares;

use super::Judge;
use crate::support::giver::work;

/// Hashes of a share: every fourth result of a device is one.
const DIFFICULTY: f64 = 8.0;
/// Jobs of one seed.
const EPOCH: u64 = 10;

/// The test's end of the source.
#[derive(Clone)]
pub struct Moody(Arc<Mutex<State>>);

struct State {
    judge: Arc<Judge>,
    random: StdRng,
    tell: Option<Tell>,
    connected: bool,
    /// The height of the latest job, each having its own.
    height: u64,
    /// The lowest of those whose jobs are good.
    oldest_good: u64,
    /// Shares that were never answered.
    unanswered: Vec<u64>,
    answers: Shares,
}

impl Moody {
    /// A source and its other end.
    pub fn new(seed: u64, judge: Arc<Judge>) -> (StartSource, Self) {
        let moody = Self(Arc::new(Mutex::new(State {
            judge,
            random: StdRng::seed_from_u64(seed),
            tell: None,
            connected: false,
            height: 0,
            oldest_good: 0,
            unanswered: Vec::new(),
            answers: Shares::default(),
        })));
        let other = moody.clone();
        let start = move |tell| {
            let mut state = other.state();
            state.tell = Some(tell);
            state.connect();
            Ok(Box::new(Started(other.clone())) as Box<dyn Source>)
        };
        (Box::new(start), moody)
    }

    /// Something happens, or nothing.
    pub fn moment(&self) {
        let mut state = self.state();
        match state.random.random_range(0..10) {
            _ if !state.connected => state.connect(),
            0 => state.disconnect(),
            1..4 => state.give(true),
            4..6 => state.give(false),
            _ => {}
        }
    }

    /// Answers all shares that wait.
    pub fn settle(&self) {
        self.state().settle();
    }

    /// What it answered, by its own account.
    pub fn answers(&self) -> Shares {
        self.state().answers.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }
}

impl State {
    fn connect(&mut self) {
        self.connected = true;
        self.tell(Event::Up);
        self.give(true);
    }

    fn disconnect(&mut self) {
        self.connected = false;
        self.settle();
        self.invalidated();
        let reason = Reason::new("closed", "a fault that was asked for");
        self.tell(Event::Down(reason));
        self.tell(Event::Invalidated);
    }

    /// All jobs are worthless. The judge knows before the miner does.
    fn invalidated(&mut self) {
        self.oldest_good = self.height + 1;
        self.judge.invalidated(self.oldest_good);
    }

    fn give(&mut self, replace: bool) {
        if replace {
            self.invalidated();
        }
        self.height += 1;
        let mut work = Template {
            replace,
            seed: [(self.height / EPOCH) as u8; 32],
            ..work(self.random.random(), DIFFICULTY)
        };
        work.header.height = self.height;
        self.judge.job(&work);
        self.tell(Event::Template(work));
    }

    fn submit(&mut self, share: &Share) {
        if !self.connected {
            return self.answer(share.number, Answer::NotSent);
        }
        self.judge.source_got(share);
        let reason = || Reason::new("mood", "a fault that was asked for");
        let answer = match self.random.random_range(0..100) {
            _ if share.header.height < self.oldest_good => Answer::Stale(reason()),
            0..5 => return self.unanswered.push(share.number),
            5..10 => Answer::Stale(reason()),
            10..17 => Answer::Rejected(reason()),
            _ => Answer::Accepted,
        };
        self.answer(share.number, answer);
    }

    fn settle(&mut self) {
        for share in std::mem::take(&mut self.unanswered) {
            let reason = Reason::new("closed", "a fault that was asked for");
            self.answer(share, Answer::Unanswered(reason));
        }
    }

    fn answer(&mut self, share: u64, answer: Answer) {
        let answers = &mut self.answers;
        match &answer {
            Answer::Accepted => answers.accepted += 1,
            Answer::Stale(_) => answers.stale += 1,
            Answer::Rejected(reason) => {
                *answers.rejected.entry(reason.word.clone()).or_default() += 1;
            }
            Answer::Unanswered(_) => answers.unanswered += 1,
            Answer::NotSent => answers.not_submitted += 1,
        }
        self.tell(Event::Answered {
            share,
            answer,
            took: Duration::from_millis(1),
        });
    }

    fn tell(&mut self, event: Event) {
        if let Some(tell) = &mut self.tell {
            tell(event);
        }
    }
}

/// The miner's end.
struct Started(Moody);

impl Source for Started {
    fn submit(&self, share: Share) {
        self.0.state().submit(&share);
    }

    fn pace(&self, _: Pace) {}
}

impl Drop for Started {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.settle();
        state.tell = None;
    }
}
