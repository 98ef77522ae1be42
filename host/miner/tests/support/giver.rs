//! A source within the test, which gives work and answers shares as the test wants.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tensority::{BlockHeader, Target};
use tensority_miner::miner::{Source, StartSource};
use tensority_source::{Answer, Event, Pace, Share, Tell, Template};

/// Answers a share.
pub type Answerer = Box<dyn FnMut(&Share) -> Answer + Send>;

/// The test's end of the source.
#[derive(Clone)]
pub struct Giver(Arc<Mutex<State>>);

struct State {
    /// The way to the miner; nothing before it starts the source and after it stops it.
    tell: Option<Tell>,
    /// The work to begin with.
    first: Option<Template>,
    answerer: Answerer,
    /// Shares that wait for an answer, while answers are kept back.
    kept: Option<Vec<u64>>,
    shares: Vec<Share>,
}

/// A source that begins with this work and accepts all shares, and its other end.
pub fn giver(first: Template) -> (StartSource, Giver) {
    let giver = Giver(Arc::new(Mutex::new(State {
        tell: None,
        first: Some(first),
        answerer: Box::new(|_| Answer::Accepted),
        kept: None,
        shares: Vec::new(),
    })));
    let started = giver.clone();
    let start = move |tell: Tell| {
        started.start(tell);
        Ok(Box::new(Started(started.clone())) as Box<dyn Source>)
    };
    (Box::new(start), giver)
}

/// Work whose shares take so many hashes on average, and whose blocks take far more. Different
/// parents make different jobs.
pub fn work(parent: u8, difficulty: f64) -> Template {
    let header = BlockHeader {
        version: 1,
        height: 7,
        previous_block_hash: [parent; 32],
        timestamp: 1_700_000_000,
        bits: Target::of_average(1e12).to_bits(),
        ..BlockHeader::default()
    };
    let target = Target::of_average(difficulty);
    Template::of_block(header, tensority::INITIAL_SEED, target)
}

impl Giver {
    /// Tells the miner something, if it listens.
    pub fn tell(&self, event: Event) {
        if let Some(tell) = &mut self.state().tell {
            tell(event);
        }
    }

    /// Gives work.
    pub fn give(&self, work: Template) {
        self.tell(Event::Template(work));
    }

    /// Answers shares in another way from now on.
    pub fn answer_by(&self, answerer: impl FnMut(&Share) -> Answer + Send + 'static) {
        self.state().answerer = Box::new(answerer);
    }

    /// Keeps all answers back from now on.
    pub fn keep_answers(&self) {
        self.state().kept.get_or_insert_default();
    }

    /// Answers all shares that were kept waiting; how many these were.
    pub fn release_answers(&self, answer: Answer) -> usize {
        let kept = self.state().kept.take().unwrap_or_default();
        for &share in &kept {
            self.tell(answered(share, answer.clone()));
        }
        kept.len()
    }

    /// What was submitted.
    pub fn shares(&self) -> Vec<Share> {
        self.state().shares.clone()
    }

    fn start(&self, mut tell: Tell) {
        tell(Event::Up);
        let mut state = self.state();
        if let Some(work) = state.first.clone() {
            tell(Event::Template(work));
        }
        state.tell = Some(tell);
    }

    fn submit(&self, share: Share) {
        let state = &mut *self.state();
        match &mut state.kept {
            Some(kept) => kept.push(share.number),
            None => {
                let answer = (state.answerer)(&share);
                if let Some(tell) = &mut state.tell {
                    tell(answered(share.number, answer));
                }
            }
        }
        state.shares.push(share);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics here")
    }
}

fn answered(share: u64, answer: Answer) -> Event {
    Event::Answered {
        share,
        answer,
        took: Duration::from_millis(1),
    }
}

/// The miner's end.
struct Started(Giver);

impl Source for Started {
    fn submit(&self, share: Share) {
        self.0.submit(share);
    }

    fn pace(&self, _: Pace) {}
}

impl Drop for Started {
    fn drop(&mut self) {
        self.0.state().tell = None;
    }
}
