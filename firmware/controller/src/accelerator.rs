//! The accelerator core's registers.

use tensority_protocol::codes::{Command, Counter, JobLane};
use tensority_protocol::messages::Found;
use tensority_protocol::registers::accelerator::{
    CHECKSUM, CHECKSUM_INDEX, CHECKSUM_TAKE, CHECKSUM_VALID, COMMAND, COMMAND_CODE, COUNTERS, JOB,
    READY, RESULT, RESULT_HASH, RESULT_NONCE, RESULT_RANGE, RESULT_TAKE, ROUND, RUNNING, STATUS,
};

use crate::bus::Bus;
use crate::jobs::{Job, Seed};
use crate::queue::Range;

/// The status at a moment.
#[derive(Clone, Copy)]
pub struct Status(u32);

impl Status {
    /// A command or a job is taken.
    pub fn ready(self) -> bool {
        READY.of(self.0) == 1
    }

    /// A command is in work.
    pub fn running(self) -> bool {
        RUNNING.of(self.0) == 1
    }

    /// A result waits to be taken.
    pub fn result(self) -> bool {
        RESULT.of(self.0) == 1
    }

    /// A checksum waits to be taken.
    pub fn checksum(self) -> bool {
        CHECKSUM_VALID.of(self.0) == 1
    }

    /// Rounds of the matrix list that are made.
    pub fn round(self) -> u8 {
        ROUND.of(self.0) as u8
    }
}

/// The owner of the core.
pub struct Accelerator;

impl Accelerator {
    /// The status now.
    pub fn status(&self, bus: &mut impl Bus) -> Status {
        Status(bus.read(STATUS.address()))
    }

    /// Gives a command; the core is ready.
    pub fn command(&mut self, bus: &mut impl Bus, command: Command) {
        bus.write(COMMAND.address(), COMMAND_CODE.put(command as u32));
    }

    /// Writes the next job with its range, or with one nonce of no range; the core is ready.
    pub fn write_job(&mut self, bus: &mut impl Bus, job: &Job, range: Option<&Range>) {
        let header_hash = job.message.first_chunk::<8>();
        put(bus, JobLane::Prefix, &job.message);
        put(bus, JobLane::HeaderHash, header_hash.unwrap_or(&[0; 8]));
        put(bus, JobLane::Seed, &job.seed);
        put(bus, JobLane::Target, &job.target);
        let (id, first, count) = range.map_or((0, 0, 1), |own| (own.id, own.first, own.count));
        put(bus, JobLane::First, &words(first));
        put(bus, JobLane::Count, &words(count));
        put(bus, JobLane::Range, &[id]);
    }

    /// Takes the result that waits.
    pub fn take_result(&mut self, bus: &mut impl Bus) -> Found {
        let mut hash = [0; 32];
        for (index, bytes) in (0..).zip(hash.chunks_exact_mut(4)) {
            bytes.copy_from_slice(&bus.read(RESULT_HASH.word(index)).to_le_bytes());
        }
        let found = Found {
            range: bus.read(RESULT_RANGE.address()),
            nonce: double(
                bus.read(RESULT_NONCE.word(0)),
                bus.read(RESULT_NONCE.word(1)),
            ),
            hash,
        };
        bus.write(RESULT_TAKE.address(), 0);
        found
    }

    /// Takes the checksum that waits: the number of the matrix, and its checksum.
    pub fn take_checksum(&mut self, bus: &mut impl Bus) -> (u8, u32) {
        let index = bus.read(CHECKSUM_INDEX.address()) as u8;
        let sum = bus.read(CHECKSUM.address());
        bus.write(CHECKSUM_TAKE.address(), 0);
        (index, sum)
    }

    /// Value of a counter, of [`Counter::BITS`].
    pub fn count(&self, bus: &mut impl Bus, counter: Counter) -> u64 {
        let word = 2 * counter as u32;
        let low = bus.read(COUNTERS.word(word));
        double(low, bus.read(COUNTERS.word(word + 1)))
    }

    /// A word that changes as the core gets on with a range or a matrix list.
    pub fn sign_of_life(&self, bus: &mut impl Bus) -> u32 {
        let hashes = bus.read(COUNTERS.word(2 * Counter::Hashes as u32));
        hashes << 8 | u32::from(self.status(bus).round())
    }
}

/// The bytes of a seed.
pub fn seed_bytes(seed: &Seed) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (own, word) in bytes.chunks_exact_mut(4).zip(seed) {
        own.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn put(bus: &mut impl Bus, lane: JobLane, words: &[u32]) {
    for (index, word) in (lane.word() as u32..).zip(words) {
        bus.write(JOB.word(index), *word);
    }
}

fn words(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

fn double(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
