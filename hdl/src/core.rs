//! The accelerator core: from a job to its results.
//!
//! ```text
//! job ─► hasher (header hash, sequences) ─► sequencer ─► fetch ◄──► memory port
//!             ▲                                 │          ▼            ▲
//!             │                               issue ◄─ block buffers    │
//!             │                                 ▼                       │
//!             └──── fold ◄──── writeback ◄─── array              smix, checksum
//! ```
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: as after power-up; resets the memory's requests too |
//! | `start` | in | 1 | begin `command` with the job that was written last; taken if `ready` |
//! | `command` | in | 2 | what to begin, `Command` in docs/registers.md |
//! | `cancel` | in | 1 | end what runs; taken if `ready` |
//! | `loader` | in | 1 | static: `generate` waits for a loader outside instead of making the list |
//! | `loaded` | in | 1 | one cycle: the loader has filled the memory |
//! | `job_write` | in | 1 | write a word of the next job; only while `ready` |
//! | `job_address` | in | 6 | which word: 2l is the low half of lane l, `JobLane` in docs/registers.md |
//! | `job_data` | in | 32 | the word |
//! | `request_ready` | in | 1 | memory: the request is taken when `request` is 1 too |
//! | `write_ready` | in | 1 | memory: `write_beat$i` is taken when `write_valid` is 1 too |
//! | `data_valid` | in | 1 | memory: `data$i` is the next beat read |
//! | `data$i` | in | 32 x beat words | memory: word i of the beat, lowest address first |
//! | `result_ready` | in | 1 | the result is handed over when `result_valid` is 1 too |
//! | `checksum_ready` | in | 1 | the checksum is handed over when `checksum_valid` is 1 too |
//! | `infer_start$i` | in | 1 x infer | inference: begin; taken if `infer_ready` |
//! | `infer_storing$i` | in | 1 x infer | inference: with `infer_start`, write the buffer to memory, do not run a tape |
//! | `infer_address$i` | in | 24 x infer | inference: with `infer_start`, byte address in the memory of tapes |
//! | `infer_cancel$i` | in | 1 x infer | inference: end after the instruction in work |
//! | `buffer_write$i` | in | 1 x infer | inference: put `buffer_word` into the buffer; only while `infer_ready` |
//! | `buffer_index$i` | in | 5 x infer | inference: which word of the burst it is |
//! | `buffer_word$i` | in | 32 x infer | inference: the word |
//! | `output_address$i` | in | 11 x infer | inference: which byte of the output is wanted |
//! | `ready` | out | 1 | commands are taken and the next job may be written |
//! | `running` | out | 1 | a command is in work |
//! | `request` | out | 1 | memory: a burst is asked for, until it is taken |
//! | `request_write` | out | 1 | memory: it is written, not read |
//! | `address` | out | 24 | memory: byte address of its first beat |
//! | `beats` | out | 8 | memory: its length |
//! | `write_valid` | out | 1 | memory: `write_beat$i` is the next beat to write |
//! | `write_beat$i` | out | 32 x beat words | memory: word i of the beat, lowest address first |
//! | `result_valid` | out | 1 | the result ports hold a result |
//! | `result_range` | out | 32 | id of the range that it belongs to |
//! | `result_nonce` | out | 64 | its nonce |
//! | `result_hit` | out | 1 | it meets the target |
//! | `result_hash$i` | out | 64 x 4 | lane i of its PoW hash, the least significant first |
//! | `checksum_valid` | out | 1 | `checksum` is that of matrix `checksum_index` |
//! | `checksum_index` | out | 8 | the matrix |
//! | `checksum` | out | 32 | as in `checksum.rs` |
//! | `round` | out | 8 | SMix rounds completed |
//! | `seed_clear` | out | 1 | the lanes so far, and the list that they ask for, are not wanted |
//! | `seed_valid` | out | 1 | `seed_lane` is the next of the 16 lanes of the extended seed, of `generate` |
//! | `seed_lane` | out | 64 | the lane |
//! | `count$i` | out | 40 x 6 | how the array's time was spent, as in `counters.rs` |
//! | `infer_ready$i` | out | 1 x infer | inference: nothing runs |
//! | `infer_fault$i` | out | 1 x infer | inference: the tape that ran last had a word that begins no instruction |
//! | `output_count$i` | out | 12 x infer | inference: bytes of output |
//! | `output_byte$i` | out | 8 x infer | inference: the byte at the `output_address` of two cycles ago |
//! | `tape$i` | out | 1 x infer | memory: the requests are for the memory of tapes, not for the list's |
//! | `paused_count$i` | out | 40 x infer | cycles in which inference kept the array from a pass |
//! | `trace_digest` | out | 1 | `trace_value` is a lane of a digest |
//! | `trace_kind` | out | 3 | of which message, as in `messages.rs` |
//! | `trace_part`, `trace_lane` | out | 2 | which of its kind, and which lane |
//! | `trace_value` | out | 64 | the lane |
//! | `trace_issued` | out | 1 | a token of a multiply is issued |
//! | `trace_multiplied` | out | 1 | `trace_result$c` are bytes of a multiply |
//! | `trace_result$c` | out | 8 x lanes | lane c, in the order of blocks, then slots |
//! | `trace_loading` | out | 1 | `trace_loaded$c` are bytes of a load |
//! | `trace_loaded$c` | out | 8 x lanes | lane c, in the order of blocks, then slots |
//! | `trace_summed` | out | 1 | `trace_sum$q` are words of the sum |
//! | `trace_sum$q` | out | 32 x word lanes | word lane q, in the order of blocks, then slots |
//! | `trace_folded` | out | 1 | `trace_word` is a word of the folded row |
//! | `trace_word` | out | 32 | the word, in order |
//! | `trace_hash` | out | 1 | a hash is complete, hit or not: the result ports hold it |
//! | `trace_made$i` | out | 1 x infer | inference made a byte |
//! | `trace_made_report$i` | out | 1 x infer | it belongs to the output, not to the state |
//! | `trace_made_slot$i`, `trace_made_column$i`, `trace_made_byte$i` | out | 8 x infer | where it belongs, and the byte |
//!
//! The trace ports show every stage boundary as it is passed, for checking; hardware leaves them open. The
//! contract with the memory is told in `memory_port.rs`.
//!
//! Cycles per hash: 252 * dimension^2 / lanes ([`Geometry::ideal_cycles`]) while the memory keeps up, since a
//! pass follows a pass without a gap and the loads run beside the last passes; plus, once per job, the first
//! load (dimension^2 / lanes, [`Geometry::pass_cycles`]) and about 6000 cycles for the first nonce's seven
//! permutations.
//!
//! A core with inference ([`Geometry::with_infer`]) has the ports of `infer.rs` too, and runs tapes between the
//! passes of hashes, or beside none. It has two memories, of which `tape` chooses one while nothing is asked for.
//! Hashes take the same cycles but for those of `paused_count`. A job that is begun meanwhile waits for the end.
//!
//! Byte order: little-endian everywhere; byte 0 of a message, row or beat is in the lowest bits of its first
//! lane, word or beat word.
//!
//! Checked by `sim/tests/small_cores.rs`, `sim/tests/job_switch.rs` and `sim/tests/faults.rs`, stage by stage
//! against the reference. It does not keep a queue of jobs: one runs and one is written.

pub mod array;
pub mod block_mix;
pub mod cell;
pub mod checksum;
pub mod comparison;
pub mod control;
pub mod counters;
pub mod eta;
pub mod fetch;
pub mod fnv;
pub mod fold;
pub mod fold_level;
pub mod hasher;
pub mod infer;
pub mod issue;
pub mod job;
pub mod keccak;
pub mod lane;
pub mod load;
pub mod memory_port;
pub mod messages;
pub mod pair;
pub mod pass;
pub mod sequencer;
pub mod smix;
pub mod sum;
pub mod token;
pub mod wide_eta;
pub mod wide_lane;
pub mod writeback;
pub mod xi;

use rust_hdl::prelude::*;

use crate::core::array::Array;
use crate::core::checksum::Checksum;
use crate::core::control::Control;
use crate::core::counters::{COUNTERS, Counters};
use crate::core::fetch::Fetch;
use crate::core::fold::Fold;
use crate::core::hasher::Hasher;
use crate::core::infer::Infer;
use crate::core::issue::Issue;
use crate::core::job::Job;
use crate::core::load::Load;
use crate::core::memory_port::MemoryPort;
use crate::core::messages::Kind;
use crate::core::sequencer::Sequencer;
use crate::core::smix::Smix;
use crate::core::writeback::Writeback;
use crate::geometry::Geometry;
use crate::primitives::BlockBuffer;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Core {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub command: Signal<In, Bits<2>>,
    pub cancel: Signal<In, Bit>,
    pub loader: Signal<In, Bit>,

    pub loaded: Signal<In, Bit>,
    pub job_write: Signal<In, Bit>,
    pub job_address: Signal<In, Bits<6>>,
    pub job_data: Signal<In, Bits<32>>,
    pub request_ready: Signal<In, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub result_ready: Signal<In, Bit>,
    pub checksum_ready: Signal<In, Bit>,
    pub infer_start: Vec<Signal<In, Bit>>,
    pub infer_storing: Vec<Signal<In, Bit>>,
    pub infer_address: Vec<Signal<In, Bits<24>>>,
    pub infer_cancel: Vec<Signal<In, Bit>>,
    pub buffer_write: Vec<Signal<In, Bit>>,
    pub buffer_index: Vec<Signal<In, Bits<5>>>,
    pub buffer_word: Vec<Signal<In, Bits<32>>>,
    pub output_address: Vec<Signal<In, Bits<11>>>,

    pub ready: Signal<Out, Bit>,
    pub running: Signal<Out, Bit>,
    pub request: Signal<Out, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub result_valid: Signal<Out, Bit>,
    pub result_range: Signal<Out, Bits<32>>,
    pub result_nonce: Signal<Out, Bits<64>>,
    pub result_hit: Signal<Out, Bit>,
    pub result_hash: [Signal<Out, Bits<64>>; 4],
    pub checksum_valid: Signal<Out, Bit>,
    pub checksum_index: Signal<Out, Bits<8>>,
    pub checksum: Signal<Out, Bits<32>>,
    pub round: Signal<Out, Bits<8>>,
    pub seed_clear: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub count: [Signal<Out, Bits<40>>; COUNTERS],
    pub infer_ready: Vec<Signal<Out, Bit>>,
    pub infer_fault: Vec<Signal<Out, Bit>>,
    pub output_count: Vec<Signal<Out, Bits<12>>>,
    pub output_byte: Vec<Signal<Out, Bits<8>>>,
    pub tape: Vec<Signal<Out, Bit>>,
    pub paused_count: Vec<Signal<Out, Bits<40>>>,

    // Trace.
    pub trace_digest: Signal<Out, Bit>,
    pub trace_kind: Signal<Out, Kind>,
    pub trace_part: Signal<Out, Bits<2>>,
    pub trace_lane: Signal<Out, Bits<2>>,
    pub trace_value: Signal<Out, Bits<64>>,
    pub trace_issued: Signal<Out, Bit>,
    pub trace_multiplied: Signal<Out, Bit>,
    pub trace_result: Vec<Signal<Out, Bits<8>>>,
    pub trace_loading: Signal<Out, Bit>,
    pub trace_loaded: Vec<Signal<Out, Bits<8>>>,
    pub trace_summed: Signal<Out, Bit>,
    pub trace_sum: Vec<Signal<Out, Bits<32>>>,
    pub trace_folded: Signal<Out, Bit>,
    pub trace_word: Signal<Out, Bits<32>>,
    pub trace_hash: Signal<Out, Bit>,
    pub trace_made: Vec<Signal<Out, Bit>>,
    pub trace_made_report: Vec<Signal<Out, Bit>>,
    pub trace_made_slot: Vec<Signal<Out, Bits<8>>>,
    pub trace_made_column: Vec<Signal<Out, Bits<8>>>,
    pub trace_made_byte: Vec<Signal<Out, Bits<8>>>,

    job: Job,
    control: Control,
    hasher: Hasher,
    sequencer: Sequencer,
    fetch: Fetch,
    weight_buffer: BlockBuffer,
    load_buffer: BlockBuffer,
    issue: Issue,
    array: Array,
    load: Load,
    writeback: Writeback,
    fold: Fold,
    smix: Smix,
    checksums: Checksum,
    memory: MemoryPort,
    counters: Counters,
    infer: Vec<Infer>,
    paused: Vec<DFF<Bits<40>>>,

    pass_taken: Signal<Local, Bit>,
    /// The block of the load buffer that is read.
    load_buffer_half: DFF<Bit>,
}

impl Core {
    /// A core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut core = Self {
            control: Control::new(),
            hasher: Hasher::new(geometry),
            sequencer: Sequencer::new(geometry),
            fetch: Fetch::new(geometry),
            weight_buffer: BlockBuffer::new(geometry),
            load_buffer: BlockBuffer::new(geometry),
            issue: Issue::new(geometry),
            array: Array::new(geometry),
            load: Load::new(geometry),
            writeback: Writeback::new(geometry),
            fold: Fold::new(geometry),
            smix: Smix::new(geometry),
            checksums: Checksum::new(geometry),
            memory: MemoryPort::new(geometry),
            ..Self::default()
        };
        core.write_beat
            .resize_with(geometry.beat_words(), Default::default);
        core.data
            .resize_with(geometry.beat_words(), Default::default);
        core.trace_result
            .resize_with(geometry.lanes(), Default::default);
        core.trace_loaded
            .resize_with(geometry.lanes(), Default::default);
        core.trace_sum
            .resize_with(geometry.word_lanes(), Default::default);
        if geometry.infer() {
            core.add_infer(geometry);
        }
        core
    }
}

impl Core {
    fn add_infer(&mut self, geometry: &Geometry) {
        fn one<T: Default>() -> Vec<T> {
            vec![T::default()]
        }
        self.infer = vec![Infer::new(geometry)];
        self.paused = one();
        (self.infer_start, self.infer_storing) = (one(), one());
        (self.infer_address, self.infer_cancel) = (one(), one());
        (self.buffer_write, self.buffer_index) = (one(), one());
        (self.buffer_word, self.output_address) = (one(), one());
        (self.infer_ready, self.infer_fault) = (one(), one());
        (self.output_count, self.output_byte) = (one(), one());
        (self.tape, self.paused_count) = (one(), one());
        (self.trace_made, self.trace_made_report) = (one(), one());
        (self.trace_made_slot, self.trace_made_column) = (one(), one());
        self.trace_made_byte = one();
    }
}

impl Logic for Core {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self,
            clock,
            job,
            control,
            hasher,
            sequencer,
            fetch,
            weight_buffer,
            load_buffer,
            issue,
            array
        );
        clock!(
            self, clock, load, writeback, fold, smix, checksums, memory, counters
        );
        dff_setup!(self, clock, load_buffer_half);

        // Job and control.
        self.job.write.next = self.job_write.val();
        self.job.write_address.next = self.job_address.val();
        self.job.write_data.next = self.job_data.val();
        self.job.swap.next = self.control.swap.val();
        self.job.lane_address.next = self.hasher.job_address.val();
        if self.control.reading.val() {
            self.job.lane_address.next = self.control.job_address.val();
        }
        self.control.reset.next = self.reset.val();
        self.control.start.next = self.start.val();
        self.control.command.next = self.command.val();
        self.control.cancel.next = self.cancel.val();
        self.control.quiet.next = self.memory.quiet.val();
        self.control.hashes_done.next = self.hasher.finished.val();
        self.control.list_done.next =
            self.smix.finished.val() | (self.loader.val() & self.loaded.val());
        self.control.checksums_done.next = self.checksums.finished.val();
        self.ready.next = self.control.ready.val();
        self.running.next = self.control.running.val();

        // Hasher.
        self.hasher.clear.next = self.control.clear.val();
        self.hasher.raw.next = self.control.raw.val();
        self.hasher.run.next = self.control.run.val();
        self.hasher.set_nonce.next = self.control.set_nonce.val();
        self.hasher.set_count.next = self.control.set_count.val();
        self.hasher.set_range.next = self.control.set_range.val();
        self.hasher.extend_seed.next = self.control.extend_seed.val();
        self.hasher.job.next = self.job.lane.val();
        self.hasher.hash_taken.next = self.sequencer.hash_taken.val();
        self.hasher.sequence_address.next = self.sequencer.sequence_address.val();
        self.hasher.word_valid.next = self.fold.word_valid.val();
        self.hasher.word_index.next = self.fold.word_index.val();
        self.hasher.word.next = self.fold.word.val();
        self.hasher.fold_full.next = self.fold.full.val();
        // A reset drops the result that waits.
        self.hasher.result_ready.next = self.result_ready.val() | self.reset.val();
        self.result_valid.next = self.hasher.result_valid.val();
        self.result_range.next = self.hasher.result_range.val();
        self.result_nonce.next = self.hasher.result_nonce.val();
        self.result_hit.next = self.hasher.result_hit.val();
        for i in 0..4 {
            self.result_hash[i].next = self.hasher.result_hash[i].val();
        }

        // Passes go to fetch and issue together.
        self.sequencer.clear.next = self.control.clear.val();
        self.sequencer.hash_ready.next = self.hasher.hash_ready.val();
        self.sequencer.indices.next = self.hasher.indices.val();
        self.pass_taken.next = self.fetch.pass_ready.val() & self.issue.pass_ready.val();
        self.sequencer.pass_ready.next = self.pass_taken.val();
        self.fetch.clear.next = self.control.clear.val();
        self.fetch.pass_valid.next = self.sequencer.pass_valid.val() & self.issue.pass_ready.val();
        self.fetch.pass.next = self.sequencer.pass.val();
        self.fetch.weight_matrix.next = self.sequencer.weight_matrix.val();
        self.fetch.load_matrix.next = self.sequencer.load_matrix.val();
        self.fetch.request_ready.next = self.memory.row_ready.val();
        self.fetch.data_valid.next = self.memory.arrived.val() & self.control.run.val();
        self.fetch.weights_freed.next = self.issue.weights_freed.val();
        self.fetch.load_freed.next = self.writeback.load_done.val();
        self.issue.clear.next = self.control.clear.val();
        self.issue.stop.next = self.control.stop.val();
        self.issue.pass_valid.next = self.sequencer.pass_valid.val() & self.fetch.pass_ready.val();
        self.issue.pass_in.next = self.sequencer.pass.val();
        self.issue.weights_arrived.next = self.fetch.weights_arrived.val();
        self.issue.load_arrived.next = self.fetch.load_arrived.val();
        self.issue.fold_full.next = self.fold.full.val();

        // Block buffers.
        self.weight_buffer.write.next = self.fetch.write_weights.val();
        self.weight_buffer.write_half.next = self.fetch.write_half.val();
        self.weight_buffer.write_lane.next = self.fetch.write_lane.val();
        self.weight_buffer.write_beat.next = self.fetch.write_beat.val();
        self.weight_buffer.read.next = self.issue.read.val();
        self.weight_buffer.read_half.next = self.issue.read_half.val();
        self.weight_buffer.read_word.next = self.issue.read_word.val();
        self.load_buffer.write.next = self.fetch.write_load.val();
        self.load_buffer.write_half.next = self.fetch.write_half.val();
        self.load_buffer.write_lane.next = self.fetch.write_lane.val();
        self.load_buffer.write_beat.next = self.fetch.write_beat.val();
        self.load_buffer.read.next = self.writeback.load_read.val();
        self.load_buffer.read_half.next = self.load_buffer_half.q.val();
        self.load_buffer.read_word.next = self.load.read_word.val();
        if self.writeback.load_done.val() {
            self.load_buffer_half.d.next = !self.load_buffer_half.q.val();
        }
        if self.control.clear.val() {
            self.load_buffer_half.d.next = false;
        }
        for i in 0..self.data.len() {
            self.weight_buffer.beat[i].next = self.memory.beat[i].val();
            self.load_buffer.beat[i].next = self.memory.beat[i].val();
        }

        // Array, load, write-back.
        self.array.token.next = self.issue.token.val();
        self.array.weight_valid.next = self.issue.weight_valid.val();
        self.array.write.next = self.writeback.write.val();
        self.array.write_address.next = self.writeback.write_address.val();
        self.array.write_block.next = self.writeback.write_block.val();
        self.load.token_early.next = self.array.token_early.val();
        self.writeback.clear.next = self.control.clear.val();
        self.writeback.token_early.next = self.array.token_early.val();
        self.writeback.pass.next = self.issue.pass_out.val();
        for c in 0..self.trace_result.len() {
            self.issue.word[c].next = self.weight_buffer.word[c].val();
            self.array.weight[c].next = self.issue.weight[c].val();
            self.array.write_byte[c].next = self.writeback.write_byte[c].val();
            self.load.word[c].next = self.load_buffer.word[c].val();
            self.writeback.result[c].next = self.array.result[c].val();
            self.writeback.loaded[c].next = self.load.byte[c].val();
            self.fold.result[c].next = self.array.result[c].val();
            self.trace_result[c].next = self.array.result[c].val();
            self.trace_loaded[c].next = self.load.byte[c].val();
        }

        // Sum and fold.
        self.fold.clear.next = self.control.clear.val();
        self.fold.add.next = self.writeback.sum.val();
        self.fold.chain.next = self.writeback.sum_chain.val();
        self.fold.block.next = self.writeback.block.val();
        self.fold.slot.next = self.writeback.slot.val();
        self.fold.token_early.next = self.array.token_early.val();
        self.fold.taken.next = self.hasher.fold_taken.val();

        // Matrix list generator and checksum.
        self.smix.clear.next = self.control.clear.val();
        self.smix.seed_valid.next = self.hasher.seed_valid.val();
        self.smix.seed_lane.next = self.hasher.seed_lane.val();
        self.smix.start.next = self.hasher.seed_done.val() & (!self.loader.val());
        self.seed_clear.next = self.control.clear.val();
        self.seed_valid.next = self.hasher.seed_valid.val();
        self.seed_lane.next = self.hasher.seed_lane.val();
        self.smix.request_ready.next = self.memory.entry_ready.val();
        self.smix.write_ready.next = self.write_ready.val();
        self.smix.data_valid.next = self.memory.arrived.val();
        self.checksums.clear.next = self.control.clear.val();
        self.checksums.start.next = self.control.sum_start.val();
        self.checksums.request_ready.next = self.memory.word_ready.val();
        self.checksums.data_valid.next = self.memory.arrived.val();
        self.checksums.ready.next = self.checksum_ready.val();
        for i in 0..self.data.len() {
            self.memory.data[i].next = self.data[i].val();
            self.smix.data[i].next = self.memory.beat[i].val();
            self.checksums.data[i].next = self.memory.beat[i].val();
            self.write_beat[i].next = self.smix.write_beat[i].val();
        }
        self.checksum_valid.next = self.checksums.valid.val();
        self.checksum_index.next = self.checksums.index.val();
        self.checksum.next = self.checksums.sum.val();
        self.round.next = self.smix.round.val();

        // Memory.
        self.memory.reset.next = self.reset.val();
        self.memory.stop.next = self.control.stop.val();
        self.memory.row.next = self.fetch.request.val();
        self.memory.row_address.next = self.fetch.address.val();
        self.memory.entry.next = self.smix.request.val();
        self.memory.entry_write.next = self.smix.request_write.val();
        self.memory.entry_address.next = self.smix.address.val();
        self.memory.word.next = self.checksums.request.val();
        self.memory.word_address.next = self.checksums.address.val();
        self.memory.sending.next = self.smix.sending.val();
        self.memory.data_valid.next = self.data_valid.val();
        self.memory.request_ready.next = self.request_ready.val();
        self.request.next = self.memory.request.val();
        self.request_write.next = self.memory.request_write.val();
        self.address.next = self.memory.address.val();
        self.beats.next = self.memory.beats.val();
        self.write_valid.next = self.smix.write_valid.val();

        // Counters.
        self.counters.clear.next = self.reset.val();
        self.counters.event[0].next = self.issue.issued.val();
        self.counters.event[1].next = self.issue.stall_weights.val();
        self.counters.event[2].next = self.issue.stall_load.val();
        self.counters.event[3].next = self.issue.stall_fold.val();
        self.counters.event[4].next = self.issue.idle.val() & self.control.run.val();
        self.counters.event[5].next = self.hasher.hash_done.val();
        for i in 0..self.count.len() {
            self.count[i].next = self.counters.count[i].val();
        }

        // Trace.
        self.trace_digest.next = self.hasher.digest_valid.val();
        self.trace_kind.next = self.hasher.digest_kind.val();
        self.trace_part.next = self.hasher.digest_part.val();
        self.trace_lane.next = self.hasher.digest_index.val();
        self.trace_value.next = self.hasher.digest.val();
        self.trace_issued.next = self.issue.issued.val();
        self.trace_multiplied.next = self.writeback.multiplied.val();
        self.trace_loading.next = self.writeback.loading.val();
        self.trace_summed.next = self.fold.sum_valid.val();
        for q in 0..self.trace_sum.len() {
            self.trace_sum[q].next = self.fold.sum[q].val();
        }
        self.trace_folded.next = self.fold.word_valid.val();
        self.trace_word.next = self.fold.word.val();
        self.trace_hash.next = self.hasher.hash_done.val();

        // Inference.
        for i in 0..self.infer.len() {
            self.infer[i].clock.next = self.clock.val();
            self.infer[i].reset.next = self.reset.val();
            self.infer[i].start.next = self.infer_start[i].val();
            self.infer[i].storing.next = self.infer_storing[i].val();
            self.infer[i].start_address.next = self.infer_address[i].val();
            self.infer[i].cancel.next = self.infer_cancel[i].val();
            self.infer[i].buffer_write.next = self.buffer_write[i].val();
            self.infer[i].buffer_index.next = self.buffer_index[i].val();
            self.infer[i].buffer_word.next = self.buffer_word[i].val();
            self.infer[i].output_address.next = self.output_address[i].val();
            self.infer_ready[i].next = self.infer[i].ready.val();
            self.infer_fault[i].next = self.infer[i].fault.val();
            self.output_count[i].next = self.infer[i].output_count.val();
            self.output_byte[i].next = self.infer[i].output_byte.val();
            self.tape[i].next = self.infer[i].claimed.val();

            // Between passes.
            self.issue.pause[i].next = self.infer[i].pause.val();
            self.infer[i].allowed.next = self.control.run.val() | (!self.control.running.val());
            self.infer[i].between.next = self.issue.between[i].val();
            self.infer[i].free_bank.next = self.issue.free_bank[i].val();
            self.infer[i].memory_quiet.next = self.memory.quiet.val();
            self.writeback.token_early.next = self.infer[i].hash_token.val();
            self.fold.token_early.next = self.infer[i].hash_token.val();
            if self.infer[i].hold.val() {
                self.fetch.request_ready.next = false;
                self.memory.row.next = false;
            }
            if self.infer[i].claimed.val() {
                self.fetch.data_valid.next = false;
                self.control.quiet.next = false;
            }
            self.paused[i].clock.next = self.clock.val();
            self.paused[i].d.next = self.paused[i].q.val();
            if self.issue.paused[i].val() {
                self.paused[i].d.next = self.paused[i].q.val() + 1;
            }
            if self.reset.val() {
                self.paused[i].d.next = 0.into();
            }
            self.paused_count[i].next = self.paused[i].q.val();

            // Memory.
            self.infer[i].request_ready.next =
                self.memory.entry_ready.val() & self.infer[i].claimed.val();
            self.infer[i].write_ready.next = self.write_ready.val() & self.infer[i].sending.val();
            self.infer[i].data_valid.next = self.memory.arrived.val();
            if self.infer[i].claimed.val() {
                self.memory.stop.next = false;
                self.memory.entry.next = self.infer[i].request.val();
                self.memory.entry_write.next = self.infer[i].request_write.val();
                self.memory.entry_address.next = self.infer[i].address.val();
                self.memory.sending.next = self.infer[i].sending.val();
                self.write_valid.next = self.infer[i].write_valid.val();
            }
            for k in 0..self.data.len() {
                self.infer[i].data[k].next = self.memory.beat[k].val();
                if self.infer[i].claimed.val() {
                    self.write_beat[k].next = self.infer[i].write_beat[k].val();
                }
            }

            // Array.
            self.infer[i].token_early.next = self.array.token_early.val();
            self.infer[i].sum.next = self.array.sum[i].val();
            self.infer[i].eta.next = self.array.eta[i].val();
            self.array.inferring[i].next = self.infer[i].claimed.val();
            self.array.write_column[i].next = self.infer[i].write_column.val();
            if self.infer[i].claimed.val() {
                self.array.token.next = self.infer[i].token.val();
                self.array.weight_valid.next = self.infer[i].weight_valid.val();
                self.array.weight[i].next = self.infer[i].weight.val();
                self.array.write.next = self.infer[i].write.val();
                self.array.write_address.next = self.infer[i].write_address.val();
                for c in 0..self.trace_result.len() {
                    self.array.write_byte[c].next = self.infer[i].write_byte.val();
                }
            }
            self.trace_made[i].next = self.infer[i].made.val();
            self.trace_made_report[i].next = self.infer[i].made_report.val();
            self.trace_made_slot[i].next = self.infer[i].made_slot.val();
            self.trace_made_column[i].next = self.infer[i].made_column.val();
            self.trace_made_byte[i].next = self.infer[i].made_byte.val();
        }
    }
}
