//! Walk: sends the tokens of a row of weights over a rectangle of positions, and the weights behind them.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | forget the row |
//! | `write` | in | 1 | put `word` into the half `write_half` of the buffer |
//! | `write_half` | in | 1 | which half |
//! | `write_index` | in | 6 | which word of the row's |
//! | `word` | in | 32 | four weights, signed bytes |
//! | `start` | in | 1 | begin a row; taken if `ready` |
//! | `half` | in | 1 | the half of the buffer that holds its weights |
//! | `first` | in | 6 | word of the matrix row that the first of them is |
//! | `count` | in | 7 | how many they are; the others are 0 |
//! | `base` | in | 8 | slot of the first position |
//! | `columns`, `rows` | in | 8 | positions of a row of the rectangle and its rows, less one each |
//! | `stride_x`, `stride_y` | in | 8 | layer: slots from a position to the next, and from a row of them to the next |
//! | `bank` | in | 1 | the bank that holds the slots |
//! | `ready` | out | 1 | a row can begin |
//! | `token` | out | 12 | to the array, fields as in `core/token.rs` |
//! | `weight_valid` | out | 1 | `weight` is a word of the row |
//! | `weight` | out | 32 | to the array, offset form |
//! | `busy` | out | 1 | tokens are sent or come soon |
//!
//! Latency 3 from `start` to the first `token`; a token a cycle, and a row at most every cells + 8 cycles, as long
//! as the array needs between two rows of weights. Byte order: as in the array.
//!
//! Checked by `sim/tests/infer.rs` against the meaning of random tapes. It does not know what becomes of the
//! dot products.

use rust_hdl::prelude::*;
use tensority_protocol::tape::SPACING;

use crate::cast::unsigned_cast_extend;
use crate::core::token::Token;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;
use crate::primitives::{BlockRam, Register};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Walk {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,

    pub write: Signal<In, Bit>,
    pub write_half: Signal<In, Bit>,
    pub write_index: Signal<In, Bits<6>>,
    pub word: Signal<In, Bits<32>>,
    pub start: Signal<In, Bit>,
    pub half: Signal<In, Bit>,
    pub first: Signal<In, Bits<6>>,
    pub count: Signal<In, Bits<7>>,
    pub base: Signal<In, Bits<8>>,
    pub columns: Signal<In, Bits<8>>,
    pub rows: Signal<In, Bits<8>>,
    pub stride_x: Signal<In, Bits<8>>,
    pub stride_y: Signal<In, Bits<8>>,
    pub bank: Signal<In, Bit>,

    pub ready: Signal<Out, Bit>,
    pub token: Signal<Out, Token>,
    pub weight_valid: Signal<Out, Bit>,
    pub weight: Signal<Out, Bits<32>>,
    pub busy: Signal<Out, Bit>,

    /// There is a position to send, and it is the first, or the last.
    active: DFF<Bit>,
    at_first: DFF<Bit>,
    at_end: Signal<Local, Bit>,
    /// Cycles until the next row may begin.
    gap: DFF<Bits<7>>,
    spacing: Parameter<7>,
    free: Signal<Local, Bit>,
    take: Signal<Local, Bit>,

    /// The slot of the position, and of the first of its row; positions left in the row, and rows.
    slot: DFF<Bits<8>>,
    row_start: DFF<Bits<8>>,
    left: DFF<Bits<8>>,
    rows_left: DFF<Bits<8>>,
    columns_reg: Register<8>,
    token_issued: Signal<Local, Token>,
    token_late: [DFF<Token>; 2],

    /// The word of the matrix row that is read, one of the row's or 0.
    reading: DFF<Bit>,
    read_word: DFF<Bits<7>>,
    last_word: Parameter<7>,
    half_reg: Register<1>,
    first_reg: Register<6>,
    count_reg: Register<7>,
    place: Signal<Local, Bits<7>>,
    is_weight: Signal<Local, Bit>,
    is_weight_late: [DFF<Bit>; 2],
    reading_late: [DFF<Bit>; 3],
    weights: BlockRam<7, 32>,
    offset: Parameter<32>,
    weight_reg: DFF<Bits<32>>,
}

impl Walk {
    /// The walk of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        Self {
            // Counted from the cycle after `start`.
            spacing: Parameter::new(geometry.cells() + SPACING as usize - 1),
            last_word: Parameter::new(geometry.cells() - 1),
            weights: BlockRam::new(1 << 7, geometry.primitives()),
            offset: Parameter::new(0x8080_8080),
            ..Self::default()
        }
    }
}

impl Logic for Walk {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, active, at_first, gap, slot, row_start, left, rows_left, reading,
            read_word
        );
        clock!(
            self,
            clock,
            columns_reg,
            half_reg,
            first_reg,
            count_reg,
            weights,
            weight_reg
        );
        for i in 0..2 {
            self.token_late[i].clock.next = self.clock.val();
            self.is_weight_late[i].clock.next = self.clock.val();
        }
        for i in 0..3 {
            self.reading_late[i].clock.next = self.clock.val();
        }

        // Positions.
        self.at_end.next = (self.left.q.val() == 0) & (self.rows_left.q.val() == 0);
        self.free.next = ((!self.active.q.val()) | self.at_end.val()) & (self.gap.q.val() == 0);
        self.ready.next = self.free.val();
        self.take.next = self.start.val() & self.free.val();
        self.columns_reg.enable.next = self.take.val();
        self.columns_reg.d.next = self.columns.val();
        if self.gap.q.val().any() {
            self.gap.d.next = self.gap.q.val() - 1;
        }
        if self.active.q.val() {
            self.at_first.d.next = false;
            self.slot.d.next = self.slot.q.val() + self.stride_x.val();
            self.left.d.next = self.left.q.val() - 1;
            if self.left.q.val() == 0 {
                self.slot.d.next = self.row_start.q.val() + self.stride_y.val();
                self.row_start.d.next = self.row_start.q.val() + self.stride_y.val();
                self.left.d.next = self.columns_reg.q.val();
                self.rows_left.d.next = self.rows_left.q.val() - 1;
            }
            if self.at_end.val() {
                self.active.d.next = false;
            }
        }
        if self.take.val() {
            self.active.d.next = true;
            self.at_first.d.next = true;
            self.slot.d.next = self.base.val();
            self.row_start.d.next = self.base.val();
            self.left.d.next = self.columns.val();
            self.rows_left.d.next = self.rows.val();
            self.gap.d.next = self.spacing.q.val();
        }

        // The token waits for the first word to come out of the buffer.
        self.token_issued.next.address = unsigned_cast_extend::<9, 8>(self.slot.q.val())
            | (unsigned_cast_extend::<9, 1>(self.bank.val().into()) << 8);
        self.token_issued.next.valid = self.active.q.val();
        self.token_issued.next.first = self.active.q.val() & self.at_first.q.val();
        self.token_issued.next.start = false;
        self.token_late[0].d.next = self.token_issued.val();
        self.token_late[1].d.next = self.token_late[0].q.val();
        self.token.next = self.token_late[1].q.val();
        self.busy.next = self.active.q.val()
            | self.token_late[0].q.val().valid
            | self.token_late[1].q.val().valid;

        // Weights: word 0 is read beside the first token.
        self.half_reg.enable.next = self.take.val();
        self.half_reg.d.next = unsigned_cast_extend::<1, 1>(self.half.val().into());
        self.first_reg.enable.next = self.take.val();
        self.first_reg.d.next = self.first.val();
        self.count_reg.enable.next = self.take.val();
        self.count_reg.d.next = self.count.val();
        if self.reading.q.val() {
            self.read_word.d.next = self.read_word.q.val() + 1;
            if self.read_word.q.val() == self.last_word.q.val() {
                self.reading.d.next = false;
            }
        }
        if self.take.val() {
            self.reading.d.next = true;
            self.read_word.d.next = 0.into();
        }
        self.place.next =
            self.read_word.q.val() - unsigned_cast_extend::<7, 6>(self.first_reg.q.val());
        self.is_weight.next = self.place.val() < self.count_reg.q.val();
        self.weights.read_address.next =
            (self.place.val() & 63) | (unsigned_cast_extend::<7, 1>(self.half_reg.q.val()) << 6);
        self.weights.write.next = self.write.val();
        self.weights.write_address.next = unsigned_cast_extend::<7, 6>(self.write_index.val())
            | (unsigned_cast_extend::<7, 1>(self.write_half.val().into()) << 6);
        self.weights.d.next = self.word.val();
        self.is_weight_late[0].d.next = self.is_weight.val();
        self.is_weight_late[1].d.next = self.is_weight_late[0].q.val();
        self.reading_late[0].d.next = self.reading.q.val();
        self.reading_late[1].d.next = self.reading_late[0].q.val();
        self.reading_late[2].d.next = self.reading_late[1].q.val();
        self.weight_reg.d.next = self.offset.q.val();
        if self.is_weight_late[1].q.val() {
            self.weight_reg.d.next = self.weights.q.val() ^ self.offset.q.val();
        }
        self.weight_valid.next = self.reading_late[2].q.val();
        self.weight.next = self.weight_reg.q.val();

        if self.reset.val() {
            self.active.d.next = false;
            self.reading.d.next = false;
            self.gap.d.next = 0.into();
        }
    }
}
