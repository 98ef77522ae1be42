//! One step of the 32-bit FNV: `(a * 0x01000193 mod 2^32) ^ b`, by shifts and adds.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `take` | in | 1 | `a` and `b` are valid |
//! | `a`, `b` | in | 32 | |
//! | `done` | out | 1 | `hash` is new: two cycles after `take` |
//! | `hash` | out | 32 | until the next `done` |
//!
//! Latency 2, one step per cycle. 0x01000193 = 2^24 + 2^8 + 2^7 + 2^4 + 2 + 1, so it takes five
//! adders and no multiplier.

use rust_hdl::prelude::*;

use crate::primitives::Register;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Fnv {
    pub clock: Signal<In, Clock>,
    pub take: Signal<In, Bit>,
    pub a: Signal<In, Bits<32>>,
    pub b: Signal<In, Bits<32>>,
    pub done: Signal<Out, Bit>,
    pub hash: Signal<Out, Bits<32>>,
    low: Register<32>,
    high: Register<32>,
    other: Register<32>,
    taken: DFF<Bit>,
    result: Register<32>,
    finished: DFF<Bit>,
    product: Signal<Local, Bits<32>>,
}

impl Logic for Fnv {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, low, high, other, taken, result, finished);
        self.low.enable.next = self.take.val();
        self.low.d.next = self.a.val() + (self.a.val() << 1) + (self.a.val() << 4);
        self.high.enable.next = self.take.val();
        self.high.d.next = (self.a.val() << 7) + (self.a.val() << 8) + (self.a.val() << 24);
        self.other.enable.next = self.take.val();
        self.other.d.next = self.b.val();
        self.taken.d.next = self.take.val();
        self.product.next = self.low.q.val() + self.high.q.val();
        self.result.enable.next = self.taken.q.val();
        self.result.d.next = self.product.val() ^ self.other.q.val();
        self.finished.d.next = self.taken.q.val();
        self.done.next = self.finished.q.val();
        self.hash.next = self.result.q.val();
    }
}
