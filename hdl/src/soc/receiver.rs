//! Receiver: a serial line to bytes.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | wait for a start bit |
//! | `divisor` | in | 16 | clock cycles of a bit, at least 8 |
//! | `line` | in | 1 | asynchronous; 1 when idle |
//! | `valid`, `q` | out | 1, 8 | one cycle: a byte arrived |
//! | `bad` | out | 1 | one cycle: a byte was dropped, its stop bit was 0 |
//!
//! A bit is taken in its middle. A start bit that is over by its middle is noise and ignored. Two
//! cycles of synchronisation. 8 data bits, least significant first, no parity, 1 stop bit.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Receiver {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub divisor: Signal<In, Bits<16>>,
    pub line: Signal<In, Bit>,
    pub valid: Signal<Out, Bit>,
    pub q: Signal<Out, Bits<8>>,
    pub bad: Signal<Out, Bit>,

    first: DFF<Bit>,
    second: DFF<Bit>,
    /// 0 idle, 1 start bit, 2 data bits, 3 stop bit, 4 wait until the line is 1.
    phase: DFF<Bits<3>>,
    left: DFF<Bits<16>>,
    bits_taken: DFF<Bits<3>>,
    shift: DFF<Bits<8>>,
    middle: Signal<Local, Bit>,
}

impl Logic for Receiver {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, first, second, phase, left, bits_taken, shift);
        self.first.d.next = self.line.val();
        self.second.d.next = self.first.q.val();
        self.middle.next = !self.left.q.val().any();
        self.left.d.next = self.left.q.val() - 1;
        if self.middle.val() {
            self.left.d.next = self.divisor.val() - 1;
        }
        self.valid.next = false;
        self.bad.next = false;
        self.q.next = self.shift.q.val();
        match self.phase.q.val().index() {
            0 => {
                self.left.d.next = self.divisor.val() >> 1;
                if !self.second.q.val() {
                    self.phase.d.next = 1.into();
                }
            }
            1 => {
                self.bits_taken.d.next = 0.into();
                if self.middle.val() {
                    self.phase.d.next = 2.into();
                    if self.second.q.val() {
                        self.phase.d.next = 0.into();
                    }
                }
            }
            2 => {
                if self.middle.val() {
                    self.shift.d.next = self.shift.q.val() >> 1;
                    if self.second.q.val() {
                        self.shift.d.next = (self.shift.q.val() >> 1) | 0x80;
                    }
                    self.bits_taken.d.next = self.bits_taken.q.val() + 1;
                    if self.bits_taken.q.val() == 7 {
                        self.phase.d.next = 3.into();
                    }
                }
            }
            3 => {
                if self.middle.val() {
                    self.phase.d.next = 4.into();
                    self.valid.next = self.second.q.val();
                    self.bad.next = !self.second.q.val();
                }
            }
            _ => {
                if self.second.q.val() {
                    self.phase.d.next = 0.into();
                }
            }
        }
        if self.reset.val() {
            self.phase.d.next = 4.into();
        }
    }
}
