//! Model of an SDRAM controller, between requests as the core makes them and a memory that checks
//! every rule.

use std::ffi::{CStr, c_char};
use std::path::Path;

use tensority_hdl::geometry::Geometry;
use tensority_hdl::memory::Timing;

use super::library::{self, Library};
use super::sdram_rules::SdramRules;
use super::source::sdram_source;
use crate::error::Error;

library::harness! {
    port_new(rules: *const SdramRules) port_delete;
    safe {
        port_step(cycles: u64) -> u64;
        port_wait(cycles: u64);
        port_reset();
        port_word(address: u32) -> u16;
    }
    raw {
        port_request(address: u32, beats: u32, data: *const u8);
        port_answers(count: *mut usize) -> *const u8;
        port_counts(counts: *mut u64);
        port_broken() -> *const c_char;
    }
}

/// Commands that the memory has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Counts {
    pub reads: u64,
    pub writes: u64,
    pub activates: u64,
    pub refreshes: u64,
}

/// A running model of the controller.
pub struct SdramModel {
    harness: Harness,
    beat_bytes: usize,
}

impl SdramModel {
    /// Builds the model in the folder `models` if it is not there, and powers it up; the controller is
    /// made for `timing`, the memory checks `rules`.
    ///
    /// # Errors
    /// If a tool is missing or refuses the design, or a file cannot be written.
    pub fn open(
        geometry: &Geometry,
        timing: &Timing,
        rules: &SdramRules,
        models: &Path,
    ) -> Result<Self, Error> {
        let source = sdram_source(geometry, timing)?;
        let library = Library::open(&source, models, &mut |_| {})?;
        Ok(Self {
            harness: Harness::new(library, rules)?,
            beat_bytes: 4 * geometry.beat_words(),
        })
    }

    /// Appends a read of `beats` beats.
    pub fn read(&mut self, address: u32, beats: u32) {
        // SAFETY: no data is a read.
        unsafe { self.harness.port_request(address, beats, std::ptr::null()) }
    }

    /// Appends a write of whole beats.
    pub fn write(&mut self, address: u32, bytes: &[u8]) {
        let beats = (bytes.len() / self.beat_bytes) as u32;
        // SAFETY: the harness copies `beats` beats.
        unsafe { self.harness.port_request(address, beats, bytes.as_ptr()) }
    }

    /// Steps until all requests are answered, at most `cycles` cycles; returns the cycles stepped.
    pub fn step(&mut self, cycles: u64) -> u64 {
        self.harness.port_step(cycles)
    }

    /// Steps `cycles` cycles.
    pub fn wait(&mut self, cycles: u64) {
        self.harness.port_wait(cycles)
    }

    /// Resets the controller; all requests are forgotten.
    pub fn reset(&mut self) {
        self.harness.port_reset()
    }

    /// The bytes read since the last call.
    pub fn answers(&mut self) -> Vec<u8> {
        let mut count = 0;
        // SAFETY: the bytes are copied before the next call.
        unsafe {
            let bytes = self.harness.port_answers(&mut count);
            library::slice(bytes, count).to_vec()
        }
    }

    /// The two bytes at an even address, as the memory holds them.
    pub fn word(&self, address: u32) -> u16 {
        self.harness.port_word(address)
    }

    /// Commands that the memory has seen.
    pub fn counts(&self) -> Counts {
        let mut counts = [0; 4];
        // SAFETY: the harness writes four values.
        unsafe { self.harness.port_counts(counts.as_mut_ptr()) };
        let [reads, writes, activates, refreshes] = counts;
        Counts {
            reads,
            writes,
            activates,
            refreshes,
        }
    }

    /// The first rule of the memory that was broken.
    pub fn broken(&self) -> Option<String> {
        // SAFETY: the text is the harness's and is copied at once.
        unsafe {
            let text = self.harness.port_broken();
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }
}
