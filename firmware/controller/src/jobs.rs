//! The jobs that the host has set, as words for the job memory.

use tensority_protocol::messages::{RAW, SetJob};

/// Jobs that are kept: that of the range that runs, of the range that waits, and one more.
const SLOTS: usize = 3;

/// Place of a job that is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Slot(usize);

impl Slot {
    /// The first place, whatever it holds.
    pub const FIRST: Self = Self(0);
    /// A place that there is not.
    #[cfg(test)]
    pub const BAD: Self = Self(SLOTS);
}

/// A seed as words, byte 0 in bits 7..0 of word 0.
pub type Seed = [u32; 8];

/// A message, its seed and its target, as words.
#[derive(Clone, Copy)]
pub struct Job {
    /// The 128 bytes in front of the nonce; or a header hash in the first 32 of them.
    pub message: [u32; 32],
    /// Seed of the matrix list.
    pub seed: Seed,
    /// Target, least significant word first.
    pub target: [u32; 8],
    /// `message` is a header hash.
    pub raw: bool,
}

/// A job that is kept.
struct Kept {
    number: u32,
    /// When it was set, counting; 0 if its number is not known any more.
    set: u32,
    job: Job,
}

/// The owner of the jobs.
pub struct Jobs {
    slots: [Kept; SLOTS],
    set: u32,
}

impl Jobs {
    /// All slots empty.
    pub const fn new() -> Self {
        const NONE: Kept = Kept {
            number: 0,
            set: 0,
            job: Job {
                message: [0; 32],
                seed: [0; 8],
                target: [0; 8],
                raw: false,
            },
        };
        Self {
            slots: [NONE; SLOTS],
            set: 0,
        }
    }

    /// Keeps a job in the place of the one that was set first among those not `in_use`.
    ///
    /// A job in use that has the same number stays for its ranges, but is found no more.
    pub fn set(&mut self, job: &SetJob, in_use: impl Fn(Slot) -> bool) {
        for kept in &mut self.slots {
            if kept.number == job.job {
                kept.set = 0;
            }
        }
        self.set = self.set.wrapping_add(1).max(1);
        let mut oldest: Option<&mut Kept> = None;
        for (slot, kept) in self.slots.iter_mut().enumerate() {
            let older = oldest.as_ref().is_none_or(|oldest| kept.set < oldest.set);
            if older && !in_use(Slot(slot)) {
                oldest = Some(kept);
            }
        }
        if let Some(kept) = oldest {
            kept.number = job.job;
            kept.set = self.set;
            kept.job.raw = job.flags & RAW != 0;
            copy(&job.prefix, &mut kept.job.message);
            copy(&job.seed, &mut kept.job.seed);
            copy(&job.target, &mut kept.job.target);
        }
    }

    /// Where the job of this number is.
    pub fn find(&self, number: u32) -> Option<Slot> {
        self.slots
            .iter()
            .position(|kept| kept.set != 0 && kept.number == number)
            .map(Slot)
    }

    /// The job in a slot.
    pub fn get(&self, slot: Slot) -> Option<&Job> {
        self.slots.get(slot.0).map(|kept| &kept.job)
    }
}

impl Default for Jobs {
    fn default() -> Self {
        Self::new()
    }
}

fn copy(bytes: &[u8], words: &mut [u32]) {
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*bytes);
    }
}
