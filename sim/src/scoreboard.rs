//! Scoreboard: every stage of a hashing job against the reference, as it passes.

pub mod matrix_list;
pub mod mismatch;
pub mod reference;

use std::sync::Arc;

use tensority::{CHAINS, STEPS, Target, header_hash_of_inner, sequences};
use tensority_hdl::geometry::Geometry;

use crate::stage::{DigestKind, Event, HashReport, Stage};
pub use mismatch::Mismatch;
use mismatch::compare;
use reference::{ExpectedEnd, Reference, Stages};

/// The hashes of a job.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Work {
    /// One hash of a header hash.
    HeaderHash([u8; 32]),
    /// A range of nonces, the last below 2^63, on the 128 bytes in front of the nonce.
    Nonces {
        prefix: [u8; 128],
        start: u64,
        count: u64,
    },
}

impl Work {
    /// Inner hash and header hash of hash number `i`; no inner hash for a header hash.
    fn header(&self, i: u64) -> (Option<[u8; 32]>, [u8; 32]) {
        match self {
            Self::HeaderHash(header_hash) => (None, *header_hash),
            Self::Nonces { prefix, start, .. } => {
                let mut preimage = [0; 136];
                preimage[..128].copy_from_slice(prefix);
                preimage[128..].copy_from_slice(&(start + i).to_le_bytes());
                let inner = tensority::inner_hash(&preimage);
                (Some(inner), header_hash_of_inner(&inner))
            }
        }
    }

    /// Number of hashes.
    pub fn count(&self) -> u64 {
        match self {
            Self::HeaderHash(_) => 1,
            Self::Nonces { count, .. } => *count,
        }
    }

    fn nonce(&self, i: u64) -> Option<u64> {
        match self {
            Self::HeaderHash(_) => None,
            Self::Nonces { start, .. } => Some(start + i),
        }
    }
}

/// Checks the events of one hashing job, in order.
pub struct Scoreboard {
    geometry: Geometry,
    work: Work,
    target: Target,
    stages: Stages,
    end: Option<ExpectedEnd>,
    /// Hashes whose digests, loads and multiplies, and ends were seen.
    prepared: u64,
    multiplied: u64,
    completed: u64,
    checked: u64,
}

impl Scoreboard {
    /// A scoreboard for `work` with the matrix list of `reference`.
    pub fn new(
        geometry: &Geometry,
        work: &Work,
        target: Target,
        reference: Arc<dyn Reference>,
    ) -> Self {
        let all = work.clone();
        let header_hashes = (0..work.count()).map(move |i| all.header(i).1);
        Self {
            geometry: *geometry,
            work: work.clone(),
            target,
            stages: Stages::of(reference, header_hashes),
            end: None,
            prepared: 0,
            multiplied: 0,
            completed: 0,
            checked: 0,
        }
    }

    /// Stage boundaries that were compared and found equal.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// Compares one event.
    ///
    /// # Errors
    /// If it is not what the reference says.
    pub fn check(&mut self, event: &Event) -> Result<(), Mismatch> {
        match &event.stage {
            Stage::Digest(kind, digest) => return self.check_digest(event, *kind, digest),
            Stage::Loaded(bytes) => self.check_state(event, bytes, true)?,
            Stage::Multiplied(bytes) => self.check_state(event, bytes, false)?,
            Stage::Summed(bytes) => self.check_sum(event, bytes)?,
            Stage::Folded(bytes) => {
                let place = self.place(self.completed);
                let expected = self.end(event)?.folded.clone();
                let words = expected.chunks_exact(4).zip(bytes.chunks_exact(4));
                for (i, (expected, found)) in words.enumerate() {
                    let place = [&place[..], &[("word", i as u64)]].concat();
                    compare("fold", &place, event.cycle, expected, found)?;
                }
            }
            Stage::Hashed(report) => self.check_hash(event, report)?,
            Stage::Result(_) | Stage::Checksum(..) | Stage::Round(_) => return Ok(()),
        }
        self.checked += 1;
        Ok(())
    }

    fn place(&self, hash: u64) -> Vec<(&'static str, u64)> {
        self.work
            .nonce(hash)
            .map(|nonce| ("nonce", nonce))
            .into_iter()
            .collect()
    }

    fn check_digest(
        &mut self,
        event: &Event,
        kind: DigestKind,
        digest: &[u8; 32],
    ) -> Result<(), Mismatch> {
        let mut place = self.place(self.prepared);
        let (inner, header_hash) = self.work.header(self.prepared);
        match kind {
            DigestKind::Inner => {
                compare(
                    "inner hash",
                    &place,
                    event.cycle,
                    &inner.unwrap_or_default(),
                    digest,
                )?;
            }
            DigestKind::HeaderHash => {
                compare("header hash", &place, event.cycle, &header_hash, digest)?;
            }
            DigestKind::Sequence(chain) => {
                place.push(("chain", chain as u64));
                let expected = sequences(&header_hash)[chain];
                compare("sequence", &place, event.cycle, &expected, digest)?;
                self.prepared += u64::from(chain == CHAINS - 1);
            }
            // The digest of a first block is a value on the way; a PoW hash is compared when whole.
            DigestKind::HeaderBlock | DigestKind::FoldBlock | DigestKind::FoldTail => return Ok(()),
            DigestKind::Seed(_) => return Ok(()),
        }
        self.checked += 1;
        Ok(())
    }

    fn check_state(&mut self, event: &Event, found: &[u8], load: bool) -> Result<(), Mismatch> {
        let mut place = self.place(self.multiplied);
        let Ok(expected) = self.stages.states.recv() else {
            return Err(self.surplus(event, place));
        };
        place.extend([
            ("chain", expected.chain as u64),
            ("step", expected.step as u64),
        ]);
        if load != (expected.step == 1) {
            return Err(self.surplus(event, place));
        }
        let last = expected.step == STEPS;
        let stage = match expected.step {
            1 => "load",
            STEPS => "chain result",
            _ => "multiply",
        };
        self.multiplied += u64::from(last && expected.chain == CHAINS - 1);
        let (dimension, lanes) = (self.geometry.dimension(), self.geometry.lanes());
        for (i, &found) in found.iter().enumerate() {
            let (block, slot, lane) = (i / lanes / dimension, i / lanes % dimension, i % lanes);
            let row = self.geometry.row_of_slot(slot);
            let column = self.geometry.matrix_row(block * lanes + lane, last);
            let expected = expected.bytes[row * dimension + column];
            if expected != found {
                place.extend([("row", row as u64), ("column", column as u64)]);
                let cycle = event.block_cycles[block] + slot as u64;
                compare(stage, &place, cycle, &[expected], &[found])?;
            }
        }
        Ok(())
    }

    fn check_sum(&mut self, event: &Event, found: &[u8]) -> Result<(), Mismatch> {
        let mut place = self.place(self.completed);
        let (dimension, words) = (self.geometry.dimension(), self.geometry.word_lanes());
        let expected = self.end(event)?.sum.clone();
        for (i, &found) in found.iter().enumerate() {
            let (group, slot) = (i / 4 / words / dimension, i / 4 / words % dimension);
            let row = self.geometry.row_of_slot(slot);
            let word = group * words + i / 4 % words;
            let column = word + dimension / 4 * (i % 4);
            let expected = expected[row * dimension + column];
            if expected != found {
                place.extend([("row", row as u64), ("column", column as u64)]);
                let cycle = event.block_cycles[group] + slot as u64;
                compare("sum", &place, cycle, &[expected], &[found])?;
            }
        }
        Ok(())
    }

    fn check_hash(&mut self, event: &Event, report: &HashReport) -> Result<(), Mismatch> {
        let place = self.place(self.completed);
        let expected = self.end(event)?.hash;
        compare("hash", &place, event.cycle, &expected, &report.hash)?;
        let hit = self.target.is_met_by(&expected);
        compare(
            "hit",
            &place,
            event.cycle,
            &[u8::from(hit)],
            &[u8::from(report.hit)],
        )?;
        if let Some(nonce) = self.work.nonce(self.completed) {
            let (expected, found) = (nonce.to_be_bytes(), report.nonce.to_be_bytes());
            compare("nonce", &place, event.cycle, &expected, &found)?;
        }
        self.end = None;
        self.completed += 1;
        Ok(())
    }

    /// The end of the hash that completes next.
    fn end(&mut self, event: &Event) -> Result<&ExpectedEnd, Mismatch> {
        if self.end.is_none() {
            self.end = self.stages.ends.recv().ok();
        }
        let surplus = self.surplus(event, Vec::new());
        self.end.as_ref().ok_or(surplus)
    }

    fn surplus(&self, event: &Event, place: Vec<(&'static str, u64)>) -> Mismatch {
        Mismatch {
            stage: "sequencer",
            place,
            cycle: event.cycle,
            expected: "no such stage now".into(),
            found: "one".into(),
        }
    }
}
