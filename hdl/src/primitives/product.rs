//! Product of a pair in Winograd's inner product: `(u0 + v1) * (u1 + v0)` modulo 2^16.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `u0` | in | 8 | first byte of a pair of one factor |
//! | `u1` | in | 8 | its second byte |
//! | `v0` | in | 8 | first byte of a pair of the other factor |
//! | `v1` | in | 8 | its second byte |
//! | `product` | out | 16 | the product of four cycles ago |
//!
//! A 9 x 9 bit multiplier behind two adders. Latency [`LATENCY`], one product a cycle, whatever it
//! is made of: the `*` of Verilog; a MULT18X18D of the ECP5 with its input, pipeline and output
//! registers, behind one for the factors, which come from afar; or carry chains of CCU2C. Example:
//! the bytes 1, 2 and 3, 4 give (1 + 4) * (2 + 3) = 25.
//!
//! The carry chains take 118 LUT4: 10 for each factor, 98 for the product. Each bit of a chain adds
//! two AND gates and the carry, so that five partial sums of two rows each (the last of one) remain
//! of the nine rows of the product, and four chains to add them up.
//!
//! By hand for the vendor's cells.
//!
//! Checked by `sim/tests/products.rs`: all three with the product over all factors, and the cells'
//! models with those that Yosys brings. It does not know signs: the array takes care of them.

use std::fmt::Write;

use rust_hdl::prelude::*;

use super::carry_chain::{CarryChain, Sum};
use crate::geometry::Multiplier;

/// Cycles from the bytes to the product.
pub const LATENCY: usize = 4;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Product {
    pub clock: Signal<In, Clock>,

    pub u0: Signal<In, Bits<8>>,
    pub u1: Signal<In, Bits<8>>,
    pub v0: Signal<In, Bits<8>>,
    pub v1: Signal<In, Bits<8>>,

    pub product: Signal<Out, Bits<16>>,

    _multiplier: Multiplier,
    _stages: [u16; LATENCY],
}

impl Product {
    /// A product made of `multiplier`.
    pub fn new(multiplier: Multiplier) -> Self {
        Self {
            _multiplier: multiplier,
            ..Self::default()
        }
    }
}

impl Logic for Product {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let byte = |bits: Bits<8>| u16::from(bits.to_u8());
            let left = byte(self.u0.val()) + byte(self.v1.val());
            let right = byte(self.u1.val()) + byte(self.v0.val());
            self._stages.rotate_right(1);
            self._stages[0] = left.wrapping_mul(right);
            self.product.next = bits(self._stages[LATENCY - 1].into());
        }
    }

    fn connect(&mut self) {
        self.product.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(match self._multiplier {
            Multiplier::Inferred => inferred(16),
            Multiplier::Dsp => dsp(16),
            Multiplier::Fabric => fabric(),
        })
    }
}

/// A product of `width` bits as an operator, behind one shift register for all stages, which a simulator
/// moves in one piece.
pub(super) fn inferred(width: usize) -> String {
    let bits = LATENCY * width;
    format!(
        "wire [{top}:0] left = {{{zeros}'d0, u0}} + {{{zeros}'d0, v1}};
wire [{top}:0] right = {{{zeros}'d0, u1}} + {{{zeros}'d0, v0}};
reg [{last}:0] stages;
initial stages = 0;
always @(posedge clock) stages <= {{stages[{before}:0], left * right}};
always @(*) product = stages[{last}:{low}];
",
        top = width - 1,
        zeros = width - 8,
        last = bits - 1,
        before = bits - width - 1,
        low = bits - width,
    )
}

/// The lowest `width` bits of a product, at most 18, as a cell behind a register for the factors.
pub(super) fn dsp(width: usize) -> String {
    format!(
        "reg [8:0] left, right;
initial {{left, right}} = 0;
always @(posedge clock) begin
  left <= {{1'b0, u0}} + {{1'b0, v1}};
  right <= {{1'b0, u1}} + {{1'b0, v0}};
end
wire [{}:0] low;
always @(*) product = low;
{}",
        width - 1,
        cell("left", "right", 9, "low", width)
    )
}

/// MULT18X18D with all its registers: `product`, of `width` bits, is `a` times `b` of three cycles ago, both
/// unsigned and of `factor_width` bits.
pub(super) fn cell(a: &str, b: &str, factor_width: usize, product: &str, width: usize) -> String {
    let mut ports = String::new();
    for i in 0..18 {
        let (a, b) = match i < factor_width {
            true => (format!("{a}[{i}]"), format!("{b}[{i}]")),
            false => ("1'b0".to_string(), "1'b0".to_string()),
        };
        let _ = writeln!(ports, "  .A{i}({a}), .B{i}({b}), .C{i}(1'b0),");
    }
    for i in 0..width {
        let _ = writeln!(ports, "  .P{i}({product}[{i}]),");
    }
    let stages: String = ["INPUTA", "INPUTB", "PIPELINE", "OUTPUT"]
        .map(|stage| {
            format!("  .REG_{stage}_CLK(\"CLK0\"), .REG_{stage}_CE(\"CE0\"), .REG_{stage}_RST(\"RST0\"),\n")
        })
        .concat();
    format!(
        "/* verilator lint_off PINMISSING */
MULT18X18D #(
{stages}  .CLK0_DIV(\"ENABLED\"), .SOURCEB_MODE(\"B_SHIFT\"), .MULT_BYPASS(\"DISABLED\"),
  .GSR(\"DISABLED\"), .RESETMODE(\"SYNC\")
) multiplier (
{ports}  .CLK0(clock), .CE0(1'b1), .RST0(1'b0),
  .SIGNEDA(1'b0), .SIGNEDB(1'b0), .SOURCEA(1'b0), .SOURCEB(1'b0)
);
/* verilator lint_on PINMISSING */
"
    )
}

fn fabric() -> String {
    let mut text = String::from(
        "reg [8:0] a, b;
reg [12:0] low_rows;
reg [15:4] high_rows;
reg [15:6] more_rows, last_rows;
reg [15:0] most_rows;
initial {a, b, low_rows, high_rows, more_rows, most_rows, last_rows} = 0;
",
    );
    // The two factors.
    for (name, x, y) in [("left", "u0", "v1"), ("right", "u1", "v0")] {
        let bits = (0..9).map(|i| match i {
            8 => Sum::carry(),
            _ => Sum::of(format!("{x}[{i}]"), format!("{y}[{i}]")),
        });
        text += &CarryChain::new(name, 0, bits).verilog();
    }
    // a times two bits of b each, from bit `2 * pair` of the product on.
    for pair in 0..4 {
        let (low, high) = (format!("b[{}]", 2 * pair), format!("b[{}]", 2 * pair + 1));
        let end = (16 - 2 * pair).min(11);
        let bits = (1..end).map(|i| match i {
            10 => Sum::carry(),
            9 => Sum::gated("1'b0", "a[8]", &high),
            _ => Sum::of_gated(&format!("a[{i}]"), &low, &format!("a[{}]", i - 1), &high),
        });
        let name = format!("rows{pair}");
        text += &CarryChain::new(&name, 2 * pair + 1, bits).verilog();
        let first = 2 * pair;
        let _ = writeln!(text, "wire {name}_first = a[0] & b[{first}];");
    }
    // Rows 0 to 3.
    let bits = (2..13).map(|i| match i {
        2 => Sum::of("rows0[2]".into(), "rows1_first".into()),
        11.. => Sum::of("1'b0".into(), format!("rows1[{i}]")),
        _ => Sum::of(format!("rows0[{i}]"), format!("rows1[{i}]")),
    });
    // rows1 ends at bit 12; beyond the end of rows0 there is nothing to add.
    text += &CarryChain::new("low_sum", 2, bits).verilog();
    // Rows 4, 5 and 8.
    let bits = (8..16).map(|i| {
        let gate = format!("a[{}]", i - 8);
        match i {
            15 => Sum::gated("1'b0", &gate, "b[8]"),
            _ => Sum::gated(&format!("rows2[{i}]"), &gate, "b[8]"),
        }
    });
    text += &CarryChain::new("high_sum", 8, bits).verilog();
    text += "always @(posedge clock) begin
  a <= left;
  b <= right;
  low_rows <= {low_sum, rows0[1], rows0_first};
  high_rows <= {high_sum, rows2[7:5], rows2_first};
  more_rows <= {rows3, rows3_first};
end
";
    // All.
    let bits = (4..16).map(|i| match i {
        13.. => Sum::of("1'b0".into(), format!("high_rows[{i}]")),
        _ => Sum::of(format!("low_rows[{i}]"), format!("high_rows[{i}]")),
    });
    text += &CarryChain::new("most", 4, bits).verilog();
    let bits = (6..16).map(|i| Sum::of(format!("most_rows[{i}]"), format!("last_rows[{i}]")));
    text += &CarryChain::new("all", 6, bits).verilog();
    text += "always @(posedge clock) begin
  most_rows <= {most, low_rows[3:0]};
  last_rows <= more_rows;
  product <= {all, most_rows[5:0]};
end
";
    text
}
