//! Receiver: a serial line to bytes.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: drop what is being received, and wait until the line is 1 |
//! | `divisor` | in | 16 | clock cycles of a bit, at least 8 |
//! | `line` | in | 1 | serial line, asynchronous; 1 when idle |
//! | `valid` | out | 1 | one cycle: a byte arrived in `q` |
//! | `q` | out | 8 | with `valid`: the byte |
//! | `bad` | out | 1 | one cycle: a byte was dropped, its stop bit was 0 |
//!
//! 8 data bits, least significant first, no parity, 1 stop bit. Every bit is taken in its middle:
//! `valid` comes 9 divisor + divisor / 2 + 3 cycles after the line fell ([`Receiver::latency`]), of
//! which two synchronise the line. A start bit that is over by its middle is noise and ignored.
//! After a reset in the middle of a byte the next 0 of its data is taken for a start bit: what comes
//! until the line rests for a byte may be wrong, and is left to the frame's CRC.
//!
//! Checked by `sim/tests/peripherals.rs`. Recognises neither the rate of the line nor a break.

use rust_hdl::prelude::*;

/// What the receiver waits for.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum State {
    /// The line falls.
    Idle,
    /// Middle of the start bit.
    Start,
    /// Middle of a data bit.
    Data,
    /// Middle of the stop bit.
    Stop,
    /// The line is 1 again.
    Rest,
}

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

    /// The line, synchronised by two registers.
    line_meta: DFF<Bit>,
    line_sync: DFF<Bit>,
    state: DFF<State>,
    cycles_left: DFF<Bits<16>>,
    bits_taken: DFF<Bits<3>>,
    shift: DFF<Bits<8>>,
    middle: Signal<Local, Bit>,
}

impl Receiver {
    /// Cycles from the first in which the line is 0 to `valid`.
    pub const fn latency(divisor: u64) -> u64 {
        9 * divisor + divisor / 2 + 3
    }
}

impl Logic for Receiver {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            line_meta,
            line_sync,
            state,
            cycles_left,
            bits_taken,
            shift
        );
        self.line_meta.d.next = self.line.val();
        self.line_sync.d.next = self.line_meta.q.val();
        self.middle.next = !self.cycles_left.q.val().any();
        self.cycles_left.d.next = self.cycles_left.q.val() - 1;
        if self.middle.val() {
            self.cycles_left.d.next = self.divisor.val() - 1;
        }
        self.valid.next = false;
        self.bad.next = false;
        self.q.next = self.shift.q.val();
        match self.state.q.val() {
            State::Idle => {
                self.cycles_left.d.next = self.divisor.val() >> 1;
                if !self.line_sync.q.val() {
                    self.state.d.next = State::Start;
                }
            }
            State::Start => {
                self.bits_taken.d.next = 0.into();
                if self.middle.val() {
                    self.state.d.next = State::Data;
                    if self.line_sync.q.val() {
                        self.state.d.next = State::Idle;
                    }
                }
            }
            State::Data => {
                if self.middle.val() {
                    self.shift.d.next = self.shift.q.val() >> 1;
                    if self.line_sync.q.val() {
                        self.shift.d.next = (self.shift.q.val() >> 1) | 0x80;
                    }
                    self.bits_taken.d.next = self.bits_taken.q.val() + 1;
                    if self.bits_taken.q.val() == 7 {
                        self.state.d.next = State::Stop;
                    }
                }
            }
            State::Stop => {
                if self.middle.val() {
                    self.state.d.next = State::Rest;
                    self.valid.next = self.line_sync.q.val();
                    self.bad.next = !self.line_sync.q.val();
                }
            }
            State::Rest => {
                if self.line_sync.q.val() {
                    self.state.d.next = State::Idle;
                }
            }
        }
        if self.reset.val() {
            self.state.d.next = State::Rest;
        }
    }
}
