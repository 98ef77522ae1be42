//! Block RAM of the ECP5 as text: DP16KD, read through its output register.

use std::fmt::Write;

/// A memory of `depth` words of up to four bytes, with expressions for what its ports carry. A word
/// is there two cycles after its address.
pub struct Ebr<'a> {
    /// Begins the names of its cells and wires.
    pub name: &'a str,
    /// Words; at most 16384.
    pub depth: usize,
    /// Enable of the read port, 1 bit.
    pub read: &'a str,
    /// Address of the word to read, a wire of 14 bits.
    pub read_address: &'a str,
    /// Address of the word to write, a wire of 14 bits.
    pub write_address: &'a str,
    /// For each byte whether to write it, what, and the 8-bit wire for what is read.
    pub bytes: Vec<[String; 3]>,
}

/// Words of a cell that is as wide as it can be.
const WIDE_DEPTH: usize = 512;

impl Ebr<'_> {
    /// The cells.
    pub fn verilog(&self) -> String {
        if self.depth <= WIDE_DEPTH {
            return self.wide();
        }
        // The widest words that are deep enough; a word of 9 bits keeps 8.
        let width = [8, 4, 2, 1].into_iter().find(|w| self.depth * w <= 16384);
        let width = width.unwrap_or(1);
        let mut text = String::new();
        for (i, [write, d, q]) in self.bytes.iter().enumerate() {
            for first in (0..8).step_by(width) {
                let name = format!("{}_byte{i}_bit{first}", self.name);
                let bits = |bit: usize| (bit < width).then_some(first + bit);
                let port = if width == 8 { 9 } else { width };
                text += &self.cell(
                    &name,
                    port,
                    write,
                    [self.write_address, self.read_address]
                        .map(|address| shifted(address, width.trailing_zeros() as usize)),
                    |bit| bits(bit).map(|bit| format!("{d}[{bit}]")),
                    // The word is that of port B.
                    |bit| {
                        let bit = bit.checked_sub(18).and_then(bits);
                        bit.map(|bit| format!("{q}[{bit}]"))
                    },
                );
            }
        }
        text
    }

    /// One cell of 512 words; its bytes have nine bits, and the enables stand in for the lowest
    /// address bits.
    fn wide(&self) -> String {
        let part = |which: usize| {
            move |bit: usize| {
                let byte = self.bytes.get(bit / 9).filter(|_| bit % 9 < 8)?;
                Some(format!("{}[{}]", byte[which], bit % 9))
            }
        };
        let enable = |i: usize| match self.bytes.get(i) {
            Some(byte) => byte[0].clone(),
            None => "1'b0".into(),
        };
        let mut written = shifted(self.write_address, 5);
        for (i, bit) in written.iter_mut().take(4).enumerate() {
            *bit = enable(i);
        }
        let address = [written, shifted(self.read_address, 5)];
        self.cell(self.name, 36, "1'b1", address, part(1), part(2))
    }

    /// One DP16KD; `d` and `q` give what each of 36 data bits carries, if anything.
    fn cell(
        &self,
        name: &str,
        width: usize,
        write: &str,
        [written, read]: [Vec<String>; 2],
        d: impl Fn(usize) -> Option<String>,
        q: impl Fn(usize) -> Option<String>,
    ) -> String {
        let mut ports = String::new();
        for bit in 0..36 {
            let (port, i) = if bit < 18 {
                ("A", bit)
            } else {
                ("B", bit - 18)
            };
            let data = d(bit).unwrap_or_else(|| "1'b0".into());
            let _ = write!(ports, ".DI{port}{i}({data}), ");
            let _ = writeln!(ports, ".DO{port}{i}({}),", q(bit).unwrap_or_default());
        }
        for (i, (written, read)) in written.iter().zip(&read).enumerate() {
            let _ = writeln!(ports, ".ADA{i}({written}), .ADB{i}({read}),");
        }
        for port in ["A", "B"] {
            for i in 0..3 {
                let _ = write!(ports, ".CS{port}{i}(1'b0), ");
            }
            let _ = writeln!(ports, ".OCE{port}(1'b1), .RST{port}(1'b0),");
        }
        format!(
            "/* verilator lint_off PINCONNECTEMPTY */
DP16KD #(
  .DATA_WIDTH_A({width}), .DATA_WIDTH_B({width}), .REGMODE_A(\"OUTREG\"), .REGMODE_B(\"OUTREG\"),
  .RESETMODE(\"SYNC\"), .ASYNC_RESET_RELEASE(\"SYNC\"), .CSDECODE_A(\"0b000\"),
  .CSDECODE_B(\"0b000\"), .CLKAMUX(\"CLKA\"), .CLKBMUX(\"CLKB\"), .WRITEMODE_A(\"NORMAL\"),
  .WRITEMODE_B(\"NORMAL\"), .GSR(\"DISABLED\")
) {name} (
{ports}.CLKA(clock), .CEA(1'b1), .WEA({write}), .CLKB(clock), .CEB({read_enable}), .WEB(1'b0)
);
/* verilator lint_on PINCONNECTEMPTY */
",
            read_enable = self.read,
        )
    }
}

/// The 14 address bits of a cell: those of `address` from bit `low` on, zeros below.
fn shifted(address: &str, low: usize) -> Vec<String> {
    (0..14usize)
        .map(|bit| match bit.checked_sub(low) {
            Some(bit) => format!("{address}[{bit}]"),
            None => "1'b0".into(),
        })
        .collect()
}

/// A wire of 14 bits for an address of `bits` bits given as an expression.
pub fn address_wire(name: &str, expression: &str, bits: usize) -> String {
    let value = match 14 - bits {
        0 => expression.to_string(),
        more => format!("{{{more}'d0, {expression}}}"),
    };
    format!("wire [13:0] {name} = {value};\nwire unused_{name} = &{{1'b0, {name}}};\n")
}
