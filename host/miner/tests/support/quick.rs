//! A device that hashes at a steady rate and goes wrong as a test wants.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tensority::header_hash;
use tensority_device::device::{
    Description, Device, DeviceError, EndReason, Kind, Message, Notice, Placement, Range,
};
use tensority_device::wake_fd::WakeFd;
use tensority_device::waker::Waker;
use tensority_miner::verifier::Rehash;

use super::hashing::cheap;

/// What the device is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It does what it should.
    #[default]
    Good,
    /// It finds nonces by their numbers, one of 16, with hashes that are small and wrong.
    WrongHash,
    /// The hashes of known-answer tests are wrong.
    WrongCanary,
    /// It takes everything and tells nothing.
    Silent,
    /// As silent, until its work is given up.
    SilentUntilAbort,
    /// As silent, until it is reset.
    SilentUntilReset,
    /// It is gone.
    Gone,
}

/// The test's end of the device, which lives on when it is closed.
#[derive(Clone, Default)]
pub struct Control(Arc<Shared>);

#[derive(Default)]
struct Shared {
    mood: Mutex<Mood>,
    wakers: Mutex<Vec<Waker>>,
    begun: Mutex<Vec<Range>>,
    hashed: AtomicU64,
    aborts: AtomicU64,
    resets: AtomicU64,
    opened: AtomicU64,
}

impl Control {
    /// Changes what the device is like.
    pub fn set(&self, mood: Mood) {
        *self.0.mood.lock().expect("no panic") = mood;
        for waker in &*self.0.wakers.lock().expect("no panic") {
            waker.wake();
        }
    }

    /// All work that it ever got.
    pub fn begun(&self) -> Vec<Range> {
        self.locked_begun().clone()
    }

    /// Nonces hashed so far.
    pub fn hashed(&self) -> u64 {
        self.0.hashed.load(Ordering::SeqCst)
    }

    /// How often it was told to give up its work.
    pub fn aborts(&self) -> u64 {
        self.0.aborts.load(Ordering::SeqCst)
    }

    /// How often it was reset.
    pub fn resets(&self) -> u64 {
        self.0.resets.load(Ordering::SeqCst)
    }

    /// How often it was opened.
    pub fn opened(&self) -> u64 {
        self.0.opened.load(Ordering::SeqCst)
    }

    /// Opens the device, at so many hashes a second.
    pub fn open(&self, rate: f64) -> Quick {
        Quick::open(self, rate, cheap())
    }

    fn mood(&self) -> Mood {
        *self.0.mood.lock().expect("no panic")
    }

    fn locked_begun(&self) -> MutexGuard<'_, Vec<Range>> {
        self.0.begun.lock().expect("no panic")
    }
}

/// The device. It has room for one range behind the one that runs.
pub struct Quick {
    description: Description,
    control: Control,
    wakes: WakeFd,
    hashing: Arc<dyn Rehash>,
    /// Time of a hash.
    interval: Duration,
    /// When the next hash is over.
    due: Instant,
    seed: Option<[u8; 32]>,
    /// The work, and how much of it is done; the first runs.
    ranges: VecDeque<(Range, u64)>,
    notices: VecDeque<Notice>,
}

impl Quick {
    /// A device of this control, with a hash of the test's choice.
    pub fn open(control: &Control, rate: f64, hashing: Arc<dyn Rehash>) -> Self {
        let wakes = WakeFd::new().expect("an eventfd");
        control.0.opened.fetch_add(1, Ordering::SeqCst);
        control
            .0
            .wakers
            .lock()
            .expect("no panic")
            .push(wakes.waker());
        Self {
            description: Description {
                name: "quick".to_owned(),
                kind: Kind::Processor,
                port: None,
                serial: None,
                lanes: 1,
                queue: 1,
                expected_rate: None,
            },
            control: control.clone(),
            wakes,
            hashing,
            interval: Duration::from_secs_f64(1.0 / rate),
            due: Instant::now(),
            seed: None,
            ranges: VecDeque::new(),
            notices: VecDeque::new(),
        }
    }

    fn check_gone(&self) -> Result<(), DeviceError> {
        match self.control.mood() {
            Mood::Gone => Err(DeviceError::Gone {
                name: "quick".to_owned(),
                reason: "the test unplugged it".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn is_silent(&self) -> bool {
        use Mood::{Silent, SilentUntilAbort, SilentUntilReset};
        matches!(
            self.control.mood(),
            Silent | SilentUntilAbort | SilentUntilReset
        )
    }

    fn give_up(&mut self, ending: EndReason) {
        for (range, hashes) in std::mem::take(&mut self.ranges) {
            self.notices.push_back(Notice::RangeDone {
                range: range.id,
                hashes,
                ending,
            });
        }
    }

    /// Hashes the next nonce of the range that runs.
    fn hash(&mut self) {
        let Some((range, done)) = self.ranges.front_mut() else {
            return;
        };
        let (range, nonce) = (*range, range.first + *done);
        *done += 1;
        let is_over = *done == range.count;
        let (header_hash, is_canary) = match range.message {
            Message::Header(prefix) => (header_hash(&prefix, nonce).expect("below 2^63"), false),
            Message::Raw(header_hash) => (header_hash, true),
        };
        let mut hash = self.hashing.hash(&header_hash, &range.seed);
        self.control.0.hashed.fetch_add(1, Ordering::SeqCst);
        let mood = self.control.mood();
        let found = match (is_canary, mood) {
            (false, Mood::WrongHash) => {
                hash[8..].fill(0);
                nonce.is_multiple_of(16)
            }
            (true, Mood::WrongCanary) => {
                hash[0] ^= 1;
                true
            }
            _ => is_canary || range.target.is_met_by(&hash),
        };
        if found {
            let range = range.id;
            self.notices.push_back(Notice::Found { range, nonce, hash });
        }
        if is_over {
            self.ranges.pop_front();
            self.notices.push_back(Notice::RangeDone {
                range: range.id,
                hashes: range.count,
                ending: EndReason::Complete,
            });
        }
    }
}

impl Device for Quick {
    fn description(&self) -> &Description {
        &self.description
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.control.locked_begun().push(*range);
        if placement == Placement::Replace {
            self.give_up(EndReason::Replaced);
        }
        if self.ranges.is_empty() {
            self.due = Instant::now() + self.interval;
        }
        if self.seed.replace(range.seed) != Some(range.seed) {
            self.notices.push_back(Notice::SeedReady(range.seed));
        }
        self.ranges.push_back((*range, 0));
        Ok(())
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.control.0.aborts.fetch_add(1, Ordering::SeqCst);
        if self.control.mood() == Mood::SilentUntilAbort {
            self.control.set(Mood::Good);
        }
        self.give_up(EndReason::Aborted);
        Ok(())
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        let end = Instant::now() + patience.min(super::LONG);
        loop {
            self.check_gone()?;
            let silent = self.is_silent();
            if silent {
                self.notices
                    .retain(|notice| matches!(notice, Notice::RangeDone { .. }));
            }
            if let Some(notice) = self.notices.pop_front().filter(|_| !silent) {
                return Ok(Some(notice));
            }
            let now = Instant::now();
            let works = !self.ranges.is_empty() && !silent;
            if works && now >= self.due {
                // What it could not do in time it does not make up for.
                self.due = (self.due + self.interval).max(now);
                self.hash();
                continue;
            }
            if now >= end {
                return Ok(None);
            }
            let until = if works { self.due.min(end) } else { end };
            if self.wakes.wait(until - now).expect("a wait") {
                return Ok(None);
            }
        }
    }

    fn waker(&self) -> Waker {
        self.wakes.waker()
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.check_gone()?;
        self.control.0.resets.fetch_add(1, Ordering::SeqCst);
        if self.control.mood() == Mood::SilentUntilReset {
            self.control.set(Mood::Good);
        }
        // What it found is lost, but each range ends.
        self.notices
            .retain(|notice| matches!(notice, Notice::RangeDone { .. }));
        self.give_up(EndReason::Aborted);
        self.seed = None;
        self.notices.push_back(Notice::Restarted);
        Ok(())
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        self.check_gone()
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        Ok(self.control.hashed())
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        Ok(None)
    }
}
