//! The comparison of a hash with the target, lane by lane, the least significant first.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `fresh` | in | 1 | level before the first lane: nothing is compared yet |
//! | `valid`, `index` | in | 1, 2 | these are the lanes `index` of both |
//! | `hash`, `target` | in | 64 | |
//! | `meets` | out | 1 | hash <= target, as little-endian 256-bit numbers; two cycles after the last lanes |
//! | `kept$i` | out | 4 x 64 | the hash that was compared, until the next one's lanes |
//!
//! A lane decides, unless it is equal; so the last that differs counts, and no lane waits for
//! another. Example: hash lanes 5, 0, 0, 1 miss the target 4, 9, 9, 0 in lane 3.

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
