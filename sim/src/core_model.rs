//! A core under Verilator: builds the model it needs, loads it, and steps it.

use std::ffi::{CString, c_char};
use std::fs;
use std::ops::Index;
use std::path::Path;

use tensority_hdl::core::counters::COUNTERS;
pub use tensority_protocol::codes::{Command, Counter, JobLane};
use verilator::ModelSource;

use crate::error::Error;
use crate::library::{self, Library};
use crate::source::{Variant, source};
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

#[repr(C)]
struct Handle {
    _private: [u8; 0],
}

#[repr(C)]
struct RawEvent {
    _private: [u8; 0],
}

library::functions! {
    struct Functions {
        core_new: fn() -> *mut Handle,
        core_delete: fn(*mut Handle),
        core_step: fn(*mut Handle, u64) -> u64,
        core_event: fn(*mut Handle) -> *const RawEvent,
        event_kind: fn(*const RawEvent) -> u32,
        event_detail: fn(*const RawEvent) -> u32,
        event_cycle: fn(*const RawEvent) -> u64,
        event_bytes: fn(*const RawEvent, *mut usize) -> *const u8,
        event_blocks: fn(*const RawEvent, *mut usize) -> *const u64,
        core_memory: fn(*mut Handle, *mut usize) -> *mut u8,
        core_set_memory: fn(*mut Handle, u32, u32, u64),
        core_hold_results: fn(*mut Handle, bool),
        core_write_job: fn(*mut Handle, u8, u32),
        core_start: fn(*mut Handle, u8),
        core_cancel: fn(*mut Handle),
        core_reset: fn(*mut Handle),
        core_flip: fn(*mut Handle, u32),
        core_ready: fn(*const Handle) -> bool,
        core_running: fn(*const Handle) -> bool,
        core_cycle: fn(*const Handle) -> u64,
        core_first_issue: fn(*const Handle) -> u64,
        core_last_issue: fn(*const Handle) -> u64,
        core_counters: fn(*const Handle, *mut u64),
        core_trace: fn(*mut Handle, *const c_char, u64, u64) -> bool,
        core_trace_close: fn(*mut Handle),
    }
}

/// A running model of a core.
pub struct CoreModel {
    variant: Variant,
    handle: *mut Handle,
    functions: Functions,
    _library: Library,
}

// SAFETY: the model is reached through this owner only, and Verilator's context is set before the
// one call that depends on the thread.
unsafe impl Send for CoreModel {}

impl CoreModel {
    /// Builds the model of `variant` in the folder `cache` if it is not there, and loads it.
    ///
    /// # Errors
    /// If a tool is missing or refuses the design, or a file cannot be written.
    pub fn open(
        variant: &Variant,
        cache: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        Self::load(variant, &source(variant, cache)?, cache, progress)
    }

    /// As [`CoreModel::open`], with a source that was changed on the way.
    ///
    /// # Errors
    /// As for [`CoreModel::open`].
    pub fn load(
        variant: &Variant,
        source: &ModelSource,
        cache: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let library = Library::open(&library::build(source, cache, progress)?)?;
        let functions = Functions::load(&library)?;
        // SAFETY: the harness's constructor; the handle is deleted in `drop`.
        let handle = unsafe { (functions.core_new)() };
        Ok(Self {
            variant: *variant,
            handle,
            functions,
            _library: library,
        })
    }

    /// What this model was built for.
    pub fn variant(&self) -> &Variant {
        &self.variant
    }

    /// The memory of the matrix list, as the core sees it.
    pub fn memory(&mut self) -> &mut [u8] {
        let mut count = 0;
        // SAFETY: the harness owns `count` bytes there until it is deleted; `self` is borrowed.
        unsafe {
            let bytes = (self.functions.core_memory)(self.handle, &mut count);
            std::slice::from_raw_parts_mut(bytes, count)
        }
    }

    /// Gives the memory `latency` cycles from a request to its first beat, and lets it stall in
    /// `stall` of 256 cycles, at random from `seed`.
    pub fn set_memory(&mut self, latency: u32, stall: u32, seed: u64) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_set_memory)(self.handle, latency, stall, seed) }
    }

    /// Lets results wait in the core, or takes them at once (the default).
    pub fn hold_results(&mut self, held: bool) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_hold_results)(self.handle, held) }
    }

    /// Writes bytes to the job memory from a lane on; the last word is filled with zeros.
    pub fn write_job(&mut self, lane: JobLane, bytes: &[u8]) {
        for (i, chunk) in bytes.chunks(4).enumerate() {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            let address = (lane.word() + i) as u8;
            // SAFETY: the handle is live.
            unsafe {
                (self.functions.core_write_job)(self.handle, address, u32::from_le_bytes(word));
            }
        }
    }

    /// Starts a command, other than [`Command::End`], with the job written last. Ends what runs.
    pub fn start(&mut self, command: Command) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_start)(self.handle, command as u8) }
    }

    /// Ends what runs.
    pub fn cancel(&mut self) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_cancel)(self.handle) }
    }

    /// Resets core and memory for 16 cycles, whatever they do.
    pub fn reset(&mut self) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_reset)(self.handle) }
    }

    /// Inverts the lowest bit of a signal that [`with_faults`](crate::source::with_faults) made reachable.
    pub fn flip(&mut self, fault: usize) {
        // SAFETY: the handle is live; an unknown number does nothing.
        unsafe { (self.functions.core_flip)(self.handle, fault as u32) }
    }

    /// Whether the core takes commands and job words.
    pub fn ready(&self) -> bool {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_ready)(self.handle) }
    }

    /// Whether a command is in work.
    pub fn running(&self) -> bool {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_running)(self.handle) }
    }

    /// Steps at most `cycles` cycles, until a stage is there.
    pub fn step(&mut self, cycles: u64) -> Option<Event> {
        // SAFETY: the handle is live; the event is read before the next call.
        unsafe {
            let functions = &self.functions;
            (functions.core_step)(self.handle, cycles);
            let raw = (functions.core_event)(self.handle);
            if raw.is_null() {
                return None;
            }
            let (mut count, mut blocks) = (0, 0);
            let bytes = (functions.event_bytes)(raw, &mut count);
            let bytes = library::slice(bytes, count).to_vec();
            let block_cycles = (functions.event_blocks)(raw, &mut blocks);
            let block_cycles = library::slice(block_cycles, blocks).to_vec();
            let kind = (functions.event_kind)(raw);
            let detail = (functions.event_detail)(raw);
            let cycle = (functions.event_cycle)(raw);
            Some(Event {
                stage: stage::decode(kind, detail, bytes),
                cycle,
                block_cycles,
            })
        }
    }

    /// Cycles since the model was loaded.
    pub fn cycle(&self) -> u64 {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_cycle)(self.handle) }
    }

    /// First and last cycle since the last start in which a token of a multiply was issued.
    pub fn issue_span(&self) -> (u64, u64) {
        // SAFETY: the handle is live.
        unsafe {
            let first = (self.functions.core_first_issue)(self.handle);
            (first, (self.functions.core_last_issue)(self.handle))
        }
    }

    /// The counters since the last start.
    pub fn counts(&self) -> Counts {
        let mut counts = [0; COUNTERS];
        // SAFETY: the handle is live and the harness writes COUNTERS values.
        unsafe { (self.functions.core_counters)(self.handle, counts.as_mut_ptr()) };
        Counts(counts)
    }

    /// Writes a waveform of the cycles `from` … `to` - 1 to `path`, until it is closed.
    ///
    /// # Errors
    /// If the file cannot be opened, or the variant has no trace.
    pub fn trace(&mut self, path: &Path, from: u64, to: u64) -> Result<(), Error> {
        let refused = |reason: String| Error::Trace {
            path: path.to_path_buf(),
            reason,
        };
        // The waveform writer does not notice a file that it cannot create.
        fs::File::create(path).map_err(|error| refused(error.to_string()))?;
        let name = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|error| refused(error.to_string()))?;
        // SAFETY: the handle is live and the name ends with a zero.
        match unsafe { (self.functions.core_trace)(self.handle, name.as_ptr(), from, to) } {
            true => Ok(()),
            false => Err(refused("the model was built without waveforms".into())),
        }
    }

    /// Completes the waveform.
    pub fn close_trace(&mut self) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_trace_close)(self.handle) }
    }
}

impl Drop for CoreModel {
    fn drop(&mut self) {
        // SAFETY: the handle is live and not used again.
        unsafe { (self.functions.core_delete)(self.handle) }
    }
}
