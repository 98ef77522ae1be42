//! An SDRAM controller under Verilator, between requests as the core makes them and a memory that
//! checks every rule.

use std::ffi::{CStr, c_char};
use std::path::Path;

use tensority_hdl::geometry::Geometry;
use tensority_hdl::memory::Timing;

use crate::error::Error;
use crate::library::{self, Library};
use crate::sdram_rules::SdramRules;
use crate::source::sdram_source;

#[repr(C)]
struct Handle {
    _private: [u8; 0],
}

library::functions! {
    struct Functions {
        port_new: fn(*const SdramRules) -> *mut Handle,
        port_delete: fn(*mut Handle),
        port_request: fn(*mut Handle, u32, u32, *const u8),
        port_step: fn(*mut Handle, u64) -> u64,
        port_wait: fn(*mut Handle, u64),
        port_reset: fn(*mut Handle),
        port_answers: fn(*mut Handle, *mut usize) -> *const u8,
        port_word: fn(*const Handle, u32) -> u16,
        port_counts: fn(*const Handle, *mut u64),
        port_broken: fn(*const Handle) -> *const c_char,
    }
}

/// What the memory has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bursts read.
    pub reads: u64,
    /// Bursts written.
    pub writes: u64,
    /// Rows opened.
    pub activates: u64,
    /// Refreshes.
    pub refreshes: u64,
}

/// A running model of the controller.
pub struct SdramModel {
    handle: *mut Handle,
    functions: Functions,
    beat_bytes: usize,
    _library: Library,
}

impl SdramModel {
    /// Builds the model in the folder `cache` if it is not there, and powers it up; the controller is
    /// made for `timing`, the memory checks `rules`.
    ///
    /// # Errors
    /// If a tool is missing or refuses the design, or a file cannot be written.
    pub fn open(
        geometry: &Geometry,
        timing: &Timing,
        rules: &SdramRules,
        cache: &Path,
    ) -> Result<Self, Error> {
        let source = sdram_source(geometry, timing)?;
        let library = Library::open(&library::build(&source, cache, &mut |_| {})?)?;
        let functions = Functions::load(&library)?;
        // SAFETY: the harness's constructor copies the rules; the handle is deleted in `drop`.
        let handle = unsafe { (functions.port_new)(rules) };
        Ok(Self {
            handle,
            functions,
            beat_bytes: 4 * geometry.beat_words(),
            _library: library,
        })
    }

    /// Appends a read of `beats` beats.
    pub fn read(&mut self, address: u32, beats: u32) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.port_request)(self.handle, address, beats, std::ptr::null()) }
    }

    /// Appends a write of whole beats.
    pub fn write(&mut self, address: u32, bytes: &[u8]) {
        let beats = (bytes.len() / self.beat_bytes) as u32;
        // SAFETY: the handle is live and the harness copies `beats` beats.
        unsafe { (self.functions.port_request)(self.handle, address, beats, bytes.as_ptr()) }
    }

    /// Steps until all requests are answered, at most `cycles` cycles; returns the cycles stepped.
    pub fn step(&mut self, cycles: u64) -> u64 {
        // SAFETY: the handle is live.
        unsafe { (self.functions.port_step)(self.handle, cycles) }
    }

    /// Steps `cycles` cycles.
    pub fn wait(&mut self, cycles: u64) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.port_wait)(self.handle, cycles) }
    }

    /// Resets the controller; all requests are forgotten.
    pub fn reset(&mut self) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.port_reset)(self.handle) }
    }

    /// The bytes read since the last call.
    pub fn answers(&mut self) -> Vec<u8> {
        let mut count = 0;
        // SAFETY: the bytes are copied before the next call.
        unsafe {
            let bytes = (self.functions.port_answers)(self.handle, &mut count);
            library::slice(bytes, count).to_vec()
        }
    }

    /// The two bytes at an even address, as the memory holds them.
    pub fn word(&self, address: u32) -> u16 {
        // SAFETY: the handle is live.
        unsafe { (self.functions.port_word)(self.handle, address) }
    }

    /// What the memory has seen.
    pub fn counts(&self) -> Counts {
        let mut counts = [0; 4];
        // SAFETY: the handle is live and the harness writes four values.
        unsafe { (self.functions.port_counts)(self.handle, counts.as_mut_ptr()) };
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
            let text = (self.functions.port_broken)(self.handle);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }
}

impl Drop for SdramModel {
    fn drop(&mut self) {
        // SAFETY: the handle is live and not used again.
        unsafe { (self.functions.port_delete)(self.handle) }
    }
}
