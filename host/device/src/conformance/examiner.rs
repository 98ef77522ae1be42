//! Examiner of a device: requests, notices, expected hashes.

use std::fmt::Debug;
use std::num::NonZero;
use std::time::{Duration, Instant};

use tensority::fast::{Backend, MatrixLists, hash};
use tensority::{INITIAL_SEED, Target, header_hash};

use super::Broken;
use crate::device::{Device, DeviceError, EndReason, Message, Notice, Placement, Range, RangeId};

/// A nonce with its PoW hash.
pub(super) type Hashed = (u64, [u8; 32]);

pub(super) struct Outcome {
    /// What was reported, by nonce.
    pub found: Vec<Hashed>,
    pub hashes: u64,
    pub ending: EndReason,
}

/// A device under examination, and what it should say.
pub struct Examiner<'a> {
    pub(super) device: &'a mut dyn Device,
    patience: Duration,
    lists: MatrixLists,
    /// The range sent last.
    pub(super) last: RangeId,
    /// Seeds whose matrix lists the device has announced.
    pub(super) seeds: Vec<[u8; 32]>,
}

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
            lists: MatrixLists::new(Backend::fastest(), two),
            last: RangeId::random(),
            seeds: Vec::new(),
        }
    }

    /// A range of a job of its own.
    pub(super) fn range(
        &mut self,
        seed: [u8; 32],
        first: u64,
        count: u64,
        target: Target,
    ) -> Range {
        let id = self.next_id();
        Range {
            id,
            message: Message::Header([id.0 as u8; 128]),
            seed,
            target,
            first,
            count,
        }
    }

    pub(super) fn next_id(&mut self) -> RangeId {
        self.last = self.last.next();
        self.last
    }

    pub(super) fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), Broken> {
        Ok(self.device.begin(range, placement)?)
    }

    /// The first `count` nonces of `range` with their hashes.
    pub(super) fn hash(&mut self, range: &Range, count: u64) -> Result<Vec<Hashed>, Broken> {
        let list = self.lists.get(&range.seed);
        let nonces = range.first..range.first + count;
        let hashes = nonces.map(|nonce| {
            let input = match &range.message {
                Message::Raw(input) => *input,
                Message::Header(prefix) => header_hash(prefix, nonce)
                    .map_err(|error| differs("a nonce", "one below 2^63", &error))?,
            };
            Ok((nonce, hash(&input, &list)))
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
        ranges: [RangeId; N],
    ) -> Result<[Outcome; N], Broken> {
        let outcomes = self.outcomes(&ranges)?;
        outcomes.try_into().map_err(|outcomes: Vec<_>| {
            differs("the ranges that ended", &N.to_string(), &outcomes.len())
        })
    }

    /// Waits until these ranges are over, in any order, and nothing comes of another.
    pub(super) fn outcomes(&mut self, ranges: &[RangeId]) -> Result<Vec<Outcome>, Broken> {
        let mut found = vec![Vec::new(); ranges.len()];
        let mut ends = vec![None; ranges.len()];
        while ends.contains(&None) {
            let notice = self.next("the end of a range")?;
            let place = |range| {
                let place = ranges.iter().position(|own| Some(*own) == range);
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

    /// Compares what became of `range` with what should have.
    pub(super) fn expect_complete(
        &mut self,
        range: &Range,
        outcome: &Outcome,
    ) -> Result<(), Broken> {
        same("how the range ends", &EndReason::Complete, &outcome.ending)?;
        same("its hashes", &range.count, &outcome.hashes)?;
        self.expect_found(range, outcome)
    }

    /// The nonces reported are those of the hashes that were counted which meet the target.
    fn expect_found(&mut self, range: &Range, outcome: &Outcome) -> Result<(), Broken> {
        let mut expected = self.hash(range, outcome.hashes)?;
        expected.retain(|(_, hash)| range.target.is_met_by(hash));
        same("the nonces and hashes", &expected, &outcome.found)
    }

    /// Begins a range that is not meant to end, and waits until it is at range.
    pub(super) fn begin_long(&mut self) -> Result<(Range, Hashed), Broken> {
        let range = self.range(INITIAL_SEED, 5, LONG, Target::MAX);
        self.begin(&range, Placement::Behind)?;
        loop {
            match self.next("the first nonce of a range")? {
                Notice::Found { nonce, hash, .. } => return Ok((range, (nonce, hash))),
                Notice::SeedReady(seed) => self.seeds.push(seed),
                other => return Err(differs("a notice", "a nonce", &format!("{other:?}"))),
            }
        }
    }

    /// What became of a range of [`Self::begin_long`] that was given up.
    pub(super) fn expect_given_up(
        &mut self,
        (range, first): (Range, Hashed),
        mut outcome: Outcome,
        ending: EndReason,
    ) -> Result<(), Broken> {
        outcome.found.push(first);
        outcome.found.sort_unstable();
        same("how the range ends", &ending, &outcome.ending)?;
        if outcome.hashes >= range.count {
            let few = format!("fewer than {}", range.count);
            return Err(differs("its hashes", &few, &outcome.hashes));
        }
        self.expect_found(&range, &outcome)
    }

    pub(super) fn expect_refusal(&mut self, range: &Range, why: &str) -> Result<(), Broken> {
        match self.device.begin(range, Placement::Behind) {
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

fn range_of(notice: &Notice) -> Option<RangeId> {
    match notice {
        Notice::Found { range, .. } | Notice::RangeDone { range, .. } => Some(*range),
        _ => None,
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
