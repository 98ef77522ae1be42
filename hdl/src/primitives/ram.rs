//! Memory of `depth` words with one write port and one registered read port.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read_address` | in | A | word to read |
//! | `write` | in | 1 | write `d` |
//! | `write_address` | in | A | word to write |
//! | `d` | in | W | value to write |
//! | `q` | out | W | word at last cycle's `read_address`, before that cycle's write |
//!
//! Read latency 1, one read and one write a cycle. `depth` is at most 2^A. Up to 64 words are kept
//! in LUTs, whose access time is a third of a block RAM's.
//!
//! By hand for `no_rw_check`: no user needs the collision logic that Yosys adds without it. Writes
//! are blocking, after the read, in the only process that touches the memory: the same hardware,
//! and a simulator need not keep the value for later.
//!
//! Checked by `sim/tests/primitives.rs`. Has no reset.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct Ram<const A: usize, const W: usize> {
    pub clock: Signal<In, Clock>,

    pub read_address: Signal<In, Bits<A>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<A>>,
    pub d: Signal<In, Bits<W>>,

    pub q: Signal<Out, Bits<W>>,

    _words: Vec<Bits<W>>,
    /// Words at power-up, from address 0 on; the others are zero.
    _initial: Vec<u32>,
}

impl<const A: usize, const W: usize> Ram<A, W> {
    /// A memory of `depth` words, all zero.
    ///
    /// # Panics
    /// If `depth` words need more than `A` address bits.
    pub fn new(depth: usize) -> Self {
        Self::filled(depth, &[])
    }

    /// A memory of `depth` words that begins with `initial` at power-up; what does not fit is left
    /// out, and the other words are zero.
    ///
    /// # Panics
    /// If `depth` words need more than `A` address bits.
    pub fn filled(depth: usize, initial: &[u32]) -> Self {
        assert!(
            depth <= 1 << A,
            "{depth} words need more than {A} address bits"
        );
        let initial = &initial[..initial.len().min(depth)];
        let mut words: Vec<_> = initial.iter().map(|word| bits(u64::from(*word))).collect();
        words.resize(depth, Bits::default());
        Self {
            clock: Default::default(),
            read_address: Default::default(),
            q: Default::default(),
            write: Default::default(),
            write_address: Default::default(),
            d: Default::default(),
            _words: words,
            _initial: initial.to_vec(),
        }
    }
}

impl<const A: usize, const W: usize> Default for Ram<A, W> {
    fn default() -> Self {
        Self::new(1 << A)
    }
}

impl<const A: usize, const W: usize> Logic for Ram<A, W> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let depth = self._words.len();
            self.q.next = self._words[self.read_address.val().index() % depth];
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
        let top = depth.next_power_of_two().trailing_zeros().max(1) - 1;
        let fill: String = self
            ._initial
            .iter()
            .enumerate()
            .map(|(address, word)| format!("  mem[{address}] = {word};\n"))
            .collect();
        let initial = match fill.as_str() {
            "" => fill,
            _ => format!("initial begin\n{fill}end\n"),
        };
        Verilog::Custom(format!(
            "(* no_rw_check{style} *) reg [{width}:0] mem [0:{last}];
{initial}/* verilator lint_off BLKSEQ */
always @(posedge clock) begin
  q <= mem[read_address[{top}:0]];
  if (write) mem[write_address[{top}:0]] = d;
end
wire unused = &{{1'b0, read_address, write_address}};
",
            style = match A {
                0..=6 => ", ram_style = \"distributed\"",
                _ => "",
            },
            width = W - 1,
            last = depth - 1,
        ))
    }
}
