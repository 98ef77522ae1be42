//! A device that is asked and listened to, and what it should say.

use std::{
    fmt::Debug,
    num::NonZero,
    time::{Duration, Instant},
};

use tensority::{
    INITIAL_SEED, Target,
    fast::{Backend, Caches, hash},
    header_hash,
};

use super::Broken;
use crate::device::{Device, DeviceError, Ending, Job, Message, Notice, Placement, Work};

/// A nonce with its PoW hash.
pub(super) type Hashed = (u64, [u8; 32]);

/// What became of a range.
pub(super) struct Outcome {
    /// What was reported, by nonce.
    pub found: Vec<Hashed>,
    pub hashes: u64,
    pub ending: Ending,
}

/// A device under examination, and what it should say.
pub struct Examiner<'a> {
    pub(super) device: &'a mut dyn Device,
    patience: Duration,
    caches: Caches,
    /// Number of the range or job sent last.
    pub(super) number: u32,
    /// Seeds whose matrix lists the device has announced.
    pub(super) seeds: Vec<[u8; 32]>,
}

/// Hashes of a short range.
pub(super) const SHORT: u64 = 4;
/// Hashes of a range that is not meant to end.
const LONG: u64 = 100_000;

impl<'a> Examiner<'a> {
    /// For a device without work, none of whose notices takes longer than `patience`.
    pub fn new(device: &'a mut dyn Device, patience: Duration) -> Self {
        let two = NonZero::<usize>::MIN.saturating_add(1);
        Self {
            device,
            patience,
            caches: Caches::new(Backend::fastest(), two),
            number: 0,
            seeds: Vec::new(),
        }
    }

    /// Work on a job of its own.
    pub(super) fn work(&mut self, seed: [u8; 32], first: u64, count: u64, target: Target) -> Work {
        self.number += 1;
        Work {
            range: self.number,
            job: Job {
                number: self.number,
                message: Message::Header([self.number as u8; 128]),
                seed,
                target,
            },
            first,
            count,
        }
    }

    pub(super) fn begin(&mut self, work: &Work, placement: Placement) -> Result<(), Broken> {
        Ok(self.device.begin(work, placement)?)
    }

    /// The first `count` nonces of `work` with their hashes.
    pub(super) fn hash(&mut self, work: &Work, count: u64) -> Result<Vec<Hashed>, Broken> {
        let cache = self.caches.get(&work.job.seed);
        let nonces = work.first..work.first + count;
        let hashes = nonces.map(|nonce| {
            let input = match &work.job.message {
                Message::Raw(input) => *input,
                Message::Header(prefix) => header_hash(prefix, nonce)
                    .map_err(|error| differs("a nonce", "one below 2^63", &error))?,
            };
            Ok((nonce, hash(&input, &cache)))
        });
        hashes.collect()
    }

    pub(super) fn next(&mut self, awaited: &str) -> Result<Notice, Broken> {
        self.device.notice(self.patience)?.ok_or(Broken::Late {
            awaited: awaited.into(),
            patience: self.patience,
        })
    }

    /// Waits at a device that has nothing to tell, until it is woken.
    pub(super) fn expect_woken(&mut self) -> Result<(), Broken> {
        let begin = Instant::now();
        let notice = self.device.notice(self.patience)?;
        same("what a wait without work ends with", &None, &notice)?;
        if begin.elapsed() < self.patience {
            return Ok(());
        }
        Err(Broken::Late {
            awaited: "the end of a wait that was woken".into(),
            patience: self.patience,
        })
    }

    /// As [`Self::outcomes`], of a known number of ranges.
    pub(super) fn outcomes_of<const N: usize>(
        &mut self,
        ranges: [u32; N],
    ) -> Result<[Outcome; N], Broken> {
        let outcomes = self.outcomes(&ranges)?;
        outcomes.try_into().map_err(|outcomes: Vec<_>| {
            differs("the ranges that ended", &N.to_string(), &outcomes.len())
        })
    }

    /// Waits until these ranges are over, in any order, and nothing comes of another.
    pub(super) fn outcomes(&mut self, ranges: &[u32]) -> Result<Vec<Outcome>, Broken> {
        let mut found = vec![Vec::new(); ranges.len()];
        let mut ends = vec![None; ranges.len()];
        while ends.contains(&None) {
            let notice = self.next("the end of a range")?;
            let place = |range| {
                let place = ranges.iter().position(|own| *own == range);
                // Nothing more may come of a range that is over.
                place.filter(|place| ends[*place].is_none())
            };
            match (&notice, place(range_of(&notice))) {
                (Notice::SeedReady(seed), _) => self.seeds.push(*seed),
                // A device may test itself after a restart.
                (Notice::SelfTestDone { passed: true }, _) => {}
                (Notice::Found { nonce, hash, .. }, Some(place)) => {
                    found[place].push((*nonce, *hash));
                }
                (Notice::RangeDone { hashes, ending, .. }, Some(place)) => {
                    ends[place] = Some((*hashes, *ending));
                }
                _ => {
                    let expected = format!("one of the ranges {ranges:?} that are not over");
                    return Err(differs("a notice", &expected, &format!("{notice:?}")));
                }
            }
        }
        let ends = ends.into_iter().flatten();
        let outcomes = found
            .into_iter()
            .zip(ends)
            .map(|(mut found, (hashes, ending))| {
                found.sort_unstable();
                Outcome {
                    found,
                    hashes,
                    ending,
                }
            });
        Ok(outcomes.collect())
    }

    /// Compares what became of `work` with what should have.
    pub(super) fn expect_complete(&mut self, work: &Work, outcome: &Outcome) -> Result<(), Broken> {
        same("how the range ends", &Ending::Complete, &outcome.ending)?;
        same("its hashes", &work.count, &outcome.hashes)?;
        self.expect_found(work, outcome)
    }

    /// The nonces reported are those of the hashes that were counted which meet the target.
    fn expect_found(&mut self, work: &Work, outcome: &Outcome) -> Result<(), Broken> {
        let mut expected = self.hash(work, outcome.hashes)?;
        expected.retain(|(_, hash)| work.job.target.is_met_by(hash));
        same("the nonces and hashes", &expected, &outcome.found)
    }

    /// Begins a range that is not meant to end, and waits until it is at work.
    pub(super) fn begin_long(&mut self) -> Result<(Work, Hashed), Broken> {
        let work = self.work(INITIAL_SEED, 5, LONG, Target::MAX);
        self.begin(&work, Placement::Behind)?;
        loop {
            match self.next("the first nonce of a range")? {
                Notice::Found { nonce, hash, .. } => return Ok((work, (nonce, hash))),
                Notice::SeedReady(seed) => self.seeds.push(seed),
                other => return Err(differs("a notice", "a nonce", &format!("{other:?}"))),
            }
        }
    }

    /// What became of a range of [`Self::begin_long`] that was given up.
    pub(super) fn expect_given_up(
        &mut self,
        (work, first): (Work, Hashed),
        mut outcome: Outcome,
        ending: Ending,
    ) -> Result<(), Broken> {
        outcome.found.push(first);
        outcome.found.sort_unstable();
        same("how the range ends", &ending, &outcome.ending)?;
        if outcome.hashes >= work.count {
            let few = format!("fewer than {}", work.count);
            return Err(differs("its hashes", &few, &outcome.hashes));
        }
        self.expect_found(&work, &outcome)
    }

    pub(super) fn expect_refusal(&mut self, work: &Work, why: &str) -> Result<(), Broken> {
        match self.device.begin(work, Placement::Behind) {
            Err(DeviceError::Refused { .. }) => Ok(()),
            other => Err(differs(why, "a refusal", &format!("{other:?}"))),
        }
    }

    pub(super) fn expect_quiet(&mut self) -> Result<(), Broken> {
        match self.device.notice(Duration::ZERO)? {
            None => Ok(()),
            Some(notice) => Err(differs("after it", "no notice", &format!("{notice:?}"))),
        }
    }
}

/// The range that a notice is of; 0 if it is of none.
fn range_of(notice: &Notice) -> u32 {
    match notice {
        Notice::Found { range, .. } | Notice::RangeDone { range, .. } => *range,
        _ => 0,
    }
}

pub(super) fn differs(what: &str, expected: &str, found: &impl ToString) -> Broken {
    Broken::Differs {
        what: what.into(),
        expected: expected.into(),
        found: found.to_string(),
    }
}

pub(super) fn same<T: PartialEq + Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), Broken> {
    if expected == found {
        return Ok(());
    }
    Err(differs(
        what,
        &format!("{expected:?}"),
        &format!("{found:?}"),
    ))
}
