//! Counters: how the array's time was spent since the last reset.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | all to 0 |
//! | `event$i` | in | 1 x 6 | count this cycle |
//! | `count$i` | out | 40 x 6 | cycles counted, modulo 2^40 |
//!
//! An event is counted two cycles later; every cycle can count. Events and counts are
//! numbered as `Counter` in docs/registers.md says.
//!
//! Checked by `sim/tests/small_cores.rs`. They are not cleared by a new job, and do not stop at their end.

use rust_hdl::prelude::*;
use tensority_protocol::codes::Counter;

use crate::primitives::Register;

/// Number of counters.
pub const COUNTERS: usize = Counter::ALL.len();

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Counters {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,

    pub event: [Signal<In, Bit>; COUNTERS],

    pub count: [Signal<Out, Bits<40>>; COUNTERS],

    event_reg: [DFF<Bit>; COUNTERS],
    count_reg: [Register<40>; COUNTERS],
}

impl Logic for Counters {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..self.event.len() {
            self.count_reg[i].clock.next = self.clock.val();
            self.event_reg[i].clock.next = self.clock.val();
            self.event_reg[i].d.next = self.event[i].val();
            self.count_reg[i].enable.next = self.event_reg[i].q.val() | self.clear.val();
            self.count_reg[i].d.next = self.count_reg[i].q.val() + 1;
            if self.clear.val() {
                self.count_reg[i].d.next = 0.into();
            }
            self.count[i].next = self.count_reg[i].q.val();
        }
    }
}
