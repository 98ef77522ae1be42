//! Matrix fetch: turns passes into row bursts, and the rows that return into full block buffers.
//!
//! For every block of a pass it asks for the rows of the matrix that is multiplied, then for those
//! of the matrix that is loaded. A normal multiply and the load take row n of a matrix for lane
//! n mod lanes of block n / lanes. The last multiply of a chain takes the rows in the order that
//! completes words of the sum: with four lanes or more row `n / 4 + (n mod 4) * dimension/4`, with
//! one lane row n, with two lanes the mixture (`Geometry::matrix_row`).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget everything; no row may be on its way |
//! | `pass_valid` | in | 1 | the next ports describe a pass; taken when `pass_ready` is 1 too |
//! | `pass` | in | 5 | what the pass does, fields as in `pass.rs` |
//! | `weight_matrix`, `load_matrix` | in | 8 | the matrices that are multiplied and loaded |
//! | `request_ready` | in | 1 | the request is taken when `request` is 1 too |
//! | `data_valid` | in | 1 | the next beat of the rows asked for, in order |
//! | `weights_freed`, `load_freed` | in | 1 | one cycle: a block of this buffer has been used up |
//! | `pass_ready` | out | 1 | no pass is in work |
//! | `request` | out | 1 | read one matrix row, of `dimension` bytes |
//! | `address` | out | 24 | byte address of the row: matrix * dimension^2 + row * dimension |
//! | `write_weights`, `write_load` | out | 1 | store the beat in this buffer, in the cycle of `data_valid` |
//! | `write_half` | out | 1 | block of the buffer to store it in |
//! | `write_lane` | out | 4 | lane to store it in |
//! | `write_beat` | out | 6 | beat within the row |
//! | `weights_arrived`, `load_arrived` | out | 1 | one cycle, after the last beat: a block is complete |
//!
//! Latency 1 from a row that may be asked for to its `request`, and none from `data_valid` to the writes; one
//! request and one beat a cycle. Up to two blocks per buffer are asked for ahead; so it stalls when both are
//! full, and goes on in the cycle after one is freed.
//!
//! Checked by `sim/tests/control_path/fetch.rs` against the order of rows, and by every whole-hash test. It does
//! not see the data: beats go from the memory port to the buffers.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::pass::Pass;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Fetch {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,

    pub pass_valid: Signal<In, Bit>,
    pub pass: Signal<In, Pass>,
    pub weight_matrix: Signal<In, Bits<8>>,
    pub load_matrix: Signal<In, Bits<8>>,
    pub request_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub weights_freed: Signal<In, Bit>,
    pub load_freed: Signal<In, Bit>,

    pub pass_ready: Signal<Out, Bit>,
    pub request: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub write_weights: Signal<Out, Bit>,
    pub write_load: Signal<Out, Bit>,
    pub write_half: Signal<Out, Bit>,
    pub write_lane: Signal<Out, Bits<4>>,
    pub write_beat: Signal<Out, Bits<6>>,
    pub weights_arrived: Signal<Out, Bit>,
    pub load_arrived: Signal<Out, Bit>,

    /// The pass in work.
    active: DFF<Bit>,
    pass_reg: DFF<Pass>,
    weight_matrix_reg: Register<8>,
    load_matrix_reg: Register<8>,
    take: Signal<Local, Bit>,
    finish: Signal<Local, Bit>,

    /// The row to ask for next: first row of the block, lane, and which matrix.
    first_row: DFF<Bits<8>>,
    lane: DFF<Bits<4>>,
    for_load: DFF<Bit>,
    row: Signal<Local, Bits<8>>,
    matrix: Signal<Local, Bits<8>>,
    credit: Signal<Local, Bit>,
    ask: Signal<Local, Bit>,
    /// The request that is offered to the memory port.
    request_reg: DFF<Bit>,
    address_reg: Register<24>,
    /// The first row of a block is asked for; for the load.
    open: Signal<Local, Bit>,
    open_reg: DFF<Bit>,
    open_load_reg: DFF<Bit>,
    last_lane: Parameter<4>,
    lanes: Parameter<8>,
    last_first_row: Parameter<8>,
    row_bits: Parameter<5>,
    matrix_bits: Parameter<5>,
    /// The order of the last multiply: parts of the row number, and where they move.
    high_mask: Parameter<8>,
    low_mask: Parameter<8>,
    low_shift: Parameter<4>,
    group_shift: Parameter<4>,
    group_mask: Parameter<8>,

    /// Free blocks per buffer.
    weights_free: DFF<Bits<2>>,
    load_free: DFF<Bits<2>>,
    open_weights: Signal<Local, Bit>,
    open_load: Signal<Local, Bit>,

    /// The blocks on their way: how many, and bit i: block i is for the load.
    blocks: DFF<Bits<3>>,
    order: DFF<Bits<4>>,
    /// The block that arrives is for the load.
    head: Signal<Local, Bit>,
    /// Its last beat arrives.
    close: Signal<Local, Bit>,
    close_reg: DFF<Bit>,
    close_weights_reg: DFF<Bit>,
    close_load_reg: DFF<Bit>,
    /// `order` and `blocks` without a block that has left.
    shifted: Signal<Local, Bits<4>>,
    place: Signal<Local, Bits<3>>,
    arriving_lane: DFF<Bits<4>>,
    arriving_beat: DFF<Bits<6>>,
    weights_half: DFF<Bit>,
    load_half: DFF<Bit>,
    last_beat: Parameter<6>,
}

impl Fetch {
    /// The fetch of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let (dimension, lanes) = (geometry.dimension(), geometry.lanes());
        // Row n of the last multiply: its lowest `moved` bits become the bits below those of `high_mask`, which
        // stay, and the bits between move down.
        let moved = lanes.min(4).trailing_zeros() as usize;
        let quarter = dimension / 4;
        Self {
            last_lane: Parameter::new(lanes - 1),
            lanes: Parameter::new(lanes),
            last_first_row: Parameter::new(dimension - lanes),
            row_bits: Parameter::new(geometry.dimension_bits()),
            matrix_bits: Parameter::new(2 * geometry.dimension_bits()),
            high_mask: Parameter::new((dimension - 1) & !((quarter << moved) - 1)),
            low_mask: Parameter::new((1 << moved) - 1),
            low_shift: Parameter::new(quarter.trailing_zeros() as usize),
            group_shift: Parameter::new(moved),
            group_mask: Parameter::new(quarter - 1),
            last_beat: Parameter::new(geometry.cells() / geometry.beat_words() - 1),
            ..Self::default()
        }
    }
}

impl Logic for Fetch {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            active,
            pass_reg,
            first_row,
            lane,
            for_load,
            request_reg
        );
        dff_setup!(self, clock, weights_free, load_free, blocks, order);
        dff_setup!(
            self,
            clock,
            arriving_lane,
            arriving_beat,
            weights_half,
            load_half
        );
        clock!(
            self,
            clock,
            weight_matrix_reg,
            load_matrix_reg,
            address_reg,
            open_reg,
            open_load_reg,
            close_reg,
            close_weights_reg,
            close_load_reg
        );

        // Requests.
        self.row.next = self.first_row.q.val() + unsigned_cast_extend::<8, 4>(self.lane.q.val());
        self.matrix.next = self.load_matrix_reg.q.val();
        self.credit.next = self.load_free.q.val() != 0;
        if !self.for_load.q.val() {
            self.matrix.next = self.weight_matrix_reg.q.val();
            self.credit.next = self.weights_free.q.val() != 0;
            if self.pass_reg.q.val().last {
                self.row.next = (self.row.val() & self.high_mask.q.val())
                    | ((self.row.val() & self.low_mask.q.val()) << self.low_shift.q.val())
                    | ((self.row.val() >> self.group_shift.q.val()) & self.group_mask.q.val());
            }
        }
        self.ask.next = self.active.q.val()
            & ((self.lane.q.val() != 0) | self.credit.val())
            & ((!self.request_reg.q.val()) | self.request_ready.val());
        self.address_reg.enable.next = self.ask.val();
        self.address_reg.d.next = (unsigned_cast_extend::<24, 8>(self.matrix.val())
            << self.matrix_bits.q.val())
            | (unsigned_cast_extend::<24, 8>(self.row.val()) << self.row_bits.q.val());
        if self.request_ready.val() {
            self.request_reg.d.next = false;
        }
        if self.ask.val() {
            self.request_reg.d.next = true;
        }
        self.request.next = self.request_reg.q.val();
        self.address.next = self.address_reg.q.val();
        self.open.next = self.ask.val() & (self.lane.q.val() == 0);
        self.open_weights.next = self.open.val() & (!self.for_load.q.val());
        self.open_load.next = self.open.val() & self.for_load.q.val();
        self.open_reg.d.next = self.open.val();
        self.open_load_reg.d.next = self.for_load.q.val();

        self.finish.next = false;
        if self.ask.val() {
            self.lane.d.next = self.lane.q.val() + 1;
            if self.lane.q.val() == self.last_lane.q.val() {
                self.lane.d.next = 0.into();
                if (!self.for_load.q.val()) & self.pass_reg.q.val().load {
                    self.for_load.d.next = true;
                } else {
                    self.for_load.d.next = !self.pass_reg.q.val().multiply;
                    self.first_row.d.next = self.first_row.q.val() + self.lanes.q.val();
                    self.finish.next = self.first_row.q.val() == self.last_first_row.q.val();
                }
            }
        }

        // Passes.
        self.pass_ready.next = !self.active.q.val();
        self.take.next = self.pass_valid.val() & (!self.active.q.val());
        self.weight_matrix_reg.enable.next = self.take.val();
        self.weight_matrix_reg.d.next = self.weight_matrix.val();
        self.load_matrix_reg.enable.next = self.take.val();
        self.load_matrix_reg.d.next = self.load_matrix.val();
        if self.finish.val() {
            self.active.d.next = false;
        }
        if self.take.val() {
            self.active.d.next = true;
            self.pass_reg.d.next = self.pass.val();
            self.first_row.d.next = 0.into();
            self.for_load.d.next = !self.pass.val().multiply;
        }

        // Data.
        self.head.next = self.order.q.val().get_bit(0);
        if self.close_reg.q.val() {
            self.head.next = self.order.q.val().get_bit(1);
        }
        self.write_weights.next = self.data_valid.val() & (!self.head.val());
        self.write_load.next = self.data_valid.val() & self.head.val();
        self.write_half.next = self.weights_half.q.val();
        if self.head.val() {
            self.write_half.next = self.load_half.q.val();
        }
        self.write_lane.next = self.arriving_lane.q.val();
        self.write_beat.next = self.arriving_beat.q.val();
        self.close.next = false;
        if self.data_valid.val() {
            self.arriving_beat.d.next = self.arriving_beat.q.val() + 1;
            if self.arriving_beat.q.val() == self.last_beat.q.val() {
                self.arriving_beat.d.next = 0.into();
                self.arriving_lane.d.next = self.arriving_lane.q.val() + 1;
                if self.arriving_lane.q.val() == self.last_lane.q.val() {
                    self.arriving_lane.d.next = 0.into();
                    self.close.next = true;
                }
            }
        }
        self.close_reg.d.next = self.close.val();
        self.close_weights_reg.d.next = self.close.val() & (!self.head.val());
        self.close_load_reg.d.next = self.close.val() & self.head.val();
        self.weights_arrived.next = self.close_weights_reg.q.val();
        self.load_arrived.next = self.close_load_reg.q.val();
        if self.close.val() {
            if self.head.val() {
                self.load_half.d.next = !self.load_half.q.val();
            } else {
                self.weights_half.d.next = !self.weights_half.q.val();
            }
        }

        // Blocks on their way. One that is complete leaves a cycle later; one that is asked for enters a
        // cycle later, long before its first beat.
        self.shifted.next = self.order.q.val();
        self.place.next = self.blocks.q.val();
        if self.close_reg.q.val() {
            self.shifted.next = self.order.q.val() >> 1;
            self.place.next = self.blocks.q.val() - 1;
        }
        self.order.d.next = self.shifted.val();
        self.blocks.d.next = self.place.val();
        if self.open_reg.q.val() {
            self.blocks.d.next = self.place.val() + 1;
            self.order.d.next = self.shifted.val()
                | (unsigned_cast_extend::<4, 1>(self.open_load_reg.q.val().into())
                    << self.place.val());
        }

        // Credits.
        if self.weights_freed.val() & (!self.open_weights.val()) {
            self.weights_free.d.next = self.weights_free.q.val() + 1;
        }
        if (!self.weights_freed.val()) & self.open_weights.val() {
            self.weights_free.d.next = self.weights_free.q.val() - 1;
        }
        if self.load_freed.val() & (!self.open_load.val()) {
            self.load_free.d.next = self.load_free.q.val() + 1;
        }
        if (!self.load_freed.val()) & self.open_load.val() {
            self.load_free.d.next = self.load_free.q.val() - 1;
        }

        if self.clear.val() {
            self.active.d.next = false;
            self.request_reg.d.next = false;
            self.open_reg.d.next = false;
            self.lane.d.next = 0.into();
            self.weights_free.d.next = 2.into();
            self.load_free.d.next = 2.into();
            self.blocks.d.next = 0.into();
            self.order.d.next = 0.into();
            self.close_reg.d.next = false;
            self.arriving_lane.d.next = 0.into();
            self.arriving_beat.d.next = 0.into();
            self.weights_half.d.next = false;
            self.load_half.d.next = false;
        }
    }
}
