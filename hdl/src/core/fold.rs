//! Sum and fold: adds the four chains up and folds the rows of the sum into one, as they arrive (the
//! reference's `add` and `fold`).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | begin a hash |
//! | `token_early` | in | 12 | the token of four cycles later, fields as in `token.rs` |
//! | `add` | in | 1 | `result$c` is a chain's result |
//! | `chain` | in | 2 | 0: begin a sum, 3: the sum is complete and is folded |
//! | `block`, `slot` | in | 8 | position of the bytes |
//! | `result$c` | in | 8 x lanes | lane c |
//! | `taken` | in | 1 | one cycle: the folded row is used up |
//! | `word_valid` | out | 1 | `word` is word `word_index` of the folded row |
//! | `word_index` | out | 6 | 0 … dimension/4 - 1, in order |
//! | `word` | out | 32 | FNV of that word of all rows, joined two by two |
//! | `full` | out | 1 | level: all words of a hash were written and not yet `taken` |
//! | `sum_valid` | out | 1 | trace: `sum$q` are words of the complete sum |
//! | `sum$q` | out | 32 x word lanes | trace: word lane q, in the order of blocks, then slots |
//!
//! The last word of the fold follows the last byte of the last chain by 2 + 2 log2(dimension) cycles,
//! and one more per word lane. Throughput: `lanes` bytes a cycle. Cost: log2(dimension) FNV steps per word
//! lane.
//!
//! Byte order: word i of a row is its columns i, i + D/4, i + D/2 and i + 3D/4, the first in bits 7..0
//! (`sum.rs`).
//!
//! Checked by every whole-hash test, word by word (`sim/tests/small_cores.rs`, `sim/tests/faults.rs`). It
//! does not hold a hash back: that the words of the hash before are `taken` in time is `issue.rs`'s care.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::fold_level::FoldLevel;
use crate::core::sum::SumLane;
use crate::core::token::Token;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Fold {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,

    pub token_early: Signal<In, Token>,
    pub add: Signal<In, Bit>,
    pub chain: Signal<In, Bits<2>>,
    pub block: Signal<In, Bits<8>>,
    pub slot: Signal<In, Bits<8>>,
    pub result: Vec<Signal<In, Bits<8>>>,
    pub taken: Signal<In, Bit>,

    pub word_valid: Signal<Out, Bit>,
    pub word_index: Signal<Out, Bits<6>>,
    pub word: Signal<Out, Bits<32>>,
    pub full: Signal<Out, Bit>,

    pub sum_valid: Signal<Out, Bit>,
    pub sum: Vec<Signal<Out, Bits<32>>>,

    lanes: Vec<SumLane>,
    /// Level l of word lane q is number `q * levels + l`.
    levels: Vec<FoldLevel>,

    /// Block and slot of `token_early`, and the group of words of both.
    block_early: DFF<Bits<8>>,
    slot_early: Signal<Local, Bits<8>>,
    last_slot: Parameter<8>,
    last_block: Parameter<8>,
    group_mask: Parameter<8>,
    slot_bits: Parameter<4>,
    group_early: Signal<Local, Bits<14>>,
    address_early: DFF<Bits<14>>,
    group: Signal<Local, Bits<14>>,
    address: Signal<Local, Bits<14>>,

    /// With fewer than four lanes: which part of its words a block delivers.
    part_shift: Parameter<4>,
    part_bits: Parameter<4>,
    part: Signal<Local, Bits<8>>,
    last_part: Parameter<8>,
    byte_enables: Parameter<4>,
    sum_valid_reg: DFF<Bit>,

    /// The folded words of a group, sent one by one.
    queue: Vec<DFF<Bits<32>>>,
    queued: DFF<Bits<3>>,
    group_words: Parameter<3>,
    word_index_reg: DFF<Bits<6>>,
    last_index: Parameter<6>,
    full_reg: DFF<Bit>,
}

impl Fold {
    /// Sum and fold of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let (lanes, words) = (geometry.lanes(), geometry.word_lanes());
        let levels = geometry.dimension_bits();
        let parts = 4 / lanes.min(4);
        let groups = geometry.cells() / words;
        let mut fold = Self {
            lanes: (0..words).map(|_| SumLane::new(geometry)).collect(),
            last_slot: Parameter::new(geometry.dimension() - 1),
            last_block: Parameter::new(geometry.blocks() - 1),
            group_mask: Parameter::new(groups - 1),
            slot_bits: Parameter::new(levels),
            part_shift: Parameter::new(groups.trailing_zeros() as usize),
            part_bits: Parameter::new((4 / parts).trailing_zeros() as usize),
            last_part: Parameter::new(parts - 1),
            byte_enables: Parameter::new((1 << (4 / parts)) - 1),
            group_words: Parameter::new(words),
            last_index: Parameter::new(geometry.cells() - 1),
            ..Self::default()
        };
        fold.levels.resize_with(words * levels, Default::default);
        fold.result.resize_with(lanes, Default::default);
        fold.sum.resize_with(words, Default::default);
        fold.queue.resize_with(words, Default::default);
        fold
    }
}

impl Logic for Fold {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, block_early, queued, word_index_reg, full_reg);
        clock!(self, clock, address_early, sum_valid_reg);

        // Addresses: the RAMs are read three cycles ahead of the bytes.
        self.slot_early.next = bit_cast::<8, 9>(self.token_early.val().address);
        if self.token_early.val().valid & (self.slot_early.val() == self.last_slot.q.val()) {
            self.block_early.d.next = self.block_early.q.val() + 1;
            if self.block_early.q.val() == self.last_block.q.val() {
                self.block_early.d.next = 0.into();
            }
        }
        self.group_early.next =
            unsigned_cast_extend::<14, 8>(self.block_early.q.val() & self.group_mask.q.val());
        self.address_early.d.next = (self.group_early.val() << self.slot_bits.q.val())
            | unsigned_cast_extend::<14, 8>(self.slot_early.val());
        self.group.next = unsigned_cast_extend::<14, 8>(self.block.val() & self.group_mask.q.val());
        self.address.next = (self.group.val() << self.slot_bits.q.val())
            | unsigned_cast_extend::<14, 8>(self.slot.val());

        // Sum.
        self.part.next = self.block.val() >> self.part_shift.q.val();
        for n in self.result.len()..(self.result.len() + 1) {
            for q in 0..self.lanes.len() {
                self.lanes[q].clock.next = self.clock.val();
                self.lanes[q].add.next = self.add.val();
                self.lanes[q].first_chain.next = self.chain.val() == 0;
                self.lanes[q].enables.next =
                    self.byte_enables.q.val() << (self.part.val() << self.part_bits.q.val());
                self.lanes[q].address.next = self.address.val();
                self.lanes[q].address_early.next = self.address_early.q.val();
                self.lanes[q].d0.next = self.result[(4 * q) % n].val();
                self.lanes[q].d1.next = self.result[(4 * q + 1) % n].val();
                self.lanes[q].d2.next = self.result[(4 * q + 2) % n].val();
                self.lanes[q].d3.next = self.result[(4 * q + 3) % n].val();
                self.sum[q].next = self.lanes[q].word.val();
            }
        }
        self.sum_valid_reg.d.next =
            self.add.val() & (self.chain.val() == 3) & (self.part.val() == self.last_part.q.val());
        self.sum_valid.next = self.sum_valid_reg.q.val();

        // Fold.
        for n in (self.levels.len() / self.lanes.len())..(self.levels.len() / self.lanes.len() + 1)
        {
            for q in 0..self.lanes.len() {
                self.levels[q * n].valid.next = self.sum_valid_reg.q.val();
                self.levels[q * n].word.next = self.lanes[q].word.val();
                for l in 1..(self.levels.len() / self.lanes.len()) {
                    self.levels[q * n + l].valid.next = self.levels[q * n + l - 1].out_valid.val();
                    self.levels[q * n + l].word.next = self.levels[q * n + l - 1].out.val();
                }
            }
        }
        for i in 0..self.levels.len() {
            self.levels[i].clock.next = self.clock.val();
            self.levels[i].clear.next = self.clear.val();
        }

        // One word after the other.
        for q in 0..self.queue.len() {
            self.queue[q].clock.next = self.clock.val();
            self.queue[q].d.next = self.queue[q].q.val();
        }
        if self.queued.q.val() != 0 {
            self.queued.d.next = self.queued.q.val() - 1;
            for q in 1..self.queue.len() {
                self.queue[q - 1].d.next = self.queue[q].q.val();
            }
            self.word_index_reg.d.next = self.word_index_reg.q.val() + 1;
            if self.word_index_reg.q.val() == self.last_index.q.val() {
                self.word_index_reg.d.next = 0.into();
                self.full_reg.d.next = true;
            }
        }
        for n in (self.levels.len() / self.lanes.len())..(self.levels.len() / self.lanes.len() + 1)
        {
            if self.levels[n - 1].out_valid.val() {
                self.queued.d.next = self.group_words.q.val();
                for q in 0..self.queue.len() {
                    self.queue[q].d.next = self.levels[q * n + n - 1].out.val();
                }
            }
        }
        self.word_valid.next = self.queued.q.val() != 0;
        self.word_index.next = self.word_index_reg.q.val();
        self.word.next = self.queue[0].q.val();
        self.full.next = self.full_reg.q.val();
        if self.taken.val() {
            self.full_reg.d.next = false;
        }
        if self.clear.val() {
            self.full_reg.d.next = false;
            self.word_index_reg.d.next = 0.into();
            self.queued.d.next = 0.into();
            self.block_early.d.next = 0.into();
        }
    }
}
