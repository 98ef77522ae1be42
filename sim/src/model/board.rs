//! Model of a whole chip, with its serial line and the memory of the matrix list.

use std::ffi::{CStr, c_char};
use std::path::Path;

use tensority_hdl::soc::Content;
use verilator::ModelSource;

use super::library::{self, Library};
use super::sdram_rules::SdramRules;
use crate::error::Error;

library::harness! {
    board_new(divisor: u32, loader: bool, serial: u64, rules: *const SdramRules) board_delete;
    safe {
        board_step(cycles: u64) -> u64;
        board_loaded();
        board_unsent() -> usize;
        board_mark();
    }
    raw {
        board_fill(
            program: *const u32,
            program_words: usize,
            constants: *const u32,
            constant_words: usize
        );
        board_broken() -> *const c_char;
        board_seed() -> *const u64;
        board_memory(count: *mut usize) -> *mut u8;
        board_send(bytes: *const u8, count: usize);
        board_receive(count: *mut usize) -> *const u8;
        board_times(times: *mut u64);
    }
}

/// Cycles of events since power-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// This cycle.
    pub now: u64,
    /// End of the last byte that was sent to the chip.
    pub sent: u64,
    /// Requests to the memory of the matrix list.
    pub requests: u64,
    /// First cycle since the mark in which a load brought bytes into the array; 0 if none.
    pub first_load: u64,
    /// First cycle since the mark in which a token of a multiply was issued; 0 if none.
    pub first_issue: u64,
    /// Last cycle in which one was issued.
    pub last_issue: u64,
    /// Tokens issued since the mark.
    pub issued: u64,
}

/// The circumstances of a chip's power-up.
#[allow(missing_docs)]
pub struct PowerUp<'a> {
    /// Cycles of a bit of the serial line.
    pub divisor: u32,
    /// Matrix lists come from [`BoardModel::load`].
    pub loader: bool,
    pub serial: u64,
    /// The rules that the memory checks, if it is an SDRAM.
    pub rules: Option<SdramRules>,
    /// Contents of the memories that a bitstream fills, each as long as its memory.
    pub contents: &'a [Content; 2],
}

/// A running model of a chip.
pub struct BoardModel {
    harness: Harness,
}

// SAFETY: the model is reached through this owner only, and Verilator's context is set before the
// one call that depends on the thread.
unsafe impl Send for BoardModel {}

impl BoardModel {
    /// Builds the model of `source` in the folder `models` if it is not there, and powers it up.
    ///
    /// # Errors
    /// If a tool is missing or refuses the design, or a file cannot be written.
    pub fn open(
        source: &ModelSource,
        power_up: &PowerUp,
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let PowerUp {
            divisor,
            loader,
            serial,
            rules,
            contents: [program, constants],
        } = power_up;
        let library = Library::open(source, models, progress)?;
        let rules = rules.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let harness = Harness::new(library, *divisor, *loader, *serial, rules)?;
        let (program, constants) = (&program.words, &constants.words);
        // SAFETY: the harness copies the words, no more than the memories have.
        unsafe {
            harness.board_fill(
                program.as_ptr(),
                program.len(),
                constants.as_ptr(),
                constants.len(),
            );
        }
        Ok(Self { harness })
    }

    /// Steps `cycles` cycles, or until the loader is asked for a list ([`Self::asked`]); returns
    /// the cycles stepped.
    pub fn step(&mut self, cycles: u64) -> u64 {
        self.harness.board_step(cycles)
    }

    /// The first rule of the memory that was broken.
    pub fn broken(&self) -> Option<String> {
        // SAFETY: the text is the harness's and is copied at once.
        unsafe {
            let text = self.harness.board_broken();
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }

    /// The seed whose matrix list is made: by the loader, if there is one, or by the chip.
    pub fn asked(&self) -> Option<[u8; 32]> {
        // SAFETY: what is there is 16 lanes.
        let lanes = unsafe {
            let lanes = self.harness.board_seed();
            library::slice(lanes, if lanes.is_null() { 0 } else { 4 })
        };
        let bytes: Vec<u8> = lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect();
        bytes.try_into().ok()
    }

    /// Gives the loader the list that it was asked for; without a loader, goes on.
    pub fn load(&mut self, list: Option<&[u8]>) {
        let mut count = 0;
        // SAFETY: the harness owns `count` bytes there until it is deleted; `self` is borrowed.
        unsafe {
            let bytes = self.harness.board_memory(&mut count);
            let memory = std::slice::from_raw_parts_mut(bytes, count);
            if let Some(list) = list {
                let common = list.len().min(count);
                memory[..common].copy_from_slice(&list[..common]);
            }
            self.harness.board_loaded();
        }
    }

    /// Puts bytes on the line to the chip, behind those that wait.
    pub fn send(&mut self, bytes: &[u8]) {
        // SAFETY: the harness copies the bytes.
        unsafe { self.harness.board_send(bytes.as_ptr(), bytes.len()) }
    }

    /// Bytes that wait for the line.
    pub fn unsent(&self) -> usize {
        self.harness.board_unsent()
    }

    /// The bytes that came from the chip since the last call.
    pub fn receive(&mut self) -> &[u8] {
        let mut count = 0;
        // SAFETY: the bytes stay until the next call, for which `self` must be borrowed again.
        unsafe {
            let bytes = self.harness.board_receive(&mut count);
            library::slice(bytes, count)
        }
    }

    /// Begins to count the array's work anew.
    pub fn mark(&mut self) {
        self.harness.board_mark()
    }

    /// The cycles of the latest events.
    pub fn times(&self) -> Times {
        let mut times = [0; 7];
        // SAFETY: the harness writes seven values.
        unsafe { self.harness.board_times(times.as_mut_ptr()) };
        let [
            now,
            sent,
            requests,
            first_load,
            first_issue,
            last_issue,
            issued,
        ] = times;
        Times {
            now,
            sent,
            requests,
            first_load,
            first_issue,
            last_issue,
            issued,
        }
    }
}
