//! The two firmware banks. The model runs the same program in both.

use tensority_protocol::codes::ResetCause;
use tensority_protocol::registers::BANK_BYTES;
use tensority_protocol::registers::boot::{BANK, CAUSE, CONFIRMED, TRIAL};

/// See the module's documentation.
pub struct Boot {
    pub banks: [Vec<u8>; 2],
    pub bank: usize,
    pub confirmed: usize,
    /// When the trial ends.
    pub trial: Option<u64>,
    pub cause: ResetCause,
    pub deadline: u32,
}

impl Boot {
    pub fn new() -> Self {
        Self {
            banks: [(); 2].map(|()| vec![0; BANK_BYTES as usize]),
            bank: 0,
            confirmed: 0,
            trial: None,
            cause: ResetCause::PowerUp,
            deadline: 0,
        }
    }

    pub fn state(&self) -> u32 {
        BANK.put(self.bank as u32)
            | CONFIRMED.put(self.confirmed as u32)
            | TRIAL.put(u32::from(self.trial.is_some()))
            | CAUSE.put(self.cause as u32)
    }

    pub fn restart(&mut self, cause: ResetCause) {
        self.bank = self.confirmed;
        self.trial = None;
        self.cause = cause;
    }

    pub fn start_other(&mut self, now: u64) {
        self.bank ^= 1;
        self.trial = Some(now + u64::from(self.deadline));
        self.cause = ResetCause::Command;
    }

    pub fn confirm(&mut self) {
        self.confirmed = self.bank;
        self.trial = None;
    }

    pub fn read_staging(&self, at: usize) -> u32 {
        let word = self.banks[self.bank ^ 1][at..].first_chunk();
        word.map_or(0, |word| u32::from_le_bytes(*word))
    }

    pub fn write_staging(&mut self, at: usize, value: u32) {
        let bank = &mut self.banks[self.bank ^ 1];
        bank[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}
