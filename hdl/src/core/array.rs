//! The array: multiplies the state by a block of matrix rows for every row of the state, reduces the
//! products to bytes (the reference's `multiply` and `reduce`), and keeps the state.
//!
//! One token, that is one state row, enters cell 0 per cycle and moves on by one cell per cycle;
//! `lanes` partial sums travel with it. When the token that opens a block reaches a cell, the cell's
//! lanes latch their weights, so the weights of a block follow its first token like a second wave.
//! At the end of the line xi and eta are subtracted and the sum is reduced to a byte.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `token` | in | 12 | the state row that enters the line, fields as in `token.rs`; `first` only every `dimension` cycles or later |
//! | `weight_valid` | in | 1 | 1 in the cycles 1 … cells after a `first` token |
//! | `weight$c` | in | 32 x lanes | word g of lane c's matrix row in cycle 1 + g, offset form |
//! | `write` | in | 1 | store `write_byte$c` |
//! | `write_address` | in | 9 | bank (bit 8) and slot |
//! | `write_block` | in | 8 | the columns are `write_block * lanes + c` |
//! | `write_byte$c` | in | 8 x lanes | signed bytes |
//! | `inferring$i` | in | 1 x infer | level: a write is one byte of inference, for which xi is not kept |
//! | `write_column$i` | in | 8 x infer | its column; the byte is `write_byte$c` of every lane |
//! | `token_early` | out | 12 | the `token_out` of four cycles later ([`EARLY`]) |
//! | `token_out` | out | 12 | the token that `result$c` belongs to |
//! | `result$c` | out | 8 x lanes | reduce(row of the state . matrix row of lane c) |
//! | `sum$i` | out | 24 x infer | what left lane 0 of the line two cycles after `token_early`; neither xi nor eta is subtracted |
//! | `eta$i` | out | 24 x infer | eta of that row of weights, one cycle after `token_early` |
//!
//! Latency `token` to `token_out`: cells + 10 cycles ([`latency`]); `write` to a token that may read it: 2
//! ([`WRITE_LATENCY`]). So a row may be written while the tokens of the next pass already run, as
//! long as cells + 12 <= dimension; xi follows in time if dimension >= 14. Throughput: one token per
//! cycle, 4 * cells * lanes multiply-accumulates.
//!
//! Weights and writes reach the cells through a register for every eight of them ([`GROUP`]), so that no
//! wire has to cross the whole array in a cycle.
//!
//! Byte order: byte j of a word, in bits 8j+7..8j, is column 4g + j. Example: the state row 1, 2, 0, … and
//! the matrix row 3, -4, 0, … give 3 - 8 = -5 = 0xfffffffb, and reduce makes 0xfb + 0xff = 0xfa of it.
//!
//! Multipliers with FIP: 2 * cells * lanes in the cells, 2 * lanes for eta, max(1, lanes/2) for xi. With
//! inference, lane 0 and its eta are of 24 bits, the lowest 16 of which are what they are without.
//!
//! Checked by `sim/tests/array.rs` alone, by every whole-hash test against the reference, multiply by
//! multiply, and against the functional array of the simulator, which has these ports and these cycles.
//! It does not know passes or chains, and does not wait: whoever sends a token has the weights ready.

use rust_hdl::prelude::*;

use crate::core::cell::Cell;
use crate::core::eta::Eta;
use crate::core::lane::{self, Lane};
use crate::core::token::Token;
use crate::core::wide_eta::WideEta;
use crate::core::wide_lane::WideLane;
use crate::core::xi::Xi;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// Cycles from `token` to `token_out`.
pub fn latency(geometry: &Geometry) -> usize {
    // A register in front of the line, one per cell, the RAM and the lane of the last cell (less
    // the register that its token is in), and the two of `dot` and `reduced`.
    1 + geometry.cells() + (2 - 1) + lane::LATENCY + 2
}

/// Cycles from `write` to a `token` that reads what was written.
pub const WRITE_LATENCY: usize = 2;

/// Cycles from `token_early` to `token_out`.
pub const EARLY: usize = 4;

/// Cells that share the registers of weights and writes.
pub const GROUP: usize = 8;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Array {
    pub clock: Signal<In, Clock>,

    pub token: Signal<In, Token>,
    pub weight_valid: Signal<In, Bit>,
    pub weight: Vec<Signal<In, Bits<32>>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<9>>,
    pub write_block: Signal<In, Bits<8>>,
    pub write_byte: Vec<Signal<In, Bits<8>>>,
    pub inferring: Vec<Signal<In, Bit>>,
    pub write_column: Vec<Signal<In, Bits<8>>>,

    pub token_early: Signal<Out, Token>,
    pub token_out: Signal<Out, Token>,
    pub result: Vec<Signal<Out, Bits<8>>>,
    pub sum: Vec<Signal<Out, Bits<24>>>,
    pub eta: Vec<Signal<Out, Bits<24>>>,

    cells: Vec<Cell>,
    /// Lane c of cell g is number `c * cells + g`, where the wide lane 0 does not count.
    lanes: Vec<Lane>,
    etas: Vec<Eta>,
    wide_lane: Vec<WideLane>,
    wide_eta: Vec<WideEta>,
    xi: Xi,

    /// The token in front of the first cell, and on its way from the last one to `token_out`.
    token_reg: DFF<Token>,
    token_late: [DFF<Token>; 9],
    /// xi + eta.
    correction: Vec<DFF<Bits<16>>>,
    dot: Vec<DFF<Bits<16>>>,
    reduced: Vec<DFF<Bits<8>>>,

    /// The write, one cycle later: in offset form, with the cell that it concerns.
    write_reg: DFF<Bit>,
    write_address_reg: DFF<Bits<9>>,
    write_block_reg: DFF<Bits<8>>,
    write_byte_reg: Vec<DFF<Bits<8>>>,
    write_cell: DFF<Bits<8>>,
    write_enables: DFF<Bits<4>>,
    /// The write was one of inference.
    inferring_reg: Vec<DFF<Bit>>,
    one: Vec<Parameter<4>>,
    /// Copies for each group of cells: number `lane * groups + group`.
    group_weight: Vec<Register<32>>,
    group_byte: Vec<DFF<Bits<8>>>,
    group_address: Vec<DFF<Bits<9>>>,
    /// Which of the group's cells the write concerns, as in `cell_number`, and its byte enables.
    group_cell: Vec<DFF<Bits<8>>>,
    group_enables: Vec<DFF<Bits<4>>>,
    group_number: Vec<Parameter<8>>,
    /// log2 of the `write_cell` values of a group.
    group_bits: Parameter<8>,
    group_mask: Parameter<8>,
    /// With fewer than four lanes a cell is written in 4 / lanes blocks.
    blocks_per_cell_bits: Parameter<8>,
    /// log2 of the columns of a cell that one block writes.
    lane_bits: Parameter<8>,
    column_in_cell: Signal<Local, Bits<8>>,
    byte_enables: Parameter<4>,
    /// The `group_cell` that concerns cell g.
    cell_number: Vec<Parameter<8>>,
}

impl Array {
    /// An array of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let (lanes, cells) = (geometry.lanes(), geometry.cells());
        let per_block = lanes.min(4);
        let (groups, per_group) = (cells / GROUP, GROUP * per_block / lanes);
        let multipliers = |n: usize| [geometry.multiplier(n), geometry.multiplier(n + 1)];
        let lane = |n: usize| match geometry.fip() {
            // The products are numbered along the line.
            true => {
                let (c, g) = (n / cells, n % cells);
                Lane::fip(multipliers(geometry.corrections() + 2 * (g * lanes + c)))
            }
            false => Lane::plain(),
        };
        let eta = |c: usize| match geometry.fip() {
            true => Eta::fip(multipliers(2 * c)),
            false => Eta::plain(),
        };
        let wide = usize::from(geometry.infer());
        let wide_lane = |g: usize| {
            let first = geometry.corrections() + 2 * g * lanes;
            WideLane::new(multipliers(first))
        };
        let mut array = Self {
            xi: Xi::new(geometry),
            cells: (0..cells)
                .map(|_| Cell::new(geometry.primitives()))
                .collect(),
            lanes: (wide * cells..lanes * cells).map(lane).collect(),
            etas: (wide..lanes).map(eta).collect(),
            wide_lane: (0..wide * cells).map(wide_lane).collect(),
            wide_eta: (0..wide).map(|_| WideEta::new(multipliers(0))).collect(),
            blocks_per_cell_bits: Parameter::new((4 / per_block).trailing_zeros() as usize),
            lane_bits: Parameter::new(per_block.trailing_zeros() as usize),
            byte_enables: Parameter::new((1 << per_block) - 1),
            cell_number: (0..cells)
                .map(|g| Parameter::new(g * per_block / lanes % per_group))
                .collect(),
            group_number: (0..groups).map(Parameter::new).collect(),
            group_bits: Parameter::new(per_group.trailing_zeros() as usize),
            group_mask: Parameter::new(per_group - 1),
            ..Self::default()
        };
        array.weight.resize_with(lanes, Default::default);
        array.result.resize_with(lanes, Default::default);
        array.write_byte.resize_with(lanes, Default::default);
        array.correction.resize_with(lanes, Default::default);
        array.dot.resize_with(lanes, Default::default);
        array.reduced.resize_with(lanes, Default::default);
        array.write_byte_reg.resize_with(lanes, Default::default);
        array.inferring.resize_with(wide, Default::default);
        array.write_column.resize_with(wide, Default::default);
        array.inferring_reg.resize_with(wide, Default::default);
        array.one.resize_with(wide, || Parameter::new(1));
        array.sum.resize_with(wide, Default::default);
        array.eta.resize_with(wide, Default::default);
        array
            .group_weight
            .resize_with(lanes * groups, Default::default);
        array
            .group_byte
            .resize_with(lanes * groups, Default::default);
        array.group_address.resize_with(groups, Default::default);
        array.group_cell.resize_with(groups, Default::default);
        array.group_enables.resize_with(groups, Default::default);
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
            token_reg,
            write_reg,
            write_address_reg,
            write_block_reg,
            write_cell,
            write_enables
        );
        for i in 0..self.token_late.len() {
            self.token_late[i].clock.next = self.clock.val();
        }

        // Weights, group by group.
        for n in self.group_address.len()..(self.group_address.len() + 1) {
            for c in 0..self.weight.len() {
                for k in 0..self.group_address.len() {
                    self.group_weight[c * n + k].clock.next = self.clock.val();
                    self.group_weight[c * n + k].enable.next = self.weight_valid.val();
                    self.group_weight[c * n + k].d.next = self.weight[c].val();
                }
            }
            for size in GROUP..(GROUP + 1) {
                for wide in self.sum.len()..(self.sum.len() + 1) {
                    for c in 0..self.etas.len() {
                        for g in 0..self.cells.len() {
                            self.lanes[c * n * size + g].weight.next =
                                self.group_weight[(c + wide) * n + g / size].q.val();
                        }
                    }
                }
                for g in 0..self.wide_lane.len() {
                    self.wide_lane[g].weight.next = self.group_weight[g / size].q.val();
                }
            }
        }

        // The line.
        self.token_reg.d.next = self.token.val();
        self.cells[0].token_in.next = self.token_reg.q.val();
        for g in 1..self.cells.len() {
            self.cells[g].token_in.next = self.cells[g - 1].token_out.val();
        }
        for n in self.cells.len()..(self.cells.len() + 1) {
            for c in 0..self.etas.len() {
                self.lanes[c * n].sum_in.next = 0.into();
                for g in 1..self.cells.len() {
                    self.lanes[c * n + g].sum_in.next = self.lanes[c * n + g - 1].sum_out.val();
                }
                for g in 0..self.cells.len() {
                    self.lanes[c * n + g].clock.next = self.clock.val();
                    self.lanes[c * n + g].latch.next = self.cells[g].latch.val();
                    self.lanes[c * n + g].state.next = self.cells[g].state.val();
                }
            }
        }
        for _wide in 0..self.sum.len() {
            self.wide_lane[0].sum_in.next = 0.into();
            for g in 1..self.cells.len() {
                self.wide_lane[g].sum_in.next = self.wide_lane[g - 1].sum_out.val();
            }
            for g in 0..self.cells.len() {
                self.wide_lane[g].clock.next = self.clock.val();
                self.wide_lane[g].latch.next = self.cells[g].latch.val();
                self.wide_lane[g].state.next = self.cells[g].state.val();
            }
        }
        for last in (self.cells.len() - 1)..self.cells.len() {
            self.token_late[0].d.next = self.cells[last].token_out.val();
        }
        for i in 1..self.token_late.len() {
            self.token_late[i].d.next = self.token_late[i - 1].q.val();
        }
        self.token_early.next = self.token_late[4].q.val();
        self.token_out.next = self.token_late[8].q.val();

        // Post: subtract xi and eta, reduce.
        for wide in self.sum.len()..(self.sum.len() + 1) {
            for c in 0..self.etas.len() {
                self.etas[c].clock.next = self.clock.val();
                self.etas[c].weight.next = self.weight[c + wide].val();
                self.etas[c].first.next = self.token_reg.q.val().first;
                self.etas[c].more.next = self.weight_valid.val();
                self.etas[c].take.next = self.token_late[4].q.val().first;
                self.correction[c + wide].clock.next = self.clock.val();
                self.correction[c + wide].d.next = self.xi.xi.val() + self.etas[c].eta.val();
                self.dot[c + wide].clock.next = self.clock.val();
                self.reduced[c + wide].clock.next = self.clock.val();
            }
        }
        self.xi.read_address.next = self.token_late[3].q.val().address;
        for n in self.cells.len()..(self.cells.len() + 1) {
            for wide in self.sum.len()..(self.sum.len() + 1) {
                for c in 0..self.etas.len() {
                    self.dot[c + wide].d.next =
                        self.lanes[c * n + n - 1].sum_out.val() - self.correction[c + wide].q.val();
                }
            }
        }
        for i in 0..self.sum.len() {
            self.wide_eta[i].clock.next = self.clock.val();
            self.wide_eta[i].weight.next = self.weight[i].val();
            self.wide_eta[i].first.next = self.token_reg.q.val().first;
            self.wide_eta[i].more.next = self.weight_valid.val();
            self.wide_eta[i].take.next = self.token_late[4].q.val().first;
            self.correction[i].clock.next = self.clock.val();
            self.correction[i].d.next =
                self.xi.xi.val() + self.wide_eta[i].eta.val().get_bits::<16>(0);
            self.dot[i].clock.next = self.clock.val();
            self.reduced[i].clock.next = self.clock.val();
            for last in (self.cells.len() - 1)..self.cells.len() {
                self.dot[i].d.next = self.wide_lane[last].sum_out.val().get_bits::<16>(0)
                    - self.correction[i].q.val();
                self.sum[i].next = self.wide_lane[last].sum_out.val();
            }
            self.eta[i].next = self.wide_eta[i].eta.val();
        }
        for c in 0..self.weight.len() {
            self.reduced[c].d.next =
                self.dot[c].q.val().get_bits::<8>(0) + self.dot[c].q.val().get_bits::<8>(8);
            self.result[c].next = self.reduced[c].q.val();
        }

        // Store.
        self.write_reg.d.next = self.write.val();
        self.write_address_reg.d.next = self.write_address.val();
        self.write_block_reg.d.next = self.write_block.val();
        self.write_cell.d.next = self.write_block.val() >> self.blocks_per_cell_bits.q.val();
        self.column_in_cell.next = (self.write_block.val() << self.lane_bits.q.val()) & 3;
        self.write_enables.d.next = self.byte_enables.q.val() << self.column_in_cell.val();
        for i in 0..self.inferring.len() {
            if self.inferring[i].val() {
                self.write_cell.d.next = self.write_column[i].val() >> 2;
                self.write_enables.d.next = self.one[i].q.val() << (self.write_column[i].val() & 3);
            }
        }
        for c in 0..self.write_byte.len() {
            self.write_byte_reg[c].clock.next = self.clock.val();
            self.write_byte_reg[c].d.next = self.write_byte[c].val() ^ 128;
        }
        for k in 0..self.group_address.len() {
            self.group_address[k].clock.next = self.clock.val();
            self.group_cell[k].clock.next = self.clock.val();
            self.group_enables[k].clock.next = self.clock.val();
            self.group_address[k].d.next = self.write_address_reg.q.val();
            self.group_cell[k].d.next = self.write_cell.q.val() & self.group_mask.q.val();
            self.group_enables[k].d.next = 0.into();
            if self.write_reg.q.val()
                & ((self.write_cell.q.val() >> self.group_bits.q.val())
                    == self.group_number[k].q.val())
            {
                self.group_enables[k].d.next = self.write_enables.q.val();
            }
        }
        for n in self.group_address.len()..(self.group_address.len() + 1) {
            for c in 0..self.write_byte_reg.len() {
                for k in 0..self.group_address.len() {
                    self.group_byte[c * n + k].clock.next = self.clock.val();
                    self.group_byte[c * n + k].d.next = self.write_byte_reg[c].q.val();
                }
            }
            for size in GROUP..(GROUP + 1) {
                for g in 0..self.cells.len() {
                    self.cells[g].clock.next = self.clock.val();
                    self.cells[g].write_address.next = self.group_address[g / size].q.val();
                    self.cells[g].write.next = 0.into();
                    if self.group_cell[g / size].q.val() == self.cell_number[g].q.val() {
                        self.cells[g].write.next = self.group_enables[g / size].q.val();
                    }
                }
                for m in self.write_byte.len()..(self.write_byte.len() + 1) {
                    for g in 0..self.cells.len() {
                        self.cells[g].d0.next =
                            self.group_byte[((4 * g) % m) * n + g / size].q.val();
                        self.cells[g].d1.next =
                            self.group_byte[((4 * g + 1) % m) * n + g / size].q.val();
                        self.cells[g].d2.next =
                            self.group_byte[((4 * g + 2) % m) * n + g / size].q.val();
                        self.cells[g].d3.next =
                            self.group_byte[((4 * g + 3) % m) * n + g / size].q.val();
                    }
                }
            }
        }
        self.xi.write.next = self.write_reg.q.val();
        for i in 0..self.inferring_reg.len() {
            self.inferring_reg[i].clock.next = self.clock.val();
            self.inferring_reg[i].d.next = self.inferring[i].val();
            if self.inferring_reg[i].q.val() {
                self.xi.write.next = false;
            }
        }
        self.xi.write_address.next = self.write_address_reg.q.val();
        self.xi.first.next = self.write_block_reg.q.val() == 0;
        self.xi.odd.next = self.write_block_reg.q.val().get_bit(0);
        for c in 0..self.write_byte_reg.len() {
            self.xi.byte[c].next = self.write_byte_reg[c].q.val();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::xi;
    use crate::geometry::{DIMENSIONS, LANES};

    #[test]
    fn rows_are_written_before_the_next_pass_reads_them_at_every_dimension() {
        for dimension in DIMENSIONS {
            for lanes in LANES {
                let core = Geometry::new(dimension, lanes, true).unwrap();
                let written = latency(&core) + WRITE_LATENCY;
                assert!(written <= dimension, "{core}: {written} cycles");
                // The block's last result leaves, is stored a cycle later, and is part of xi; the
                // next pass reads that five cycles before its own result leaves.
                let known = latency(&core) + 1 + xi::LATENCY;
                assert!(
                    known <= dimension + latency(&core) - 5,
                    "{core}: xi after {known}"
                );
                // What `control.rs` grants the line to run empty.
                assert!(known + EARLY < 128, "{core}: {known} cycles to run empty");
            }
        }
    }
}
