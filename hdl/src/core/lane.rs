//! One lane of one cell: four weights held, four columns multiplied a cycle, one link of the partial sum.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `latch` | in | 1 | take `weight` at this edge |
//! | `weight` | in | 32 | four weights in offset form, column 0 in bits 7..0 |
//! | `state` | in | 32 | four state bytes in offset form, one cycle after the latch's token |
//! | `sum_in` | in | 16 | from the cell before, for the same state row |
//! | `sum_out` | out | 16 | `sum_in` plus this cell's products, modulo 2^16 |
//!
//! Latency 6 from `state` ([`LATENCY`]), 1 from `sum_in`; one row per cycle. Two 9 x 9 multipliers with FIP,
//! four 8 x 8 without. Byte order: weight 0x04030201 meets state 0x40302010 as 1*10h + 2*20h + ….
//!
//! Checked by `sim/tests/blocks.rs` against the product of bytes. It subtracts neither xi nor eta:
//! that is `array.rs`.

use rust_hdl::prelude::*;

use crate::core::pair::Dot;
use crate::geometry::Multiplier;
use crate::primitives::{Product, Register, product};

/// Cycles from `state` to `sum_out`.
pub const LATENCY: usize = product::LATENCY + 2;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Lane {
    pub clock: Signal<In, Clock>,

    pub latch: Signal<In, Bit>,
    pub weight: Signal<In, Bits<32>>,
    pub state: Signal<In, Bits<32>>,
    pub sum_in: Signal<In, Bits<16>>,

    pub sum_out: Signal<Out, Bits<16>>,

    held: Register<32>,
    /// Two products made of cells, or one sum of both that is left to the tool.
    products: Vec<Product>,
    dots: Vec<Dot>,
    product: [Signal<Local, Bits<16>>; 2],
    dot: DFF<Bits<16>>,
    sum: DFF<Bits<16>>,
}

impl Lane {
    /// A lane without Winograd's inner product.
    pub fn plain() -> Self {
        Self {
            dots: vec![Dot::plain()],
            ..Self::default()
        }
    }

    /// A lane with Winograd's inner product, its two products made of `multipliers`.
    pub fn fip(multipliers: [Multiplier; 2]) -> Self {
        let mut lane = Self::default();
        match multipliers {
            [Multiplier::Inferred, Multiplier::Inferred] => lane.dots = vec![Dot::fip()],
            _ => lane.products = multipliers.map(Product::new).into(),
        }
        lane
    }
}

impl Logic for Lane {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, held, dot, sum);
        self.held.enable.next = self.latch.val();
        self.held.d.next = self.weight.val();
        for i in 0..self.products.len() {
            self.products[i].clock.next = self.clock.val();
            self.products[i].u0.next = self.state.val().get_bits::<8>(16 * i);
            self.products[i].u1.next = self.state.val().get_bits::<8>(16 * i + 8);
            self.products[i].v0.next = self.held.q.val().get_bits::<8>(16 * i);
            self.products[i].v1.next = self.held.q.val().get_bits::<8>(16 * i + 8);
            self.product[i].next = self.products[i].product.val();
        }
        for i in 0..self.dots.len() {
            self.dots[i].clock.next = self.clock.val();
            self.dots[i].state.next = self.state.val();
            self.dots[i].weight.next = self.held.q.val();
            self.product[i].next = self.dots[i].dot.val();
            self.product[i + 1].next = 0.into();
        }
        self.dot.d.next = self.product[0].val() + self.product[1].val();
        self.sum.d.next = self.sum_in.val() + self.dot.q.val();
        self.sum_out.next = self.sum.q.val();
    }
}
