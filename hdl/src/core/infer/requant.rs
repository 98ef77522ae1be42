//! Requantiser: scales complete sums to bytes (gemmlowp's rounding, `Scale::of` in `protocol/src/tape.rs`).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `write` | in | 3 | words of a row to take from `word`: the head (bit 0), the multiplier, the shift |
//! | `row` | in | 2 | number of the row that they belong to |
//! | `word` | in | 32 | the word, fields as in `protocol/src/tape.rs` |
//! | `zero` | in | 8 | layer: zero point, in two's complement |
//! | `minimum`, `maximum` | in | 8 | layer: bounds of a byte, in two's complement |
//! | `row_out` | in | 2 | number of the row, five cycles before its `last` |
//! | `last` | in | 1 | `total` is complete |
//! | `total` | in | 32 | the sum, in two's complement |
//! | `index` | in | 8 | which sum it is |
//! | `valid` | out | 1 | there is a byte |
//! | `report` | out | 1 | it belongs to the output, not to the state |
//! | `slot` | out | 8 | its sum |
//! | `column` | out | 8 | the column of the state that it belongs to |
//! | `value` | out | 8 | the byte, in two's complement |
//!
//! ```text
//! total ─► * multiplier, rounded to 2^31 ─► / 2^shift, rounded ─► + zero ─► bounds ─► byte
//!   0      4 products of 16 x 16: 1 … 6        7 … 10               11        12
//! ```
//!
//! Latency 12 ([`LATENCY`]), one byte a cycle. Four DSPs. Example: the sum -5 with multiplier 2^30 and shift 1 is
//! -2 / 2 = -1.
//!
//! Checked by `sim/tests/infer.rs` against the meaning of random tapes. It keeps no sums.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;
use crate::primitives::{Delay, Ram, ScaleProduct, ShiftRight, scale_product, shift_right};

/// Cycles from a sum to its byte.
pub const LATENCY: usize = SCALED + 2 + shift_right::LATENCY + 2;

/// Cycles from a sum to its product with the multiplier.
const SCALED: usize = scale_product::LATENCY + 3;

/// Cycles from `row_out` to the sum, less the one that a row's word is read in.
const ROW: usize = 4;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Requant {
    pub clock: Signal<In, Clock>,

    pub write: Signal<In, Bits<3>>,
    pub row: Signal<In, Bits<2>>,
    pub word: Signal<In, Bits<32>>,
    pub zero: Signal<In, Bits<8>>,
    pub minimum: Signal<In, Bits<8>>,
    pub maximum: Signal<In, Bits<8>>,
    pub row_out: Signal<In, Bits<2>>,
    pub last: Signal<In, Bit>,
    pub total: Signal<In, Bits<32>>,
    pub index: Signal<In, Bits<8>>,

    pub valid: Signal<Out, Bit>,
    pub report: Signal<Out, Bit>,
    pub slot: Signal<Out, Bits<8>>,
    pub column: Signal<Out, Bits<8>>,
    pub value: Signal<Out, Bits<8>>,

    /// The multiplier beside the sum, and once more beside the products' sum; the shift; the column (bits
    /// 7..0) and whether it is a report.
    multipliers: Ram<2, 31>,
    multiplier_row: Delay<2>,
    less: Ram<2, 31>,
    less_row: Delay<2>,
    shifts: Ram<2, 6>,
    shift_row: Delay<2>,
    columns: Ram<2, 9>,
    column_row: Delay<2>,

    /// The sum plus 2^31, so that all factors are unsigned: `(total + 2^31) * m / 2^31 - m`.
    sign: Parameter<32>,
    unsigned_total: Signal<Local, Bits<32>>,
    /// Low times low, high times low, low times high, high times high.
    products: [ScaleProduct; 4],
    half: Parameter<34>,
    middle: DFF<Bits<34>>,
    outer: DFF<Bits<48>>,
    product: DFF<Bits<48>>,
    high: DFF<Bits<32>>,

    /// Whether the shift is 0, then and when it is done.
    exact: Signal<Local, Bits<1>>,
    exact_late: Delay<1>,
    away: DFF<Bits<32>>,
    shift_late: DFF<Bits<5>>,
    shift: ShiftRight,
    ceiling: Signal<Local, Bits<32>>,
    shift_sign: Signal<Local, Bit>,
    rounded: DFF<Bits<32>>,

    /// The rounded sum within ten bits, plus the zero point.
    upper: Signal<Local, Bits<23>>,
    upper_ones: Parameter<23>,
    lowest: Parameter<11>,
    highest: Parameter<11>,
    extension: Parameter<11>,
    byte_sign: Parameter<11>,
    clipped: Signal<Local, Bits<11>>,
    moved: DFF<Bits<11>>,
    /// Compared with 2^10 added, as unsigned numbers.
    offset: Parameter<11>,
    moved_offset: Signal<Local, Bits<11>>,
    minimum_offset: Signal<Local, Bits<11>>,
    maximum_offset: Signal<Local, Bits<11>>,
    byte_reg: DFF<Bits<8>>,

    valid_late: Delay<1>,
    index_late: Delay<8>,
}

impl Requant {
    /// A requantiser of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let product = || ScaleProduct::new(geometry.primitives());
        Self {
            multiplier_row: Delay::new(ROW),
            less_row: Delay::new(ROW + SCALED - 1),
            shift_row: Delay::new(ROW + SCALED),
            column_row: Delay::new(ROW + LATENCY),
            sign: Parameter::new(1 << 31),
            products: [product(), product(), product(), product()],
            half: Parameter::new(1 << 14),
            exact_late: Delay::new(1 + shift_right::LATENCY),
            upper_ones: Parameter::new((1 << 23) - 1),
            lowest: Parameter::new(0x600),
            highest: Parameter::new(0x1ff),
            extension: Parameter::new(0x200),
            byte_sign: Parameter::new(0x80),
            offset: Parameter::new(0x400),
            valid_late: Delay::new(LATENCY),
            index_late: Delay::new(LATENCY),
            ..Self::default()
        }
    }
}

impl Logic for Requant {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self,
            clock,
            multipliers,
            multiplier_row,
            less,
            less_row,
            shifts,
            shift_row,
            columns,
            column_row
        );
        clock!(
            self, clock, middle, outer, product, high, exact_late, away, shift
        );
        clock!(
            self, clock, shift_late, rounded, moved, byte_reg, valid_late, index_late
        );

        // The row's words, when they are wanted.
        self.multiplier_row.d.next = self.row_out.val();
        self.multipliers.read_address.next = self.multiplier_row.q.val();
        self.multipliers.write.next = self.write.val().get_bit(1);
        self.multipliers.write_address.next = self.row.val();
        self.multipliers.d.next = self.word.val().get_bits::<31>(0);
        self.less_row.d.next = self.row_out.val();
        self.less.read_address.next = self.less_row.q.val();
        self.less.write.next = self.write.val().get_bit(1);
        self.less.write_address.next = self.row.val();
        self.less.d.next = self.word.val().get_bits::<31>(0);
        self.shift_row.d.next = self.row_out.val();
        self.shifts.read_address.next = self.shift_row.q.val();
        self.shifts.write.next = self.write.val().get_bit(2);
        self.shifts.write_address.next = self.row.val();
        self.shifts.d.next = self.word.val().get_bits::<6>(0);
        self.column_row.d.next = self.row_out.val();
        self.columns.read_address.next = self.column_row.q.val();
        self.columns.write.next = self.write.val().get_bit(0);
        self.columns.write_address.next = self.row.val();
        self.columns.d.next = unsigned_cast_extend::<9, 8>(self.word.val().get_bits::<8>(24))
            | (unsigned_cast_extend::<9, 1>(self.word.val().get_bits::<1>(5)) << 8);

        // Times the multiplier.
        self.unsigned_total.next = self.total.val() ^ self.sign.q.val();
        for i in 0..4 {
            self.products[i].clock.next = self.clock.val();
        }
        for i in 0..2 {
            self.products[2 * i].a.next = self.unsigned_total.val().get_bits::<16>(0);
            self.products[2 * i + 1].a.next = self.unsigned_total.val().get_bits::<16>(16);
            self.products[i].b.next = self.multipliers.q.val().get_bits::<16>(0);
            self.products[i + 2].b.next =
                unsigned_cast_extend::<16, 15>(self.multipliers.q.val().get_bits::<15>(16));
        }
        self.middle.d.next = unsigned_cast_extend::<34, 32>(self.products[1].product.val())
            + unsigned_cast_extend::<34, 32>(self.products[2].product.val())
            + self.half.q.val();
        self.outer.d.next =
            unsigned_cast_extend::<48, 16>(self.products[0].product.val().get_bits::<16>(16))
                | (unsigned_cast_extend::<48, 32>(self.products[3].product.val()) << 16);
        self.product.d.next =
            self.outer.q.val() + unsigned_cast_extend::<48, 34>(self.middle.q.val());
        self.high.d.next = self.product.q.val().get_bits::<32>(15)
            - unsigned_cast_extend::<32, 31>(self.less.q.val());

        // Divided by the power of two: half of it, less one where negative, and the rest as (x + 1) / 2.
        self.exact.next = self.shifts.q.val().get_bits::<1>(5);
        self.exact_late.d.next = self.exact.val();
        self.away.d.next = self.high.q.val();
        if self.high.q.val().get_bit(31) & (!self.exact.val().any()) {
            self.away.d.next = self.high.q.val() - 1;
        }
        self.shift_late.d.next = self.shifts.q.val().get_bits::<5>(0);
        self.shift.d.next = self.away.q.val();
        self.shift.amount.next = self.shift_late.q.val();
        self.ceiling.next = self.shift.q.val() + 1;
        self.shift_sign.next = self.ceiling.val().get_bit(31);
        self.rounded.d.next = self.ceiling.val() >> 1;
        if self.shift_sign.val() {
            self.rounded.d.next = (self.ceiling.val() >> 1) | self.sign.q.val();
        }
        if self.exact_late.q.val().any() {
            self.rounded.d.next = self.shift.q.val();
        }

        // Within ten bits, moved and bounded.
        self.upper.next = self.rounded.q.val().get_bits::<23>(9);
        self.clipped.next =
            (unsigned_cast_extend::<11, 10>(self.rounded.q.val().get_bits::<10>(0))
                ^ self.extension.q.val())
                - self.extension.q.val();
        if (self.upper.val() != 0) & (!self.rounded.q.val().get_bit(31)) {
            self.clipped.next = self.highest.q.val();
        }
        if (self.upper.val() != self.upper_ones.q.val()) & self.rounded.q.val().get_bit(31) {
            self.clipped.next = self.lowest.q.val();
        }
        self.moved.d.next = self.clipped.val()
            + ((unsigned_cast_extend::<11, 8>(self.zero.val()) ^ self.byte_sign.q.val())
                - self.byte_sign.q.val());
        self.moved_offset.next = self.moved.q.val() ^ self.offset.q.val();
        self.minimum_offset.next = ((unsigned_cast_extend::<11, 8>(self.minimum.val())
            ^ self.byte_sign.q.val())
            - self.byte_sign.q.val())
            ^ self.offset.q.val();
        self.maximum_offset.next = ((unsigned_cast_extend::<11, 8>(self.maximum.val())
            ^ self.byte_sign.q.val())
            - self.byte_sign.q.val())
            ^ self.offset.q.val();
        self.byte_reg.d.next = self.moved.q.val().get_bits::<8>(0);
        if self.moved_offset.val() < self.minimum_offset.val() {
            self.byte_reg.d.next = self.minimum.val();
        }
        if self.moved_offset.val() > self.maximum_offset.val() {
            self.byte_reg.d.next = self.maximum.val();
        }

        self.valid_late.d.next = self.last.val().into();
        self.index_late.d.next = self.index.val();
        self.valid.next = self.valid_late.q.val().any();
        self.slot.next = self.index_late.q.val();
        self.report.next = self.columns.q.val().get_bit(8);
        self.column.next = self.columns.q.val().get_bits::<8>(0);
        self.value.next = self.byte_reg.q.val();
    }
}
