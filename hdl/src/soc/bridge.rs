//! Bridge: carries the controller's accesses to an engine with a clock of its own.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `core_clock` | in | 1 | clock of the engine |
//! | `reset` | in | 1 | chip reset, of `clock` |
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write of `d` |
//! | `word` | in | 10 | register, counted in words |
//! | `d` | in | 32 | value to write |
//! | `core_q` | in | 32 | what was read, in the cycle after `core_select` |
//! | `busy` | out | 1 | from the cycle after `select` on: the answer is not there |
//! | `q` | out | 32 | the answer, once `busy` is 0 |
//! | `core_reset` | out | 1 | `reset`, two cycles of `core_clock` later |
//! | `core_select` | out | 1 | one cycle: an access to the register `core_word` |
//! | `core_write` | out | 1 | with `core_select`: the access is a write of `core_d` |
//! | `core_word` | out | 10 | register, counted in words |
//! | `core_d` | out | 32 | value to write |
//!
//! Ports called `core_` belong to `core_clock`, the others to `clock`; nothing is known of the
//! clocks' phases. An access is kept, and a bit changes its value to announce it; two registers
//! bring the bit to the other clock, behind which all that was kept has long been stable. The
//! answer comes back the same way: `busy` lasts at most [`BUSY_CYCLES`] cycles of `clock` and
//! [`BUSY_CORE_CYCLES`] of `core_clock`, one access at a time.
//!
//! Checked by `sim/tests/peripherals.rs` with clocks of several ratios. It queues nothing: a
//! `select` while `busy` is not allowed.

use rust_hdl::prelude::*;

use crate::primitives::Register;

/// Cycles of the controller's clock that an answer takes at most, beside [`BUSY_CORE_CYCLES`].
pub const BUSY_CYCLES: u64 = 2;
/// Cycles of the core's clock that an answer takes at most.
pub const BUSY_CORE_CYCLES: u64 = 5;

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
    pub core_q: Signal<In, Bits<32>>,

    pub busy: Signal<Out, Bit>,
    pub q: Signal<Out, Bits<32>>,
    pub core_reset: Signal<Out, Bit>,
    pub core_select: Signal<Out, Bit>,
    pub core_write: Signal<Out, Bit>,
    pub core_word: Signal<Out, Bits<10>>,
    pub core_d: Signal<Out, Bits<32>>,

    /// Of `clock`: the access, the bit that announces it, and the bit that answers, synchronised.
    write_reg: Register<1>,
    word_reg: Register<10>,
    d_reg: Register<32>,
    asked: DFF<Bit>,
    answered_sync: [DFF<Bit>; 2],

    /// Of `core_clock`: the reset and the announcement, synchronised; the access, in the cycle
    /// after it the answer, and the bit that says so.
    reset_sync: [DFF<Bit>; 2],
    asked_sync: [DFF<Bit>; 2],
    core_access: Signal<Local, Bit>,
    core_access_reg: DFF<Bit>,
    core_q_valid: DFF<Bit>,
    core_q_reg: Register<32>,
    answered: DFF<Bit>,
}

impl Logic for Bridge {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, asked);
        clock!(self, clock, write_reg, word_reg, d_reg);
        for i in 0..2 {
            self.answered_sync[i].clock.next = self.clock.val();
            self.asked_sync[i].clock.next = self.core_clock.val();
            self.reset_sync[i].clock.next = self.core_clock.val();
        }
        dff_setup!(self, core_clock, answered);
        clock!(self, core_clock, core_access_reg, core_q_valid, core_q_reg);

        // The controller's side.
        self.write_reg.enable.next = self.select.val();
        self.word_reg.enable.next = self.select.val();
        self.d_reg.enable.next = self.select.val();
        self.write_reg.d.next = self.write.val().into();
        self.word_reg.d.next = self.word.val();
        self.d_reg.d.next = self.d.val();
        if self.select.val() {
            self.asked.d.next = !self.asked.q.val();
        }
        self.answered_sync[0].d.next = self.answered.q.val();
        self.answered_sync[1].d.next = self.answered_sync[0].q.val();
        self.busy.next = self.asked.q.val() != self.answered_sync[1].q.val();
        self.q.next = self.core_q_reg.q.val();

        // The core's side.
        self.reset_sync[0].d.next = self.reset.val();
        self.reset_sync[1].d.next = self.reset_sync[0].q.val();
        self.core_reset.next = self.reset_sync[1].q.val();
        self.asked_sync[0].d.next = self.asked.q.val();
        self.asked_sync[1].d.next = self.asked_sync[0].q.val();
        self.core_access.next = (self.asked_sync[1].q.val() != self.answered.q.val())
            & (!self.core_access_reg.q.val())
            & (!self.core_q_valid.q.val());
        self.core_access_reg.d.next = self.core_access.val();
        self.core_select.next = self.core_access_reg.q.val();
        self.core_write.next = self.write_reg.q.val().any();
        self.core_word.next = self.word_reg.q.val();
        self.core_d.next = self.d_reg.q.val();
        self.core_q_valid.d.next = self.core_access_reg.q.val();
        self.core_q_reg.enable.next = self.core_q_valid.q.val();
        self.core_q_reg.d.next = self.core_q.val();
        if self.core_q_valid.q.val() {
            self.answered.d.next = self.asked_sync[1].q.val();
        }
    }
}
