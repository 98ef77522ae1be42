//! Watchdog: asks for a reset of the chip unless it is fed.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | chip reset: the period is the build's again, and starts |
//! | `select`, `write`, `word`, `d`, `q` | | | an access, see `uart.rs` |
//! | `expired` | out | 1 | the period is over; until the reset |
//!
//! Registers: `watchdog` in docs/registers.md. It runs from power-up on, so that firmware that does
//! not start is noticed too.

use rust_hdl::prelude::*;
use tensority_protocol::registers::watchdog;

use super::at;
use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Watchdog {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub q: Signal<Out, Bits<32>>,
    pub expired: Signal<Out, Bit>,
    period: DFF<Bits<32>>,
    left: DFF<Bits<32>>,
    resets: DFF<Bits<16>>,
    counted: DFF<Bit>,
    answer: DFF<Bits<32>>,
    over: Signal<Local, Bit>,
    default_period: Parameter<32>,
    period_at: Parameter<10>,
    feed_at: Parameter<10>,
    resets_at: Parameter<10>,
}

impl Watchdog {
    /// A watchdog that starts with a period of `period` cycles.
    pub fn new(period: u32) -> Self {
        Self {
            default_period: Parameter::new(period as usize),
            period_at: at(&watchdog::PERIOD, 0),
            feed_at: at(&watchdog::FEED, 0),
            resets_at: at(&watchdog::RESETS, 0),
            ..Self::default()
        }
    }
}

impl Logic for Watchdog {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, period, left, resets, counted, answer);
        self.over.next = self.period.q.val().any() & (!self.left.q.val().any());
        self.expired.next = self.over.val();
        if self.left.q.val().any() {
            self.left.d.next = self.left.q.val() - 1;
        }
        if self.over.val() & (!self.counted.q.val()) {
            self.counted.d.next = true;
            if self.resets.q.val() != 0xffff {
                self.resets.d.next = self.resets.q.val() + 1;
            }
        }
        if self.select.val() & self.write.val() {
            if self.word.val() == self.period_at.q.val() {
                self.period.d.next = self.d.val();
            }
            if self.word.val() == self.feed_at.q.val() {
                self.left.d.next = self.period.q.val();
            }
        }
        if self.reset.val() {
            self.period.d.next = self.default_period.q.val();
            self.left.d.next = self.default_period.q.val();
            self.counted.d.next = false;
        }
        self.answer.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.period_at.q.val() {
                self.answer.d.next = self.period.q.val();
            }
            if self.word.val() == self.resets_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 16>(self.resets.q.val());
            }
        }
        self.q.next = self.answer.q.val();
    }
}
