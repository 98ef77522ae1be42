//! Lane 0 of one cell in a core with inference: `lane.rs` with sums of 24 bits, which hold every dot product
//! of 256 pairs of bytes.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `latch` | in | 1 | take `weight` at this edge |
//! | `weight` | in | 32 | four weights in offset form, column 0 in bits 7..0 |
//! | `state` | in | 32 | four state bytes in offset form, one cycle after the latch's token |
//! | `sum_in` | in | 24 | from the cell before, for the same state row |
//! | `sum_out` | out | 24 | `sum_in` plus this cell's products, modulo 2^24 |
//!
//! Latency as `lane.rs`: 6 from `state`, 1 from `sum_in`; one row per cycle. The lowest 16 bits of a sum are
//! what a lane of 16 bits makes of the same bytes.
//!
//! Checked by `sim/tests/blocks.rs` against the product of bytes. It subtracts neither xi nor eta.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Multiplier;
use crate::primitives::{Register, WideProduct};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct WideLane {
    pub clock: Signal<In, Clock>,

    pub latch: Signal<In, Bit>,
    pub weight: Signal<In, Bits<32>>,
    pub state: Signal<In, Bits<32>>,
    pub sum_in: Signal<In, Bits<24>>,

    pub sum_out: Signal<Out, Bits<24>>,

    held: Register<32>,
    products: [WideProduct; 2],
    dot: DFF<Bits<19>>,
    sum: DFF<Bits<24>>,
}

impl WideLane {
    /// A lane whose two products are made of `multipliers`.
    pub fn new(multipliers: [Multiplier; 2]) -> Self {
        Self {
            products: multipliers.map(WideProduct::new),
            ..Self::default()
        }
    }
}

impl Logic for WideLane {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, held, dot, sum);
        self.held.enable.next = self.latch.val();
        self.held.d.next = self.weight.val();
        for i in 0..2 {
            self.products[i].clock.next = self.clock.val();
            self.products[i].u0.next = self.state.val().get_bits::<8>(16 * i);
            self.products[i].u1.next = self.state.val().get_bits::<8>(16 * i + 8);
            self.products[i].v0.next = self.held.q.val().get_bits::<8>(16 * i);
            self.products[i].v1.next = self.held.q.val().get_bits::<8>(16 * i + 8);
        }
        self.dot.d.next = unsigned_cast_extend::<19, 18>(self.products[0].product.val())
            + unsigned_cast_extend::<19, 18>(self.products[1].product.val());
        self.sum.d.next = self.sum_in.val() + unsigned_cast_extend::<24, 19>(self.dot.q.val());
        self.sum_out.next = self.sum.q.val();
    }
}
