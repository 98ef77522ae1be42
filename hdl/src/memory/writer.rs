//! SDRAM writer: cuts beats into columns.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: forget the beats that were gathered; a burst runs to its end |
//! | `gather` | in | 1 | beats are wanted |
//! | `write_valid`, `write_ready`, `write_beat$i` | in, out, in | 1, 1, 32 | a beat, taken when both are 1 |
//! | `filled` | out | 1 | the 8 columns of a burst are gathered |
//! | `write` | in | 1 | the burst is commanded: its columns go out from the next cycle on |
//! | `column`, `drive` | out | 16, 1 | a column for the memory; registers |
//!
//! A burst is gathered whole before it is commanded, so that nothing can be missing in its middle.
//! Byte order as in `reader.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Writer {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub gather: Signal<In, Bit>,
    pub write_valid: Signal<In, Bit>,
    pub write_ready: Signal<Out, Bit>,
    pub write_beat: Vec<Signal<In, Bits<32>>>,
    pub filled: Signal<Out, Bit>,
    pub write: Signal<In, Bit>,
    pub column: Signal<Out, Bits<16>>,
    pub drive: Signal<Out, Bit>,

    gathered: DFF<Bits<128>>,
    beat: Signal<Local, Bits<128>>,
    count: DFF<Bits<2>>,
    full: DFF<Bit>,
    outgoing: DFF<Bits<128>>,
    left: DFF<Bits<3>>,
    column_out: DFF<Bits<16>>,
    drive_out: DFF<Bit>,
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
        writer
    }
}

impl Logic for Writer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, gathered, count, full, outgoing, left);
        clock!(self, clock, column_out, drive_out);
        self.write_ready.next = self.gather.val() & (!self.full.q.val());
        self.beat.next = 0.into();
        for i in 0..self.write_beat.len() {
            self.beat.next = self.beat.val()
                | (unsigned_cast_extend::<128, 32>(self.write_beat[i].val())
                    << self.place[i].q.val());
        }
        if self.gather.val() & (!self.full.q.val()) & self.write_valid.val() {
            self.gathered.d.next =
                (self.gathered.q.val() >> self.beat_bits.q.val()) | self.beat.val();
            self.count.d.next = self.count.q.val() + 1;
            if self.count.q.val() == self.last_beat.q.val() {
                self.count.d.next = 0.into();
                self.full.d.next = true;
            }
        }
        self.filled.next = self.full.q.val();

        self.column_out.d.next = self.outgoing.q.val().get_bits::<16>(0);
        self.drive_out.d.next = self.left.q.val().any();
        self.outgoing.d.next = self.outgoing.q.val() >> 16;
        if self.left.q.val().any() {
            self.left.d.next = self.left.q.val() - 1;
        }
        if self.write.val() {
            self.column_out.d.next = self.gathered.q.val().get_bits::<16>(0);
            self.drive_out.d.next = true;
            self.outgoing.d.next = self.gathered.q.val() >> 16;
            self.left.d.next = 7.into();
            self.full.d.next = false;
        }
        self.column.next = self.column_out.q.val();
        self.drive.next = self.drive_out.q.val();
        if self.reset.val() {
            self.count.d.next = 0.into();
            self.full.d.next = false;
        }
    }
}
