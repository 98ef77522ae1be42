//! The array: a line of cells that multiplies the state by a block of matrix rows per pass of
//! tokens, and keeps the state.
//!
//! One token, that is one state row, enters cell 0 per cycle and moves on by one cell per cycle;
//! `lanes` partial sums travel with it. When the token that opens a block reaches a cell, the cell's
//! lanes latch their weights, so the weights of a block follow its first token like a second wave.
//! At the end of the line xi and eta are subtracted and the sum is reduced to a byte.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `token` | in | 12 | see `token.rs`; a `first` token only every `dimension` cycles or later |
//! | `weight_valid` | in | 1 | 1 in the cycles 1 … cells after a `first` token |
//! | `weight$c` | in | 32 | lane c: word g of its matrix row in cycle 1 + g, offset form |
//! | `soon` | out | 12 | the token whose result is `out` three cycles later |
//! | `out` | out | 12 | the token that `result` belongs to |
//! | `result$c` | out | 8 | reduce(row of the state . matrix row of lane c) |
//! | `write` | in | 1 | store `write_byte` |
//! | `write_address` | in | 9 | bank (bit 8) and slot |
//! | `write_block` | in | 8 | the columns are `write_block * lanes + c` |
//! | `write_byte$c` | in | 8 | signed bytes |
//!
//! Latency `token` to `out`: cells + 5 cycles ([`latency`]); `write` to a token that may read it: 2.
//! So a row may be written while the tokens of the next pass already run, as long as
//! cells + 7 < dimension. Throughput: one token per cycle, 4 * cells * lanes multiply-accumulates.
//!
//! Example: the state row 1, 2, 0, … and the matrix row 3, -4, 0, … give 3 - 8 = -5 = 0xfffffffb,
//! and reduce makes 0xfb + 0xff = 0xfa of it.
//!
//! Multipliers with FIP: 2 * cells * lanes in the cells, 2 * lanes for eta, max(1, lanes/2) for xi.
//!
//! Checked by every whole-hash test against the reference, multiply by multiply, and against the
//! functional array of the simulator, which has these ports and these cycles.

use rust_hdl::prelude::*;

use crate::cell::Cell;
use crate::eta::Eta;
use crate::geometry::Geometry;
use crate::lane::Lane;
use crate::parameter::Parameter;
use crate::xi::Xi;

/// Cycles from `token` to `out`.
pub fn latency(geometry: &Geometry) -> usize {
    geometry.cells() + 5
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Array {
    pub clock: Signal<In, Clock>,
    pub token: Signal<In, Bits<12>>,
    pub weight_valid: Signal<In, Bit>,
    pub weight: Vec<Signal<In, Bits<32>>>,
    pub soon: Signal<Out, Bits<12>>,
    pub out: Signal<Out, Bits<12>>,
    pub result: Vec<Signal<Out, Bits<8>>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<9>>,
    pub write_block: Signal<In, Bits<8>>,
    pub write_byte: Vec<Signal<In, Bits<8>>>,

    cells: Vec<Cell>,
    /// Lane c of cell g is number `c * cells + g`.
    lanes: Vec<Lane>,
    etas: Vec<Eta>,
    xi: Xi,

    /// The token on its way from the last cell to `out`.
    after: [DFF<Bits<12>>; 5],
    dot: Vec<DFF<Bits<16>>>,
    reduced: Vec<DFF<Bits<8>>>,

    /// The write, one cycle later: in offset form, with the cell that it concerns.
    storing: DFF<Bit>,
    stored_address: DFF<Bits<9>>,
    stored_block: DFF<Bits<8>>,
    stored_cell: DFF<Bits<8>>,
    stored_bytes: DFF<Bits<4>>,
    stored: Vec<DFF<Bits<8>>>,
    /// With fewer than four lanes a cell is written in 4 / lanes blocks.
    blocks_per_cell_bits: Parameter<8>,
    /// log2 of the columns of a cell that one block writes.
    lane_bits: Parameter<8>,
    column_in_cell: Signal<Local, Bits<8>>,
    byte_enables: Parameter<4>,
    /// The `stored_cell` that concerns cell g.
    cell_number: Vec<Parameter<8>>,
}

impl Array {
    /// An array of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let (lanes, cells) = (geometry.lanes(), geometry.cells());
        let per_block = lanes.min(4);
        let mut array = Self {
            xi: Xi::new(lanes, geometry.fip()),
            cells: (0..cells).map(|_| Cell::default()).collect(),
            lanes: (0..lanes * cells)
                .map(|_| Lane::new(geometry.fip()))
                .collect(),
            etas: (0..lanes).map(|_| Eta::new(geometry.fip())).collect(),
            blocks_per_cell_bits: Parameter::new((4 / per_block).trailing_zeros() as usize),
            lane_bits: Parameter::new(per_block.trailing_zeros() as usize),
            byte_enables: Parameter::new((1 << per_block) - 1),
            cell_number: (0..cells)
                .map(|g| Parameter::new(g * per_block / lanes))
                .collect(),
            ..Self::default()
        };
        array.weight.resize_with(lanes, Default::default);
        array.result.resize_with(lanes, Default::default);
        array.write_byte.resize_with(lanes, Default::default);
        array.dot.resize_with(lanes, Default::default);
        array.reduced.resize_with(lanes, Default::default);
        array.stored.resize_with(lanes, Default::default);
        array
    }
}

impl Logic for Array {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self,
            clock,
            xi,
            storing,
            stored_address,
            stored_block,
            stored_cell,
            stored_bytes
        );
        for i in 0..5 {
            self.after[i].clock.next = self.clock.val();
        }

        // The line.
        self.cells[0].token_in.next = self.token.val();
        for g in 1..self.cells.len() {
            self.cells[g].token_in.next = self.cells[g - 1].token_out.val();
        }
        for n in self.cells.len()..(self.cells.len() + 1) {
            for c in 0..self.weight.len() {
                self.lanes[c * n].sum_in.next = 0.into();
                for g in 1..self.cells.len() {
                    self.lanes[c * n + g].sum_in.next = self.lanes[c * n + g - 1].sum_out.val();
                }
                for g in 0..self.cells.len() {
                    self.lanes[c * n + g].clock.next = self.clock.val();
                    self.lanes[c * n + g].latch.next = self.cells[g].latch.val();
                    self.lanes[c * n + g].weight.next = self.weight[c].val();
                    self.lanes[c * n + g].state.next = self.cells[g].state.val();
                }
            }
        }
        for last in (self.cells.len() - 1)..self.cells.len() {
            self.after[0].d.next = self.cells[last].token_out.val();
        }
        for i in 1..5 {
            self.after[i].d.next = self.after[i - 1].q.val();
        }
        self.soon.next = self.after[1].q.val();
        self.out.next = self.after[4].q.val();

        // Post: subtract xi and eta, reduce.
        for c in 0..self.weight.len() {
            self.etas[c].clock.next = self.clock.val();
            self.etas[c].weight.next = self.weight[c].val();
            self.etas[c].first.next = self.cells[0].latch.val();
            self.etas[c].more.next = self.weight_valid.val();
            self.etas[c].take.next = self.after[1].q.val().get_bit(10);
            self.dot[c].clock.next = self.clock.val();
            self.reduced[c].clock.next = self.clock.val();
        }
        self.xi.read_address.next = self.after[1].q.val().get_bits::<9>(0);
        for n in self.cells.len()..(self.cells.len() + 1) {
            for c in 0..self.weight.len() {
                self.dot[c].d.next = self.lanes[c * n + n - 1].sum_out.val()
                    - self.xi.xi.val()
                    - self.etas[c].eta.val();
            }
        }
        for c in 0..self.weight.len() {
            self.reduced[c].d.next =
                self.dot[c].q.val().get_bits::<8>(0) + self.dot[c].q.val().get_bits::<8>(8);
            self.result[c].next = self.reduced[c].q.val();
        }

        // Store.
        self.storing.d.next = self.write.val();
        self.stored_address.d.next = self.write_address.val();
        self.stored_block.d.next = self.write_block.val();
        self.stored_cell.d.next = self.write_block.val() >> self.blocks_per_cell_bits.q.val();
        self.column_in_cell.next = (self.write_block.val() << self.lane_bits.q.val()) & 3;
        self.stored_bytes.d.next = self.byte_enables.q.val() << self.column_in_cell.val();
        for c in 0..self.write_byte.len() {
            self.stored[c].clock.next = self.clock.val();
            self.stored[c].d.next = self.write_byte[c].val() ^ 128;
        }
        for g in 0..self.cells.len() {
            self.cells[g].clock.next = self.clock.val();
            self.cells[g].write_address.next = self.stored_address.q.val();
            self.cells[g].write.next = 0.into();
            if self.storing.q.val() & (self.stored_cell.q.val() == self.cell_number[g].q.val()) {
                self.cells[g].write.next = self.stored_bytes.q.val();
            }
        }
        for n in self.stored.len()..(self.stored.len() + 1) {
            for g in 0..self.cells.len() {
                self.cells[g].d0.next = self.stored[(4 * g) % n].q.val();
                self.cells[g].d1.next = self.stored[(4 * g + 1) % n].q.val();
                self.cells[g].d2.next = self.stored[(4 * g + 2) % n].q.val();
                self.cells[g].d3.next = self.stored[(4 * g + 3) % n].q.val();
            }
        }
        self.xi.next_address.next = self.write_address.val();
        self.xi.write.next = self.storing.q.val();
        self.xi.write_address.next = self.stored_address.q.val();
        self.xi.first.next = self.stored_block.q.val() == 0;
        self.xi.odd.next = self.stored_block.q.val().get_bit(0);
        for c in 0..self.stored.len() {
            self.xi.byte[c].next = self.stored[c].q.val();
        }
    }
}
