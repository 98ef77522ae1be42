//! Wait of a number of cycles between two commands.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `start` | in | 1 | one cycle: the wait begins, or begins again |
//! | `cycles` | in | 4 | with `start`: cycles between it and the first in which the wait is over |
//! | `over` | out | 1 | no wait, or over; a register; 1 at power-up |
//!
//! Latency 1. Example: `start` in cycle 10 with 3 `cycles` clears `over` in cycles 11, 12 and 13;
//! with 0, in none.
//!
//! Checked by `sim/tests/sdram.rs`.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Wait {
    pub clock: Signal<In, Clock>,

    pub start: Signal<In, Bit>,
    pub cycles: Signal<In, Bits<4>>,

    pub over: Signal<Out, Bit>,

    cycles_left: DFF<Bits<4>>,
    /// `cycles_left` is not 0.
    waiting: DFF<Bit>,
}

impl Logic for Wait {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, cycles_left, waiting);
        if self.waiting.q.val() {
            self.cycles_left.d.next = self.cycles_left.q.val() - 1;
            self.waiting.d.next = self.cycles_left.q.val() != 1;
        }
        if self.start.val() {
            self.cycles_left.d.next = self.cycles.val();
            self.waiting.d.next = self.cycles.val().any();
        }
        self.over.next = !self.waiting.q.val();
    }
}
