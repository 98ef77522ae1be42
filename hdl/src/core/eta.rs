//! eta of one lane: what a matrix row alone adds to every dot product of the block.
//!
//! Accumulates the corrections of `pair.rs` over the words of one matrix row as they pass on their
//! way to the cells.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `first` | in | 1 | `weight` is word 0 of a row |
//! | `more` | in | 1 | `weight` is one of the other words |
//! | `weight` | in | 32 | four weights in offset form, column 0 in bits 7..0 |
//! | `take` | in | 1 | the row is complete: present it |
//! | `eta` | out | 16 | of the row last taken, modulo 2^16 |
//!
//! Latency 1 from `take`, which comes [`LATENCY`] cycles after the last word or later, and before the
//! next row's first word has passed as many. One word a cycle. Two multipliers with FIP, none without.
//!
//! Checked by `sim/tests/array.rs` and every whole-hash test, as part of the array. It does not know of
//! state rows: that is `xi.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::pair::PlainCorrection;
use crate::geometry::Multiplier;
use crate::primitives::{Delay, Product, Register, product};

/// Cycles from a word to the sum that contains it.
pub const LATENCY: usize = product::LATENCY + 1;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Eta {
    pub clock: Signal<In, Clock>,

    pub first: Signal<In, Bit>,
    pub more: Signal<In, Bit>,
    pub weight: Signal<In, Bits<32>>,
    pub take: Signal<In, Bit>,

    pub eta: Signal<Out, Bits<16>>,

    /// Two of one kind, none of the other.
    fip: Vec<Product>,
    plain: Vec<PlainCorrection>,
    product: [Signal<Local, Bits<16>>; 2],
    /// `first` in bit 0 and `more` in bit 1, now and beside the products.
    marks: Signal<Local, Bits<2>>,
    marks_late: Delay<2>,
    first_late: Signal<Local, Bit>,
    sum: Register<16>,
    eta_reg: Register<16>,
}

impl Eta {
    /// eta without Winograd's inner product.
    pub fn plain() -> Self {
        let mut eta = Self::default();
        eta.plain.resize_with(2, PlainCorrection::default);
        eta.marks_late = Delay::new(product::LATENCY);
        eta
    }

    /// eta with Winograd's inner product, its two products made of `multipliers`.
    pub fn fip(multipliers: [Multiplier; 2]) -> Self {
        Self {
            fip: multipliers.map(Product::new).into(),
            marks_late: Delay::new(product::LATENCY),
            ..Self::default()
        }
    }
}

impl Logic for Eta {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, marks_late, sum, eta_reg);
        for i in 0..self.fip.len() {
            self.fip[i].clock.next = self.clock.val();
            self.fip[i].v0.next = 128.into();
            self.fip[i].v1.next = 128.into();
            self.fip[i].u0.next = self.weight.val().get_bits::<8>(16 * i);
            self.fip[i].u1.next = self.weight.val().get_bits::<8>(16 * i + 8);
            self.product[i].next = self.fip[i].product.val();
        }
        for i in 0..self.plain.len() {
            self.plain[i].clock.next = self.clock.val();
            self.plain[i].u0.next = self.weight.val().get_bits::<8>(16 * i);
            self.plain[i].u1.next = self.weight.val().get_bits::<8>(16 * i + 8);
            self.product[i].next = self.plain[i].product.val();
        }
        self.marks.next = unsigned_cast_extend::<2, 1>(self.first.val().into())
            | (unsigned_cast_extend::<2, 1>(self.more.val().into()) << 1);
        self.marks_late.d.next = self.marks.val();
        self.sum.enable.next = self.marks_late.q.val().any();
        self.sum.d.next = self.sum.q.val() + self.product[0].val() + self.product[1].val();
        self.first_late.next = self.marks_late.q.val().get_bit(0);
        if self.first_late.val() {
            self.sum.d.next = self.product[0].val() + self.product[1].val();
        }
        self.eta_reg.enable.next = self.take.val();
        self.eta_reg.d.next = self.sum.q.val();
        self.eta.next = self.eta_reg.q.val();
    }
}
