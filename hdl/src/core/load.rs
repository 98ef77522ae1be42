//! The first multiply of a chain, by the identity, as a load: a matrix, transposed and fixed
//! (the reference's `load`).
//!
//! reduce of the single product m is m for m >= 0 and m - 1 for m < 0, so state row r of a chain
//! begins as the column r of its first matrix, less one where negative. A block of matrix rows is
//! `lanes` columns of the state: for every slot, byte `reverse(slot)` of each matrix row is picked
//! from the block buffer. The load runs beside the last multiply of the chain before, whose results
//! leave the write port of the state free.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `token_early` | in | 12 | the token for which `byte$c` is wanted four cycles later, fields as in `token.rs` |
//! | `word$c` | in | 32 x lanes | the word asked for two cycles ago, of matrix row c of the block |
//! | `read_word` | out | 6 | the word of the rows that is wanted, to the block buffer |
//! | `byte$c` | out | 8 x lanes | signed byte for the state, lane c |
//!
//! Latency 4 from `token_early`, [`array::EARLY`](crate::core::array::EARLY); one byte per lane and cycle.
//! Byte order: byte j of a row is in bits 8 (j mod 4) + 7 … of word j / 4. Example: at dimension 256 slot 1
//! is row 128, so byte 128 of each matrix row, bits 7..0 of word 32.
//!
//! Checked by `sim/tests/blocks.rs` for every byte. It does not know whether there is a load: its bytes are
//! used only then (`writeback.rs`).

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::token::Token;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Load {
    pub clock: Signal<In, Clock>,

    pub token_early: Signal<In, Token>,
    pub word: Vec<Signal<In, Bits<32>>>,

    pub read_word: Signal<Out, Bits<6>>,
    pub byte: Vec<Signal<Out, Bits<8>>>,

    address: Signal<Local, Bits<9>>,
    mirrored: Signal<Local, Bits<8>>,
    row: Signal<Local, Bits<8>>,
    /// 8 - log2(dimension): the mirror image of a slot stands that much too high.
    excess: Parameter<4>,
    /// Lowest bit of the byte that is wanted, one and two cycles later.
    bit_in_word: DFF<Bits<5>>,
    bit_in_word_reg: DFF<Bits<5>>,
    picked: Vec<DFF<Bits<8>>>,
    fixed: Vec<DFF<Bits<8>>>,
}

impl Load {
    /// The load of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut load = Self {
            excess: Parameter::new(8 - geometry.dimension_bits()),
            ..Self::default()
        };
        load.word.resize_with(geometry.lanes(), Default::default);
        load.byte.resize_with(geometry.lanes(), Default::default);
        load.picked.resize_with(geometry.lanes(), Default::default);
        load.fixed.resize_with(geometry.lanes(), Default::default);
        load
    }
}

impl Logic for Load {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, bit_in_word, bit_in_word_reg);
        self.address.next = self.token_early.val().address;
        self.mirrored.next = (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(0))
            << 7)
            | (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(1)) << 6)
            | (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(2)) << 5)
            | (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(3)) << 4)
            | (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(4)) << 3)
            | (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(5)) << 2)
            | (unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(6)) << 1)
            | unsigned_cast_extend::<8, 1>(self.address.val().get_bits::<1>(7));
        self.row.next = self.mirrored.val() >> self.excess.q.val();
        self.read_word.next = self.row.val().get_bits::<6>(2);
        self.bit_in_word.d.next =
            unsigned_cast_extend::<5, 2>(self.row.val().get_bits::<2>(0)) << 3;
        self.bit_in_word_reg.d.next = self.bit_in_word.q.val();
        for c in 0..self.word.len() {
            self.picked[c].clock.next = self.clock.val();
            self.picked[c].d.next = self.word[c]
                .val()
                .get_bits::<8>(self.bit_in_word_reg.q.val().index());
            self.fixed[c].clock.next = self.clock.val();
            self.fixed[c].d.next = self.picked[c].q.val()
                - unsigned_cast_extend::<8, 1>(self.picked[c].q.val().get_bits::<1>(7));
            self.byte[c].next = self.fixed[c].q.val();
        }
    }
}
