//! The accelerator core: commands, the double-buffered job memory, results, counters.
//!
//! It keeps the core's rules: a command is taken only while it is ready, and settles for some time,
//! in which a hash that is nearly done may still complete; a result waits until it is taken, over
//! any command; the next hash waits for it.

use tensority::{Target, header_hash};
use tensority_protocol::codes::{Command, Counter, JobLane};
use tensority_protocol::registers::accelerator::JOB;

use crate::config::Config;
use crate::hashing::Hashing;

/// Time of the first nonce's seven permutations.
const FIRST_NONCE: u64 = 6000;
/// Time of the PoW hash, which waits until the last result was taken.
const LAST_PERMUTATIONS: u64 = 1600;
/// Words of a job.
const JOB_WORDS: usize = JOB.words as usize;
/// Matrices of a list.
const MATRICES: u16 = 256;
/// Rounds in which they are made.
const ROUNDS: u8 = 128;

/// A hash that is reported.
pub struct Report {
    pub range: u32,
    pub nonce: u64,
    pub hash: [u8; 32],
    pub hit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    /// Until a time; then a command.
    Drain(u64, Command),
    Hash,
    Generate,
    Checksums,
}

/// See the module's documentation.
pub struct Core {
    jobs: [[u32; JOB_WORDS]; 2],
    written: usize,
    phase: Phase,
    raw: bool,
    nonce: u64,
    left: u64,
    /// When the next hash, round or checksum is there.
    due: Option<u64>,
    pub result: Option<Report>,
    pub checksum: Option<(u8, u32)>,
    next_matrix: u16,
    pub round: u8,
    /// Seed of the list in memory, if it is whole.
    list: Option<[u8; 32]>,
    /// By their numbers in [`Counter`].
    pub counters: [u64; Counter::ALL.len()],
    /// Hashes in all the core's life, which resets do not end.
    lifetime: u64,
}

impl Core {
    pub fn new() -> Self {
        Self {
            jobs: [[0; JOB_WORDS]; 2],
            written: 0,
            phase: Phase::Idle,
            raw: false,
            nonce: 0,
            left: 0,
            due: None,
            result: None,
            checksum: None,
            next_matrix: 0,
            round: 0,
            list: None,
            counters: [0; Counter::ALL.len()],
            lifetime: 0,
        }
    }

    /// As after power-up; the memory keeps its list.
    pub fn reset(&mut self) {
        *self = Self {
            list: self.list,
            lifetime: self.lifetime,
            ..Self::new()
        };
    }

    pub fn is_ready(&self) -> bool {
        !matches!(self.phase, Phase::Drain(..))
    }

    pub fn is_running(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// When something will happen next.
    pub fn next_event(&self) -> Option<u64> {
        match self.phase {
            Phase::Drain(until, _) => Some(until),
            Phase::Hash if self.result.is_some() => None,
            Phase::Checksums if self.checksum.is_some() => None,
            _ => self.due,
        }
    }

    pub fn write_job(&mut self, word: usize, value: u32) {
        if self.is_ready() {
            self.jobs[self.written][word] = value;
        }
    }

    pub fn command(&mut self, command: Command, now: u64, config: &Config) {
        if self.is_ready() {
            self.phase = Phase::Drain(now + config.settle, command);
        }
    }

    pub fn take_result(&mut self, now: u64) {
        self.result = None;
        if let Some(due) = &mut self.due
            && *due <= now
        {
            *due = now + LAST_PERMUTATIONS;
        }
        self.finish_range();
    }

    pub fn take_checksum(&mut self, now: u64, config: &Config) {
        self.checksum = None;
        if self.phase == Phase::Checksums {
            self.due = Some(now + config.checksum);
            if self.next_matrix == MATRICES {
                self.phase = Phase::Idle;
                self.due = None;
            }
        }
    }

    /// Does everything that is due.
    pub fn advance(&mut self, now: u64, config: &Config, hashing: &mut dyn Hashing) {
        loop {
            if let Some(due) = self.due.filter(|due| *due <= now) {
                let blocked = self.result.is_some() && self.phase == Phase::Hash;
                let hashing_ends = matches!(self.phase, Phase::Drain(until, _) if due <= until);
                if self.is_hung(config) {
                    return;
                } else if (self.phase == Phase::Hash && !blocked)
                    || (hashing_ends && self.left > 0 && self.result.is_none())
                {
                    self.complete_hash(due, config, hashing);
                    continue;
                } else if self.phase == Phase::Generate {
                    self.complete_round(due, config);
                    continue;
                } else if self.phase == Phase::Checksums && self.checksum.is_none() {
                    let seed = self.list.unwrap_or_default();
                    let matrix = self.next_matrix as u8;
                    self.checksum = Some((matrix, hashing.checksum(&seed, matrix)));
                    self.next_matrix += 1;
                    self.due = None;
                    continue;
                }
            }
            match self.phase {
                Phase::Drain(until, command) if until <= now => self.begin(until, command, config),
                _ => return,
            }
        }
    }

    pub fn is_hung(&self, config: &Config) -> bool {
        config
            .faults
            .hang_after
            .is_some_and(|hashes| self.lifetime >= hashes)
    }

    fn begin(&mut self, now: u64, command: Command, config: &Config) {
        self.left = 0;
        self.due = None;
        self.checksum = None;
        self.phase = Phase::Idle;
        if command != Command::End {
            self.written ^= 1;
        }
        match command {
            Command::End => {}
            Command::Range | Command::Hash => {
                self.phase = Phase::Hash;
                self.raw = command == Command::Hash;
                self.nonce = u64::from_le_bytes(self.job(JobLane::First));
                self.left = u64::from_le_bytes(self.job(JobLane::Count));
                if self.raw {
                    self.left = 1;
                }
                self.due = Some(now + FIRST_NONCE + config.hash);
                self.finish_range();
            }
            Command::Generate => {
                self.phase = Phase::Generate;
                self.list = None;
                self.round = 0;
                self.due = Some(now + config.list / u64::from(ROUNDS));
            }
            Command::Checksums => {
                self.phase = Phase::Checksums;
                self.next_matrix = 0;
                self.due = Some(now + config.checksum);
            }
        }
    }

    fn complete_hash(&mut self, due: u64, config: &Config, hashing: &mut dyn Hashing) {
        let header_hash = match self.raw {
            true => self.job(JobLane::HeaderHash),
            false => header_hash(&self.job(JobLane::Prefix), self.nonce).unwrap_or_default(),
        };
        // The core hashes with what is in memory, whatever the job's seed.
        let seed = self.list.unwrap_or_default();
        let mut hash = hashing.pow_hash(&seed, &header_hash);
        self.lifetime += 1;
        if let Some(each) = config.faults.wrong_hash_each
            && self.lifetime.is_multiple_of(each)
        {
            hash[0] ^= 1;
        }
        let hit = Target::from_le_bytes(self.job(JobLane::Target))
            .is_ok_and(|target| target.is_met_by(&hash));
        if hit || self.raw {
            self.result = Some(Report {
                range: u32::from_le_bytes(self.job(JobLane::Range)),
                nonce: self.nonce,
                hash,
                hit,
            });
        }
        self.counters[Counter::Issued as usize] += config.hash;
        self.counters[Counter::Hashes as usize] += 1;
        self.nonce += 1;
        self.left -= 1;
        self.due = Some(due + config.hash);
        self.finish_range();
    }

    /// A range is over when its last result was taken.
    fn finish_range(&mut self) {
        let exhausted = self.left == 0 || self.nonce >> 63 == 1;
        if exhausted && self.phase == Phase::Hash {
            self.due = None;
            if self.result.is_none() {
                self.phase = Phase::Idle;
            }
        }
    }

    fn complete_round(&mut self, due: u64, config: &Config) {
        self.round += 1;
        self.due = Some(due + config.list / u64::from(ROUNDS));
        if self.round == ROUNDS {
            self.list = Some(self.job(JobLane::Seed));
            self.phase = Phase::Idle;
            self.due = None;
        }
    }

    /// Bytes of the current job from a lane on.
    fn job<const N: usize>(&self, lane: JobLane) -> [u8; N] {
        let words = &self.jobs[self.written ^ 1][lane.word()..];
        std::array::from_fn(|i| words[i / 4].to_le_bytes()[i % 4])
    }
}
