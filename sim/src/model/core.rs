//! Model of a core: jobs, commands, and the stages as they pass.

mod infer;

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::ops::Index;
use std::path::Path;

pub use infer::{InferState, Made};
use tensority_hdl::core::counters::COUNTERS;
pub use tensority_protocol::codes::{Command, Counter, JobLane};
use verilator::ModelSource;

use super::library::{self, Library};
use super::source::{Variant, source};
use super::waveform::Waveform;
use crate::error::Error;
use crate::stage::{self, Event};

/// The core's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; COUNTERS]);

impl Index<Counter> for Counts {
    type Output = u64;

    fn index(&self, counter: Counter) -> &u64 {
        &self.0[counter as usize]
    }
}

/// An event as the harness shows it; what it points to stays until the next one is asked for.
#[repr(C)]
struct RawEvent {
    cycle: u64,
    bytes: *const u8,
    byte_count: usize,
    block_cycles: *const u64,
    block_count: usize,
    kind: u32,
    detail: u32,
}

library::harness! {
    core_new() core_delete;
    safe {
        core_step(cycles: u64) -> u64;
        core_set_memory(latency: u32, stall: u32, seed: u64);
        core_hold_results(held: bool);
        core_write_job(word: u8, value: u32);
        core_start(command: u8);
        core_cancel();
        core_reset();
        core_flip(fault: u32);
        core_ready() -> bool;
        core_running() -> bool;
        core_cycle() -> u64;
        core_first_issue() -> u64;
        core_last_issue() -> u64;
        core_trace_close() -> bool;
        core_infer_word(index: u8, word: u32);
        core_infer_start(storing: bool, address: u32);
        core_infer_cancel();
        core_infer_state() -> InferState;
        core_output_byte(address: u32) -> u8;
        core_forget_made();
    }
    raw {
        core_made(count: *mut usize) -> *const u32;
        core_tapes(count: *mut usize) -> *mut u8;
        core_event(event: *mut RawEvent) -> bool;
        core_memory(count: *mut usize) -> *mut u8;
        core_counters(counts: *mut u64);
        core_trace(path: *const c_char, from: u64, to: u64) -> bool;
    }
}

/// A running model of a core.
pub struct CoreModel {
    variant: Variant,
    waveform: Option<Waveform>,
    harness: Harness,
}

// SAFETY: the model is reached through this owner only, and Verilator's context is set before the
// one call that depends on the thread.
unsafe impl Send for CoreModel {}

impl CoreModel {
    /// Builds the model of `variant` in the folder `models` if it is not there, and loads it.
    ///
    /// # Errors
    /// If a tool is missing or refuses the design, or a file cannot be written.
    pub fn open(
        variant: &Variant,
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        Self::load(variant, &source(variant, models)?, models, progress)
    }

    /// As [`CoreModel::open`], with a source that was changed on the way.
    ///
    /// # Errors
    /// As for [`CoreModel::open`].
    pub fn load(
        variant: &Variant,
        source: &ModelSource,
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let library = Library::open(source, models, progress)?;
        Ok(Self {
            variant: *variant,
            waveform: None,
            harness: Harness::new(library)?,
        })
    }

    /// The variant that this model is.
    pub fn variant(&self) -> &Variant {
        &self.variant
    }

    /// The memory of the matrix list, as the core sees it.
    pub fn memory(&mut self) -> &mut [u8] {
        let mut count = 0;
        // SAFETY: the harness owns `count` bytes there until it is deleted; `self` is borrowed.
        unsafe {
            let bytes = self.harness.core_memory(&mut count);
            std::slice::from_raw_parts_mut(bytes, count)
        }
    }

    /// Gives the memory `latency` cycles from a request to its first beat, and lets it stall in
    /// `stall` of 256 cycles, at random from `seed`.
    pub fn set_memory(&mut self, latency: u32, stall: u32, seed: u64) {
        self.harness.core_set_memory(latency, stall, seed)
    }

    /// Lets results wait in the core, or takes them at once (the default).
    pub fn hold_results(&mut self, held: bool) {
        self.harness.core_hold_results(held)
    }

    /// Writes bytes to the job memory from a lane on; the last word is filled with zeros.
    pub fn write_job(&mut self, lane: JobLane, bytes: &[u8]) {
        for (i, chunk) in bytes.chunks(4).enumerate() {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            let address = (lane.word() + i) as u8;
            self.harness
                .core_write_job(address, u32::from_le_bytes(word));
        }
    }

    /// Starts a command, other than [`Command::End`], with the job written last. Ends what runs.
    pub fn start(&mut self, command: Command) {
        self.harness.core_start(command as u8)
    }

    /// Ends what runs.
    pub fn cancel(&mut self) {
        self.harness.core_cancel()
    }

    /// Resets core and memory for 16 cycles, whatever they do.
    pub fn reset(&mut self) {
        self.harness.core_reset()
    }

    /// Inverts the lowest bit of a signal that [`with_faults`](super::source::with_faults) made reachable.
    pub fn flip(&mut self, fault: usize) {
        // An unknown number does nothing.
        self.harness.core_flip(fault as u32);
    }

    /// Whether the core takes commands and job words.
    pub fn ready(&self) -> bool {
        self.harness.core_ready()
    }

    /// Whether a command is in work.
    pub fn running(&self) -> bool {
        self.harness.core_running()
    }

    /// Steps at most `cycles` cycles, until a stage is there.
    pub fn step(&mut self, cycles: u64) -> Option<Event> {
        self.harness.core_step(cycles);
        let mut raw = MaybeUninit::<RawEvent>::uninit();
        // SAFETY: where there is an event, the harness has written it, and it is copied at once.
        unsafe {
            if !self.harness.core_event(raw.as_mut_ptr()) {
                return None;
            }
            let raw = raw.assume_init();
            let bytes = library::slice(raw.bytes, raw.byte_count).to_vec();
            let block_cycles = library::slice(raw.block_cycles, raw.block_count).to_vec();
            Some(Event {
                stage: stage::decode(raw.kind, raw.detail, bytes),
                cycle: raw.cycle,
                block_cycles,
            })
        }
    }

    /// Cycles since the model was loaded.
    pub fn cycle(&self) -> u64 {
        self.harness.core_cycle()
    }

    /// First and last cycle since the last start in which a token of a multiply was issued.
    pub fn issue_span(&self) -> (u64, u64) {
        let first = self.harness.core_first_issue();
        (first, self.harness.core_last_issue())
    }

    /// The counters since the last start.
    pub fn counts(&self) -> Counts {
        let mut counts = [0; COUNTERS];
        // SAFETY: the harness writes COUNTERS values.
        unsafe { self.harness.core_counters(counts.as_mut_ptr()) };
        Counts(counts)
    }

    /// Writes a waveform of the cycles `from` … `to` - 1 to `path`, until it is closed.
    ///
    /// # Errors
    /// If the file cannot be opened, or the variant has no trace.
    pub fn trace(&mut self, path: &Path, from: u64, to: u64) -> Result<(), Error> {
        let waveform = Waveform::create(path, to)?;
        let name = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|error| waveform.refused(error))?;
        // SAFETY: the name ends with a zero.
        match unsafe { self.harness.core_trace(name.as_ptr(), from, to) } {
            true => self.waveform = Some(waveform),
            false => return Err(waveform.refused("the model was built without waveforms")),
        }
        Ok(())
    }

    /// Completes the waveform, if there is one.
    ///
    /// # Errors
    /// If not all of it is on the disk.
    pub fn close_trace(&mut self) -> Result<(), Error> {
        let Some(waveform) = self.waveform.take() else {
            return Ok(());
        };
        // What it could not write is missing in the file, too.
        self.harness.core_trace_close();
        waveform.complete()
    }

    /// Completes the waveform, if its window is over.
    ///
    /// # Errors
    /// As [`close_trace`](Self::close_trace).
    pub fn close_trace_in_time(&mut self) -> Result<(), Error> {
        match &self.waveform {
            Some(waveform) if self.cycle() >= waveform.end => self.close_trace(),
            _ => Ok(()),
        }
    }
}
