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
//! | `job_write`, `job_address`, `job_data` | in | 1, 6, 32 | see `job.rs`; only while `ready` |
//! | `start`, `command`, `cancel`, `ready`, `running` | | | see `control.rs` |
//! | `request` … `data$i` | | | memory, see `memory_port.rs` |
//! | `result_…` | | | see `hasher.rs` |
//! | `checksum_…` | | | see `checksum.rs` |
//! | `round` | out | 8 | SMix rounds completed |
//! | `loader` | in | 1 | static: `generate` waits for a loader outside instead of making the list |
//! | `loaded` | in | 1 | one cycle: the loader has filled the memory |
//! | `seed_valid`, `seed_lane` | out | 1, 64 | the 16 lanes of the extended seed, in order, of `generate` |
//! | `seed_clear` | out | 1 | the lanes so far, and the list that they ask for, are not wanted |
//! | `count$i` | out | 40 | see `counters.rs` |
//! | `trace_…` | out | | every stage boundary as it is passed, for checking; leave open in hardware |
//!
//! Cycles per hash: 252 * dimension^2 / lanes while the memory keeps up, since a pass follows a pass
//! without a gap and the loads run beside the last passes; plus, once per job, the first load
//! (dimension^2 / lanes) and about 6000 cycles for the first nonce's seven permutations.

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
pub mod issue;
pub mod job;
pub mod keccak;
pub mod lane;
pub mod load;
pub mod memory_port;
pub mod messages;
pub mod pair;
pub mod sequencer;
pub mod smix;
pub mod sum;
pub mod token;
pub mod writeback;
pub mod xi;

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::array::Array;
use crate::core::checksum::Checksum;
use crate::core::control::Control;
use crate::core::counters::{COUNTERS, Counters};
use crate::core::fetch::Fetch;
use crate::core::fold::Fold;
use crate::core::hasher::Hasher;
use crate::core::issue::Issue;
use crate::core::job::Job;
use crate::core::load::Load;
use crate::core::memory_port::MemoryPort;
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
    pub job_write: Signal<In, Bit>,
    pub job_address: Signal<In, Bits<6>>,
    pub job_data: Signal<In, Bits<32>>,
    pub start: Signal<In, Bit>,
    pub command: Signal<In, Bits<2>>,
    pub cancel: Signal<In, Bit>,
    pub ready: Signal<Out, Bit>,
    pub running: Signal<Out, Bit>,

    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,

    pub result_valid: Signal<Out, Bit>,
    pub result_ready: Signal<In, Bit>,
    pub result_job: Signal<Out, Bits<32>>,
    pub result_nonce: Signal<Out, Bits<64>>,
    pub result_hit: Signal<Out, Bit>,
    pub result_hash: [Signal<Out, Bits<64>>; 4],
    pub checksum_valid: Signal<Out, Bit>,
    pub checksum_ready: Signal<In, Bit>,
    pub checksum_index: Signal<Out, Bits<8>>,
    pub checksum: Signal<Out, Bits<32>>,
    pub round: Signal<Out, Bits<8>>,
    pub loader: Signal<In, Bit>,
    pub loaded: Signal<In, Bit>,
    pub seed_clear: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub count: [Signal<Out, Bits<40>>; COUNTERS],

    /// A digest lane: which message (`messages.rs`), part and lane.
    pub trace_digest: Signal<Out, Bit>,
    pub trace_kind: Signal<Out, Bits<3>>,
    pub trace_part: Signal<Out, Bits<2>>,
    pub trace_lane: Signal<Out, Bits<2>>,
    pub trace_value: Signal<Out, Bits<64>>,
    /// A token of a multiply is issued.
    pub trace_issued: Signal<Out, Bit>,
    /// Result bytes of a multiply, and loaded bytes, in the order of blocks, slots and lanes.
    pub trace_multiplied: Signal<Out, Bit>,
    pub trace_result: Vec<Signal<Out, Bits<8>>>,
    pub trace_loading: Signal<Out, Bit>,
    pub trace_loaded: Vec<Signal<Out, Bits<8>>>,
    /// Words of the sum, in the order of blocks, slots and word lanes; words of the folded row.
    pub trace_summed: Signal<Out, Bit>,
    pub trace_sum: Vec<Signal<Out, Bits<32>>>,
    pub trace_folded: Signal<Out, Bit>,
    pub trace_word: Signal<Out, Bits<32>>,
    /// A hash is complete, hit or not: the result ports hold it.
    pub trace_hash: Signal<Out, Bit>,

    job: Job,
    control: Control,
    hasher: Hasher,
    sequencer: Sequencer,
    fetch: Fetch,
    weights: BlockBuffer,
    loads: BlockBuffer,
    issue: Issue,
    array: Array,
    load: Load,
    writeback: Writeback,
    fold: Fold,
    smix: Smix,
    sums: Checksum,
    memory: MemoryPort,
    counters: Counters,

    pass_taken: Signal<Local, Bit>,
    load_half: DFF<Bit>,
    listed: Signal<Local, Bit>,
}

impl Core {
    /// A core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut core = Self {
            hasher: Hasher::new(geometry),
            sequencer: Sequencer::new(geometry),
            fetch: Fetch::new(geometry),
            weights: BlockBuffer::new(geometry),
            loads: BlockBuffer::new(geometry),
            issue: Issue::new(geometry),
            array: Array::new(geometry),
            load: Load::new(geometry),
            writeback: Writeback::new(geometry),
            fold: Fold::new(geometry),
            smix: Smix::new(geometry),
            sums: Checksum::new(geometry),
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
        core
    }
}

impl Logic for Core {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, job, control, hasher, sequencer, fetch, weights, loads, issue, array
        );
        clock!(
            self, clock, load, writeback, fold, smix, sums, memory, counters
        );
        dff_setup!(self, clock, load_half);

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
        self.listed.next = self.smix.finished.val() | (self.loader.val() & self.loaded.val());
        self.control.done.next = unsigned_cast_extend::<4, 1>(self.hasher.finished.val().into())
            | (unsigned_cast_extend::<4, 1>(self.hasher.finished.val().into()) << 1)
            | (unsigned_cast_extend::<4, 1>(self.listed.val().into()) << 2)
            | (unsigned_cast_extend::<4, 1>(self.sums.finished.val().into()) << 3);
        self.ready.next = self.control.ready.val();
        self.running.next = self.control.running.val();

        // Hasher.
        self.hasher.clear.next = self.control.clear.val();
        self.hasher.raw.next = self.control.raw.val();
        self.hasher.run.next = self.control.run.val();
        self.hasher.set_nonce.next = self.control.set_nonce.val();
        self.hasher.set_count.next = self.control.set_count.val();
        self.hasher.set_job.next = self.control.set_job.val();
        self.hasher.extend_seed.next = self.control.extend_seed.val();
        self.hasher.job.next = self.job.lane.val();
        self.hasher.hash_taken.next = self.sequencer.hash_taken.val();
        self.hasher.sequence_address.next = self.sequencer.sequence_address.val();
        self.hasher.word_valid.next = self.fold.word_valid.val();
        self.hasher.word_index.next = self.fold.word_index.val();
        self.hasher.word.next = self.fold.word.val();
        self.hasher.fold_full.next = self.fold.full.val();
        self.hasher.result_ready.next = self.result_ready.val();
        self.result_valid.next = self.hasher.result_valid.val();
        self.result_job.next = self.hasher.result_job.val();
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
        self.fetch.multiply.next = self.sequencer.multiply.val();
        self.fetch.load.next = self.sequencer.load.val();
        self.fetch.last.next = self.sequencer.last.val();
        self.fetch.weight_matrix.next = self.sequencer.weight_matrix.val();
        self.fetch.load_matrix.next = self.sequencer.load_matrix.val();
        self.fetch.request_ready.next = self.memory.row_ready.val();
        self.fetch.data_valid.next = self.memory.arrived.val() & self.control.run.val();
        self.fetch.weights_freed.next = self.issue.weights_freed.val();
        self.fetch.load_freed.next = self.writeback.load_done.val();
        self.issue.clear.next = self.control.clear.val();
        self.issue.stop.next = self.control.stop.val();
        self.issue.pass_valid.next = self.sequencer.pass_valid.val() & self.fetch.pass_ready.val();
        self.issue.next_multiply.next = self.sequencer.multiply.val();
        self.issue.next_load.next = self.sequencer.load.val();
        self.issue.next_last.next = self.sequencer.last.val();
        self.issue.next_chain.next = self.sequencer.chain.val();
        self.issue.weights_arrived.next = self.fetch.weights_arrived.val();
        self.issue.load_arrived.next = self.fetch.load_arrived.val();
        self.issue.fold_full.next = self.fold.full.val();

        // Block buffers.
        self.weights.write.next = self.fetch.write_weights.val();
        self.weights.write_half.next = self.fetch.write_half.val();
        self.weights.write_lane.next = self.fetch.write_lane.val();
        self.weights.write_beat.next = self.fetch.write_beat.val();
        self.weights.read.next = self.issue.read.val();
        self.weights.read_half.next = self.issue.read_half.val();
        self.weights.read_word.next = self.issue.read_word.val();
        self.loads.write.next = self.fetch.write_load.val();
        self.loads.write_half.next = self.fetch.write_half.val();
        self.loads.write_lane.next = self.fetch.write_lane.val();
        self.loads.write_beat.next = self.fetch.write_beat.val();
        self.loads.read.next = self.writeback.load_read.val();
        self.loads.read_half.next = self.load_half.q.val();
        self.loads.read_word.next = self.load.read_word.val();
        if self.writeback.load_done.val() {
            self.load_half.d.next = !self.load_half.q.val();
        }
        if self.control.clear.val() {
            self.load_half.d.next = false;
        }
        for i in 0..self.data.len() {
            self.weights.beat[i].next = self.memory.beat[i].val();
            self.loads.beat[i].next = self.memory.beat[i].val();
        }

        // Array, load, write-back.
        self.array.token.next = self.issue.token.val();
        self.array.weight_valid.next = self.issue.weight_valid.val();
        self.array.write.next = self.writeback.write.val();
        self.array.write_address.next = self.writeback.write_address.val();
        self.array.write_block.next = self.writeback.write_block.val();
        self.load.soon.next = self.array.soon.val();
        self.writeback.clear.next = self.control.clear.val();
        self.writeback.soon.next = self.array.soon.val();
        self.writeback.multiply.next = self.issue.multiply.val();
        self.writeback.load.next = self.issue.load.val();
        self.writeback.last.next = self.issue.last.val();
        self.writeback.chain.next = self.issue.chain.val();
        for c in 0..self.trace_result.len() {
            self.issue.word[c].next = self.weights.word[c].val();
            self.array.weight[c].next = self.issue.weight[c].val();
            self.array.write_byte[c].next = self.writeback.write_byte[c].val();
            self.load.word[c].next = self.loads.word[c].val();
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
        self.fold.soon.next = self.array.soon.val();
        self.fold.taken.next = self.hasher.fold_taken.val();

        // Cache generator and checksum.
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
        self.sums.clear.next = self.control.clear.val();
        self.sums.start.next = self.control.sum_start.val();
        self.sums.request_ready.next = self.memory.word_ready.val();
        self.sums.data_valid.next = self.memory.arrived.val();
        self.sums.ready.next = self.checksum_ready.val();
        for i in 0..self.data.len() {
            self.memory.data[i].next = self.data[i].val();
            self.smix.data[i].next = self.memory.beat[i].val();
            self.sums.data[i].next = self.memory.beat[i].val();
            self.write_beat[i].next = self.smix.write_beat[i].val();
        }
        self.checksum_valid.next = self.sums.valid.val();
        self.checksum_index.next = self.sums.index.val();
        self.checksum.next = self.sums.sum.val();
        self.round.next = self.smix.round.val();

        // Memory.
        self.memory.reset.next = self.reset.val();
        self.memory.stop.next = self.control.stop.val();
        self.memory.row.next = self.fetch.request.val();
        self.memory.row_address.next = self.fetch.address.val();
        self.memory.entry.next = self.smix.request.val();
        self.memory.entry_write.next = self.smix.request_write.val();
        self.memory.entry_address.next = self.smix.address.val();
        self.memory.word.next = self.sums.request.val();
        self.memory.word_address.next = self.sums.address.val();
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
    }
}
