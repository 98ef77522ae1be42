//! Bridge: carries the controller's accesses to a core with a clock of its own.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clock`, `core_clock` | in | 1 | the controller's and the core's; nothing is known of their phases |
//! | `reset` | in | 1 | of the controller's clock |
//! | `select`, `write`, `word`, `d` | in | 1, 1, 10, 32 | an access, see `controller.rs` |
//! | `busy`, `q` | out | 1, 32 | from the next cycle on: the answer is not there; the answer |
//! | `core_reset` | out | 1 | the reset, with the core's clock |
//! | `core_select` … `core_d` | out | 1, 1, 10, 32 | the access, one cycle of the core's clock |
//! | `core_q` | in | 32 | what was read, in the cycle after it |
//!
//! An access is kept, and a bit changes its value to announce it; two registers bring the bit to the
//! other clock, behind which all that was kept has long been stable. The answer comes back the same
//! way. An access takes about 4 cycles of the controller's clock and 5 of the core's.
//!
//! Checked by `sim/tests/peripherals.rs` with clocks of several ratios.

use rust_hdl::prelude::*;

use crate::primitives::Register;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Bridge {
    pub clock: Signal<In, Clock>,
    pub core_clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub busy: Signal<Out, Bit>,
    pub q: Signal<Out, Bits<32>>,
    pub core_reset: Signal<Out, Bit>,
    pub core_select: Signal<Out, Bit>,
    pub core_write: Signal<Out, Bit>,
    pub core_word: Signal<Out, Bits<10>>,
    pub core_d: Signal<Out, Bits<32>>,
    pub core_q: Signal<In, Bits<32>>,

    /// The controller's side: {write, word, d} of the access, and its announcement.
    kept_write: Register<1>,
    kept_word: Register<10>,
    kept_d: Register<32>,
    asked: DFF<Bit>,
    answered: [DFF<Bit>; 2],
    /// The core's side.
    announced: [DFF<Bit>; 2],
    done: DFF<Bit>,
    reading: DFF<Bit>,
    answer: Register<32>,
    resets: [DFF<Bit>; 2],
    access: Signal<Local, Bit>,
    selects: DFF<Bit>,
}

impl Logic for Bridge {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, asked);
        clock!(self, clock, kept_write, kept_word, kept_d);
        for i in 0..2 {
            self.answered[i].clock.next = self.clock.val();
            self.announced[i].clock.next = self.core_clock.val();
            self.resets[i].clock.next = self.core_clock.val();
        }
        dff_setup!(self, core_clock, done);
        clock!(self, core_clock, selects, reading, answer);

        // The controller's side.
        self.kept_write.enable.next = self.select.val();
        self.kept_word.enable.next = self.select.val();
        self.kept_d.enable.next = self.select.val();
        self.kept_write.d.next = self.write.val().into();
        self.kept_word.d.next = self.word.val();
        self.kept_d.d.next = self.d.val();
        if self.select.val() {
            self.asked.d.next = !self.asked.q.val();
        }
        self.answered[0].d.next = self.done.q.val();
        self.answered[1].d.next = self.answered[0].q.val();
        self.busy.next = self.asked.q.val() != self.answered[1].q.val();
        self.q.next = self.answer.q.val();

        // The core's side.
        self.resets[0].d.next = self.reset.val();
        self.resets[1].d.next = self.resets[0].q.val();
        self.core_reset.next = self.resets[1].q.val();
        self.announced[0].d.next = self.asked.q.val();
        self.announced[1].d.next = self.announced[0].q.val();
        self.access.next = (self.announced[1].q.val() != self.done.q.val())
            & (!self.selects.q.val())
            & (!self.reading.q.val());
        self.selects.d.next = self.access.val();
        self.core_select.next = self.selects.q.val();
        self.core_write.next = self.kept_write.q.val().any();
        self.core_word.next = self.kept_word.q.val();
        self.core_d.next = self.kept_d.q.val();
        self.reading.d.next = self.selects.q.val();
        self.answer.enable.next = self.reading.q.val();
        self.answer.d.next = self.core_q.val();
        if self.reading.q.val() {
            self.done.d.next = self.announced[1].q.val();
        }
    }
}
