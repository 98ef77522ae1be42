//! Memory port: one request at a time from fetch, SMix or checksum to the memory of the matrix list.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | forget all requests, with the memory |
//! | `stop` | in | 1 | take no new requests |
//! | `row` | in | 1 | fetch: read a matrix row |
//! | `row_address` | in | 24 | fetch: its byte address |
//! | `entry` | in | 1 | SMix: an entry of V |
//! | `entry_write` | in | 1 | SMix: write it, not read |
//! | `entry_address` | in | 24 | SMix: its byte address |
//! | `word` | in | 1 | checksum: read one beat |
//! | `word_address` | in | 24 | checksum: its byte address |
//! | `sending` | in | 1 | SMix has beats to write |
//! | `request_ready` | in | 1 | memory: the request is taken when `request` is 1 too |
//! | `data_valid` | in | 1 | memory: `data$i` is the next beat read |
//! | `data$i` | in | 32 x beat words | memory: word i of the beat, lowest address first |
//! | `row_ready`, `entry_ready`, `word_ready` | out | 1 | the client's request is taken when it is 1 too |
//! | `arrived` | out | 1 | `beat$i` is the next beat read, for the client that asked |
//! | `beat$i` | out | 32 x beat words | word i of the beat, lowest address first |
//! | `request` | out | 1 | memory: a burst is asked for; held until it is taken |
//! | `request_write` | out | 1 | memory: it is written, not read |
//! | `address` | out | 24 | memory: byte address of its first beat |
//! | `beats` | out | 8 | memory: its length |
//! | `quiet` | out | 1 | nothing is asked for, sent or on its way; a cycle late |
//!
//! The contract with the memory: requests are served in order. A read answers with `beats` beats,
//! each announced by `data_valid`, whenever it likes; the core always takes them. A write takes
//! `beats` beats that the core offers after the request. A burst never crosses 256 bytes and is
//! aligned to its length, so SDRAM, DDR and on-chip RAM can all serve it.
//!
//! The three sides are never active in one job, so there is no arbitration beyond an order.
//! A second request waits behind the one that is offered to the memory, so that no client has to wait
//! for the memory's answer within a cycle. Latency 1 from a client's request, and 1 from the memory's
//! beat; one request and one beat a cycle.
//!
//! Byte order: byte 0 of a beat in bits 7..0 of its word 0.
//!
//! Checked by `sim/tests/small_cores.rs` with memories that stall, and by `sim/tests/job_switch.rs`. Beats to
//! write do not go through it: they go from SMix to the memory.

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
    pub entry: Signal<In, Bit>,
    pub entry_write: Signal<In, Bit>,
    pub entry_address: Signal<In, Bits<24>>,
    pub word: Signal<In, Bit>,
    pub word_address: Signal<In, Bits<24>>,
    pub sending: Signal<In, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,

    pub row_ready: Signal<Out, Bit>,
    pub entry_ready: Signal<Out, Bit>,
    pub word_ready: Signal<Out, Bit>,
    pub arrived: Signal<Out, Bit>,
    pub beat: Vec<Signal<Out, Bits<32>>>,
    pub request: Signal<Out, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub quiet: Signal<Out, Bit>,

    /// The client's request.
    client_write: Signal<Local, Bit>,
    client_address: Signal<Local, Bits<24>>,
    client_beats: Signal<Local, Bits<8>>,
    row_beats: Parameter<8>,
    entry_beats: Parameter<8>,
    take: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,
    /// The request that is offered to the memory.
    request_reg: DFF<Bit>,
    request_write_reg: Register<1>,
    address_reg: Register<24>,
    beats_reg: Register<8>,
    /// It is taken, or there is none: the next one takes its place.
    advance: Signal<Local, Bit>,
    /// The request behind it.
    waiting: DFF<Bit>,
    waiting_write: Register<1>,
    waiting_address: Register<24>,
    waiting_beats: Register<8>,
    /// A read was taken, of so many beats.
    read_taken: DFF<Bit>,
    read_beats: DFF<Bits<8>>,
    /// Beats of the reads before that did not arrive yet, and of this one too.
    expected: DFF<Bits<12>>,
    asked: Signal<Local, Bits<12>>,
    quiet_reg: DFF<Bit>,
    arrived_reg: DFF<Bit>,
    beat_reg: Vec<Register<32>>,
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
        port.beat_reg
            .resize_with(geometry.beat_words(), Default::default);
        port
    }
}

impl Logic for MemoryPort {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, request_reg, waiting, expected);
        clock!(
            self,
            clock,
            waiting_write,
            waiting_address,
            waiting_beats,
            quiet_reg
        );
        clock!(
            self,
            clock,
            request_write_reg,
            address_reg,
            beats_reg,
            arrived_reg,
            read_taken,
            read_beats
        );
        self.take.next = (!self.stop.val()) & (!self.waiting.q.val());
        self.accept.next = self.take.val() & (self.row.val() | self.entry.val() | self.word.val());
        self.advance.next = (!self.request_reg.q.val()) | self.request_ready.val();
        self.row_ready.next = self.take.val();
        self.entry_ready.next = self.take.val();
        self.word_ready.next = self.take.val();
        self.client_write.next = false;
        self.client_address.next = self.row_address.val();
        self.client_beats.next = self.row_beats.q.val();
        if self.entry.val() {
            self.client_write.next = self.entry_write.val();
            self.client_address.next = self.entry_address.val();
            self.client_beats.next = self.entry_beats.q.val();
        }
        if self.word.val() {
            self.client_address.next = self.word_address.val();
            self.client_beats.next = 1.into();
        }
        self.waiting_write.enable.next = self.take.val();
        self.waiting_address.enable.next = self.take.val();
        self.waiting_beats.enable.next = self.take.val();
        self.waiting_write.d.next = self.client_write.val().into();
        self.waiting_address.d.next = self.client_address.val();
        self.waiting_beats.d.next = self.client_beats.val();
        self.request_write_reg.enable.next = self.advance.val();
        self.address_reg.enable.next = self.advance.val();
        self.beats_reg.enable.next = self.advance.val();
        self.request_write_reg.d.next = self.client_write.val().into();
        self.address_reg.d.next = self.client_address.val();
        self.beats_reg.d.next = self.client_beats.val();
        if self.waiting.q.val() {
            self.request_write_reg.d.next = self.waiting_write.q.val();
            self.address_reg.d.next = self.waiting_address.q.val();
            self.beats_reg.d.next = self.waiting_beats.q.val();
        }
        if self.advance.val() {
            self.request_reg.d.next = self.waiting.q.val() | self.accept.val();
            self.waiting.d.next = false;
        } else if self.accept.val() {
            self.waiting.d.next = true;
        }
        self.request.next = self.request_reg.q.val();
        self.request_write.next = self.request_write_reg.q.val().any();
        self.address.next = self.address_reg.q.val();
        self.beats.next = self.beats_reg.q.val();

        self.arrived_reg.d.next = self.data_valid.val();
        self.arrived.next = self.arrived_reg.q.val();
        for i in 0..self.beat_reg.len() {
            self.beat_reg[i].clock.next = self.clock.val();
            self.beat_reg[i].enable.next = self.data_valid.val();
            self.beat_reg[i].d.next = self.data[i].val();
            self.beat[i].next = self.beat_reg[i].q.val();
        }

        self.read_taken.d.next = self.request_reg.q.val()
            & self.request_ready.val()
            & (!self.request_write_reg.q.val().any());
        self.read_beats.d.next = self.beats_reg.q.val();
        self.asked.next = self.expected.q.val();
        if self.read_taken.q.val() {
            self.asked.next =
                self.expected.q.val() + unsigned_cast_extend::<12, 8>(self.read_beats.q.val());
        }
        self.expected.d.next = self.asked.val();
        if self.arrived_reg.q.val() {
            self.expected.d.next = self.asked.val() - 1;
        }
        if self.reset.val() {
            self.request_reg.d.next = false;
            self.waiting.d.next = false;
            self.read_taken.d.next = false;
            self.expected.d.next = 0.into();
        }
        self.quiet_reg.d.next = (!self.request_reg.q.val())
            & (!self.waiting.q.val())
            & (!self.sending.val())
            & (!self.read_taken.q.val())
            & (self.expected.q.val() == 0);
        self.quiet.next = self.quiet_reg.q.val();
    }
}
