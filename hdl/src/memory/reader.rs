//! SDRAM reader: puts the columns that arrive together to beats.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: forget what is on its way |
//! | `read` | in | 1 | one cycle: a burst of 8 columns is decided |
//! | `single` | in | 1 | with `read`: only the columns of one beat are wanted |
//! | `column` | in | 16 | what the memory answers: the first column `delay` cycles after `read`, then one a cycle |
//! | `pending` | out | 1 | columns are on their way; from two cycles after `read` on |
//! | `data_valid` | out | 1 | a beat is in `data$i` |
//! | `data$i` | out | 32 | word i of the beat, lowest address first |
//!
//! Throughput a column a cycle; `data_valid` follows the last column of a beat by a cycle. Column n
//! holds bytes 2n (bits 7..0) and 2n + 1: the columns 0x0201, 0x0403 make the word 0x04030201.
//!
//! Checked by `sim/tests/sdram.rs`. A beat cannot be refused.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;

/// The longest `delay`.
const MAX_DELAY: u32 = 16;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Reader {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub read: Signal<In, Bit>,
    pub single: Signal<In, Bit>,
    pub column: Signal<In, Bits<16>>,

    pub pending: Signal<Out, Bit>,
    pub data_valid: Signal<Out, Bit>,
    pub data: Vec<Signal<Out, Bits<32>>>,

    /// Bursts on their way: bit i was commanded i + 1 cycles ago.
    in_flight: DFF<Bits<16>>,
    single_in_flight: DFF<Bits<16>>,
    arrives: Signal<Local, Bit>,
    one_beat: Signal<Local, Bit>,
    /// Columns of the burst that are still to come and wanted.
    columns_left: DFF<Bits<4>>,
    pending_reg: DFF<Bit>,
    /// Columns of the beat that is gathered.
    take: Signal<Local, Bit>,
    count: DFF<Bits<3>>,
    gathered: DFF<Bits<128>>,
    data_valid_reg: DFF<Bit>,

    last: Parameter<4>,
    beat_columns: Parameter<3>,
    /// Where the newest column goes.
    top: Parameter<8>,
}

impl Reader {
    /// The reader of a core of the given geometry, whose columns come `delay` cycles after `read`.
    ///
    /// # Panics
    /// If the delay is not within 1 … 16, which no memory's is.
    pub fn new(geometry: &Geometry, delay: u32) -> Self {
        assert!(
            (1..=MAX_DELAY).contains(&delay),
            "a delay of {delay} cycles"
        );
        let columns = 2 * geometry.beat_words();
        let mut reader = Self {
            last: Parameter::new(delay as usize - 1),
            beat_columns: Parameter::new(columns - 1),
            top: Parameter::new(16 * (columns - 1)),
            ..Self::default()
        };
        reader
            .data
            .resize_with(geometry.beat_words(), Default::default);
        reader
    }
}

impl Logic for Reader {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, columns_left, count, gathered);
        clock!(
            self,
            clock,
            in_flight,
            single_in_flight,
            data_valid_reg,
            pending_reg
        );
        self.in_flight.d.next = self.in_flight.q.val() << 1;
        if self.read.val() {
            self.in_flight.d.next = (self.in_flight.q.val() << 1) | 1;
        }
        self.single_in_flight.d.next = self.single_in_flight.q.val() << 1;
        if self.single.val() {
            self.single_in_flight.d.next = (self.single_in_flight.q.val() << 1) | 1;
        }
        self.arrives.next = self.in_flight.q.val().get_bit(self.last.q.val().index());
        self.one_beat.next = self
            .single_in_flight
            .q
            .val()
            .get_bit(self.last.q.val().index());

        self.take.next = self.arrives.val() | self.columns_left.q.val().any();
        if self.columns_left.q.val().any() {
            self.columns_left.d.next = self.columns_left.q.val() - 1;
        }
        if self.arrives.val() {
            self.columns_left.d.next = 7.into();
            if self.one_beat.val() {
                self.columns_left.d.next = unsigned_cast_extend::<4, 3>(self.beat_columns.q.val());
            }
        }
        self.data_valid_reg.d.next = false;
        if self.take.val() {
            self.gathered.d.next = (self.gathered.q.val() >> 16)
                | (unsigned_cast_extend::<128, 16>(self.column.val()) << self.top.q.val());
            self.count.d.next = self.count.q.val() + 1;
            if self.count.q.val() == self.beat_columns.q.val() {
                self.count.d.next = 0.into();
                self.data_valid_reg.d.next = true;
            }
        }
        self.pending_reg.d.next = self.in_flight.q.val().any() | self.columns_left.q.val().any();
        self.pending.next = self.pending_reg.q.val();
        self.data_valid.next = self.data_valid_reg.q.val();
        for i in 0..self.data.len() {
            self.data[i].next = self.gathered.q.val().get_bits::<32>(32 * i);
        }
        if self.reset.val() {
            self.in_flight.d.next = 0.into();
            self.columns_left.d.next = 0.into();
            self.count.d.next = 0.into();
            self.data_valid_reg.d.next = false;
        }
    }
}
