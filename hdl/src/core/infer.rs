//! Inference: runs the layers of an int8 network on lane 0 of the array, from a tape in memory.
//!
//! ```text
//! memory ─► stream ─► executor ─► walk ─► array (lane 0, sums of 24 bits) ─► accumulate ─► requant ─┬─► output
//! store ──►              │                  ▲                                                       │
//!                        └─ claim           └──────────────────── state ◄──────────────────────────┘
//! ```
//!
//! A row of weights meets the slots of a rectangle of positions, a token for each; its dot products are added to
//! sums of 32 bits, one for each position. Where a sum needs more columns than the state has, or the taps of a
//! convolution, several rows add to it. The last one completes it: it becomes a byte, which is stored into a
//! column of the slot that belongs to the position. Only then may a row read it, after a `Layer`. The
//! instructions are words in memory (`protocol/src/tape.rs`); what they mean is `infer/tape/src/machine.rs`.
//!
//! The state has two banks of 256 slots. A hash between two passes needs one of them, so inference has the
//! other, and the hash goes on as if nothing had been. Nothing else is kept from tape to tape.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | forget what runs |
//! | `start` | in | 1 | begin; taken if `ready` |
//! | `storing` | in | 1 | with `start`: write the burst in the buffer to memory, do not run a tape |
//! | `start_address` | in | 24 | with `start`: byte address in the memory of tapes, a multiple of 128 |
//! | `cancel` | in | 1 | end after the instruction in work |
//! | `buffer_write` | in | 1 | put `buffer_word` into the buffer; only while `ready` |
//! | `buffer_index` | in | 5 | which word of the burst it is |
//! | `buffer_word` | in | 32 | the word |
//! | `output_address` | in | 11 | which byte of the output is wanted |
//! | `allowed` | in | 1 | no list is made or read, and no job is changed |
//! | `between` | in | 1 | the issue has finished a pass, or has none |
//! | `free_bank` | in | 1 | the bank of the state that the hash does not need then |
//! | `memory_quiet` | in | 1 | the memory port is quiet |
//! | `request_ready` | in | 1 | the request is taken when `request` is 1 too |
//! | `data_valid` | in | 1 | `data$i` is the next beat read |
//! | `data$i` | in | 32 x beat words | word i of the beat, lowest address first |
//! | `write_ready` | in | 1 | the beat is taken when `write_valid` is 1 too |
//! | `token_early` | in | 12 | from the array, as in `core/array.rs` |
//! | `eta` | in | 24 | from the array, one cycle later |
//! | `sum` | in | 24 | from the array, two cycles later |
//! | `ready` | out | 1 | nothing runs |
//! | `fault` | out | 1 | the tape that ran last had a word that begins no instruction |
//! | `output_count` | out | 12 | bytes of output of the tape that runs, or ran last |
//! | `output_byte` | out | 8 | the byte at the `output_address` of two cycles ago |
//! | `pause` | out | 1 | the issue begins no pass |
//! | `hold` | out | 1 | no row is asked for: the issue has finished its pass |
//! | `claimed` | out | 1 | array and memory belong to inference |
//! | `request` | out | 1 | memory: a burst of 128 bytes |
//! | `request_write` | out | 1 | memory: it is written, not read |
//! | `address` | out | 24 | memory: byte address of its first beat, in the memory of tapes |
//! | `sending` | out | 1 | memory: there are beats to write |
//! | `write_valid` | out | 1 | memory: `write_beat$i` is the next beat to write |
//! | `write_beat$i` | out | 32 x beat words | memory: word i of the beat, lowest address first |
//! | `token` | out | 12 | to the array |
//! | `hash_token` | out | 12 | `token_early`, but none while the array is claimed |
//! | `weight_valid` | out | 1 | to the array |
//! | `weight` | out | 32 | to the array: of lane 0 |
//! | `write` | out | 1 | to the array: store `write_byte` |
//! | `write_address` | out | 9 | to the array: bank (bit 8) and slot |
//! | `write_column` | out | 8 | to the array: which column |
//! | `write_byte` | out | 8 | to the array: the byte, in two's complement |
//! | `made` | out | 1 | trace: `made_byte` is a byte that the requantiser made |
//! | `made_report` | out | 1 | trace: it belongs to the output |
//! | `made_slot`, `made_column`, `made_byte` | out | 8 | trace: slot (the sum's number if it is output), column and byte |
//!
//! Latency of a tape: that of `claim.rs`, 256 cycles, and the instructions'. Throughput 4 * cells
//! multiply-accumulates a cycle while the rectangles have cells + 8 positions or more. The output holds
//! [`OUTPUT_BYTES`](tensority_protocol::tape::OUTPUT_BYTES); what comes after that takes the place of the first.
//!
//! Checked by `sim/tests/infer.rs`: random tapes against their meaning, beside hashes and in any cycle of them. It
//! uses one lane, whatever the core has.

pub mod accumulate;
pub mod claim;
pub mod executor;
pub mod requant;
pub mod store;
pub mod stream;
pub mod walk;

use rust_hdl::prelude::*;
use tensority_protocol::tape::OUTPUT_BYTES;

use crate::cast::unsigned_cast_extend;
use crate::core::infer::accumulate::Accumulate;
use crate::core::infer::claim::Claim;
use crate::core::infer::executor::Executor;
use crate::core::infer::requant::Requant;
use crate::core::infer::store::Store;
use crate::core::infer::stream::Stream;
use crate::core::infer::walk::Walk;
use crate::core::token::Token;
use crate::geometry::Geometry;
use crate::primitives::BlockRam;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Infer {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub storing: Signal<In, Bit>,
    pub start_address: Signal<In, Bits<24>>,
    pub cancel: Signal<In, Bit>,

    pub buffer_write: Signal<In, Bit>,
    pub buffer_index: Signal<In, Bits<5>>,
    pub buffer_word: Signal<In, Bits<32>>,
    pub output_address: Signal<In, Bits<11>>,
    pub allowed: Signal<In, Bit>,
    pub between: Signal<In, Bit>,
    pub free_bank: Signal<In, Bit>,
    pub memory_quiet: Signal<In, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub write_ready: Signal<In, Bit>,
    pub token_early: Signal<In, Token>,
    pub eta: Signal<In, Bits<24>>,
    pub sum: Signal<In, Bits<24>>,

    pub ready: Signal<Out, Bit>,
    pub fault: Signal<Out, Bit>,
    pub output_count: Signal<Out, Bits<12>>,
    pub output_byte: Signal<Out, Bits<8>>,
    pub pause: Signal<Out, Bit>,
    pub hold: Signal<Out, Bit>,
    pub claimed: Signal<Out, Bit>,
    pub request: Signal<Out, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub sending: Signal<Out, Bit>,
    pub write_valid: Signal<Out, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub token: Signal<Out, Token>,
    pub hash_token: Signal<Out, Token>,
    pub weight_valid: Signal<Out, Bit>,
    pub weight: Signal<Out, Bits<32>>,
    pub write: Signal<Out, Bit>,
    pub write_address: Signal<Out, Bits<9>>,
    pub write_column: Signal<Out, Bits<8>>,
    pub write_byte: Signal<Out, Bits<8>>,

    // Trace.
    pub made: Signal<Out, Bit>,
    pub made_report: Signal<Out, Bit>,
    pub made_slot: Signal<Out, Bits<8>>,
    pub made_column: Signal<Out, Bits<8>>,
    pub made_byte: Signal<Out, Bits<8>>,

    claim: Claim,
    store: Store,
    stream: Stream,
    executor: Executor,
    walk: Walk,
    accumulate: Accumulate,
    requant: Requant,
    bank: DFF<Bit>,
    token_claimed: Signal<Local, Token>,
    output_ram: BlockRam<11, 8>,
    valid: Signal<Local, Bit>,
    reporting: Signal<Local, Bit>,
    count: DFF<Bits<12>>,
    /// The slot and the bank that are written.
    slot: Signal<Local, Bits<8>>,
}

impl Infer {
    /// Inference in a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut infer = Self {
            claim: Claim::new(),
            store: Store::new(geometry),
            stream: Stream::new(geometry),
            executor: Executor::new(),
            walk: Walk::new(geometry),
            accumulate: Accumulate::new(geometry),
            requant: Requant::new(geometry),
            output_ram: BlockRam::new(OUTPUT_BYTES, geometry.primitives()),
            ..Self::default()
        };
        let beat = geometry.beat_words();
        infer.data.resize_with(beat, Default::default);
        infer.write_beat.resize_with(beat, Default::default);
        infer
    }
}

impl Logic for Infer {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, claim, store, stream, executor, walk, accumulate, requant, output_ram
        );
        dff_setup!(self, clock, bank, count);

        // Commands.
        self.executor.reset.next = self.reset.val();
        self.executor.start.next = self.start.val();
        self.executor.storing.next = self.storing.val();
        self.executor.start_address.next = self.start_address.val();
        self.executor.cancel.next = self.cancel.val();
        self.ready.next = self.executor.ready.val();
        self.fault.next = self.executor.fault.val();

        // Array and memory.
        self.claim.reset.next = self.reset.val();
        self.claim.want.next = self.executor.want.val();
        self.claim.allowed.next = self.allowed.val();
        self.claim.between.next = self.between.val();
        self.claim.quiet.next = self.memory_quiet.val();
        self.pause.next = self.claim.pause.val();
        self.hold.next = self.claim.hold.val();
        self.claimed.next = self.claim.claimed.val();
        self.executor.claimed.next = self.claim.claimed.val();
        if !self.claim.claimed.val() {
            self.bank.d.next = self.free_bank.val();
        }

        // Memory.
        self.store.reset.next = self.reset.val();
        self.store.write.next = self.buffer_write.val();
        self.store.index.next = self.buffer_index.val();
        self.store.word.next = self.buffer_word.val();
        self.store.start.next = self.executor.store.val();
        self.store.request_ready.next = self.request_ready.val();
        self.store.write_ready.next = self.write_ready.val();
        self.executor.store_busy.next = self.store.busy.val();
        self.stream.start.next = self.executor.open.val() | self.reset.val();
        self.stream.start_address.next = self.executor.address.val();
        self.stream.enable.next = self.executor.streaming.val();
        self.stream.request_ready.next = self.request_ready.val();
        self.stream.data_valid.next = self.data_valid.val() & self.claim.claimed.val();
        self.request.next = self.stream.request.val() | self.store.request.val();
        self.request_write.next = self.store.request.val();
        self.address.next = self.stream.address.val();
        if self.store.request.val() {
            self.address.next = self.executor.address.val();
        }
        self.sending.next = self.store.busy.val();
        self.write_valid.next = self.store.write_valid.val();
        for i in 0..self.data.len() {
            self.stream.data[i].next = self.data[i].val();
            self.write_beat[i].next = self.store.write_beat[i].val();
        }

        // Instructions.
        self.executor.word_valid.next = self.stream.word_valid.val();
        self.executor.word.next = self.stream.word.val();
        self.executor.stream_quiet.next = self.stream.quiet.val();
        self.stream.take.next = self.executor.take.val();
        self.executor.walk_ready.next = self.walk.ready.val();
        self.executor.walk_busy.next = self.walk.busy.val();

        // Tokens and weights.
        self.walk.reset.next = self.reset.val();
        self.walk.write.next = self.executor.weight.val();
        self.walk.write_half.next = self.executor.half.val();
        self.walk.write_index.next = self.executor.weight_index.val();
        self.walk.word.next = self.stream.word.val();
        self.walk.start.next = self.executor.walk.val();
        self.walk.half.next = self.executor.half.val();
        self.walk.first.next = self.executor.first.val();
        self.walk.count.next = self.executor.count.val();
        self.walk.base.next = self.executor.base.val();
        self.walk.columns.next = self.executor.columns.val();
        self.walk.rows.next = self.executor.rows.val();
        self.walk.stride_x.next = self.executor.stride_x.val();
        self.walk.stride_y.next = self.executor.stride_y.val();
        self.walk.bank.next = self.bank.q.val();
        self.token.next = self.walk.token.val();
        self.hash_token.next = self.token_early.val();
        self.hash_token.next.valid = self.token_early.val().valid & (!self.claim.claimed.val());
        self.weight_valid.next = self.walk.weight_valid.val();
        self.weight.next = self.walk.weight.val();

        // Sums.
        self.accumulate.clear.next = self.executor.clear.val();
        self.accumulate.clear_index.next = self.executor.clear_index.val();
        self.accumulate.write.next = unsigned_cast_extend::<3, 1>(self.executor.head.val().into())
            | (unsigned_cast_extend::<3, 1>(self.executor.positions.val().into()) << 1)
            | (unsigned_cast_extend::<3, 1>(self.executor.addend.val().into()) << 2);
        self.accumulate.row.next = self.executor.row.val();
        self.accumulate.word.next = self.stream.word.val();
        self.accumulate.advance.next = self.executor.advance.val();
        self.accumulate.stride.next = self.executor.stride_out.val();
        self.token_claimed.next = self.token_early.val();
        self.token_claimed.next.valid = self.token_early.val().valid & self.claim.claimed.val();
        self.accumulate.token.next = self.token_claimed.val();
        self.accumulate.eta.next = self.eta.val();
        self.accumulate.sum.next = self.sum.val();

        // Bytes.
        self.requant.write.next = unsigned_cast_extend::<3, 1>(self.executor.head.val().into())
            | (unsigned_cast_extend::<3, 1>(self.executor.multiplier.val().into()) << 1)
            | (unsigned_cast_extend::<3, 1>(self.executor.shift.val().into()) << 2);
        self.requant.row.next = self.executor.row.val();
        self.requant.word.next = self.stream.word.val();
        self.requant.zero.next = self.executor.zero.val();
        self.requant.minimum.next = self.executor.minimum.val();
        self.requant.maximum.next = self.executor.maximum.val();
        self.requant.row_out.next = self.accumulate.row_out.val();
        self.requant.last.next = self.accumulate.last.val();
        self.requant.total.next = self.accumulate.total.val();
        self.requant.index.next = self.accumulate.index.val();

        // Where they go. A reset may have left some on their way.
        self.valid.next = self.requant.valid.val() & self.claim.claimed.val();
        self.write.next = self.valid.val() & (!self.requant.report.val());
        self.slot.next = self.requant.slot.val() + self.executor.out_slot.val();
        self.write_column.next = self.requant.column.val();
        self.write_byte.next = self.requant.value.val();
        if self.executor.load.val() {
            self.write.next = true;
            self.slot.next = self.executor.load_slot.val();
            self.write_column.next = self.executor.load_column.val();
            self.write_byte.next = self.executor.load_byte.val();
        }
        self.write_address.next = unsigned_cast_extend::<9, 8>(self.slot.val())
            | (unsigned_cast_extend::<9, 1>(self.bank.q.val().into()) << 8);
        self.reporting.next = self.valid.val() & self.requant.report.val();
        self.output_ram.write.next = self.reporting.val();
        self.output_ram.write_address.next = self.count.q.val().get_bits::<11>(0);
        self.output_ram.d.next = self.requant.value.val();
        self.output_ram.read_address.next = self.output_address.val();
        self.output_byte.next = self.output_ram.q.val();
        self.output_count.next = self.count.q.val();
        if self.reporting.val() {
            self.count.d.next = self.count.q.val() + 1;
        }
        if self.executor.clear.val() | self.reset.val() {
            self.count.d.next = 0.into();
        }

        self.made.next = self.valid.val();
        self.made_report.next = self.requant.report.val();
        self.made_slot.next = self.slot.val();
        self.made_column.next = self.requant.column.val();
        self.made_byte.next = self.requant.value.val();
    }
}
