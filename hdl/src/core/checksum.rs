//! Checksum: reads the matrix list back, one checksum per matrix.
//!
//! The checksum of a matrix is FNV over its 32-bit words in memory order, from the basis
//! 0x811c9dc5: `h = (h * 0x01000193 mod 2^32) ^ word` ([`of_matrix`]).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | stop; no beat may be on its way |
//! | `start` | in | 1 | begin with matrix 0 |
//! | `request`, `request_ready`, `address` | out, in, out | 1, 1, 24 | one beat; taken when both are 1 |
//! | `data_valid`, `data$i` | in | 1, 32 | the beat |
//! | `valid`, `ready` | out, in | 1 | a checksum is handed over when both are 1 |
//! | `index`, `sum` | out | 8, 32 | matrix and its checksum |
//! | `finished` | out | 1 | level, until the next `start` |
//!
//! A beat of W words takes 3 W + 2 + memory latency cycles.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::fnv::Fnv;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

const BASIS: u32 = 0x811c_9dc5;

/// The checksum of a matrix, given as its bytes in row-major order; a rest of less than four bytes
/// does not count.
pub fn of_matrix(bytes: &[u8]) -> u32 {
    bytes.chunks_exact(4).fold(BASIS, |sum, word| {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        sum.wrapping_mul(0x0100_0193) ^ word
    })
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Checksum {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub valid: Signal<Out, Bit>,
    pub ready: Signal<In, Bit>,
    pub index: Signal<Out, Bits<8>>,
    pub sum: Signal<Out, Bits<32>>,
    pub finished: Signal<Out, Bit>,

    /// 0 idle, 1 ask, 2 wait, 3 take a word, 4 wait for FNV, 5 keep its step, 6 hand over.
    phase: DFF<Bits<3>>,
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
            basis: Parameter::new(BASIS as usize),
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
        dff_setup!(self, clock, phase, matrix, position, words_left, hash);
        self.request.next = self.phase.q.val() == 1;
        self.address.next = (unsigned_cast_extend::<24, 8>(self.matrix.q.val())
            << self.matrix_bits.q.val())
            | unsigned_cast_extend::<24, 16>(self.position.q.val());
        for i in 0..self.words.len() {
            self.words[i].clock.next = self.clock.val();
            self.words[i].enable.next = (self.phase.q.val() == 2) | (self.phase.q.val() == 5);
            self.words[i].d.next = self.data[i].val();
        }
        if self.phase.q.val() == 5 {
            for i in 1..self.words.len() {
                self.words[i - 1].d.next = self.words[i].q.val();
            }
        }
        self.fnv.clock.next = self.clock.val();
        self.fnv.take.next = self.phase.q.val() == 3;
        self.fnv.a.next = self.hash.q.val();
        self.fnv.b.next = self.words[0].q.val();
        self.valid.next = self.phase.q.val() == 6;
        self.index.next = self.matrix.q.val();
        self.sum.next = self.hash.q.val();
        self.finished.next = self.phase.q.val() == 0;

        match self.phase.q.val().index() {
            0 => {
                self.matrix.d.next = 0.into();
                self.position.d.next = 0.into();
                self.hash.d.next = self.basis.q.val();
                if self.start.val() {
                    self.phase.d.next = 1.into();
                }
            }
            1 => {
                if self.request_ready.val() {
                    self.phase.d.next = 2.into();
                }
            }
            2 => {
                self.words_left.d.next = self.beat_words.q.val();
                if self.data_valid.val() {
                    self.phase.d.next = 3.into();
                }
            }
            3 => {
                self.phase.d.next = 4.into();
            }
            4 => {
                self.phase.d.next = 5.into();
            }
            5 => {
                self.phase.d.next = 3.into();
                self.hash.d.next = self.fnv.hash.val();
                self.words_left.d.next = self.words_left.q.val() - 1;
                if self.words_left.q.val() == 1 {
                    self.position.d.next = self.position.q.val() + self.beat_bytes.q.val();
                    self.phase.d.next = 1.into();
                    if self.position.q.val() == self.last_position.q.val() {
                        self.position.d.next = 0.into();
                        self.phase.d.next = 6.into();
                    }
                }
            }
            _ => {
                if self.ready.val() {
                    self.hash.d.next = self.basis.q.val();
                    self.matrix.d.next = self.matrix.q.val() + 1;
                    self.phase.d.next = 1.into();
                    if self.matrix.q.val() == self.last_matrix.q.val() {
                        self.phase.d.next = 0.into();
                    }
                }
            }
        }
        if self.clear.val() {
            self.phase.d.next = 0.into();
        }
    }
}
