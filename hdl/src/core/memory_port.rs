//! Memory port: one request at a time from fetch, SMix or checksum to the memory of the matrix list.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | forget all requests, with the memory |
//! | `stop` | in | 1 | take no new requests |
//! | `row`, `row_address`, `row_ready` | in, in, out | 1, 24, 1 | fetch: read a matrix row |
//! | `entry`, `entry_write`, `entry_address`, `entry_ready` | in …, out | | SMix: an entry of V |
//! | `word`, `word_address`, `word_ready` | in, in, out | 1, 24, 1 | checksum: read one beat |
//! | `sending` | in | 1 | SMix has beats to write |
//! | `data_valid`, `data$i` | in | 1, 32 | a beat read arrives |
//! | `arrived`, `beat$i` | out | 1, 32 | that beat, one cycle later, for all three |
//! | `request`, `request_ready` | out, in | 1 | taken when both are 1; held until then |
//! | `request_write`, `address`, `beats` | out | 1, 24, 8 | byte address of the first beat |
//! | `quiet` | out | 1 | nothing is asked for, sent or on its way |
//!
//! The contract with the memory: requests are served in order. A read answers with `beats` beats,
//! each announced by `data_valid`, whenever it likes; the core always takes them. A write takes
//! `beats` beats that the core offers after the request. A burst never crosses 256 bytes and is
//! aligned to its length, so SDRAM, DDR and on-chip RAM can all serve it.
//!
//! The three sides are never active in one job, so there is no arbitration beyond an order.
//! A second request waits behind the one that is offered to the memory, so that no client has to wait
//! for the memory's answer within a cycle. Latency 1 from a client's request, and 1 from the memory's
//! beat; `quiet` is a cycle late.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct MemoryPort {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub stop: Signal<In, Bit>,
    pub row: Signal<In, Bit>,
    pub row_address: Signal<In, Bits<24>>,
    pub row_ready: Signal<Out, Bit>,
    pub entry: Signal<In, Bit>,
    pub entry_write: Signal<In, Bit>,
    pub entry_address: Signal<In, Bits<24>>,
    pub entry_ready: Signal<Out, Bit>,
    pub word: Signal<In, Bit>,
    pub word_address: Signal<In, Bits<24>>,
    pub word_ready: Signal<Out, Bit>,
    pub sending: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub arrived: Signal<Out, Bit>,
    pub beat: Vec<Signal<Out, Bits<32>>>,
    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub quiet: Signal<Out, Bit>,

    pending: DFF<Bit>,
    /// The request behind it.
    waiting: DFF<Bit>,
    waiting_write: Register<1>,
    waiting_address: Register<24>,
    waiting_beats: Register<8>,
    take: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,
    moves: Signal<Local, Bit>,
    chosen_write: Signal<Local, Bit>,
    chosen_address: Signal<Local, Bits<24>>,
    chosen_beats: Signal<Local, Bits<8>>,
    pending_write: Register<1>,
    pending_address: Register<24>,
    pending_beats: Register<8>,
    row_beats: Parameter<8>,
    entry_beats: Parameter<8>,
    /// A read was taken, of so many beats.
    taken: DFF<Bit>,
    taken_beats: DFF<Bits<8>>,
    /// Beats of the reads before that did not arrive yet.
    expected: DFF<Bits<12>>,
    asked: Signal<Local, Bits<12>>,
    still: DFF<Bit>,
    arrival: DFF<Bit>,
    words: Vec<Register<32>>,
}

impl MemoryPort {
    /// The memory port of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut port = Self {
            row_beats: Parameter::new(geometry.cells() / geometry.beat_words()),
            entry_beats: Parameter::new(32 / geometry.beat_words()),
            ..Self::default()
        };
        port.data
            .resize_with(geometry.beat_words(), Default::default);
        port.beat
            .resize_with(geometry.beat_words(), Default::default);
        port.words
            .resize_with(geometry.beat_words(), Default::default);
        port
    }
}

impl Logic for MemoryPort {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, pending, waiting, expected);
        clock!(
            self,
            clock,
            waiting_write,
            waiting_address,
            waiting_beats,
            still
        );
        clock!(
            self,
            clock,
            pending_write,
            pending_address,
            pending_beats,
            arrival,
            taken,
            taken_beats
        );
        self.take.next = (!self.stop.val()) & (!self.waiting.q.val());
        self.accept.next = self.take.val() & (self.row.val() | self.entry.val() | self.word.val());
        self.moves.next = (!self.pending.q.val()) | self.request_ready.val();
        self.row_ready.next = self.take.val();
        self.entry_ready.next = self.take.val();
        self.word_ready.next = self.take.val();
        self.chosen_write.next = false;
        self.chosen_address.next = self.row_address.val();
        self.chosen_beats.next = self.row_beats.q.val();
        if self.entry.val() {
            self.chosen_write.next = self.entry_write.val();
            self.chosen_address.next = self.entry_address.val();
            self.chosen_beats.next = self.entry_beats.q.val();
        }
        if self.word.val() {
            self.chosen_address.next = self.word_address.val();
            self.chosen_beats.next = 1.into();
        }
        self.waiting_write.enable.next = self.take.val();
        self.waiting_address.enable.next = self.take.val();
        self.waiting_beats.enable.next = self.take.val();
        self.waiting_write.d.next = self.chosen_write.val().into();
        self.waiting_address.d.next = self.chosen_address.val();
        self.waiting_beats.d.next = self.chosen_beats.val();
        self.pending_write.enable.next = self.moves.val();
        self.pending_address.enable.next = self.moves.val();
        self.pending_beats.enable.next = self.moves.val();
        self.pending_write.d.next = self.chosen_write.val().into();
        self.pending_address.d.next = self.chosen_address.val();
        self.pending_beats.d.next = self.chosen_beats.val();
        if self.waiting.q.val() {
            self.pending_write.d.next = self.waiting_write.q.val();
            self.pending_address.d.next = self.waiting_address.q.val();
            self.pending_beats.d.next = self.waiting_beats.q.val();
        }
        if self.moves.val() {
            self.pending.d.next = self.waiting.q.val() | self.accept.val();
            self.waiting.d.next = false;
        } else if self.accept.val() {
            self.waiting.d.next = true;
        }
        self.request.next = self.pending.q.val();
        self.request_write.next = self.pending_write.q.val().any();
        self.address.next = self.pending_address.q.val();
        self.beats.next = self.pending_beats.q.val();

        self.arrival.d.next = self.data_valid.val();
        self.arrived.next = self.arrival.q.val();
        for i in 0..self.words.len() {
            self.words[i].clock.next = self.clock.val();
            self.words[i].enable.next = self.data_valid.val();
            self.words[i].d.next = self.data[i].val();
            self.beat[i].next = self.words[i].q.val();
        }

        self.taken.d.next =
            self.pending.q.val() & self.request_ready.val() & (!self.pending_write.q.val().any());
        self.taken_beats.d.next = self.pending_beats.q.val();
        self.asked.next = self.expected.q.val();
        if self.taken.q.val() {
            self.asked.next =
                self.expected.q.val() + unsigned_cast_extend::<12, 8>(self.taken_beats.q.val());
        }
        self.expected.d.next = self.asked.val();
        if self.arrival.q.val() {
            self.expected.d.next = self.asked.val() - 1;
        }
        if self.reset.val() {
            self.pending.d.next = false;
            self.waiting.d.next = false;
            self.taken.d.next = false;
            self.expected.d.next = 0.into();
        }
        self.still.d.next = (!self.pending.q.val())
            & (!self.waiting.q.val())
            & (!self.sending.val())
            & (!self.taken.q.val())
            & (self.expected.q.val() == 0);
        self.quiet.next = self.still.q.val();
    }
}
