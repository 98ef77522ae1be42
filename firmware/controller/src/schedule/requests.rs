//! Requests to the schedule: jobs, ranges, self-test, checksums.

use tensority_protocol::codes::{Command, EndReason, SelfTestState};
use tensority_protocol::messages::{RAW, REPLACE, ReadChecksums, Refusal, Run, SetJob};
use tensority_protocol::registers::chip::{DIMENSION, GEOMETRY};

use super::{EVENTS_PER_RANGE, EVENTS_PER_TEST, Schedule, Task};
use crate::bus::Bus;
use crate::checksums;
use crate::events::Events;
use crate::queue::Range;
use crate::refusal::Refuse;
use crate::timer::Timer;

/// Nonces at or above it cannot be stored in a block.
const NONCES: u64 = 1 << 63;

impl Schedule {
    /// Keeps a job; refuses flags that are not defined and a seed of zeros.
    pub fn set_job(&mut self, job: &SetJob) -> Result<(), Refuse> {
        if job.flags & !RAW != 0 {
            return Err(Refuse::new(Refusal::Value, u32::from(job.flags)));
        }
        if job.seed.iter().all(|byte| *byte == 0) {
            return Err(Refuse::only(Refusal::Seed));
        }
        let queue = &self.queue;
        self.jobs.set(job, |slot| queue.uses(slot));
        Ok(())
    }

    /// Takes a range, behind the others or in their place.
    pub fn run(
        &mut self,
        bus: &mut impl Bus,
        timer: &Timer,
        events: &mut Events,
        run: &Run,
    ) -> Result<(), Refuse> {
        if self.self_test == SelfTestState::Failed {
            return Err(Refuse::only(Refusal::Unfit));
        }
        if run.flags & !REPLACE != 0 {
            return Err(Refuse::new(Refusal::Value, u32::from(run.flags)));
        }
        let slot = self.jobs.find(run.job);
        let (slot, job) = slot
            .and_then(|slot| Some((slot, self.jobs.get(slot)?)))
            .ok_or(Refuse::new(Refusal::Job, run.job))?;
        let end = run.first.checked_add(run.count);
        let fits = run.count > 0 && end.is_some_and(|end| end <= NONCES);
        if !fits || (job.raw && run.count != 1) {
            return Err(Refuse::only(Refusal::Range));
        }
        let replace = run.flags & REPLACE != 0;
        let room = events.room() >= self.reserved() + EVENTS_PER_RANGE;
        if !room || (self.queue.is_full() && !replace) {
            return Err(Refuse::new(Refusal::Full, u32::from(self.queue.len())));
        }
        if replace {
            self.give_up_all(EndReason::Replaced, events);
        }
        self.queue.push(Range {
            id: run.range,
            job: slot,
            first: run.first,
            count: run.count,
        });
        self.proceed(bus, timer);
        Ok(())
    }

    /// Gives up all ranges.
    pub fn abort(&mut self, bus: &mut impl Bus, timer: &Timer, events: &mut Events) {
        self.give_up_all(EndReason::Aborted, events);
        self.proceed(bus, timer);
    }

    /// Begins the self-test, unless the core is busy.
    pub fn test(&mut self, events: &Events) -> Result<(), Refuse> {
        if self.is_busy() || events.room() < self.reserved() + EVENTS_PER_TEST {
            return Err(Refuse::new(Refusal::Busy, self.state() as u32));
        }
        self.self_test = SelfTestState::Runs;
        Ok(())
    }

    /// Begins to read checksums; [`Schedule::checksums`] has them when they are read.
    pub fn read_checksums(
        &mut self,
        bus: &mut impl Bus,
        request: &ReadChecksums,
    ) -> Result<(), Refuse> {
        let first = u32::from(request.first);
        let matrices = DIMENSION.of(bus.read(GEOMETRY.address()));
        if !first.is_multiple_of(checksums::SUMS) || first >= matrices {
            return Err(Refuse::new(Refusal::Value, first));
        }
        if self.is_busy() || !self.whole {
            return Err(Refuse::new(Refusal::Busy, self.state() as u32));
        }
        self.checksums.begin(request.first);
        self.task = Task::Checksums;
        self.command(bus, Command::Checksums);
        Ok(())
    }

    fn is_busy(&self) -> bool {
        !self.queue.is_empty()
            || self.self_test == SelfTestState::Runs
            || self.task == Task::Checksums
    }
}
