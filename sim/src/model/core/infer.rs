//! Inference of a core's model: its memory of tapes, and tapes that run.

use std::slice;

use tensority_protocol::tape::BURST;

use super::{CoreModel, library};

/// What inference shows (`sim/cpp/infer.h`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct InferState {
    /// Cycles since the reset in which it kept the array from a pass.
    pub paused: u64,
    /// Bytes of output.
    pub output: u32,
    /// Nothing runs.
    pub ready: bool,
    /// The tape that ran last had a word that begins no instruction.
    pub fault: bool,
    /// Array and memory belong to it.
    pub claimed: bool,
}

/// A byte that inference made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whether it belongs to the output, not to the state.
    pub report: bool,
    /// Its slot.
    pub slot: u8,
    /// Its column; 0 if it belongs to the output.
    pub column: u8,
    /// The byte.
    pub value: i8,
}

impl CoreModel {
    /// The memory of tapes, as the core sees it; empty without inference.
    pub fn tapes(&mut self) -> &mut [u8] {
        let mut count = 0;
        // SAFETY: the harness owns `count` bytes there until it is deleted; `self` is borrowed.
        unsafe {
            let bytes = self.harness.core_tapes(&mut count);
            slice::from_raw_parts_mut(bytes, count)
        }
    }

    /// Writes a burst to the memory of tapes as a chip does: word by word into the core's buffer. Takes
    /// effect when the core is ready for inference again.
    pub fn store_burst(&mut self, address: u32, words: &[u32; BURST as usize / 4]) {
        for (index, &word) in words.iter().enumerate() {
            self.harness.core_infer_word(index as u8, word);
        }
        self.harness.core_infer_start(true, address);
    }

    /// Starts the tape at a byte address, a multiple of [`BURST`].
    pub fn infer(&mut self, address: u32) {
        self.harness.core_infer_start(false, address);
    }

    /// Ends the tape that runs after the instruction in work.
    pub fn cancel_infer(&mut self) {
        self.harness.core_infer_cancel();
    }

    /// What inference shows; all 0 without inference.
    pub fn infer_state(&self) -> InferState {
        self.harness.core_infer_state()
    }

    /// The output of the tape that ran last; two cycles a byte.
    pub fn infer_output(&self) -> Vec<i8> {
        let count = self.infer_state().output;
        let bytes = (0..count).map(|address| self.harness.core_output_byte(address));
        bytes.map(u8::cast_signed).collect()
    }

    /// The bytes that inference made since this was asked last.
    pub fn take_made(&mut self) -> Vec<Made> {
        let mut count = 0;
        // SAFETY: the harness owns `count` values there until they are forgotten; they are copied at once.
        let made = unsafe { library::slice(self.harness.core_made(&mut count), count).to_vec() };
        self.harness.core_forget_made();
        let fields = made.into_iter().map(u32::to_le_bytes);
        fields
            .map(|[value, column, slot, flags]| Made {
                report: flags & 1 != 0,
                slot,
                column,
                value: value.cast_signed(),
            })
            .collect()
    }
}
