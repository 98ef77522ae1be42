//! SDRAM writer: cuts beats into columns.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: forget the beats that were gathered; a burst runs to its end |
//! | `gather` | in | 1 | beats are wanted |
//! | `write_valid` | in | 1 | a beat is in `write_beat$i`; held until `write_ready` |
//! | `write_beat$i` | in | 32 | word i of the beat, lowest address first |
//! | `write` | in | 1 | one cycle, only if `filled`: the burst is commanded |
//! | `write_ready` | out | 1 | a beat is taken in this cycle |
//! | `filled` | out | 1 | the 8 columns of a burst are gathered |
//! | `column` | out | 16 | with `drive`: a column for the memory; a register |
//! | `drive` | out | 1 | the 8 cycles after `write`; a register |
//!
//! Latency 1 from `write` to the first column, throughput a column a cycle; a beat is taken every
//! other cycle, which is as fast as columns of one lane's beats go out. A burst is gathered
//! whole before it is commanded, so that nothing can be missing in its middle. Column n holds bytes
//! 2n (bits 7..0) and 2n + 1, as in `reader.rs`: the word 0x04030201 goes out as 0x0201, 0x0403.
//!
//! Checked by `sim/tests/sdram.rs`. Writes whole bursts only: it has no byte enables.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Writer {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub gather: Signal<In, Bit>,
    pub write_valid: Signal<In, Bit>,
    pub write_beat: Vec<Signal<In, Bits<32>>>,
    pub write: Signal<In, Bit>,

    pub write_ready: Signal<Out, Bit>,
    pub filled: Signal<Out, Bit>,
    pub column: Signal<Out, Bits<16>>,
    pub drive: Signal<Out, Bit>,

    /// The beat that was taken, on its own here: the core is far away.
    arrived: DFF<Bit>,
    beat_reg: Vec<Register<32>>,
    /// The burst that is gathered, the newest beat on top; its beats.
    gathered: DFF<Bits<128>>,
    beat: Signal<Local, Bits<128>>,
    count: DFF<Bits<2>>,
    filled_reg: DFF<Bit>,
    /// The burst that goes out, behind the column that is out.
    outgoing: DFF<Bits<128>>,
    columns_left: DFF<Bits<3>>,
    column_reg: DFF<Bits<16>>,
    drive_reg: DFF<Bit>,

    beat_bits: Parameter<8>,
    /// Where word i of the newest beat goes.
    place: Vec<Parameter<8>>,
    last_beat: Parameter<2>,
}

impl Writer {
    /// The writer of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let words = geometry.beat_words();
        let mut writer = Self {
            beat_bits: Parameter::new(32 * words),
            place: (0..words)
                .map(|i| Parameter::new(128 - 32 * (words - i)))
                .collect(),
            last_beat: Parameter::new(4 / words - 1),
            ..Self::default()
        };
        writer.write_beat.resize_with(words, Default::default);
        writer.beat_reg.resize_with(words, Default::default);
        writer
    }
}

impl Logic for Writer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            arrived,
            gathered,
            count,
            filled_reg,
            outgoing,
            columns_left
        );
        clock!(self, clock, column_reg, drive_reg);
        self.write_ready.next =
            self.gather.val() & (!self.filled_reg.q.val()) & (!self.arrived.q.val());
        self.arrived.d.next = self.write_valid.val()
            & self.gather.val()
            & (!self.filled_reg.q.val())
            & (!self.arrived.q.val());
        self.beat.next = 0.into();
        for i in 0..self.write_beat.len() {
            self.beat_reg[i].clock.next = self.clock.val();
            self.beat_reg[i].enable.next = !self.arrived.q.val();
            self.beat_reg[i].d.next = self.write_beat[i].val();
            self.beat.next = self.beat.val()
                | (unsigned_cast_extend::<128, 32>(self.beat_reg[i].q.val())
                    << self.place[i].q.val());
        }
        if self.arrived.q.val() {
            self.gathered.d.next =
                (self.gathered.q.val() >> self.beat_bits.q.val()) | self.beat.val();
            self.count.d.next = self.count.q.val() + 1;
            if self.count.q.val() == self.last_beat.q.val() {
                self.count.d.next = 0.into();
                self.filled_reg.d.next = true;
            }
        }
        self.filled.next = self.filled_reg.q.val();

        self.column_reg.d.next = self.outgoing.q.val().get_bits::<16>(0);
        self.drive_reg.d.next = self.columns_left.q.val().any();
        self.outgoing.d.next = self.outgoing.q.val() >> 16;
        if self.columns_left.q.val().any() {
            self.columns_left.d.next = self.columns_left.q.val() - 1;
        }
        if self.write.val() {
            self.column_reg.d.next = self.gathered.q.val().get_bits::<16>(0);
            self.drive_reg.d.next = true;
            self.outgoing.d.next = self.gathered.q.val() >> 16;
            self.columns_left.d.next = 7.into();
            self.filled_reg.d.next = false;
        }
        self.column.next = self.column_reg.q.val();
        self.drive.next = self.drive_reg.q.val();
        if self.reset.val() {
            self.arrived.d.next = false;
            self.count.d.next = 0.into();
            self.filled_reg.d.next = false;
        }
    }
}
