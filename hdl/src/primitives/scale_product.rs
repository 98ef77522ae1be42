//! Product of two unsigned numbers of 16 bits, a quarter of the product that scales a sum.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `a` | in | 16 | one factor |
//! | `b` | in | 16 | the other |
//! | `product` | out | 32 | the product of three cycles ago |
//!
//! Latency [`LATENCY`], one product a cycle: the `*` of Verilog, or a MULT18X18D of the ECP5 with its input,
//! pipeline and output registers. Example: 3 and 5 give 15.
//!
//! By hand for the vendor's cell.
//!
//! Checked by `sim/tests/products.rs` on random and extreme factors. It does not know signs.

use rust_hdl::prelude::*;

use super::product;
use crate::geometry::Primitives;

/// Cycles from the factors to the product.
pub const LATENCY: usize = 3;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct ScaleProduct {
    pub clock: Signal<In, Clock>,

    pub a: Signal<In, Bits<16>>,
    pub b: Signal<In, Bits<16>>,

    pub product: Signal<Out, Bits<32>>,

    _primitives: Primitives,
    _stages: [u32; LATENCY],
}

impl ScaleProduct {
    /// A product made of `primitives`.
    pub fn new(primitives: Primitives) -> Self {
        Self {
            _primitives: primitives,
            ..Self::default()
        }
    }
}

impl Logic for ScaleProduct {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let product = self.a.val().to_u32() * self.b.val().to_u32();
            self._stages.rotate_right(1);
            self._stages[0] = product;
            self.product.next = bits(self._stages[LATENCY - 1].into());
        }
    }

    fn connect(&mut self) {
        self.product.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(match self._primitives {
            Primitives::Inferred => "reg [95:0] stages;
initial stages = 0;
always @(posedge clock) stages <= {stages[63:0], {16'd0, a} * {16'd0, b}};
always @(*) product = stages[95:64];
"
            .into(),
            Primitives::Ecp5 { .. } => format!(
                "wire [31:0] all;\nalways @(*) product = all;\n{}",
                product::cell("a", "b", 16, "all", 32)
            ),
        })
    }
}
