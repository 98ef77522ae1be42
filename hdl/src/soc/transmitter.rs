//! Transmitter: bytes to a serial line.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | drop the byte that is being sent; the line is 1 |
//! | `divisor` | in | 16 | clock cycles of a bit |
//! | `start` | in | 1 | send `d`; without effect unless `idle` |
//! | `d` | in | 8 | byte to send |
//! | `idle` | out | 1 | nothing is being sent |
//! | `line` | out | 1 | serial line; 1 when idle and at power-up |
//!
//! 8 data bits, least significant first, no parity, 1 stop bit. The start bit begins in the cycle
//! after `start`; 10 divisor + 1 cycles from a byte to the next.
//!
//! Checked by `sim/tests/peripherals.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Transmitter {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub divisor: Signal<In, Bits<16>>,
    pub start: Signal<In, Bit>,
    pub d: Signal<In, Bits<8>>,

    pub idle: Signal<Out, Bit>,
    pub line: Signal<Out, Bit>,

    /// Bits still to be sent, inverted, so that the line is 1 at power-up.
    shift: DFF<Bits<10>>,
    bits_left: DFF<Bits<4>>,
    cycles_left: DFF<Bits<16>>,
}

impl Logic for Transmitter {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, shift, bits_left, cycles_left);
        self.idle.next = !self.bits_left.q.val().any();
        self.line.next = !self.shift.q.val().get_bit(0);
        if self.bits_left.q.val().any() {
            self.cycles_left.d.next = self.cycles_left.q.val() - 1;
            if self.cycles_left.q.val() == 0 {
                self.cycles_left.d.next = self.divisor.val() - 1;
                self.shift.d.next = self.shift.q.val() >> 1;
                self.bits_left.d.next = self.bits_left.q.val() - 1;
            }
        } else if self.start.val() {
            self.cycles_left.d.next = self.divisor.val() - 1;
            self.shift.d.next = ((unsigned_cast_extend::<10, 8>(self.d.val()) ^ 0xff) << 1) | 1;
            self.bits_left.d.next = 10.into();
        }
        if self.reset.val() {
            self.bits_left.d.next = 0.into();
            self.shift.d.next = 0.into();
        }
    }
}
