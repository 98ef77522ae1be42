//! One word lane of the sum of the four chains: W\[r\]\[i\] holds the bytes of row r in the columns
//! i, i + D/4, i + D/2 and i + 3D/4.
//!
//! One `SumLane` keeps every `word_lanes`-th word of all rows. The last multiply of a chain takes
//! its matrix rows in an order that delivers a whole word per cycle where there are four lanes or
//! more (`fetch.rs`); with fewer lanes the bytes of a word arrive in different blocks.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `address_early` | in | 14 | the `address` of three cycles later |
//! | `address` | in | 14 | word: group of words * dimension + slot |
//! | `add` | in | 1 | the bytes are valid |
//! | `enables` | in | 4 | which of the bytes; bit j is `dj` |
//! | `first_chain` | in | 1 | chain 0: begin from 0 |
//! | `d0`, `d1`, `d2`, `d3` | in | 8 | bytes of a chain's result |
//! | `word` | out | 32 | the word with the bytes added, one cycle after them |
//!
//! Latency 1; the sum is written back a cycle later. One word a cycle. One block RAM of
//! dimension^2 / 4 / word_lanes words. Byte order: `d0` is added to bits 7..0, `d3` to bits 31..24, each
//! modulo 2^8.
//!
//! Checked by every whole-hash test (`sim/tests/small_cores.rs`, `sim/tests/faults.rs`). It does not see
//! its own writes of the last three cycles: the words of one address are a block apart.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::ByteRam;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct SumLane {
    pub clock: Signal<In, Clock>,

    pub address_early: Signal<In, Bits<14>>,
    pub address: Signal<In, Bits<14>>,
    pub add: Signal<In, Bit>,
    pub enables: Signal<In, Bits<4>>,
    pub first_chain: Signal<In, Bit>,
    pub d0: Signal<In, Bits<8>>,
    pub d1: Signal<In, Bits<8>>,
    pub d2: Signal<In, Bits<8>>,
    pub d3: Signal<In, Bits<8>>,

    pub word: Signal<Out, Bits<32>>,

    ram: ByteRam<14>,
    found: DFF<Bits<32>>,
    /// The bytes so far; 0 in chain 0.
    kept: Signal<Local, Bits<32>>,
    s0: Signal<Local, Bits<8>>,
    s1: Signal<Local, Bits<8>>,
    s2: Signal<Local, Bits<8>>,
    s3: Signal<Local, Bits<8>>,
    word_reg: DFF<Bits<32>>,
    write: Signal<Local, Bits<4>>,
    write_reg: DFF<Bits<4>>,
    address_reg: DFF<Bits<14>>,
}

impl SumLane {
    /// A lane of the sum of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let words = geometry.matrix_bytes() / 4 / geometry.word_lanes();
        Self {
            ram: ByteRam::new(words, geometry.primitives()),
            ..Self::default()
        }
    }
}

impl Logic for SumLane {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, ram, found, word_reg, write_reg, address_reg);
        self.ram.read_address.next = self.address_early.val();
        self.found.d.next = self.ram.q.val();
        self.kept.next = self.found.q.val();
        if self.first_chain.val() {
            self.kept.next = 0.into();
        }
        self.s0.next = self.kept.val().get_bits::<8>(0);
        self.s1.next = self.kept.val().get_bits::<8>(8);
        self.s2.next = self.kept.val().get_bits::<8>(16);
        self.s3.next = self.kept.val().get_bits::<8>(24);
        if self.enables.val().get_bit(0) {
            self.s0.next = self.kept.val().get_bits::<8>(0) + self.d0.val();
        }
        if self.enables.val().get_bit(1) {
            self.s1.next = self.kept.val().get_bits::<8>(8) + self.d1.val();
        }
        if self.enables.val().get_bit(2) {
            self.s2.next = self.kept.val().get_bits::<8>(16) + self.d2.val();
        }
        if self.enables.val().get_bit(3) {
            self.s3.next = self.kept.val().get_bits::<8>(24) + self.d3.val();
        }
        self.write.next = 0.into();
        if self.add.val() {
            self.write.next = self.enables.val();
        }
        self.write_reg.d.next = self.write.val();
        self.address_reg.d.next = self.address.val();
        self.ram.write.next = self.write_reg.q.val();
        self.ram.write_address.next = self.address_reg.q.val();
        self.ram.d0.next = self.word_reg.q.val().get_bits::<8>(0);
        self.ram.d1.next = self.word_reg.q.val().get_bits::<8>(8);
        self.ram.d2.next = self.word_reg.q.val().get_bits::<8>(16);
        self.ram.d3.next = self.word_reg.q.val().get_bits::<8>(24);
        self.word_reg.d.next = unsigned_cast_extend::<32, 8>(self.s0.val())
            | (unsigned_cast_extend::<32, 8>(self.s1.val()) << 8)
            | (unsigned_cast_extend::<32, 8>(self.s2.val()) << 16)
            | (unsigned_cast_extend::<32, 8>(self.s3.val()) << 24);
        self.word.next = self.word_reg.q.val();
    }
}
