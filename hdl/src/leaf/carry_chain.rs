//! Carry chains of the ECP5 as text: each CCU2C adds two bits.

use std::fmt::Write;

/// What every bit computes: `(A & B) + (C & D)` and the carry. The lowest four bits are the carry
/// out where the two are equal.
const INIT: &str = "16'h7888";

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
        let (name, cells) = (&self.name, self.bits.len().div_ceil(2));
        let last = self.first + self.bits.len() - 1;
        let mut text = format!("wire [{last}:{}] {name};\n", self.first);
        let mut unused = String::new();
        for i in 0..cells {
            let next = format!("{name}_carry{}", i + 1);
            let carry = match i {
                0 => "1'b0".to_string(),
                _ => format!("{name}_carry{i}"),
            };
            let mut ports = format!(".CIN({carry}), .COUT({next})");
            for half in 0..2 {
                let nothing = Sum::carry();
                let bit = 2 * i + half;
                let sum = match self.bits.get(bit) {
                    Some(_) => format!("{name}[{}]", self.first + bit),
                    None => format!("{name}_beyond"),
                };
                if bit >= self.bits.len() {
                    let _ = writeln!(text, "wire {sum};");
                    let _ = write!(unused, ", {sum}");
                }
                let inputs = &self.bits.get(bit).unwrap_or(&nothing).inputs;
                for (input, value) in ["A", "B", "C", "D"].iter().zip(inputs) {
                    let _ = write!(ports, ", .{input}{half}({value})");
                }
                let _ = write!(ports, ", .S{half}({sum})");
            }
            let _ = writeln!(text, "wire {next};");
            let _ = writeln!(
                text,
                "CCU2C #(.INIT0({INIT}), .INIT1({INIT}), .INJECT1_0(\"NO\"), .INJECT1_1(\"NO\"))\n  \
                 {name}_cell{i} ({ports});"
            );
        }
        let _ = writeln!(
            text,
            "wire {name}_unused = &{{1'b0, {name}_carry{cells}{unused}}};"
        );
        text
    }
}
