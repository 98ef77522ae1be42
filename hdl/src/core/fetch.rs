//! Matrix fetch: turns passes into row bursts, and the rows that return into full block buffers.
//!
//! For every block of a pass it asks for the rows of the matrix that is multiplied, then for those
//! of the matrix that is loaded. A normal multiply and the load take row n of a matrix for lane
//! n mod lanes of block n / lanes. The last multiply of a chain takes the rows in the order that
//! completes words of the sum: with four lanes or more row `n / 4 + (n mod 4) * dimension/4`, with
//! one lane row n, with two lanes the mixture.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget everything; no row may be on its way |
//! | `pass_valid`, `pass_ready` | in, out | 1 | a pass is taken when both are 1 |
//! | `multiply`, `load`, `last` | in | 1 | what the pass does |
//! | `weight_matrix`, `load_matrix` | in | 8 | |
//! | `request`, `request_ready` | out, in | 1 | read one matrix row; taken when both are 1 |
//! | `address` | out | 24 | byte address of the row |
//! | `data_valid` | in | 1 | the next beat of the rows asked for, in order |
//! | `write_weights`, `write_load` | out | 1 | store the beat in this buffer |
//! | `write_half`, `write_lane`, `write_beat` | out | 1, 4, 6 | where |
//! | `weights_arrived`, `load_arrived` | out | 1 | one cycle, after the last beat: a block is complete |
//! | `weights_freed`, `load_freed` | in | 1 | one cycle: a block has been used up |
//!
//! A row is `dimension` contiguous bytes. Up to two blocks per buffer are asked for ahead.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Fetch {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub pass_valid: Signal<In, Bit>,
    pub pass_ready: Signal<Out, Bit>,
    pub multiply: Signal<In, Bit>,
    pub load: Signal<In, Bit>,
    pub last: Signal<In, Bit>,
    pub weight_matrix: Signal<In, Bits<8>>,
    pub load_matrix: Signal<In, Bits<8>>,
    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub data_valid: Signal<In, Bit>,
    pub write_weights: Signal<Out, Bit>,
    pub write_load: Signal<Out, Bit>,
    pub write_half: Signal<Out, Bit>,
    pub write_lane: Signal<Out, Bits<4>>,
    pub write_beat: Signal<Out, Bits<6>>,
    pub weights_arrived: Signal<Out, Bit>,
    pub load_arrived: Signal<Out, Bit>,
    pub weights_freed: Signal<In, Bit>,
    pub load_freed: Signal<In, Bit>,

    /// The pass in work; {last, load, multiply}.
    active: DFF<Bit>,
    pass: Register<3>,
    weights: Register<8>,
    loads: Register<8>,
    take: Signal<Local, Bit>,
    finish: Signal<Local, Bit>,

    /// The row to ask for next: first row of the block, lane, and which matrix.
    first_row: DFF<Bits<8>>,
    lane: DFF<Bits<4>>,
    for_load: DFF<Bit>,
    row: Signal<Local, Bits<8>>,
    strided: Signal<Local, Bits<8>>,
    matrix: Signal<Local, Bits<8>>,
    credit: Signal<Local, Bit>,
    asked: Signal<Local, Bit>,
    /// The request that is offered to the memory port.
    offered: DFF<Bit>,
    offered_address: Register<24>,
    next_address: Signal<Local, Bits<24>>,
    opened: Signal<Local, Bit>,
    opened_before: DFF<Bit>,
    opened_load: DFF<Bit>,
    last_lane: Parameter<4>,
    lanes: Parameter<8>,
    last_first_row: Parameter<8>,
    row_bits: Parameter<5>,
    matrix_bits: Parameter<5>,
    /// The order of the last multiply; see `strided_order`.
    kept_mask: Parameter<8>,
    low_mask: Parameter<8>,
    low_shift: Parameter<4>,
    group_shift: Parameter<4>,
    group_mask: Parameter<8>,

    /// Free blocks per buffer.
    weights_free: DFF<Bits<2>>,
    load_free: DFF<Bits<2>>,

    /// The blocks on their way: how many, and bit i: block i is for the load.
    open: DFF<Bits<3>>,
    order: DFF<Bits<4>>,
    /// The block that arrives is for the load.
    head: Signal<Local, Bit>,
    closed: Signal<Local, Bit>,
    closing: DFF<Bit>,
    closed_weights: DFF<Bit>,
    closed_load: DFF<Bit>,
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
        // Row n of the last multiply: its lowest `moved` bits become the bits below `kept`, which
        // stay, and the bits between move down.
        let moved = lanes.min(4).trailing_zeros() as usize;
        let quarter = dimension / 4;
        Self {
            last_lane: Parameter::new(lanes - 1),
            lanes: Parameter::new(lanes),
            last_first_row: Parameter::new(dimension - lanes),
            row_bits: Parameter::new(geometry.dimension_bits()),
            matrix_bits: Parameter::new(2 * geometry.dimension_bits()),
            kept_mask: Parameter::new((dimension - 1) & !((quarter << moved) - 1)),
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
            first_row,
            lane,
            for_load,
            weights_free,
            load_free
        );
        dff_setup!(
            self,
            clock,
            open,
            order,
            arriving_lane,
            arriving_beat,
            weights_half,
            load_half,
            closing,
            offered
        );
        clock!(self, clock, pass, weights, loads, offered_address);
        clock!(self, clock, closed_weights, closed_load);
        clock!(self, clock, opened_before, opened_load);

        // Requests.
        self.row.next = self.first_row.q.val() + unsigned_cast_extend::<8, 4>(self.lane.q.val());
        self.strided.next = (self.row.val() & self.kept_mask.q.val())
            | ((self.row.val() & self.low_mask.q.val()) << self.low_shift.q.val())
            | ((self.row.val() >> self.group_shift.q.val()) & self.group_mask.q.val());
        self.matrix.next = self.weights.q.val();
        if self.for_load.q.val() {
            self.matrix.next = self.loads.q.val();
        }
        self.next_address.next = (unsigned_cast_extend::<24, 8>(self.matrix.val())
            << self.matrix_bits.q.val())
            | (unsigned_cast_extend::<24, 8>(self.row.val()) << self.row_bits.q.val());
        if self.pass.q.val().get_bit(2) & (!self.for_load.q.val()) {
            self.next_address.next = (unsigned_cast_extend::<24, 8>(self.matrix.val())
                << self.matrix_bits.q.val())
                | (unsigned_cast_extend::<24, 8>(self.strided.val()) << self.row_bits.q.val());
        }
        self.credit.next = self.weights_free.q.val() != 0;
        if self.for_load.q.val() {
            self.credit.next = self.load_free.q.val() != 0;
        }
        self.asked.next = self.active.q.val()
            & ((self.lane.q.val() != 0) | self.credit.val())
            & ((!self.offered.q.val()) | self.request_ready.val());
        self.offered_address.enable.next = self.asked.val();
        self.offered_address.d.next = self.next_address.val();
        if self.request_ready.val() {
            self.offered.d.next = false;
        }
        if self.asked.val() {
            self.offered.d.next = true;
        }
        self.request.next = self.offered.q.val();
        self.address.next = self.offered_address.q.val();
        self.opened.next = self.asked.val() & (self.lane.q.val() == 0);
        self.opened_before.d.next = self.opened.val();
        self.opened_load.d.next = self.for_load.q.val();

        self.finish.next = false;
        if self.asked.val() {
            self.lane.d.next = self.lane.q.val() + 1;
            if self.lane.q.val() == self.last_lane.q.val() {
                self.lane.d.next = 0.into();
                if (!self.for_load.q.val()) & self.pass.q.val().get_bit(1) {
                    self.for_load.d.next = true;
                } else {
                    self.for_load.d.next = !self.pass.q.val().get_bit(0);
                    self.first_row.d.next = self.first_row.q.val() + self.lanes.q.val();
                    self.finish.next = self.first_row.q.val() == self.last_first_row.q.val();
                }
            }
        }

        // Passes.
        self.pass_ready.next = !self.active.q.val();
        self.take.next = self.pass_valid.val() & (!self.active.q.val());
        self.pass.enable.next = self.take.val();
        self.weights.enable.next = self.take.val();
        self.loads.enable.next = self.take.val();
        self.pass.d.next = unsigned_cast_extend::<3, 1>(self.multiply.val().into())
            | (unsigned_cast_extend::<3, 1>(self.load.val().into()) << 1)
            | (unsigned_cast_extend::<3, 1>(self.last.val().into()) << 2);
        self.weights.d.next = self.weight_matrix.val();
        self.loads.d.next = self.load_matrix.val();
        if self.finish.val() {
            self.active.d.next = false;
        }
        if self.take.val() {
            self.active.d.next = true;
            self.first_row.d.next = 0.into();
            self.for_load.d.next = !self.multiply.val();
        }

        // Data.
        self.head.next = self.order.q.val().get_bit(0);
        if self.closing.q.val() {
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
        self.closed.next = false;
        if self.data_valid.val() {
            self.arriving_beat.d.next = self.arriving_beat.q.val() + 1;
            if self.arriving_beat.q.val() == self.last_beat.q.val() {
                self.arriving_beat.d.next = 0.into();
                self.arriving_lane.d.next = self.arriving_lane.q.val() + 1;
                if self.arriving_lane.q.val() == self.last_lane.q.val() {
                    self.arriving_lane.d.next = 0.into();
                    self.closed.next = true;
                }
            }
        }
        self.closing.d.next = self.closed.val();
        self.closed_weights.d.next = self.closed.val() & (!self.head.val());
        self.closed_load.d.next = self.closed.val() & self.head.val();
        self.weights_arrived.next = self.closed_weights.q.val();
        self.load_arrived.next = self.closed_load.q.val();

        // Blocks on their way. One that is complete leaves a cycle later; one that is asked for enters a
        // cycle later, long before its first beat.
        self.shifted.next = self.order.q.val();
        self.place.next = self.open.q.val();
        if self.closing.q.val() {
            self.shifted.next = self.order.q.val() >> 1;
            self.place.next = self.open.q.val() - 1;
        }
        if self.closed.val() {
            if self.head.val() {
                self.load_half.d.next = !self.load_half.q.val();
            } else {
                self.weights_half.d.next = !self.weights_half.q.val();
            }
        }
        self.order.d.next = self.shifted.val();
        self.open.d.next = self.place.val();
        if self.opened_before.q.val() {
            self.open.d.next = self.place.val() + 1;
            self.order.d.next = self.shifted.val()
                | (unsigned_cast_extend::<4, 1>(self.opened_load.q.val().into())
                    << self.place.val());
        }

        // Credits.
        if self.weights_freed.val() & (!(self.opened.val() & (!self.for_load.q.val()))) {
            self.weights_free.d.next = self.weights_free.q.val() + 1;
        }
        if (!self.weights_freed.val()) & self.opened.val() & (!self.for_load.q.val()) {
            self.weights_free.d.next = self.weights_free.q.val() - 1;
        }
        if self.load_freed.val() & (!(self.opened.val() & self.for_load.q.val())) {
            self.load_free.d.next = self.load_free.q.val() + 1;
        }
        if (!self.load_freed.val()) & self.opened.val() & self.for_load.q.val() {
            self.load_free.d.next = self.load_free.q.val() - 1;
        }

        if self.clear.val() {
            self.active.d.next = false;
            self.offered.d.next = false;
            self.opened_before.d.next = false;
            self.lane.d.next = 0.into();
            self.weights_free.d.next = 2.into();
            self.load_free.d.next = 2.into();
            self.open.d.next = 0.into();
            self.order.d.next = 0.into();
            self.closing.d.next = false;
            self.arriving_lane.d.next = 0.into();
            self.arriving_beat.d.next = 0.into();
            self.weights_half.d.next = false;
            self.load_half.d.next = false;
        }
    }
}
