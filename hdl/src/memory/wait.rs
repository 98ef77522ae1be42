//! A wait between commands to the memory.

use rust_hdl::prelude::*;

/// Tells when so many cycles are over.
///
/// | port | dir | width | |
/// |---|---|---|---|
/// | `start` | in | 1 | the wait begins, or begins again |
/// | `cycles` | in | 4 | cycles between `start` and the first in which it is over |
/// | `over` | out | 1 | no wait, or over; a register; 1 at power-up |
///
/// Example: `start` in cycle 10 with 3 `cycles` clears `over` in cycles 11, 12 and 13; with 0, in none.
#[derive(LogicBlock, Default)]
pub struct Wait {
    pub clock: Signal<In, Clock>,
    pub start: Signal<In, Bit>,
    pub cycles: Signal<In, Bits<4>>,
    pub over: Signal<Out, Bit>,

    left: DFF<Bits<4>>,
    waits: DFF<Bit>,
}

impl Logic for Wait {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, left, waits);
        if self.waits.q.val() {
            self.left.d.next = self.left.q.val() - 1;
            self.waits.d.next = self.left.q.val() != 1;
        }
        if self.start.val() {
            self.left.d.next = self.cycles.val();
            self.waits.d.next = self.cycles.val().any();
        }
        self.over.next = !self.waits.q.val();
    }
}
