//! Code memory: two banks for firmware, one that runs and one for an update.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `bank` | in | 1 | the bank that runs; a change shows in the same cycle |
//! | `word` | in | 12 | word of both banks to read, and of the other bank to write |
//! | `write` | in | 1 | write `d` to the other bank |
//! | `d` | in | 32 | value to write |
//! | `code_q` | out | 32 | last cycle's `word` of the bank that runs |
//! | `staging_q` | out | 32 | last cycle's `word` of the other bank |
//!
//! Latency of a read 1, one read and one write a cycle; a word that is written while it is read
//! gives the old value. Bank 0 is filled after routing (`contents.rs`); all other words are 0 at
//! power-up.
//!
//! Checked by `sim/tests/controller.rs`. The bank that runs cannot be written.

use rust_hdl::prelude::*;

use crate::primitives::Ram;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Code {
    pub clock: Signal<In, Clock>,

    pub bank: Signal<In, Bit>,
    pub word: Signal<In, Bits<12>>,
    pub write: Signal<In, Bit>,
    pub d: Signal<In, Bits<32>>,

    pub code_q: Signal<Out, Bits<32>>,
    pub staging_q: Signal<Out, Bits<32>>,

    bank0: Ram<12, 32>,
    bank1: Ram<12, 32>,
}

impl Code {
    /// Code memory with these words at the start of bank 0, and zeros otherwise.
    pub fn new(firmware: &[u32]) -> Self {
        Self {
            bank0: Ram::filled(1 << 12, firmware),
            ..Self::default()
        }
    }
}

impl Logic for Code {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, bank0, bank1);
        self.bank0.read_address.next = self.word.val();
        self.bank0.write_address.next = self.word.val();
        self.bank0.write.next = self.write.val() & self.bank.val();
        self.bank0.d.next = self.d.val();
        self.bank1.read_address.next = self.word.val();
        self.bank1.write_address.next = self.word.val();
        self.bank1.write.next = self.write.val() & (!self.bank.val());
        self.bank1.d.next = self.d.val();
        self.code_q.next = self.bank0.q.val();
        self.staging_q.next = self.bank1.q.val();
        if self.bank.val() {
            self.code_q.next = self.bank1.q.val();
            self.staging_q.next = self.bank0.q.val();
        }
    }
}
