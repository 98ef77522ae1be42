//! Memory of `depth` words of 32 bits with byte write enables and a two-stage read.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read_address` | in | A | word to read |
//! | `write` | in | 4 | bytes to write: bit i for `d` i |
//! | `write_address` | in | A | word to write |
//! | `d0` | in | 8 | byte for bits 7..0 |
//! | `d1` | in | 8 | byte for bits 15..8 |
//! | `d2` | in | 8 | byte for bits 23..16 |
//! | `d3` | in | 8 | byte for bits 31..24 |
//! | `q` | out | 32 | word at the `read_address` of two cycles ago |
//!
//! Read latency 2: the memory and its output register, without which a block RAM is slow. One read
//! and one write a cycle. `depth` is at most 2^A. Example: `d0` to `d3` 1, 2, 3, 4 make the word
//! 0x04030201.
//!
//! By hand for the byte enables, `no_rw_check` and the cells of the ECP5. Writes are blocking,
//! after the read, in the only process that touches the memory: the same hardware, and four
//! deferred writes a cycle less to simulate.
//!
//! Checked by `sim/tests/primitives.rs`. What is read while it is written is not defined; all is 0
//! at power-up, and no reset changes it.

use rust_hdl::prelude::*;

use super::ebr::{Ebr, address_wire};
use crate::geometry::Primitives;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct ByteRam<const A: usize> {
    pub clock: Signal<In, Clock>,

    pub read_address: Signal<In, Bits<A>>,
    pub write: Signal<In, Bits<4>>,
    pub write_address: Signal<In, Bits<A>>,
    pub d0: Signal<In, Bits<8>>,
    pub d1: Signal<In, Bits<8>>,
    pub d2: Signal<In, Bits<8>>,
    pub d3: Signal<In, Bits<8>>,

    pub q: Signal<Out, Bits<32>>,

    _primitives: Primitives,
    _words: Vec<[u8; 4]>,
    _fetched: [u8; 4],
}

impl<const A: usize> ByteRam<A> {
    /// A memory of `depth` words, all zero.
    ///
    /// # Panics
    /// If `depth` words need more than `A` address bits.
    pub fn new(depth: usize, primitives: Primitives) -> Self {
        assert!(
            depth <= 1 << A,
            "{depth} words need more than {A} address bits"
        );
        Self {
            clock: Default::default(),
            read_address: Default::default(),
            q: Default::default(),
            write: Default::default(),
            write_address: Default::default(),
            d0: Default::default(),
            d1: Default::default(),
            d2: Default::default(),
            d3: Default::default(),
            _primitives: primitives,
            _words: vec![[0; 4]; depth],
            _fetched: [0; 4],
        }
    }
}

impl<const A: usize> Default for ByteRam<A> {
    fn default() -> Self {
        Self::new(1 << A, Primitives::Inferred)
    }
}

impl<const A: usize> Logic for ByteRam<A> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let depth = self._words.len();
            self.q.next = bits(u32::from_le_bytes(self._fetched).into());
            self._fetched = self._words[self.read_address.val().index() % depth];
            let word = &mut self._words[self.write_address.val().index() % depth];
            let bytes = [self.d0.val(), self.d1.val(), self.d2.val(), self.d3.val()];
            for (i, byte) in bytes.into_iter().enumerate() {
                if self.write.val().get_bit(i) {
                    word[i] = byte.to_u8();
                }
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
                "(* ram_style = \"block\", no_rw_check *) reg [31:0] mem [0:{last}];
reg [31:0] fetched;
/* verilator lint_off BLKSEQ */
always @(posedge clock) begin
  q <= fetched;
  fetched <= mem[read_address[{top}:0]];
  if (|write) begin
    if (write[0]) mem[write_address[{top}:0]][7:0] = d0;
    if (write[1]) mem[write_address[{top}:0]][15:8] = d1;
    if (write[2]) mem[write_address[{top}:0]][23:16] = d2;
    if (write[3]) mem[write_address[{top}:0]][31:24] = d3;
  end
end
/* verilator lint_on BLKSEQ */
{unused}",
                last = depth - 1,
                top = bits - 1,
            ),
            Primitives::Ecp5 { .. } => {
                let byte = |i| [format!("write[{i}]"), format!("d{i}"), format!("q{i}")];
                let cells = Ebr {
                    name: "ebr",
                    depth,
                    read: "1'b1",
                    read_address: "wanted",
                    write_address: "written",
                    bytes: (0..4).map(byte).collect(),
                };
                address_wire("wanted", &format!("read_address[{}:0]", bits - 1), bits)
                    + &address_wire("written", &format!("write_address[{}:0]", bits - 1), bits)
                    + "wire [7:0] q0;\nwire [7:0] q1;\nwire [7:0] q2;\nwire [7:0] q3;\n"
                    + "always @(*) q = {q3, q2, q1, q0};\n"
                    + &cells.verilog()
                    + unused
            }
        })
    }
}
