//! Checksum: reads the matrix list back, one checksum per matrix.
//!
//! The checksum of a matrix is FNV over its 32-bit words in memory order, from the basis
//! 0x811c9dc5: `h = (h * 0x01000193 mod 2^32) ^ word` ([`checksum::of_matrix`]).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | stop; no beat may be on its way |
//! | `start` | in | 1 | begin with matrix 0 |
//! | `request_ready` | in | 1 | the request is taken when `request` is 1 too |
//! | `data_valid` | in | 1 | `data$i` is the beat asked for |
//! | `data$i` | in | 32 x beat words | word i of the beat, lowest address first |
//! | `ready` | in | 1 | the checksum is handed over when `valid` is 1 too |
//! | `request` | out | 1 | one beat is read |
//! | `address` | out | 24 | byte address of the beat |
//! | `valid` | out | 1 | `sum` is the checksum of matrix `index` |
//! | `index` | out | 8 | the matrix |
//! | `sum` | out | 32 | its checksum |
//! | `finished` | out | 1 | level, until the next `start` |
//!
//! A beat of W words takes 3 W + 2 + memory latency cycles. Byte order: byte 4i of a matrix is in bits 7..0 of
//! its word i.
//!
//! Checked by `sim/tests/small_cores.rs` and `sim/tests/faults.rs` against [`checksum::of_matrix`]. It compares with
//! nothing: the host knows what the sums have to be.

use rust_hdl::prelude::*;
use tensority_protocol::checksum;

use crate::cast::unsigned_cast_extend;
use crate::core::fnv::Fnv;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// What the checksum unit does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Waits for `start`.
    Idle,
    /// Asks for a beat.
    Ask,
    /// Waits for it.
    Wait,
    /// Gives a word to FNV.
    Take,
    /// Waits for FNV.
    Hash,
    /// Keeps the hash.
    Keep,
    /// Hands the checksum of a matrix over.
    Deliver,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Checksum {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub start: Signal<In, Bit>,

    pub request_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub ready: Signal<In, Bit>,

    pub request: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub valid: Signal<Out, Bit>,
    pub index: Signal<Out, Bits<8>>,
    pub sum: Signal<Out, Bits<32>>,
    pub finished: Signal<Out, Bit>,

    state: DFF<State>,
    matrix: DFF<Bits<8>>,
    /// Byte within the matrix.
    position: DFF<Bits<16>>,
    last_matrix: Parameter<8>,
    last_position: Parameter<16>,
    beat_bytes: Parameter<16>,
    matrix_bits: Parameter<5>,
    words: Vec<Register<32>>,
    words_left: DFF<Bits<5>>,
    beat_words: Parameter<5>,
    /// The state is `Wait`, is `Keep`: registers of their own, as they enable the words, which are many.
    filling: DFF<Bit>,
    shifting: DFF<Bit>,
    fnv: Fnv,
    hash: DFF<Bits<32>>,
    basis: Parameter<32>,
}

impl Checksum {
    /// The checksum unit of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let beat_bytes = 4 * geometry.beat_words();
        let mut checksum = Self {
            last_matrix: Parameter::new(geometry.dimension() - 1),
            last_position: Parameter::new(geometry.matrix_bytes() - beat_bytes),
            beat_bytes: Parameter::new(beat_bytes),
            matrix_bits: Parameter::new(2 * geometry.dimension_bits()),
            beat_words: Parameter::new(geometry.beat_words()),
            basis: Parameter::new(checksum::BASIS as usize),
            ..Self::default()
        };
        checksum
            .data
            .resize_with(geometry.beat_words(), Default::default);
        checksum
            .words
            .resize_with(geometry.beat_words(), Default::default);
        checksum
    }
}

impl Logic for Checksum {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, state, matrix, position, words_left, hash, filling, shifting
        );
        self.request.next = self.state.q.val() == State::Ask;
        self.address.next = (unsigned_cast_extend::<24, 8>(self.matrix.q.val())
            << self.matrix_bits.q.val())
            | unsigned_cast_extend::<24, 16>(self.position.q.val());
        for i in 0..self.words.len() {
            self.words[i].clock.next = self.clock.val();
            self.words[i].enable.next = self.filling.q.val() | self.shifting.q.val();
            self.words[i].d.next = self.data[i].val();
        }
        if self.shifting.q.val() {
            for i in 1..self.words.len() {
                self.words[i - 1].d.next = self.words[i].q.val();
            }
        }
        self.fnv.clock.next = self.clock.val();
        self.fnv.take.next = self.state.q.val() == State::Take;
        self.fnv.a.next = self.hash.q.val();
        self.fnv.b.next = self.words[0].q.val();
        self.valid.next = self.state.q.val() == State::Deliver;
        self.index.next = self.matrix.q.val();
        self.sum.next = self.hash.q.val();
        self.finished.next = self.state.q.val() == State::Idle;

        self.filling.d.next = false;
        self.shifting.d.next = false;
        match self.state.q.val() {
            State::Idle => {
                self.matrix.d.next = 0.into();
                self.position.d.next = 0.into();
                self.hash.d.next = self.basis.q.val();
                if self.start.val() {
                    self.state.d.next = State::Ask;
                }
            }
            State::Ask => {
                if self.request_ready.val() {
                    self.state.d.next = State::Wait;
                    self.filling.d.next = true;
                }
            }
            State::Wait => {
                self.words_left.d.next = self.beat_words.q.val();
                self.filling.d.next = true;
                if self.data_valid.val() {
                    self.state.d.next = State::Take;
                    self.filling.d.next = false;
                }
            }
            State::Take => {
                self.state.d.next = State::Hash;
            }
            State::Hash => {
                self.state.d.next = State::Keep;
                self.shifting.d.next = true;
            }
            State::Keep => {
                self.state.d.next = State::Take;
                self.hash.d.next = self.fnv.hash.val();
                self.words_left.d.next = self.words_left.q.val() - 1;
                if self.words_left.q.val() == 1 {
                    self.position.d.next = self.position.q.val() + self.beat_bytes.q.val();
                    self.state.d.next = State::Ask;
                    if self.position.q.val() == self.last_position.q.val() {
                        self.position.d.next = 0.into();
                        self.state.d.next = State::Deliver;
                    }
                }
            }
            State::Deliver => {
                if self.ready.val() {
                    self.hash.d.next = self.basis.q.val();
                    self.matrix.d.next = self.matrix.q.val() + 1;
                    self.state.d.next = State::Ask;
                    if self.matrix.q.val() == self.last_matrix.q.val() {
                        self.state.d.next = State::Idle;
                    }
                }
            }
        }
        if self.clear.val() {
            self.state.d.next = State::Idle;
            self.filling.d.next = false;
            self.shifting.d.next = false;
        }
    }
}
