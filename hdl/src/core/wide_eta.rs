//! eta of lane 0 in a core with inference: `eta.rs` with sums of 24 bits.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `first` | in | 1 | `weight` is word 0 of a row |
//! | `more` | in | 1 | `weight` is one of the other words |
//! | `weight` | in | 32 | four weights in offset form, column 0 in bits 7..0 |
//! | `take` | in | 1 | the row is complete: present it |
//! | `eta` | out | 24 | of the row last taken, modulo 2^24 |
//!
//! Latency as `eta.rs`: 1 from `take`, which comes 5 cycles after the last word or later; one word a cycle.
//!
//! Checked by `sim/tests/infer.rs` and every hash of a core with inference, as part of the array. It does not
//! know of state rows.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Multiplier;
use crate::primitives::{Delay, Register, WideProduct, product};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct WideEta {
    pub clock: Signal<In, Clock>,

    pub first: Signal<In, Bit>,
    pub more: Signal<In, Bit>,
    pub weight: Signal<In, Bits<32>>,
    pub take: Signal<In, Bit>,

    pub eta: Signal<Out, Bits<24>>,

    products: [WideProduct; 2],
    total: Signal<Local, Bits<24>>,
    /// `first` in bit 0 and `more` in bit 1, now and beside the products.
    marks: Signal<Local, Bits<2>>,
    marks_late: Delay<2>,
    first_late: Signal<Local, Bit>,
    sum: Register<24>,
    eta_reg: Register<24>,
}

impl WideEta {
    /// eta whose two products are made of `multipliers`.
    pub fn new(multipliers: [Multiplier; 2]) -> Self {
        Self {
            products: multipliers.map(WideProduct::new),
            marks_late: Delay::new(product::LATENCY),
            ..Self::default()
        }
    }
}

impl Logic for WideEta {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, marks_late, sum, eta_reg);
        for i in 0..2 {
            self.products[i].clock.next = self.clock.val();
            self.products[i].v0.next = 128.into();
            self.products[i].v1.next = 128.into();
            self.products[i].u0.next = self.weight.val().get_bits::<8>(16 * i);
            self.products[i].u1.next = self.weight.val().get_bits::<8>(16 * i + 8);
        }
        self.total.next = unsigned_cast_extend::<24, 18>(self.products[0].product.val())
            + unsigned_cast_extend::<24, 18>(self.products[1].product.val());
        self.marks.next = unsigned_cast_extend::<2, 1>(self.first.val().into())
            | (unsigned_cast_extend::<2, 1>(self.more.val().into()) << 1);
        self.marks_late.d.next = self.marks.val();
        self.first_late.next = self.marks_late.q.val().get_bit(0);
        self.sum.enable.next = self.marks_late.q.val().any();
        self.sum.d.next = self.sum.q.val() + self.total.val();
        if self.first_late.val() {
            self.sum.d.next = self.total.val();
        }
        self.eta_reg.enable.next = self.take.val();
        self.eta_reg.d.next = self.sum.q.val();
        self.eta.next = self.eta_reg.q.val();
    }
}
