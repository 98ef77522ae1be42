//! One step of the 32-bit FNV, `(a * 0x01000193 mod 2^32) ^ b`, by shifts and adds (the reference's `fnv`).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `take` | in | 1 | `a` and `b` are valid |
//! | `a` | in | 32 | what is multiplied |
//! | `b` | in | 32 | what is XORed |
//! | `done` | out | 1 | `hash` is new: two cycles after `take` |
//! | `hash` | out | 32 | until the next `done` |
//!
//! Latency 2 ([`LATENCY`]), one step per cycle. 0x01000193 = 2^24 + 2^8 + 2^7 + 2^4 + 2 + 1, so it takes five
//! adders and no multiplier.
//!
//! Checked by `sim/tests/blocks.rs` against the reference on random words. It keeps no running hash: that is
//! its user's.

use rust_hdl::prelude::*;

use crate::primitives::Register;

/// Cycles from `take` to `done`.
pub const LATENCY: u64 = 2;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Fnv {
    pub clock: Signal<In, Clock>,

    pub take: Signal<In, Bit>,
    pub a: Signal<In, Bits<32>>,
    pub b: Signal<In, Bits<32>>,

    pub done: Signal<Out, Bit>,
    pub hash: Signal<Out, Bits<32>>,

    /// The two halves of the product's five summands, added up.
    low: Register<32>,
    high: Register<32>,
    b_reg: Register<32>,
    take_reg: DFF<Bit>,
    hash_reg: Register<32>,
    done_reg: DFF<Bit>,
    product: Signal<Local, Bits<32>>,
}

impl Logic for Fnv {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, low, high, b_reg, take_reg, hash_reg, done_reg);
        self.low.enable.next = self.take.val();
        self.low.d.next = self.a.val() + (self.a.val() << 1) + (self.a.val() << 4);
        self.high.enable.next = self.take.val();
        self.high.d.next = (self.a.val() << 7) + (self.a.val() << 8) + (self.a.val() << 24);
        self.b_reg.enable.next = self.take.val();
        self.b_reg.d.next = self.b.val();
        self.take_reg.d.next = self.take.val();
        self.product.next = self.low.q.val() + self.high.q.val();
        self.hash_reg.enable.next = self.take_reg.q.val();
        self.hash_reg.d.next = self.product.val() ^ self.b_reg.q.val();
        self.done_reg.d.next = self.take_reg.q.val();
        self.done.next = self.done_reg.q.val();
        self.hash.next = self.hash_reg.q.val();
    }
}
