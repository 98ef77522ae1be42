//! Memory of `depth` words with one write port and one read port behind two registers.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read_address` | in | A | word to read |
//! | `write` | in | 1 | write `d` |
//! | `write_address` | in | A | word to write |
//! | `d` | in | W | value to write |
//! | `q` | out | W | word at the `read_address` of two cycles ago |
//!
//! Read latency 2: the memory and its output register, without which a block RAM is slow. One read
//! and one write a cycle. `depth` is at most 2^A, W at most 32.
//!
//! By hand for `no_rw_check` and for the cells of the ECP5, whose output register no synthesis
//! infers.
//!
//! Checked by `sim/tests/primitives.rs`. What is read while it is written is not defined; all is 0
//! at power-up, and no reset changes it.

use rust_hdl::prelude::*;

use super::ebr::{Ebr, address_wire};
use crate::geometry::Primitives;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct BlockRam<const A: usize, const W: usize> {
    pub clock: Signal<In, Clock>,

    pub read_address: Signal<In, Bits<A>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<A>>,
    pub d: Signal<In, Bits<W>>,

    pub q: Signal<Out, Bits<W>>,

    _primitives: Primitives,
    _words: Vec<Bits<W>>,
    _fetched: Bits<W>,
}

impl<const A: usize, const W: usize> BlockRam<A, W> {
    /// A memory of `depth` words, all zero.
    ///
    /// # Panics
    /// If `depth` words need more than `A` address bits, or a word has more than 32 bits.
    pub fn new(depth: usize, primitives: Primitives) -> Self {
        assert!(
            depth <= 1 << A && W <= 32,
            "{depth} words of {W} bits do not fit {A} address bits and 32 data bits"
        );
        Self {
            clock: Default::default(),
            read_address: Default::default(),
            q: Default::default(),
            write: Default::default(),
            write_address: Default::default(),
            d: Default::default(),
            _primitives: primitives,
            _words: vec![Bits::default(); depth],
            _fetched: Bits::default(),
        }
    }
}

impl<const A: usize, const W: usize> Default for BlockRam<A, W> {
    fn default() -> Self {
        Self::new(1 << A, Primitives::Inferred)
    }
}

impl<const A: usize, const W: usize> Logic for BlockRam<A, W> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let depth = self._words.len();
            self.q.next = self._fetched;
            self._fetched = self._words[self.read_address.val().index() % depth];
            if self.write.val() {
                self._words[self.write_address.val().index() % depth] = self.d.val();
            }
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let depth = self._words.len();
        let bits = depth.next_power_of_two().trailing_zeros().max(1) as usize;
        let unused = "wire unused = &{1'b0, read_address, write_address};\n";
        Verilog::Custom(match self._primitives {
            Primitives::Inferred => format!(
                "(* ram_style = \"block\", no_rw_check *) reg [{width}:0] mem [0:{last}];
reg [{width}:0] fetched;
/* verilator lint_off BLKSEQ */
always @(posedge clock) begin
  q <= fetched;
  fetched <= mem[read_address[{top}:0]];
  if (write) mem[write_address[{top}:0]] = d;
end
/* verilator lint_on BLKSEQ */
{unused}",
                width = W - 1,
                last = depth - 1,
                top = bits - 1,
            ),
            Primitives::Ecp5 { .. } => {
                let whole = 8 * W.div_ceil(8);
                let padding = match whole - W {
                    0 => String::new(),
                    n => format!("{n}'d0, "),
                };
                let cells = Ebr {
                    name: "ebr",
                    depth,
                    read: "1'b1",
                    read_address: "wanted",
                    write_address: "written",
                    bytes: (0..whole / 8)
                        .map(|i| ["write", &format!("d{i}"), &format!("q{i}")].map(String::from))
                        .collect(),
                };
                let mut text =
                    address_wire("wanted", &format!("read_address[{}:0]", bits - 1), bits);
                text += &address_wire("written", &format!("write_address[{}:0]", bits - 1), bits);
                text += &format!("wire [{}:0] word = {{{padding}d}};\n", whole - 1);
                let mut read = Vec::new();
                for i in 0..whole / 8 {
                    text += &format!("wire [7:0] d{i} = word[{}:{}];\n", 8 * i + 7, 8 * i);
                    text += &format!("wire [7:0] q{i};\n");
                    read.insert(0, format!("q{i}"));
                }
                text += &format!("wire [{}:0] found = {{{}}};\n", whole - 1, read.join(", "));
                text += &format!("always @(*) q = found[{}:0];\n", W - 1);
                text += "wire unused_found = &{1'b0, found};\n";
                text + &cells.verilog() + unused
            }
        })
    }
}
