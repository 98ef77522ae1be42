//! The processor as a [`Device`]: threads of its own hash one range after the other.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tensority::fast::{Backend, BackendError, Hasher, MatrixList, MatrixLists, Pool};
use tensority::header_hash;

use crate::cpu_queue::{Queue, Refusal, Task};
use crate::device::{
    Description, Device, DeviceError, EndReason, Kind, Message, Notice, Placement, Range,
};
use crate::known_answer::KnownAnswer;
use crate::waker::Waker;

/// Matrix lists that are kept: at the end of an epoch the old and the new one are in use.
const LISTS: NonZero<usize> = NonZero::new(2).unwrap();

/// Ranges that may wait behind the one that runs.
const QUEUE: usize = 1;

/// Some threads of the processor.
pub struct Cpu {
    description: Description,
    shared: Arc<Shared>,
    /// None is a wake.
    notices: Receiver<Option<Notice>>,
    /// The worker keeps it alive: once that has ended, `notices` tells so.
    sender: Weak<Sender<Option<Notice>>>,
    /// A wake is under way.
    woken: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
}

/// What the caller and the worker see.
struct Shared {
    queue: Queue,
    hashes: AtomicU64,
}

impl Cpu {
    /// As many threads as said, or as there are processors, with the back end of the environment.
    ///
    /// # Errors
    /// If the environment asks for a back end that there is not.
    pub fn open(threads: Option<NonZero<usize>>) -> Result<Self, BackendError> {
        let backend = Backend::from_environment()?;
        let threads = threads.unwrap_or(Pool::of_all_processors().threads());
        let shared = Arc::new(Shared {
            queue: Queue::new(QUEUE),
            hashes: AtomicU64::new(0),
        });
        let (sender, notices) = mpsc::channel();
        let sender = Arc::new(sender);
        let weak = Arc::downgrade(&sender);
        let worker = Worker {
            shared: Arc::clone(&shared),
            notices: sender,
            threads,
            backend,
            lists: MatrixLists::new(backend, LISTS),
        };
        Ok(Self {
            description: Description {
                name: format!("cpu:{threads}"),
                kind: Kind::Processor,
                port: None,
                serial: None,
                lanes: threads.get() as u32,
                queue: QUEUE as u32,
                expected_rate: None,
            },
            shared,
            notices,
            sender: weak,
            woken: Arc::default(),
            worker: Some(thread::spawn(move || worker.work())),
        })
    }

    fn refused(&self, request: &'static str, refusal: &Refusal) -> DeviceError {
        DeviceError::Refused {
            name: self.description.name.clone(),
            request,
            reason: refusal.to_string(),
            code: None,
        }
    }
}

impl Device for Cpu {
    fn description(&self) -> &Description {
        &self.description
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        let taken = self.shared.queue.push(*range, placement);
        taken.map_err(|refusal| self.refused("Run", &refusal))
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        self.shared.queue.give_up(EndReason::Aborted);
        Ok(())
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        match self.notices.recv_timeout(patience) {
            Ok(told) => {
                if told.is_none() {
                    self.woken.swap(false, Ordering::AcqRel);
                }
                Ok(told)
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(DeviceError::Gone {
                name: self.description.name.clone(),
                reason: "its threads have ended".into(),
            }),
        }
    }

    fn waker(&self) -> Waker {
        let (sender, woken) = (Weak::clone(&self.sender), Arc::clone(&self.woken));
        Waker::new(move || {
            if let Some(sender) = sender.upgrade()
                && !woken.swap(true, Ordering::AcqRel)
            {
                // Nobody listens when the device is being closed.
                let _ = sender.send(None);
            }
        })
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.shared.queue.restart();
        Ok(())
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        let taken = self.shared.queue.push_self_test();
        taken.map_err(|refusal| self.refused("SelfTest", &refusal))
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        Ok(self.shared.hashes.load(Ordering::Relaxed))
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        Ok(None)
    }
}

impl Drop for Cpu {
    fn drop(&mut self) {
        self.shared.queue.close();
        if let Some(worker) = self.worker.take() {
            // If it panicked, the caller was told that the device is gone.
            let _ = worker.join();
        }
    }
}

struct Worker {
    shared: Arc<Shared>,
    notices: Arc<Sender<Option<Notice>>>,
    threads: NonZero<usize>,
    backend: Backend,
    lists: MatrixLists,
}

impl Worker {
    fn work(mut self) {
        while let Some(task) = self.shared.queue.take() {
            match task {
                Task::SelfTest => {
                    let passed = self.self_test();
                    self.shared.queue.finish(|_| ());
                    self.tell(Notice::SelfTestDone { passed });
                }
                Task::Range(range) => self.range(&range),
                Task::GivenUp(range, ending) => self.tell(Notice::RangeDone {
                    range,
                    hashes: 0,
                    ending,
                }),
                Task::Restart => {
                    self.lists = MatrixLists::new(self.backend, LISTS);
                    self.shared.hashes.store(0, Ordering::Relaxed);
                    self.tell(Notice::Restarted);
                }
            }
        }
    }

    fn tell(&self, notice: Notice) {
        // Nobody listens when the device is being closed.
        let _ = self.notices.send(Some(notice));
    }

    fn self_test(&mut self) -> bool {
        let known = KnownAnswer::GENESIS;
        let list = self.lists.get(&known.seed);
        Hasher::new().hash(&known.header_hash, &list) == known.pow_hash
    }

    fn range(&mut self, range: &Range) {
        let hashes = match self.list(&range.seed) {
            Some(list) => self.hash(range, &list),
            None => 0,
        };
        let ending = self.shared.queue.finish(|given_up| match given_up {
            Some(ending) if hashes < range.count => ending,
            _ => EndReason::Complete,
        });
        self.tell(Notice::RangeDone {
            range: range.id,
            hashes,
            ending,
        });
    }

    /// The matrix list of the seed, unless the range is given up meanwhile.
    fn list(&mut self, seed: &[u8; 32]) -> Option<Arc<MatrixList>> {
        let built = AtomicU64::new(0);
        let queue = &self.shared.queue;
        let list = self.lists.get_watched(seed, &|_| {
            built.fetch_add(1, Ordering::Relaxed);
            match queue.stopped() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        let list = list.ok()?;
        if built.into_inner() > 0 {
            self.tell(Notice::SeedReady(*seed));
        }
        Some(list)
    }

    /// Hashes until the range is done or given up. A nonce that some thread has claimed is always
    /// hashed, and they are claimed in order: so their number is that of the nonces hashed, counted
    /// from the first.
    fn hash(&self, range: &Range, list: &MatrixList) -> u64 {
        let claimed = AtomicU64::new(0);
        let claim = || {
            if self.shared.queue.stopped() {
                return None;
            }
            let next = |claimed| (claimed < range.count).then_some(claimed + 1);
            claimed
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
                .ok()
        };
        let threads = u64::min(self.threads.get() as u64, range.count);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut hasher = Hasher::new();
                    while let Some(place) = claim() {
                        self.try_nonce(range, range.first + place, list, &mut hasher);
                    }
                });
            }
        });
        claimed.into_inner()
    }

    fn try_nonce(&self, range: &Range, nonce: u64, list: &MatrixList, hasher: &mut Hasher) {
        let (input, raw) = match &range.message {
            Message::Raw(input) => (*input, true),
            // The queue takes no work with nonces that no block can hold.
            Message::Header(prefix) => match header_hash(prefix, nonce) {
                Ok(input) => (input, false),
                Err(_) => return,
            },
        };
        let hash = hasher.hash(&input, list);
        self.shared.hashes.fetch_add(1, Ordering::Relaxed);
        if raw || range.target.is_met_by(&hash) {
            self.tell(Notice::Found {
                range: range.id,
                nonce,
                hash,
            });
        }
    }
}
