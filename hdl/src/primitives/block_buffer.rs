//! Buffer of two blocks of matrix rows on their way from memory to the array.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `write` | in | 1 | store the beat `beat$i` |
//! | `write_half` | in | 1 | with `write`: which of the two blocks |
//! | `write_lane` | in | 4 | with `write`: matrix row within the block |
//! | `write_beat` | in | 6 | with `write`: beat within the row |
//! | `beat$i` | in | 32 | word i of the beat, lowest address first |
//! | `read` | in | 1 | read a word of every row |
//! | `read_half` | in | 1 | with `read`: which of the two blocks |
//! | `read_word` | in | 6 | with `read`: word within the row |
//! | `word$i` | out | 32 | that word of lane i, two cycles after `read` and until after the next |
//!
//! Written a beat of one row at a time, read a word of every row at a time. A block is one matrix
//! row of dimension / 4 words a lane; a beat has a word a lane. Read latency 2, one read and one
//! write a cycle.
//!
//! By hand for its two widths and for the cells of the ECP5.
//!
//! Checked by `sim/tests/primitives.rs`. What is read while it is written is not defined. It does
//! not know what is full: `core/fetch.rs` and `core/issue.rs` do, with credits.

use rust_hdl::prelude::*;

use super::ebr::{Ebr, address_wire};
use crate::geometry::{Geometry, Primitives};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct BlockBuffer {
    pub clock: Signal<In, Clock>,

    pub write: Signal<In, Bit>,
    pub write_half: Signal<In, Bit>,
    pub write_lane: Signal<In, Bits<4>>,
    pub write_beat: Signal<In, Bits<6>>,
    pub beat: Vec<Signal<In, Bits<32>>>,
    pub read: Signal<In, Bit>,
    pub read_half: Signal<In, Bit>,
    pub read_word: Signal<In, Bits<6>>,

    pub word: Vec<Signal<Out, Bits<32>>>,

    _primitives: Primitives,
    _row_words: usize,
    _words: Vec<u32>,
    /// What the lanes' memories deliver, before the output registers.
    _fetched: Vec<u32>,
}

impl BlockBuffer {
    /// A buffer for blocks of the given geometry, all zero.
    pub fn new(geometry: &Geometry) -> Self {
        let (lanes, row_words) = (geometry.lanes(), geometry.cells());
        let mut buffer = Self {
            _primitives: geometry.primitives(),
            _row_words: row_words,
            _fetched: vec![0; lanes],
            _words: vec![0; 2 * lanes * row_words],
            ..Self::default()
        };
        buffer
            .beat
            .resize_with(geometry.beat_words(), Default::default);
        buffer.word.resize_with(lanes, Default::default);
        buffer
    }

    fn first_word(&self, half: bool, lane: usize) -> usize {
        (usize::from(half) * self.word.len() + lane) * self._row_words
    }
}

impl Logic for BlockBuffer {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        for (word, &fetched) in self.word.iter_mut().zip(&self._fetched) {
            word.next = bits(fetched.into());
        }
        if self.read.val() {
            for lane in 0..self.word.len() {
                let row = self.first_word(self.read_half.val(), lane);
                let word = self.read_word.val().index() % self._row_words;
                self._fetched[lane] = self._words[row + word];
            }
        }
        let lane = self.write_lane.val().index();
        if self.write.val() && lane < self.word.len() {
            let row = self.first_word(self.write_half.val(), lane);
            let first = self.write_beat.val().index() * self.beat.len() % self._row_words;
            for (i, word) in self.beat.iter().enumerate() {
                self._words[row + first + i] = word.val().to_u32();
            }
        }
    }

    fn connect(&mut self) {
        for word in &mut self.word {
            word.connect();
        }
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(match self._primitives {
            Primitives::Inferred => self.inferred(),
            Primitives::Ecp5 { .. } => self.cells(),
        })
    }
}

impl BlockBuffer {
    /// log2 of the words of a beat and of a row.
    fn word_bits(&self) -> (u32, u32) {
        let row = self._row_words.trailing_zeros();
        (self.beat.len().trailing_zeros(), row)
    }

    /// Address of a beat: the half, and the beat within the row as bits `low` and up of `name`.
    fn address(half: &str, name: &str, low: u32, high: u32) -> String {
        match high - low {
            0 => half.to_string(),
            _ => format!("{{{half}, {name}[{}:{low}]}}", high - 1),
        }
    }

    fn inferred(&self) -> String {
        let (low, high) = self.word_bits();
        let beat_words = self.beat.len();
        let beats = self._row_words / beat_words;
        let written = Self::address("write_half", "write_beat", 0, high - low);
        let read = Self::address("read_half", "read_word", low, high);
        let word_of_beat = match low {
            0 => String::new(),
            _ => format!("[{{read_word[{}:0], 5'd0}} +: 32]", low - 1),
        };
        let beat: Vec<_> = (0..beat_words).rev().map(|i| format!("beat${i}")).collect();
        let beat = beat.join(", ");
        let lanes = 0..self.word.len();
        let memories = lanes.clone().map(|lane| {
            let (width, last) = (32 * beat_words - 1, 2 * beats - 1);
            format!("(* no_rw_check *) reg [{width}:0] lane{lane} [0:{last}];\nreg [31:0] fetched{lane};\n")
        });
        let reads = lanes
            .clone()
            .map(|lane| format!("    fetched{lane} <= lane{lane}[{read}]{word_of_beat};\n"));
        let outputs = lanes
            .clone()
            .map(|lane| format!("  word${lane} <= fetched{lane};\n"));
        // Written at once, after what is read: a simulator need not keep the beat for later.
        let writes = lanes.map(|lane| {
            format!("    if (write_lane == {lane}) lane{lane}[{written}] = {{{beat}}};\n")
        });
        let (memories, reads): (String, String) = (memories.collect(), reads.collect());
        let (outputs, writes): (String, String) = (outputs.collect(), writes.collect());
        format!(
            "{memories}/* verilator lint_off BLKSEQ */
always @(posedge clock) begin
{outputs}  if (read) begin
{reads}  end
  if (write) begin
{writes}  end
end
{UNUSED}"
        )
    }

    /// One memory per lane and word of a beat; the word is picked behind the output registers.
    fn cells(&self) -> String {
        let (low, high) = self.word_bits();
        let beat_words = self.beat.len();
        let bits = 1 + (high - low) as usize;
        let written = Self::address("write_half", "write_beat", 0, high - low);
        let read = Self::address("read_half", "read_word", low, high);
        let mut text =
            address_wire("written", &written, bits) + &address_wire("wanted", &read, bits);
        if low > 0 {
            let top = low - 1;
            text += &format!(
                "reg [{top}:0] picked;\nreg [{top}:0] pick;\nalways @(posedge clock) begin\n  \
                 pick <= picked;\n  if (read) picked <= read_word[{top}:0];\nend\n"
            );
        }
        for lane in 0..self.word.len() {
            text += &format!("wire write{lane} = write && write_lane == {lane};\n");
            let mut words = Vec::new();
            for word in 0..beat_words {
                let q = format!("lane{lane}_{word}");
                let byte = |i: usize| {
                    text += &format!(
                        "wire [7:0] {q}_d{i} = beat${word}[{}:{}];\n",
                        8 * i + 7,
                        8 * i
                    );
                    text += &format!("wire [7:0] {q}_q{i};\n");
                    [
                        format!("write{lane}"),
                        format!("{q}_d{i}"),
                        format!("{q}_q{i}"),
                    ]
                };
                let bytes = (0..4).map(byte).collect();
                text += &format!("wire [31:0] {q} = {{{q}_q3, {q}_q2, {q}_q1, {q}_q0}};\n");
                text += &Ebr {
                    name: &format!("{q}_ebr"),
                    depth: 1 << bits,
                    read: "read",
                    read_address: "wanted",
                    write_address: "written",
                    bytes,
                }
                .verilog();
                words.insert(0, q);
            }
            let words = words.join(", ");
            text += &match low {
                0 => format!("always @(*) word${lane} = {words};\n"),
                _ => format!(
                    "wire [{}:0] row{lane} = {{{words}}};\n\
                     always @(*) word${lane} = row{lane}[{{pick, 5'd0}} +: 32];\n",
                    32 * beat_words - 1
                ),
            };
        }
        text + UNUSED
    }
}

/// The address ports are as wide as the largest core needs.
const UNUSED: &str = "wire unused = &{1'b0, read_word, write_beat};\n";
