//! Results hashed again in software, by a few threads that share the matrix lists of the last seeds.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tensority::fast::{Backend, MatrixLists, hash};

use crate::event::{Event, Events, Verdict};

/// How a result is hashed again.
pub trait Rehash: Send + Sync {
    /// The PoW hash of a header hash under a seed.
    fn hash(&self, header_hash: &[u8; 32], seed: &[u8; 32]) -> [u8; 32];

    /// Makes ready for results of a seed.
    fn prepare(&self, seed: &[u8; 32]);
}

/// Hashes in software, with the matrix lists of a few seeds.
pub struct OnProcessor(Mutex<MatrixLists>);

impl OnProcessor {
    /// With room for the matrix lists of so many seeds, of 16.25 MiB each. Nothing is made yet.
    pub fn new(backend: Backend, seeds: NonZero<usize>) -> Self {
        Self(Mutex::new(MatrixLists::new(backend, seeds)))
    }

    fn lists(&self) -> MutexGuard<'_, MatrixLists> {
        self.0.lock().expect("nothing panics with the lists")
    }
}

impl Rehash for OnProcessor {
    fn hash(&self, header_hash: &[u8; 32], seed: &[u8; 32]) -> [u8; 32] {
        // Only a list that is not there keeps the other threads waiting.
        let list = self.lists().get(seed);
        hash(header_hash, &list)
    }

    fn prepare(&self, seed: &[u8; 32]) {
        self.lists().get(seed);
    }
}

/// A result to be hashed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Check {
    pub result: u64,
    pub header_hash: [u8; 32],
    pub seed: [u8; 32],
    /// The PoW hash, as the device says.
    pub hash: [u8; 32],
}

/// Threads that take checks from one queue.
pub struct Verifier {
    shared: Arc<Shared>,
}

struct Shared {
    tasks: Mutex<Tasks>,
    more: Condvar,
}

#[derive(Default)]
struct Tasks {
    checks: VecDeque<(Check, Duration)>,
    seed: Option<[u8; 32]>,
    closed: bool,
}

impl Verifier {
    /// Starts `threads` threads, which end when this is dropped.
    pub fn start(
        rehash: Arc<dyn Rehash>,
        threads: NonZero<usize>,
        events: &Events,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            tasks: Mutex::default(),
            more: Condvar::new(),
        });
        let verifier = Self {
            shared: Arc::clone(&shared),
        };
        for _ in 0..threads.get() {
            let (shared, rehash) = (Arc::clone(&shared), Arc::clone(&rehash));
            let sender = events.clone();
            events.spawn("verifier", move || shared.work(&*rehash, &sender))?;
        }
        Ok(verifier)
    }

    /// Has a result hashed again; [`Event::Checked`] tells the verdict.
    pub fn check(&self, now: Duration, check: Check) {
        self.shared.tasks().checks.push_back((check, now));
        self.shared.more.notify_one();
    }

    /// Makes the matrix list of a seed before a result needs it.
    pub fn prepare(&self, seed: [u8; 32]) {
        self.shared.tasks().seed = Some(seed);
        self.shared.more.notify_one();
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.shared.tasks().closed = true;
        self.shared.more.notify_all();
    }
}

enum Task {
    Check(Check, Duration),
    Prepare([u8; 32]),
}

impl Shared {
    fn work(&self, rehash: &dyn Rehash, events: &Events) {
        while let Some(task) = self.next() {
            match task {
                Task::Prepare(seed) => rehash.prepare(&seed),
                Task::Check(check, since) => {
                    let begin = Instant::now();
                    let pow_hash = rehash.hash(&check.header_hash, &check.seed);
                    events.send(Event::Checked {
                        result: check.result,
                        verdict: match pow_hash == check.hash {
                            true => Verdict::Right,
                            false => Verdict::OtherHash { pow_hash },
                        },
                        took: events.now().saturating_sub(since),
                        busy: begin.elapsed(),
                    });
                }
            }
        }
    }

    /// Waits for the next task; nothing at the end.
    fn next(&self) -> Option<Task> {
        let mut tasks = self.tasks();
        loop {
            if tasks.closed {
                return None;
            }
            // First, for the results that follow need it.
            if let Some(seed) = tasks.seed.take() {
                return Some(Task::Prepare(seed));
            }
            if let Some((check, since)) = tasks.checks.pop_front() {
                return Some(Task::Check(check, since));
            }
            tasks = self.more.wait(tasks).expect(UNPOISONED);
        }
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nothing panics with the tasks";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::event::Incoming;

    #[test]
    fn a_block_of_a_real_node_is_right_and_another_hash_is_not() {
        let block = testvectors::accepted_blocks().swap_remove(0);
        let seeds = NonZero::new(2).unwrap();
        let rehash = Arc::new(OnProcessor::new(Backend::fastest(), seeds));
        let (events, incoming) = Events::channel(Clock::start());
        let verifier = Verifier::start(rehash, seeds, &events).unwrap();
        verifier.prepare(block.seed);
        let right = Check {
            result: 0,
            header_hash: block.block_hash,
            seed: block.seed,
            hash: block.pow_hash,
        };
        let wrong = Check {
            result: 1,
            hash: [7; 32],
            ..right
        };
        for check in [right, wrong] {
            verifier.check(Duration::ZERO, check);
        }
        let mut verdicts = [None; 2];
        for _ in 0..2 {
            let Ok(Incoming::Event(Event::Checked {
                result, verdict, ..
            })) = incoming.recv()
            else {
                panic!("no verdict")
            };
            verdicts[result as usize] = Some(verdict);
        }
        let pow_hash = block.pow_hash;
        let expected = [Verdict::Right, Verdict::OtherHash { pow_hash }];
        assert_eq!(verdicts, expected.map(Some));
    }
}
