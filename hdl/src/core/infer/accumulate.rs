//! Accumulate: makes sums of 32 bits of the dot products that leave lane 0.
//!
//! A row's dot product is what leaves the line, less eta of the row and xi of the slot. xi is known from a
//! row without weights, whose products are it: such a row's tokens are kept as xi and add nothing.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | level: set the sum `clear_index` to 0, and forget all rows |
//! | `clear_index` | in | 8 | a sum |
//! | `write` | in | 3 | words of a row to take from `word`: the head (bit 0), the positions, the addend |
//! | `row` | in | 2 | number of the row that they belong to, one more than that of the row before |
//! | `word` | in | 32 | the word, fields as in `protocol/src/tape.rs` |
//! | `advance` | in | 1 | layer: each position of a row has a sum of its own |
//! | `stride` | in | 8 | layer: sums from one row of positions to the next |
//! | `token` | in | 12 | of inference, [`EARLY`](crate::core::array::EARLY) cycles before it leaves the array |
//! | `eta` | in | 24 | of the row of weights, one cycle after `token` |
//! | `sum` | in | 24 | of the line of cells, two cycles after `token` |
//! | `row_out` | out | 2 | number of the row of the token of the last cycle |
//! | `last` | out | 1 | `total` is complete |
//! | `total` | out | 32 | the sum, with this row's dot product and addend |
//! | `index` | out | 8 | which sum it is |
//!
//! Latency 6 from `token` to `total` ([`LATENCY`]), one a cycle. A complete sum begins again with 0. The sum of
//! one position may be met again by the next one, or by one at least four positions later. 256 sums and as
//! many values of xi: two block RAMs.
//!
//! Checked by `sim/tests/infer.rs` against the meaning of random tapes. It does not scale: that is `requant.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::token::Token;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;
use crate::primitives::{BlockRam, Delay, Ram, Register};

/// Cycles from a token to its total.
pub const LATENCY: usize = 6;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Accumulate {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub clear_index: Signal<In, Bits<8>>,

    pub write: Signal<In, Bits<3>>,
    pub row: Signal<In, Bits<2>>,
    pub word: Signal<In, Bits<32>>,
    pub advance: Signal<In, Bit>,
    pub stride: Signal<In, Bits<8>>,
    pub token: Signal<In, Token>,
    pub eta: Signal<In, Bits<24>>,
    pub sum: Signal<In, Bits<24>>,

    pub row_out: Signal<Out, Bits<2>>,
    pub last: Signal<Out, Bit>,
    pub total: Signal<Out, Bits<32>>,
    pub index: Signal<Out, Bits<8>>,

    row_reg: DFF<Bits<2>>,
    last_row: Parameter<2>,
    /// Of four rows: the kind, the positions, and the addend, which is wanted two cycles later.
    kinds: Ram<2, 2>,
    positions: Ram<2, 24>,
    addends: Ram<2, 32>,
    addend_row: Delay<2>,

    /// The token of one and of two cycles ago.
    token_late: [DFF<Token>; 2],
    here: Signal<Local, Token>,
    is_xi: Signal<Local, Bit>,
    xi: BlockRam<8, 24>,

    /// Where the next position's sum is, where its row's first is, and positions left in the row.
    next_index: DFF<Bits<8>>,
    row_start: DFF<Bits<8>>,
    left: DFF<Bits<8>>,
    index_now: Signal<Local, Bits<8>>,
    start_now: Signal<Local, Bits<8>>,
    left_now: Signal<Local, Bits<8>>,
    columns: Signal<Local, Bits<8>>,

    /// The dot product: the line's sum less eta, and less xi. The constant is what is left over.
    constant: Parameter<24>,
    correction: DFF<Bits<24>>,
    less_eta: DFF<Bits<24>>,
    xi_late: DFF<Bits<24>>,
    dot: DFF<Bits<24>>,
    sign: Parameter<32>,
    contribution: DFF<Bits<32>>,

    /// There is a sum to add to, beside its index, from three to six cycles after the token; and it is complete.
    used: [DFF<Bit>; 4],
    complete: [DFF<Bit>; 4],
    index_late: [DFF<Bits<8>>; 4],
    /// The sum that was met last, and whether it is met again.
    newest: DFF<Bits<8>>,
    newest_valid: DFF<Bit>,
    again: DFF<Bit>,
    sums: BlockRam<8, 32>,
    kept: Signal<Local, Bits<32>>,
    total_reg: Register<32>,
    stored: Signal<Local, Bits<32>>,
    total_complete: Register<1>,
}

impl Accumulate {
    /// Sums of dot products in a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        Self {
            last_row: Parameter::new(3),
            addend_row: Delay::new(2),
            xi: BlockRam::new(1 << 8, geometry.primitives()),
            sums: BlockRam::new(1 << 8, geometry.primitives()),
            // Each pair of columns leaves -2^16 (`core/pair.rs`).
            constant: Parameter::new((geometry.dimension() / 2) << 16),
            sign: Parameter::new(1 << 23),
            ..Self::default()
        }
    }
}

impl Logic for Accumulate {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, kinds, positions, addends, addend_row, xi, sums);
        clock!(
            self,
            clock,
            correction,
            less_eta,
            xi_late,
            dot,
            contribution
        );
        clock!(self, clock, again, total_reg, total_complete);
        dff_setup!(
            self,
            clock,
            row_reg,
            next_index,
            row_start,
            left,
            newest,
            newest_valid
        );
        for i in 0..2 {
            self.token_late[i].clock.next = self.clock.val();
        }
        for i in 0..4 {
            self.used[i].clock.next = self.clock.val();
            self.complete[i].clock.next = self.clock.val();
            self.index_late[i].clock.next = self.clock.val();
        }

        // Which row a token is of, and that row's words.
        if self.token.val().valid & self.token.val().first {
            self.row_reg.d.next = self.row_reg.q.val() + 1;
        }
        self.row_out.next = self.row_reg.q.val();
        self.kinds.write.next = self.write.val().get_bit(0);
        self.kinds.write_address.next = self.row.val();
        self.kinds.d.next = self.word.val().get_bits::<2>(3);
        self.kinds.read_address.next = self.row_reg.q.val();
        self.positions.write.next = self.write.val().get_bit(1);
        self.positions.write_address.next = self.row.val();
        self.positions.d.next = self.word.val().get_bits::<24>(0);
        self.positions.read_address.next = self.row_reg.q.val();
        self.addend_row.d.next = self.row_reg.q.val();
        self.addends.write.next = self.write.val().get_bit(2);
        self.addends.write_address.next = self.row.val();
        self.addends.d.next = self.word.val();
        self.addends.read_address.next = self.addend_row.q.val();

        // Where its sum is, two cycles after the token.
        self.token_late[0].d.next = self.token.val();
        self.token_late[1].d.next = self.token_late[0].q.val();
        self.here.next = self.token_late[1].q.val();
        self.columns.next = self.positions.q.val().get_bits::<8>(16);
        self.index_now.next = self.next_index.q.val();
        self.start_now.next = self.row_start.q.val();
        self.left_now.next = self.left.q.val();
        if self.here.val().first {
            self.index_now.next = self.positions.q.val().get_bits::<8>(8);
            self.start_now.next = self.positions.q.val().get_bits::<8>(8);
            self.left_now.next = self.columns.val();
        }
        if self.here.val().valid {
            self.next_index.d.next =
                self.index_now.val() + unsigned_cast_extend::<8, 1>(self.advance.val().into());
            self.row_start.d.next = self.start_now.val();
            self.left.d.next = self.left_now.val() - 1;
            if self.left_now.val() == 0 {
                self.next_index.d.next = self.start_now.val() + self.stride.val();
                self.row_start.d.next = self.start_now.val() + self.stride.val();
                self.left.d.next = self.columns.val();
            }
        }

        // xi is kept, or read for the dot product.
        self.is_xi.next = self.kinds.q.val().get_bit(0);
        self.xi.write.next = self.here.val().valid & self.is_xi.val();
        self.xi.write_address.next = bit_cast::<8, 9>(self.here.val().address);
        self.xi.d.next = self.sum.val();
        self.xi.read_address.next = bit_cast::<8, 9>(self.token.val().address);
        self.correction.d.next = self.eta.val() - self.constant.q.val();
        self.less_eta.d.next = self.sum.val() - self.correction.q.val();
        self.xi_late.d.next = self.xi.q.val();
        self.dot.d.next = self.less_eta.q.val() - self.xi_late.q.val();
        self.contribution.d.next = (unsigned_cast_extend::<32, 24>(self.dot.q.val())
            ^ self.sign.q.val())
            - self.sign.q.val()
            + self.addends.q.val();

        // The sum.
        self.used[0].d.next = self.here.val().valid & (!self.is_xi.val());
        self.complete[0].d.next = self.kinds.q.val().get_bit(1);
        self.index_late[0].d.next = self.index_now.val();
        for i in 1..4 {
            self.used[i].d.next = self.used[i - 1].q.val();
            self.complete[i].d.next = self.complete[i - 1].q.val();
            self.index_late[i].d.next = self.index_late[i - 1].q.val();
        }
        self.again.d.next =
            self.newest_valid.q.val() & (self.newest.q.val() == self.index_late[1].q.val());
        if self.used[1].q.val() {
            self.newest.d.next = self.index_late[1].q.val();
            self.newest_valid.d.next = true;
        }
        self.sums.read_address.next = self.index_late[0].q.val();
        self.stored.next = self.total_reg.q.val();
        if self.total_complete.q.val().any() {
            self.stored.next = 0.into();
        }
        self.kept.next = self.sums.q.val();
        if self.again.q.val() {
            self.kept.next = self.stored.val();
        }
        self.total_reg.enable.next = self.used[2].q.val();
        self.total_reg.d.next = self.kept.val() + self.contribution.q.val();
        self.total_complete.enable.next = self.used[2].q.val();
        self.total_complete.d.next = unsigned_cast_extend::<1, 1>(self.complete[2].q.val().into());
        self.sums.write.next = self.used[3].q.val();
        self.sums.write_address.next = self.index_late[3].q.val();
        self.sums.d.next = self.stored.val();
        self.last.next = self.used[3].q.val() & self.complete[3].q.val();
        self.total.next = self.total_reg.q.val();
        self.index.next = self.index_late[3].q.val();

        if self.clear.val() {
            self.row_reg.d.next = self.last_row.q.val();
            self.newest_valid.d.next = false;
            self.sums.write.next = true;
            self.sums.write_address.next = self.clear_index.val();
            self.sums.d.next = 0.into();
        }
    }
}
