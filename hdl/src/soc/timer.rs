//! Timer: clock cycles since the chip reset.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | to 0 |
//! | `select`, `write`, `word`, `d`, `q` | | | an access, see `uart.rs` |
//!
//! Registers: `timer` in docs/registers.md. Reading the low half keeps the high half of the same
//! cycle, so that the two are one number.

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
    high: DFF<Bits<32>>,
    answer: DFF<Bits<32>>,
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
        dff_setup!(self, clock, now, high, answer);
        self.now.d.next = self.now.q.val() + 1;
        self.answer.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.low_at.q.val() {
                self.answer.d.next = self.now.q.val().get_bits::<32>(0);
                if !self.write.val() {
                    self.high.d.next = self.now.q.val().get_bits::<32>(32);
                }
            }
            if self.word.val() == self.high_at.q.val() {
                self.answer.d.next = self.high.q.val();
            }
        }
        if self.reset.val() {
            self.now.d.next = 0.into();
        }
        self.q.next = self.answer.q.val();
    }
}
