//! Counters: how the array's time was spent since the last reset.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | all to 0 |
//! | `event$i` | in | 1 | count this cycle |
//! | `count$i` | out | 40 | |
//!
//! An event is counted two cycles later. Events and counts are numbered as `Counter` in
//! docs/registers.md says.

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
    seen: [DFF<Bit>; COUNTERS],
    value: [Register<40>; COUNTERS],
}

impl Logic for Counters {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..self.event.len() {
            self.value[i].clock.next = self.clock.val();
            self.seen[i].clock.next = self.clock.val();
            self.seen[i].d.next = self.event[i].val();
            self.value[i].enable.next = self.seen[i].q.val() | self.clear.val();
            self.value[i].d.next = self.value[i].q.val() + 1;
            if self.clear.val() {
                self.value[i].d.next = 0.into();
            }
            self.count[i].next = self.value[i].q.val();
        }
    }
}
