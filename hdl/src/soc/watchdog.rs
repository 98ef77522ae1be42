//! Watchdog: asks for a reset of the chip unless it is fed.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | chip reset: the period is the build's again, and starts |
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write of `d` |
//! | `word` | in | 10 | register, counted in words |
//! | `d` | in | 32 | value to write |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//! | `expired` | out | 1 | level: the period is over; until `reset` |
//!
//! Registers: `watchdog` in docs/registers.md. Latency of a read 1. `expired` is 1 from `period`
//! cycles after the cycle behind a feed on. It runs from power-up on, so that firmware that does
//! not start is noticed too; a period of 0 switches it off.
//!
//! Checked by `sim/tests/peripherals.rs`. Resets nothing itself: `soc/boot.rs` does.

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
    cycles_left: DFF<Bits<32>>,
    over: Signal<Local, Bit>,
    resets: DFF<Bits<16>>,
    /// The reset that is asked for is among `resets`.
    counted: DFF<Bit>,
    q_reg: DFF<Bits<32>>,

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
        dff_setup!(self, clock, period, cycles_left, resets, counted, q_reg);
        self.over.next = self.period.q.val().any() & (!self.cycles_left.q.val().any());
        self.expired.next = self.over.val();
        if self.cycles_left.q.val().any() {
            self.cycles_left.d.next = self.cycles_left.q.val() - 1;
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
                self.cycles_left.d.next = self.period.q.val();
            }
        }
        if self.reset.val() {
            self.period.d.next = self.default_period.q.val();
            self.cycles_left.d.next = self.default_period.q.val();
            self.counted.d.next = false;
        }
        self.q_reg.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.period_at.q.val() {
                self.q_reg.d.next = self.period.q.val();
            }
            if self.word.val() == self.resets_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 16>(self.resets.q.val());
            }
        }
        self.q.next = self.q_reg.q.val();
    }
}
