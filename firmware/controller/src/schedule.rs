//! Schedule of the core: the command in work, and the next one.
//!
//! ```text
//! self-test wanted ─► list of its seed ─► hash ─► verdict
//! range            ─► list of its seed ─► hash ─► RangeDone, next range
//! checksums wanted ────────────────────────────► sums
//! ```
//!
//! A command takes the core some hundred cycles, in which it ends what it did before: it *settles*.
//! Requests wait that long, so that they always find a core that is ready. Only when it has settled
//! is it known how many hashes the range that was given up has come to.
//!
//! A self-test is never given up: ranges wait for it. A matrix list that is being made is given up
//! only for another one, so that it is there when its range comes back.

mod requests;
mod view;

use tensority_protocol::codes::{Command, Counter, EndReason, SelfTestState};
use tensority_protocol::messages::{RangeDone, SeedReady, SelfTestDone};

use crate::accelerator::{Accelerator, Status, seed_bytes};
use crate::bus::Bus;
use crate::checksums::Checksums;
use crate::events::Events;
use crate::jobs::{Jobs, Seed};
use crate::queue::{Queue, Range};
use crate::self_test;
use crate::timer::Timer;

/// Events that a range may end with, whatever happens: its matrix list, a result that the core still
/// holds when the range is given up, and its end.
const EVENTS_PER_RANGE: u8 = 3;
/// Events of a self-test: its matrix list and its verdict.
const EVENTS_PER_TEST: u8 = 2;

/// Next work of the core.
enum Next<'a> {
    SelfTest,
    Range(&'a Range),
}

/// Work of the core.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Nothing that is still wanted.
    None,
    /// It hashes the current range.
    Range,
    /// It makes a matrix list.
    List,
    /// It hashes the self-test's header hash.
    Test,
    /// It reads checksums.
    Checksums,
}

/// The owner of the core's time.
pub struct Schedule {
    core: Accelerator,
    jobs: Jobs,
    queue: Queue,
    task: Task,
    /// A command was given, and the core has not been ready since.
    settling: bool,
    /// The range that the last command gave up.
    leaving: Option<Range>,
    /// Reason for its end.
    reason: EndReason,
    /// Count of hashes when the current range began.
    hashes_before: u64,
    /// The job memory holds the range that begins next.
    prepared: bool,
    /// Seed of the matrix list that was made, or is.
    list: Seed,
    /// The list is whole.
    whole: bool,
    /// When its making began.
    list_began: u64,
    self_test: SelfTestState,
    tested_hash: [u8; 32],
    checksums: Checksums,
    /// Number of commands given and of results and checksums taken, modulo 2^32.
    exchanges: u32,
}

impl Schedule {
    /// Before its start.
    pub const fn new() -> Self {
        Self {
            core: Accelerator,
            jobs: Jobs::new(),
            queue: Queue::new(),
            task: Task::None,
            settling: false,
            leaving: None,
            reason: EndReason::Complete,
            hashes_before: 0,
            prepared: false,
            list: [0; 8],
            whole: false,
            list_began: 0,
            self_test: SelfTestState::NotDone,
            tested_hash: [0; 32],
            checksums: Checksums::new(),
            exchanges: 0,
        }
    }

    /// Begins with the self-test.
    pub fn start(&mut self) {
        self.self_test = SelfTestState::Runs;
    }

    /// Takes what the core has come to, and tells it what is next.
    pub fn turn(&mut self, bus: &mut impl Bus, timer: &Timer, events: &mut Events) {
        let status = self.core.status(bus);
        if !status.ready() {
            return;
        }
        if self.settling {
            self.settle(bus, status, events);
            return;
        }
        if status.checksum() {
            self.take_checksum(bus);
        }
        if status.result() {
            self.take_result(bus, events);
        } else if !status.running() {
            self.conclude(bus, timer, events);
        }
        self.proceed(bus, timer);
    }

    /// The last command is in work, and what ran before is over.
    fn settle(&mut self, bus: &mut impl Bus, status: Status, events: &mut Events) {
        self.settling = false;
        let hashes = self.core.count(bus, Counter::Hashes);
        if let Some(range) = self.leaving.take() {
            // Nothing that began just now has a result: this is the old range's.
            if status.result() {
                events.push(&self.core.take_result(bus));
            }
            let hashes = Counter::between(self.hashes_before, hashes);
            end_range(events, &range, hashes, self.reason);
        }
        self.hashes_before = hashes;
    }

    /// Takes the result that waits, if the host can be told; else the core keeps it. However many
    /// there are, they leave room for a range that replaces this one.
    fn take_result(&mut self, bus: &mut impl Bus, events: &mut Events) {
        if self.task == Task::Test {
            self.tested_hash = self.core.take_result(bus).hash;
        } else if events.room() > self.reserved() + EVENTS_PER_RANGE {
            events.push(&self.core.take_result(bus));
        } else {
            return;
        }
        self.exchanges = self.exchanges.wrapping_add(1);
    }

    fn take_checksum(&mut self, bus: &mut impl Bus) {
        let (matrix, sum) = self.core.take_checksum(bus);
        self.exchanges = self.exchanges.wrapping_add(1);
        if self.task == Task::Checksums && self.checksums.take(matrix, sum) {
            self.task = Task::None;
            self.command(bus, Command::End);
        }
    }

    /// The command is complete, and its results are taken.
    fn conclude(&mut self, bus: &mut impl Bus, timer: &Timer, events: &mut Events) {
        match self.task {
            Task::Range => {
                let hashes = self.core.count(bus, Counter::Hashes);
                if let Some(range) = self.queue.pop() {
                    let hashes = Counter::between(self.hashes_before, hashes);
                    end_range(events, range, hashes, EndReason::Complete);
                }
            }
            Task::List => {
                self.whole = true;
                events.push(&SeedReady {
                    seed: seed_bytes(&self.list),
                    cycles: timer.uptime(bus).wrapping_sub(self.list_began),
                });
            }
            Task::Test => self.judge(events),
            // Nothing is complete before its last checksum was taken.
            Task::Checksums | Task::None => return,
        }
        self.task = Task::None;
    }

    fn judge(&mut self, events: &mut Events) {
        let passed = self.tested_hash == self_test::POW_HASH;
        events.push(&SelfTestDone {
            passed: u8::from(passed),
            reserved: [0; 7],
            hash: self.tested_hash,
        });
        self.self_test = SelfTestState::Passed;
        if !passed {
            self.self_test = SelfTestState::Failed;
            self.give_up_all(EndReason::Aborted, events);
        }
    }

    /// All ranges end; that which the core hashes, as soon as it is known how far it came.
    fn give_up_all(&mut self, reason: EndReason, events: &mut Events) {
        if self.task == Task::Range {
            self.leaving = self.queue.pop().copied();
            self.reason = reason;
            self.task = Task::None;
        }
        while let Some(range) = self.queue.pop() {
            end_range(events, range, 0, reason);
        }
        self.prepared = false;
    }

    /// Gives the core what is next, or writes it to the job memory for later.
    fn proceed(&mut self, bus: &mut impl Bus, timer: &Timer) {
        let next = match self.task {
            Task::None | Task::List if self.self_test == SelfTestState::Runs => {
                Some(Next::SelfTest)
            }
            Task::None | Task::List => self.queue.current().map(Next::Range),
            Task::Range => self.queue.next().map(Next::Range),
            Task::Test | Task::Checksums => return,
        };
        let Some(next) = next else {
            if self.leaving.is_some() {
                self.command(bus, Command::End);
            }
            return;
        };
        let (job, range) = match next {
            Next::SelfTest => (&self_test::JOB, None),
            Next::Range(range) => match self.jobs.get(range.job) {
                None => return,
                Some(job) => (job, Some(range)),
            },
        };
        let raw = job.raw;
        let same_list = same(&job.seed, &self.list);
        if !self.prepared {
            self.core.write_job(bus, job, range);
            self.prepared = true;
        }
        if self.task == Task::Range || (self.task == Task::List && same_list) {
            return;
        }
        if !(self.whole && same_list) {
            assign(&mut self.list, &job.seed);
            self.whole = false;
            self.list_began = timer.uptime(bus);
            self.task = Task::List;
            self.command(bus, Command::Generate);
            return;
        }
        self.task = Task::Range;
        if self.self_test == SelfTestState::Runs {
            self.task = Task::Test;
            self.tested_hash = [0; 32];
        }
        self.command(bus, if raw { Command::Hash } else { Command::Range });
    }

    /// Gives a command; the job that was written last goes with it.
    fn command(&mut self, bus: &mut impl Bus, command: Command) {
        self.core.command(bus, command);
        self.settling = true;
        self.prepared = false;
        self.exchanges = self.exchanges.wrapping_add(1);
    }

    /// Room for events that must not be used otherwise.
    fn reserved(&self) -> u8 {
        let others = match self.task {
            _ if self.self_test == SelfTestState::Runs => EVENTS_PER_TEST,
            Task::List => 1,
            _ => 0,
        };
        EVENTS_PER_RANGE * self.queue.len() + others
    }
}

/// A call's parameters are known not to overlap, which spares the image the code for those that do.
#[inline(never)]
fn assign(list: &mut Seed, seed: &Seed) {
    *list = *seed;
}

fn same(one: &Seed, other: &Seed) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

fn end_range(events: &mut Events, range: &Range, hashes: u64, reason: EndReason) {
    let complete = hashes == range.count;
    events.push(&RangeDone {
        range: range.id,
        hashes,
        reason: if complete {
            EndReason::Complete
        } else {
            reason
        } as u8,
        reserved: [0; 3],
    });
}

#[cfg(test)]
mod tests {
    use tensority_protocol::registers::accelerator::{COMMAND, JOB};

    use super::*;
    use crate::jobs::Slot;

    /// Counts what is written to the core.
    #[derive(Default)]
    struct Writes {
        job_words: u32,
        commands: u32,
    }

    impl Bus for Writes {
        fn read(&mut self, _: u32) -> u32 {
            0
        }

        fn write(&mut self, address: u32, _: u32) {
            if address == COMMAND.address() {
                self.commands += 1;
            } else if (JOB.address()..JOB.word(JOB.words)).contains(&address) {
                self.job_words += 1;
            }
        }

        fn stack_used(&mut self) -> u16 {
            0
        }
    }

    fn written_for(job: Slot) -> (u32, u32) {
        let mut bus = Writes::default();
        let mut schedule = Schedule::new();
        schedule.queue.push(Range {
            id: 1,
            job,
            first: 0,
            count: 1,
        });
        schedule.proceed(&mut bus, &Timer::new());
        (bus.job_words, bus.commands)
    }

    #[test]
    fn a_range_of_a_slot_that_is_not_there_hashes_nothing() {
        assert_eq!(written_for(Slot::BAD), (0, 0));
        assert_eq!(written_for(Slot::FIRST), (61, 1));
    }
}
