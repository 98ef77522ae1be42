//! Carry chains of the ECP5 as text: each CCU2C adds two bits.

use std::fmt::Write;

/// LUT4 of every bit: `(A & B) + (C & D)` and the carry. The lowest four bits are the carry
/// out where the two are equal.
const INIT: &str = "16'h7888";
/// A half that neither passes a carry nor makes one.
const NO_CARRY: &str = "16'h0000";

/// One bit of a sum, as the four inputs of its LUT4.
pub struct Sum {
    inputs: [String; 4],
}

impl Sum {
    /// `x + y`.
    pub fn of(x: String, y: String) -> Self {
        let one = || "1'b1".to_string();
        // A constant 0 may stand at the first gate, or at the second beside a 1.
        Self {
            inputs: [y, one(), x, one()],
        }
    }

    /// `x + (p & q)`.
    pub fn gated(x: &str, p: &str, q: &str) -> Self {
        Self {
            inputs: [p, q, x, "1'b1"].map(String::from),
        }
    }

    /// `(p & q) + (r & s)`.
    pub fn of_gated(p: &str, q: &str, r: &str, s: &str) -> Self {
        Self {
            inputs: [p, q, r, s].map(String::from),
        }
    }

    /// The carry alone.
    pub fn carry() -> Self {
        Self::of("1'b0".into(), "1'b0".into())
    }
}

/// A sum of two numbers, without a carry in; what does not fit is dropped.
///
/// Neither end is wired: nextpnr spends a cell of its own on a constant carry in
/// (`flow/src/fpga/synthesis/carry_ends.rs`).
pub struct CarryChain {
    name: String,
    first: usize,
    bits: Vec<Sum>,
}

impl CarryChain {
    /// The sum `name`, whose lowest bit is number `first`.
    pub fn new(name: &str, first: usize, bits: impl Iterator<Item = Sum>) -> Self {
        Self {
            name: name.into(),
            first,
            bits: bits.collect(),
        }
    }

    /// The wire `name` and its cells.
    pub fn verilog(&self) -> String {
        let name = &self.name;
        // The half in front of the first bit makes the carry 0, whatever comes in.
        let cells = (1 + self.bits.len()).div_ceil(2);
        let last = self.first + self.bits.len() - 1;
        let mut text = format!("wire [{last}:{}] {name};\n", self.first);
        let nothing = Sum::carry();
        let carry = |n: usize| match n {
            n if n == 0 || n == cells => String::new(),
            n => format!("{name}_carry{n}"),
        };
        for i in 0..cells {
            let mut ports = format!(".CIN({}), .COUT({})", carry(i), carry(i + 1));
            for half in 0..2 {
                let bit = (2 * i + half).checked_sub(1);
                let bit = bit.filter(|&bit| bit < self.bits.len());
                let sum = bit.map(|bit| format!("{name}[{}]", self.first + bit));
                let inputs = &bit.map_or(&nothing, |bit| &self.bits[bit]).inputs;
                for (input, value) in ["A", "B", "C", "D"].iter().zip(inputs) {
                    let _ = write!(ports, ", .{input}{half}({value})");
                }
                let _ = write!(ports, ", .S{half}({})", sum.unwrap_or_default());
            }
            if i + 1 < cells {
                let _ = writeln!(text, "wire {};", carry(i + 1));
            }
            let start = if i == 0 { NO_CARRY } else { INIT };
            let _ = writeln!(
                text,
                "CCU2C #(.INIT0({start}), .INIT1({INIT}), .INJECT1_0(\"NO\"), .INJECT1_1(\"NO\"))\n  \
                 {name}_cell{i} ({ports});"
            );
        }
        format!(
            "/* verilator lint_off PINCONNECTEMPTY */\n{text}/* verilator lint_on PINCONNECTEMPTY */\n"
        )
    }
}
