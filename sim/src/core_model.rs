//! A core under Verilator: builds the model it needs, loads it, and steps it.

use std::ffi::{CString, c_char};
use std::fs;
use std::path::{Path, PathBuf};

use tensority_hdl::counters::COUNTERS;
use tensority_hdl::emit::{Design, FINGERPRINT};
use tensority_hdl::geometry::Geometry;
use verilator::{ModelSource, SourceFile};

use crate::error::Error;
use crate::functional_array;
use crate::library::{self, Library};

/// Which array a model contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ArrayKind {
    /// The array that is built into hardware, gate for gate.
    #[default]
    Rtl,
    /// C++ code with the same ports and cycles, for long runs.
    Functional,
}

/// What a model is built for.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Parameters of the core.
    pub geometry: Geometry,
    /// Its array.
    pub array: ArrayKind,
    /// Whether it can write waveforms; costs speed.
    pub trace: bool,
}

/// Commands of the core (`tensority_hdl::control`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Hash the job's range of nonces.
    Range = 0,
    /// Hash the job's header hash.
    Hash = 1,
    /// Generate the matrix list of the job's seed.
    Generate = 2,
    /// Read the checksums of the matrix list back.
    Checksum = 3,
}

/// Lanes of the job memory (`tensority_hdl::job`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobLane {
    /// 128 bytes of header in front of the nonce.
    Prefix = 0,
    /// Header hash for [`Command::Hash`].
    HeaderHash = 16,
    /// Seed for [`Command::Generate`].
    Seed = 20,
    /// Target, little-endian.
    Target = 24,
    /// First nonce.
    Start = 28,
    /// Number of nonces.
    Count = 29,
    /// Job id, 32 bits.
    Id = 30,
}

/// A message of the hasher (`tensority_hdl::messages`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestKind {
    /// Inner hash of the header; its first block alone means nothing.
    HeaderBlock,
    /// Inner hash of the header.
    Inner,
    /// Header hash.
    HeaderHash,
    /// Sequence of a chain.
    Sequence(usize),
    /// S(i + 1) of the extended seed.
    Seed(usize),
    /// PoW hash; with two blocks the first alone means nothing.
    FoldBlock,
    /// PoW hash.
    FoldTail,
}

/// A hash that the core completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashReport {
    /// PoW hash.
    pub hash: [u8; 32],
    /// Nonce; 0 or whatever the job says for [`Command::Hash`].
    pub nonce: u64,
    /// Job that it belongs to.
    pub job: u32,
    /// Whether it meets the job's target.
    pub hit: bool,
}

/// What passed a stage boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A SHA3-256 digest.
    Digest(DigestKind, [u8; 32]),
    /// The first multiply of a chain, as loaded: bytes by block, slot, lane.
    Loaded(Vec<u8>),
    /// Another multiply: bytes by block, slot, lane.
    Multiplied(Vec<u8>),
    /// The sum of the chains: words by block, slot, word lane.
    Summed(Vec<u8>),
    /// The folded row.
    Folded(Vec<u8>),
    /// A hash, hit or not.
    Hashed(HashReport),
    /// A result handed to the host.
    Result(HashReport),
    /// Checksum of a matrix.
    Checksum(usize, u32),
    /// This many SMix rounds are done, 0 after a clear.
    Round(usize),
}

/// A stage with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub stage: Stage,
    /// The cycle in which it was whole.
    pub cycle: u64,
    /// For stages that take many cycles: the cycle in which each of its blocks began.
    pub block_cycles: Vec<u64>,
}

/// The core's counters (`tensority_hdl::counters`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tokens of multiplies.
    pub issued: u64,
    /// Cycles stalled for weights.
    pub stall_weights: u64,
    /// Cycles stalled for the block that is loaded.
    pub stall_load: u64,
    /// Cycles stalled for the fold of the hash before.
    pub stall_fold: u64,
    /// Cycles without a pass to issue.
    pub idle: u64,
    /// Hashes completed.
    pub hashes: u64,
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
            let address = (2 * lane as usize + i) as u8;
            // SAFETY: the handle is live.
            unsafe {
                (self.functions.core_write_job)(self.handle, address, u32::from_le_bytes(word));
            }
        }
    }

    /// Starts a command with the job written last. Ends what runs.
    pub fn start(&mut self, command: Command) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_start)(self.handle, command as u8) }
    }

    /// Ends what runs.
    pub fn cancel(&mut self) {
        // SAFETY: the handle is live.
        unsafe { (self.functions.core_cancel)(self.handle) }
    }

    /// Inverts the lowest bit of a signal that [`with_faults`] made reachable.
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
                stage: stage(kind, detail, bytes),
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
        let [issued, stall_weights, stall_load, stall_fold, idle, hashes] = counts;
        Counts {
            issued,
            stall_weights,
            stall_load,
            stall_fold,
            idle,
            hashes,
        }
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

fn stage(kind: u32, detail: u32, bytes: Vec<u8>) -> Stage {
    match kind {
        0 => Stage::Digest(digest_kind(detail), array(&bytes)),
        1 => Stage::Loaded(bytes),
        2 => Stage::Multiplied(bytes),
        3 => Stage::Summed(bytes),
        4 => Stage::Folded(bytes),
        5 => Stage::Hashed(report(detail, &bytes)),
        6 => Stage::Result(report(detail, &bytes)),
        7 => Stage::Checksum(detail as usize, u32::from_le_bytes(array(&bytes))),
        8 => Stage::Round(detail as usize),
        _ => unreachable!("the harness has no event of kind {kind}"),
    }
}

fn digest_kind(detail: u32) -> DigestKind {
    let part = (detail >> 8) as usize;
    match detail & 0xff {
        0 => DigestKind::HeaderBlock,
        1 => DigestKind::Inner,
        2 => DigestKind::HeaderHash,
        3 => DigestKind::Sequence(part),
        4 => DigestKind::Seed(part),
        5 => DigestKind::FoldBlock,
        _ => DigestKind::FoldTail,
    }
}

fn report(detail: u32, bytes: &[u8]) -> HashReport {
    HashReport {
        hash: array(&bytes[..32]),
        nonce: u64::from_le_bytes(array(&bytes[32..40])),
        job: u32::from_le_bytes(array(&bytes[40..44])),
        hit: detail != 0,
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|i| bytes[i])
}

/// The source of a variant's model. Emitted Verilog is kept in the folder `cache`.
///
/// # Errors
/// If RustHDL refuses the design, or a file cannot be written.
pub fn source(variant: &Variant, cache: &Path) -> Result<ModelSource, Error> {
    let geometry = &variant.geometry;
    let design = kept_design(geometry, cache)?;
    let mut verilog = vec![SourceFile {
        name: "core.v".into(),
        text: design.text(),
    }];
    let mut cpp = vec![
        SourceFile {
            name: "core.cpp".into(),
            text: include_str!("../cpp/core.cpp").into(),
        },
        SourceFile {
            name: "geometry.h".into(),
            text: geometry_header(geometry),
        },
    ];
    let mut name = format!("core_{geometry}");
    if variant.array == ArrayKind::Functional {
        name += "_functional";
        let outside = design.modules.iter().filter(|module| {
            module.name != "core$array" && !module.name.starts_with("core$array$")
        });
        verilog[0].text = outside.map(|module| module.text.as_str()).collect();
        let text = functional_array::module(geometry);
        verilog.push(SourceFile {
            name: "array.sv".into(),
            text,
        });
        let text = include_str!("../cpp/array.cpp").into();
        cpp.push(SourceFile {
            name: "array.cpp".into(),
            text,
        });
    }
    if variant.trace {
        name += "_trace";
    }
    Ok(ModelSource {
        name,
        top: design.top,
        verilog,
        cpp,
        trace: variant.trace,
        public: Vec::new(),
        warnings_off: library::GENERATED_CODE_WARNINGS.map(String::from).to_vec(),
    })
}

/// The core's Verilog, emitted anew only when a block has changed: large cores take seconds.
fn kept_design(geometry: &Geometry, cache: &Path) -> Result<Design, Error> {
    let path = cache.join(format!("core_{geometry}.{FINGERPRINT}.v"));
    if let Ok(text) = fs::read_to_string(&path) {
        return Ok(Design::from_text("core", &text));
    }
    let design = Design::core(geometry)?;
    let stale = format!("core_{geometry}.");
    let io = |source| Error::Keep {
        path: path.clone(),
        source,
    };
    fs::create_dir_all(cache).map_err(io)?;
    for entry in fs::read_dir(cache).map_err(io)?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(&stale)
            && entry.path().extension() == Some("v".as_ref())
        {
            // Another process may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    fs::write(&partial, design.text()).map_err(io)?;
    fs::rename(&partial, &path).map_err(io)?;
    Ok(design)
}

fn geometry_header(geometry: &Geometry) -> String {
    let (lanes, beat) = (geometry.lanes(), geometry.beat_words());
    let mut text = format!(
        "#pragma once\n#define DIMENSION {}\n#define LANES {lanes}\n#define BEAT_WORDS {beat}\n\
         #define WORD_LANES {}\n",
        geometry.dimension(),
        geometry.word_lanes(),
    );
    text += "#define EACH_FAULT\n";
    for (list, port, count) in [
        ("EACH_DATA", "data", beat),
        ("EACH_WRITE_BEAT", "write_beat", beat),
        ("EACH_RESULT", "trace_result", lanes),
        ("EACH_LOADED", "trace_loaded", lanes),
        ("EACH_SUM", "trace_sum", geometry.word_lanes()),
    ] {
        // Verilator writes a dollar sign in a name as __024.
        let ports: String = (0..count)
            .map(|i| format!(" X({i}, {port}__024{i})"))
            .collect();
        text += &format!("#define {list}{ports}\n");
    }
    text
}

/// The source of a model in which [`CoreModel::flip`] reaches registers and RAMs, to see that the
/// scoreboard finds a fault. A signal is a module's name, such as `core$fold$lanes$0$result`, and
/// the name of a signal in it; a RAM's name comes with the index of the word.
pub fn with_faults(mut source: ModelSource, signals: &[(&str, &str)]) -> ModelSource {
    let mut list = String::from("#define EACH_FAULT");
    for (i, (module, signal)) in signals.iter().enumerate() {
        let name = signal.split('[').next().unwrap_or(signal);
        source.public.push((module.to_string(), name.to_string()));
        let mut path = String::new();
        for part in module.split('$') {
            // The number of an instance in an array belongs to its name.
            let number = part.bytes().all(|byte| byte.is_ascii_digit());
            let joint = if path.is_empty() {
                ""
            } else if number {
                "__024"
            } else {
                "__DOT__"
            };
            path += &format!("{joint}{part}");
        }
        list += &format!(" X({i}, {path}__DOT__{signal})");
    }
    for file in source
        .cpp
        .iter_mut()
        .filter(|file| file.name == "geometry.h")
    {
        file.text = file.text.replace("#define EACH_FAULT", &list);
    }
    source.name += "_faults";
    source
}

/// The folder for models of the workspace that this program was built from.
pub fn default_cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/models")
}
