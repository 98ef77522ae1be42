//! Refreshes that are due: one an interval, less those that were done.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `first` | in | 1 | level: exactly [`AFTER_POWER_UP`] are due |
//! | `done` | in | 1 | one cycle: one is done |
//! | `due` | out | 1 | at least one is due |
//! | `pressing` | out | 1 | [`POSTPONED`] are due: no more may be put off |
//!
//! Latency 1 from `done`, 2 from the end of an interval. Example: 3 due, `done` in the cycle in
//! which an interval ends: still 3, two cycles later.
//!
//! Checked by `sim/tests/sdram.rs`: the memory is refreshed in time.

use rust_hdl::prelude::*;

use super::timing::{POSTPONED, Timing};
use crate::primitives::parameter::Parameter;

/// Refreshes that a memory wants before it is used.
pub const AFTER_POWER_UP: usize = 8;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Refreshes {
    pub clock: Signal<In, Clock>,

    pub first: Signal<In, Bit>,
    pub done: Signal<In, Bit>,

    pub due: Signal<Out, Bit>,
    pub pressing: Signal<Out, Bit>,

    /// Cycles left of the interval, and whether it has ended in the last cycle.
    interval: DFF<Bits<12>>,
    interval_over: DFF<Bit>,
    /// Refreshes that are due; without the one that is done now.
    owed: DFF<Bits<4>>,
    owed_before: Signal<Local, Bits<4>>,

    interval_cycles: Parameter<12>,
    after_power_up: Parameter<4>,
}

const _: () = assert!(POSTPONED == 8, "bit 3 of `owed` says that they are due");

impl Refreshes {
    /// The refreshes of a memory of the given timing.
    pub fn new(timing: &Timing) -> Self {
        Self {
            interval_cycles: Parameter::new(timing.refresh.saturating_sub(1) as usize),
            after_power_up: Parameter::new(AFTER_POWER_UP),
            ..Self::default()
        }
    }
}

impl Logic for Refreshes {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, interval, owed);
        clock!(self, clock, interval_over);
        self.interval.d.next = self.interval.q.val() - 1;
        self.interval_over.d.next = false;
        if self.interval.q.val() == 0 {
            self.interval.d.next = self.interval_cycles.q.val();
            self.interval_over.d.next = true;
        }
        self.owed_before.next = self.owed.q.val();
        if self.interval_over.q.val() {
            self.owed_before.next = self.owed.q.val() + 1;
        }
        self.owed.d.next = self.owed_before.val();
        if self.done.val() {
            self.owed.d.next = self.owed_before.val() - 1;
        }
        if self.first.val() {
            self.owed.d.next = self.after_power_up.q.val();
        }
        self.due.next = self.owed.q.val().any();
        self.pressing.next = self.owed.q.val().get_bit(3);
    }
}
