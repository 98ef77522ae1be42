//! Times between commands: which of them are over.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `burst` | in | 1 | one cycle: a burst is commanded |
//! | `burst_write` | in | 1 | with `burst`: it is written |
//! | `activate` | in | 1 | one cycle: ACTIVATE is commanded |
//! | `precharge` | in | 1 | one cycle: PRECHARGE is commanded |
//! | `close` | in | 1 | one cycle: PRECHARGE of all banks is commanded |
//! | `refresh` | in | 1 | one cycle: REFRESH is commanded |
//! | `set_mode` | in | 1 | one cycle: MODE is commanded |
//! | `slot_over` | out | 1 | the columns of the last burst leave room for the next |
//! | `ras_over` | out | 1 | tRAS, ACTIVATE to PRECHARGE, but for a cycle |
//! | `wr_over` | out | 1 | tWR, last column written to PRECHARGE, but for a cycle |
//! | `rc_over` | out | 1 | tRC, ACTIVATE to ACTIVATE or REFRESH |
//! | `rcd_over` | out | 1 | tRCD, ACTIVATE to READ or WRITE |
//! | `rest_over` | out | 1 | tRP, tRFC or tMRD, after PRECHARGE, REFRESH or MODE |
//!
//! All outputs are registers, 1 at power-up. Times are lower bounds in cycles and the longest of a
//! kind counts, whatever its bank: an ACTIVATE counts for all. tRAS and tWR are a cycle short,
//! since what they permit is decided a cycle late (`commands.rs`). It does not tell banks apart.
//!
//! Checked by `sim/tests/sdram.rs`, against a memory that knows every time of its data sheet.

use rust_hdl::prelude::*;

use super::timing::{BURST, Timing};
use super::wait::Wait;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Times {
    pub clock: Signal<In, Clock>,

    pub burst: Signal<In, Bit>,
    pub burst_write: Signal<In, Bit>,
    pub activate: Signal<In, Bit>,
    pub precharge: Signal<In, Bit>,
    pub close: Signal<In, Bit>,
    pub refresh: Signal<In, Bit>,
    pub set_mode: Signal<In, Bit>,

    pub slot_over: Signal<Out, Bit>,
    pub ras_over: Signal<Out, Bit>,
    pub wr_over: Signal<Out, Bit>,
    pub rc_over: Signal<Out, Bit>,
    pub rcd_over: Signal<Out, Bit>,
    pub rest_over: Signal<Out, Bit>,

    slot: Wait,
    ras: Wait,
    wr: Wait,
    rc: Wait,
    rcd: Wait,
    rest: Wait,

    slot_cycles: Parameter<4>,
    ras_cycles: Parameter<4>,
    wr_cycles: Parameter<4>,
    rc_cycles: Parameter<4>,
    rcd_cycles: Parameter<4>,
    rp_cycles: Parameter<4>,
    rfc_cycles: Parameter<4>,
    mrd_cycles: Parameter<4>,
}

/// Cycles between a command and the first that may follow it `cycles` cycles later.
fn between(cycles: u32) -> Parameter<4> {
    Parameter::new(cycles.saturating_sub(1) as usize)
}

impl Times {
    /// The times of a memory.
    pub fn new(timing: &Timing) -> Self {
        Self {
            slot_cycles: between(BURST),
            ras_cycles: between(timing.ras - 1),
            // From the command: the columns, and the time after the last.
            wr_cycles: between((BURST - 1) + timing.wr - 1),
            rc_cycles: between(timing.rc),
            rcd_cycles: between(timing.rcd),
            rp_cycles: between(timing.rp),
            rfc_cycles: between(timing.rfc),
            mrd_cycles: between(timing.mrd),
            ..Self::default()
        }
    }
}

impl Logic for Times {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, slot, ras, wr, rc, rcd, rest);
        self.slot.start.next = self.burst.val();
        self.slot.cycles.next = self.slot_cycles.q.val();
        self.wr.start.next = self.burst.val() & self.burst_write.val();
        self.wr.cycles.next = self.wr_cycles.q.val();
        self.ras.start.next = self.activate.val();
        self.ras.cycles.next = self.ras_cycles.q.val();
        self.rc.start.next = self.activate.val();
        self.rc.cycles.next = self.rc_cycles.q.val();
        self.rcd.start.next = self.activate.val();
        self.rcd.cycles.next = self.rcd_cycles.q.val();
        self.rest.start.next =
            self.precharge.val() | self.close.val() | self.refresh.val() | self.set_mode.val();
        self.rest.cycles.next = self.rp_cycles.q.val();
        if self.refresh.val() {
            self.rest.cycles.next = self.rfc_cycles.q.val();
        }
        if self.set_mode.val() {
            self.rest.cycles.next = self.mrd_cycles.q.val();
        }
        self.slot_over.next = self.slot.over.val();
        self.ras_over.next = self.ras.over.val();
        self.wr_over.next = self.wr.over.val();
        self.rc_over.next = self.rc.over.val();
        self.rcd_over.next = self.rcd.over.val();
        self.rest_over.next = self.rest.over.val();
    }
}
