//! Jobs on a simulated core, each stage held against the reference.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tensority::Target;
use tensority_hdl::geometry::Geometry;
use tensority_protocol::checksum;

use crate::error::Error;
use crate::model::core::{Command, CoreModel, Counts, JobLane};
use crate::model::source::Variant;
use crate::scoreboard::matrix_list::MatrixListCheck;
use crate::scoreboard::mismatch::{Mismatch, compare};
use crate::scoreboard::reference::{Reference, reference};
use crate::scoreboard::{Scoreboard, Work};
use crate::stage::{Event, HashReport, Stage};

/// The receiver of a job's progress: the stage in work, cycles done, cycles expected in all.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// The outcome of a hashing job.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HashOutcome {
    /// Results that the core handed over.
    pub results: Vec<HashReport>,
    /// Cycles from the start to the last result or hash.
    pub cycles: u64,
    /// Array cycles that the hashes need at least.
    pub ideal_cycles: u64,
    /// Cycles from the first token of a multiply to the last.
    pub issue_cycles: u64,
    pub counts: Counts,
    /// Stage boundaries found equal to the reference.
    pub stages_checked: u64,
    pub wall: Duration,
}

impl HashOutcome {
    /// Share of the cycles from first to last token in which every multiplier had work.
    pub fn utilization(&self) -> f64 {
        self.ideal_cycles as f64 / self.issue_cycles as f64
    }
}

/// The outcome of a matrix list that the core made.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct MatrixListOutcome {
    /// Cycles from the start to the last entry in memory.
    pub cycles: u64,
    /// Cycles simulated, the read-back of the checksums included.
    pub stepped: u64,
    /// Stage boundaries found equal to the reference.
    pub stages_checked: u64,
    pub wall: Duration,
}

/// A core with the matrix list of a seed.
pub struct Simulation {
    model: CoreModel,
    geometry: Geometry,
    seed: [u8; 32],
    reference: Arc<dyn Reference>,
    ranges: u32,
    disturbance: Option<Disturbance>,
    stop: Arc<AtomicBool>,
}

/// Sees every event before the scoreboard does, and may change the model.
type Disturbance = Box<dyn FnMut(&mut CoreModel, &Event)>;

impl Simulation {
    /// Builds or loads the model of `variant`, and computes the matrix list of `seed`. The core's
    /// memory is empty.
    ///
    /// # Errors
    /// If the model cannot be built.
    pub fn new(
        variant: &Variant,
        seed: &[u8; 32],
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let model = CoreModel::open(variant, models, progress)?;
        Ok(Self::with(model, seed))
    }

    /// A simulation of a model that is loaded already.
    pub fn with(model: CoreModel, seed: &[u8; 32]) -> Self {
        let geometry = model.variant().geometry;
        let reference = reference(geometry.dimension(), seed);
        Self {
            model,
            geometry,
            seed: *seed,
            reference,
            ranges: 0,
            disturbance: None,
            stop: Arc::default(),
        }
    }

    /// The model, to look at or to disturb.
    pub fn model(&mut self) -> &mut CoreModel {
        &mut self.model
    }

    /// Lets `disturbance` see every event before the scoreboard does, and change the model: for
    /// tests that must see a fault found.
    pub fn disturb(&mut self, disturbance: impl FnMut(&mut CoreModel, &Event) + 'static) {
        self.disturbance = Some(Box::new(disturbance));
    }

    /// Ends a job when `stop` becomes true.
    pub fn stop_at(&mut self, stop: &Arc<AtomicBool>) {
        self.stop = Arc::clone(stop);
    }

    /// Writes the reference's matrix list to the core's memory through the back door.
    pub fn fill_memory(&mut self) {
        let list = self.reference.list_bytes();
        self.model.memory().copy_from_slice(&list);
    }

    /// Lets the core generate its matrix list, and read the checksums back.
    ///
    /// # Errors
    /// If a stage differs from the reference, or the core hangs.
    pub fn generate_list(&mut self, progress: Progress) -> Result<MatrixListOutcome, Error> {
        let begin = Instant::now();
        let first = self.start(Command::Generate, &[(JobLane::Seed, &self.seed.clone())]);
        let mut check = MatrixListCheck::new(&self.geometry, &self.seed);
        let expected =
            112 * 2 * (self.geometry.smix_entries() * self.geometry.smix_rounds()) as u64;
        let mut last = first;
        self.drive(Command::Generate, &mut |model, event| {
            check.check(model.memory(), event)?;
            last = event.cycle;
            progress("matrix list", event.cycle - first, expected / 2);
            Ok(())
        })?;
        let (begun, cycles) = (first, last - first);

        let first = self.start(Command::Checksums, &[]);
        let list = self.reference.list_bytes();
        let matrices: Vec<_> = list.chunks_exact(self.geometry.matrix_bytes()).collect();
        let total = matrices.len() as u64;
        self.drive(Command::Checksums, &mut |_, event| {
            if let Stage::Checksum(index, sum) = event.stage {
                let expected = checksum::of_matrix(matrices[index]).to_be_bytes();
                let place = [("matrix", index as u64)];
                compare(
                    "matrix checksum",
                    &place,
                    event.cycle,
                    &expected,
                    &sum.to_be_bytes(),
                )?;
                check.checked += 1;
                let elapsed = event.cycle - first;
                progress("checksums", elapsed, elapsed * total / (index as u64 + 1));
            }
            Ok(())
        })?;
        let stepped = self.model.cycle() - begun;
        Ok(MatrixListOutcome {
            cycles,
            stepped,
            stages_checked: check.checked,
            wall: begin.elapsed(),
        })
    }

    /// Hashes `work` and reports what meets `target`; a header hash is always reported.
    ///
    /// # Errors
    /// If a stage differs from the reference, or the core hangs.
    pub fn hash(
        &mut self,
        work: &Work,
        target: Target,
        progress: Progress,
    ) -> Result<HashOutcome, Error> {
        let reference = Arc::clone(&self.reference);
        let scoreboard = Scoreboard::new(&self.geometry, work, target, reference);
        self.run(work, target, Some(scoreboard), progress)
    }

    /// As [`Self::hash`], but compares nothing with the reference: for long runs.
    ///
    /// # Errors
    /// If the core hangs.
    pub fn hash_unchecked(
        &mut self,
        work: &Work,
        target: Target,
        progress: Progress,
    ) -> Result<HashOutcome, Error> {
        self.run(work, target, None, progress)
    }

    fn run(
        &mut self,
        work: &Work,
        target: Target,
        mut scoreboard: Option<Scoreboard>,
        progress: Progress,
    ) -> Result<HashOutcome, Error> {
        let begin = Instant::now();
        let target = target.to_le_bytes();
        let first = match work {
            Work::HeaderHash(hash) => self.start(
                Command::Hash,
                &[
                    (JobLane::HeaderHash, hash),
                    (JobLane::Target, &target),
                    (JobLane::First, &[0; 8]),
                ],
            ),
            Work::Nonces {
                prefix,
                start,
                count,
            } => self.start(
                Command::Range,
                &[
                    (JobLane::Prefix, prefix),
                    (JobLane::Target, &target),
                    (JobLane::First, &start.to_le_bytes()),
                    (JobLane::Count, &count.to_le_bytes()),
                ],
            ),
        };
        let command = match work {
            Work::HeaderHash(_) => Command::Hash,
            Work::Nonces { .. } => Command::Range,
        };
        let ideal_cycles = self.geometry.ideal_cycles() * work.count();
        let expected = ideal_cycles + self.geometry.pass_cycles() + 8000;
        let (range, mut last, mut completed) = (self.ranges, first, 0);
        let mut results = Vec::new();
        self.drive(command, &mut |_, event| {
            if let Some(scoreboard) = &mut scoreboard {
                scoreboard.check(event)?;
            }
            completed += u64::from(matches!(event.stage, Stage::Hashed(_)));
            if let Stage::Result(result) = &event.stage {
                let (expected, found) = (range.to_be_bytes(), result.range.to_be_bytes());
                compare(
                    "range id",
                    &[("nonce", result.nonce)],
                    event.cycle,
                    &expected,
                    &found,
                )?;
                results.push(*result);
            }
            last = event.cycle;
            progress(event.stage.name(), event.cycle - first, expected);
            Ok(())
        })?;
        if completed != work.count() {
            return Err(Error::Hang {
                cycles: last - first,
                after: format!("{completed} of {} hashes", work.count()),
                expected: "all hashes",
            });
        }
        let (first_issue, last_issue) = self.model.issue_span();
        Ok(HashOutcome {
            results,
            cycles: last - first,
            ideal_cycles,
            issue_cycles: last_issue - first_issue + 1,
            counts: self.model.counts(),
            stages_checked: scoreboard.map_or(0, |scoreboard| scoreboard.checked()),
            wall: begin.elapsed(),
        })
    }

    /// Writes a job and starts it; the cycle in which it starts.
    fn start(&mut self, command: Command, lanes: &[(JobLane, &[u8])]) -> u64 {
        self.ranges += 1;
        for (lane, bytes) in lanes {
            self.model.write_job(*lane, bytes);
        }
        self.model
            .write_job(JobLane::Range, &self.ranges.to_le_bytes());
        self.model.start(command);
        self.model.cycle()
    }

    /// Steps the core until its command is complete, and hands every stage on.
    fn drive(
        &mut self,
        command: Command,
        on_event: &mut dyn FnMut(&mut CoreModel, &Event) -> Result<(), Mismatch>,
    ) -> Result<(), Error> {
        const SLICE: u64 = 1000;
        // The longest stages: a pass with a slow memory, the mixing of one SMix round, the
        // checksum of a matrix; and the seven permutations in front of them.
        let patience = 100_000 + 64 * self.geometry.matrix_bytes() as u64;
        let (mut after, mut seen) = ("the start".to_string(), self.model.cycle());
        loop {
            let event = self.model.step(SLICE);
            self.model.close_trace_in_time()?;
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Stopped);
            }
            if let Some(event) = event {
                after = event.stage.name().into();
                seen = event.cycle;
                if let Some(disturbance) = &mut self.disturbance {
                    disturbance(&mut self.model, &event);
                }
                on_event(&mut self.model, &event)?;
            } else if !self.model.running() {
                return Ok(());
            } else if self.model.cycle() - seen > patience {
                let expected = match command {
                    Command::Range | Command::Hash => "the next stage of a hash",
                    Command::Generate => "the next SMix round",
                    Command::Checksums => "the next checksum",
                    Command::End => "the end of what ran",
                };
                return Err(Error::Hang {
                    cycles: patience,
                    after,
                    expected,
                });
            }
        }
    }
}
