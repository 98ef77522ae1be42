//! Account of the refreshes that are due.

use rust_hdl::prelude::*;

use super::timing::{POSTPONED, Timing};
use crate::primitives::parameter::Parameter;

/// Refreshes that a memory wants before it is used.
const AFTER_POWER_UP: usize = 8;

/// Counts a refresh per interval, and those that were done off.
///
/// | port | dir | width | |
/// |---|---|---|---|
/// | `first` | in | 1 | [`AFTER_POWER_UP`] are due |
/// | `done` | in | 1 | one is done |
/// | `due` | out | 1 | at least one is due; from a register |
/// | `pressing` | out | 1 | [`POSTPONED`] are: no more may be put off; from a register |
///
/// Example: 3 due, `done` in the cycle in which an interval ends: still 3, two cycles later.
#[derive(LogicBlock, Default)]
pub struct Refreshes {
    pub clock: Signal<In, Clock>,
    pub first: Signal<In, Bit>,
    pub done: Signal<In, Bit>,
    pub due: Signal<Out, Bit>,
    pub pressing: Signal<Out, Bit>,

    interval: DFF<Bits<12>>,
    ends: DFF<Bit>,
    owed: DFF<Bits<4>>,
    owing: Signal<Local, Bits<4>>,
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
        clock!(self, clock, ends);
        self.interval.d.next = self.interval.q.val() - 1;
        self.ends.d.next = false;
        if self.interval.q.val() == 0 {
            self.interval.d.next = self.interval_cycles.q.val();
            self.ends.d.next = true;
        }
        self.owing.next = self.owed.q.val();
        if self.ends.q.val() {
            self.owing.next = self.owed.q.val() + 1;
        }
        self.owed.d.next = self.owing.val();
        if self.done.val() {
            self.owed.d.next = self.owing.val() - 1;
        }
        if self.first.val() {
            self.owed.d.next = self.after_power_up.q.val();
        }
        self.due.next = self.owed.q.val().any();
        self.pressing.next = self.owed.q.val().get_bit(3);
    }
}
