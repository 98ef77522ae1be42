//! Product of a pair in Winograd's inner product with all its bits: `(u0 + v1) * (u1 + v0)`.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `u0` | in | 8 | first byte of a pair of one factor |
//! | `u1` | in | 8 | its second byte |
//! | `v0` | in | 8 | first byte of a pair of the other factor |
//! | `v1` | in | 8 | its second byte |
//! | `product` | out | 18 | the product of four cycles ago |
//!
//! As `product.rs`, whose latency it has ([`LATENCY`](super::product::LATENCY)), for sums of 24 bits; one
//! product a cycle. Example: four bytes 255 give 510 * 510 = 260100.
//!
//! By hand for the vendor's cells.
//!
//! Checked by `sim/tests/products.rs`: both makes with the product over all factors. It is never made of carry
//! chains, which would take a fifth more than those of 16 bits.

use rust_hdl::prelude::*;

use super::product::{self, LATENCY};
use crate::geometry::Multiplier;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct WideProduct {
    pub clock: Signal<In, Clock>,

    pub u0: Signal<In, Bits<8>>,
    pub u1: Signal<In, Bits<8>>,
    pub v0: Signal<In, Bits<8>>,
    pub v1: Signal<In, Bits<8>>,

    pub product: Signal<Out, Bits<18>>,

    _dsp: bool,
    _stages: [u32; LATENCY],
}

impl WideProduct {
    /// A product made of a DSP, or of an operator where `multiplier` is another.
    pub fn new(multiplier: Multiplier) -> Self {
        Self {
            _dsp: multiplier == Multiplier::Dsp,
            ..Self::default()
        }
    }
}

impl Logic for WideProduct {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let byte = |bits: Bits<8>| u32::from(bits.to_u8());
            let left = byte(self.u0.val()) + byte(self.v1.val());
            let right = byte(self.u1.val()) + byte(self.v0.val());
            self._stages.rotate_right(1);
            self._stages[0] = left * right;
            self.product.next = bits(self._stages[LATENCY - 1].into());
        }
    }

    fn connect(&mut self) {
        self.product.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(match self._dsp {
            true => product::dsp(18),
            false => product::inferred(18),
        })
    }
}
