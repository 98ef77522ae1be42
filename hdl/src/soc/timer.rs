//! Timer: clock cycles since the chip reset.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | to 0; the count is 0 in the next cycle |
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write, which changes nothing |
//! | `word` | in | 10 | register, counted in words |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//!
//! Registers: `timer` in docs/registers.md. Latency of a read 1. Reading the low half keeps the
//! high half of the same cycle, so that the two are one number.
//!
//! Checked by `sim/tests/peripherals.rs`. Makes no interrupt; it wraps after 2^64 cycles.

use rust_hdl::prelude::*;
use tensority_protocol::registers::timer;

use super::at;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Timer {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,

    pub q: Signal<Out, Bits<32>>,

    now: DFF<Bits<64>>,
    /// High half of the count whose low half was read last.
    high: DFF<Bits<32>>,
    q_reg: DFF<Bits<32>>,

    low_at: Parameter<10>,
    high_at: Parameter<10>,
}

impl Timer {
    /// The timer of the register map.
    pub fn new() -> Self {
        Self {
            low_at: at(&timer::LOW, 0),
            high_at: at(&timer::HIGH, 0),
            ..Self::default()
        }
    }
}

impl Logic for Timer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, now, high, q_reg);
        self.now.d.next = self.now.q.val() + 1;
        self.q_reg.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.low_at.q.val() {
                self.q_reg.d.next = self.now.q.val().get_bits::<32>(0);
                if !self.write.val() {
                    self.high.d.next = self.now.q.val().get_bits::<32>(32);
                }
            }
            if self.word.val() == self.high_at.q.val() {
                self.q_reg.d.next = self.high.q.val();
            }
        }
        if self.reset.val() {
            self.now.d.next = 0.into();
        }
        self.q.next = self.q_reg.q.val();
    }
}
