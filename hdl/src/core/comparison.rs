//! The comparison of a hash with the target, lane by lane, the least significant first (the reference's
//! `Target`).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `fresh` | in | 1 | level before the first lane: nothing is compared yet |
//! | `valid` | in | 1 | `hash` and `target` are lanes |
//! | `index` | in | 2 | which lanes |
//! | `hash` | in | 64 | the lane of the hash |
//! | `target` | in | 64 | the lane of the target |
//! | `meets` | out | 1 | hash <= target, as little-endian 256-bit numbers; two cycles after the last lanes |
//! | `kept$i` | out | 64 x 4 | lane i of the hash that was compared, until the next one's lanes |
//!
//! Latency 2, one lane a cycle. A lane decides, unless it is equal; so the last that differs counts, and no
//! lane waits for another. Example: hash lanes 5, 0, 0, 1 miss the target 4, 9, 9, 0 in lane 3.
//!
//! Byte order: bits 63..0 of lane 0 are the least significant bytes of hash and target.
//!
//! Checked by every whole-hash test (`sim/tests/small_cores.rs`, `sim/tests/faults.rs`). It does not ask for
//! the lanes: that is `hasher.rs`.

use rust_hdl::prelude::*;

use crate::primitives::Register;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Comparison {
    pub clock: Signal<In, Clock>,
    pub fresh: Signal<In, Bit>,

    pub valid: Signal<In, Bit>,
    pub index: Signal<In, Bits<2>>,
    pub hash: Signal<In, Bits<64>>,
    pub target: Signal<In, Bits<64>>,

    pub meets: Signal<Out, Bit>,
    pub kept: [Signal<Out, Bits<64>>; 4],

    lanes: [Register<64>; 4],
    /// The lane that came last is smaller or larger than the target's; what all so far have decided.
    smaller: DFF<Bit>,
    larger: DFF<Bit>,
    below: DFF<Bit>,
}

impl Logic for Comparison {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, smaller, larger);
        dff_setup!(self, clock, below);
        for i in 0..4 {
            self.lanes[i].clock.next = self.clock.val();
            self.lanes[i].enable.next = self.valid.val() & (self.index.val().index() == i);
            self.lanes[i].d.next = self.hash.val();
            self.kept[i].next = self.lanes[i].q.val();
        }
        self.smaller.d.next = self.valid.val() & (self.hash.val() < self.target.val());
        self.larger.d.next = self.valid.val() & (self.hash.val() > self.target.val());
        if self.fresh.val() | self.smaller.q.val() {
            self.below.d.next = true;
        }
        if self.larger.q.val() {
            self.below.d.next = false;
        }
        self.meets.next = self.below.q.val();
    }
}
