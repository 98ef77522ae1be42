//! One halving of the fold: joins the words of a stream two by two (a turn of the reference's `fold`).
//!
//! Because the slots run through the rows in bit-reversed order (`token.rs`), the two rows that a
//! halving joins always follow each other in the stream.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget a word that waits for its partner |
//! | `valid` | in | 1 | there is a word |
//! | `word` | in | 32 | W\[j\], then W\[j + k\] |
//! | `out_valid` | out | 1 | `out` is a new word |
//! | `out` | out | 32 | fnv(W\[j\], W\[j + k\]) |
//!
//! Latency 2 from the second word ([`fnv::LATENCY`](crate::core::fnv::LATENCY)); one word a cycle.
//!
//! Checked by every whole-hash test (`sim/tests/small_cores.rs`, `sim/tests/faults.rs`). It does not know
//! which row a word is of: the order of the stream says it.

use rust_hdl::prelude::*;

use crate::core::fnv::Fnv;
use crate::primitives::Register;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct FoldLevel {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,

    pub valid: Signal<In, Bit>,
    pub word: Signal<In, Bits<32>>,

    pub out_valid: Signal<Out, Bit>,
    pub out: Signal<Out, Bits<32>>,

    waiting: DFF<Bit>,
    first: Register<32>,
    fnv: Fnv,
}

impl Logic for FoldLevel {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, first, fnv);
        dff_setup!(self, clock, waiting);
        if self.valid.val() {
            self.waiting.d.next = !self.waiting.q.val();
        }
        if self.clear.val() {
            self.waiting.d.next = false;
        }
        self.first.enable.next = self.valid.val() & (!self.waiting.q.val());
        self.first.d.next = self.word.val();
        self.fnv.a.next = self.first.q.val();
        self.fnv.b.next = self.word.val();
        self.fnv.take.next = self.valid.val() & self.waiting.q.val();
        self.out_valid.next = self.fnv.done.val();
        self.out.next = self.fnv.hash.val();
    }
}
