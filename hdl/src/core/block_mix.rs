//! BlockMix with r = 1: two Salsa20/8 on the two halves of X, in place, and the ways X is filled.
//!
//! X is 32 words of 32 bits, word 0 first. A Salsa20/8 takes 35 cycles: one to mix the halves, 32
//! quarters of rounds, two to add. A quarter changes one word of every column; then the words of a
//! column move on by one place, so that the next quarter finds its words where this one did. After
//! every round the words are transposed, so that each round is a column round. After every Salsa20/8
//! the halves change places: it is always the low half that is mixed and added to.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `start` | in | 1 | X becomes BlockMix(X); only while `busy` is 0 |
//! | `busy` | out | 1 | |
//! | `done` | out | 1 | one cycle, the last of `busy` |
//! | `shift`, `lane` | in | 1, 64 | X moves down by two words, `lane` enters at the top |
//! | `rotate`, `beat$i` | in | 1, 32 | X rotates by one beat, XORed with the beat on the way |
//! | `x$i` | out | 32 | |
//!
//! `start` to the cycle after `done`: 70 cycles ([`CYCLES`]). `shift` and `rotate` take effect one
//! cycle late; `start` may be in the cycle after them. Four 32-bit adders for the rounds, sixteen to
//! add. Byte order: word i of X is bytes 4i … 4i+3, byte 4i in bits 7..0.
//!
//! X has 1024 bits all over the chip: what becomes of them is decided a cycle ahead, so that its
//! enables and selects are registers.
//!
//! Checked by `sim/tests/blocks.rs` against the reference on random X, and whole by the cache.

use rust_hdl::prelude::*;

use crate::geometry::Geometry;
use crate::primitives::{Delay, Register};

/// Cycles of one BlockMix.
pub const CYCLES: u64 = 70;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct BlockMix {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub busy: Signal<Out, Bit>,
    pub done: Signal<Out, Bit>,
    pub shift: Signal<In, Bit>,
    pub lane: Signal<In, Bits<64>>,
    pub rotate: Signal<In, Bit>,
    pub beat: Vec<Signal<In, Bits<32>>>,
    pub x: [Signal<Out, Bits<32>>; 32],

    words: [Register<32>; 32],
    /// The words under Salsa20/8, and X XORed half by half.
    work: [Register<32>; 16],
    mixed: [Signal<Local, Bits<32>>; 16],
    /// Sums of two words, and the word that a quarter changes.
    pair: [Signal<Local, Bits<32>>; 4],
    turned: [Signal<Local, Bits<32>>; 4],
    changed: [Signal<Local, Bits<32>>; 4],

    /// 0 idle, 1 mix, 2 rounds, 3 add, 4 keep the sums.
    phase: DFF<Bits<3>>,
    second_half: DFF<Bit>,
    begins: Signal<Local, Bit>,
    goes_on: Signal<Local, Bit>,
    quarter: DFF<Bits<5>>,

    entering: Delay<64>,
    beats: Vec<Delay<32>>,
    /// What X becomes where it changes: 0 shifted, 1 rotated, 2 mixed (the low half), 3 changed over
    /// (the low half becomes the high one, the high one the sums).
    becomes: DFF<Bits<2>>,
    low_changes: DFF<Bit>,
    high_changes: DFF<Bit>,
    /// What the words under Salsa20/8 become: 0 the sums, 1 mixed, 2 moved on, 3 transposed too.
    work_becomes: DFF<Bits<2>>,
    work_changes: DFF<Bit>,
}

impl BlockMix {
    /// BlockMix with the memory beats of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut block_mix = Self::default();
        let words = geometry.beat_words();
        block_mix.beat.resize_with(words, Default::default);
        block_mix.beats.resize_with(words, Default::default);
        block_mix
    }
}

impl Logic for BlockMix {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, phase, second_half, quarter);
        clock!(
            self,
            clock,
            entering,
            becomes,
            low_changes,
            high_changes,
            work_becomes,
            work_changes
        );

        // X.
        self.entering.d.next = self.lane.val();
        for i in 0..32 {
            self.x[i].next = self.words[i].q.val();
            self.words[i].clock.next = self.clock.val();
            self.words[i].d.next = self.words[(i + 2) % 32].q.val();
        }
        self.words[30].d.next = self.entering.q.val().get_bits::<32>(0);
        self.words[31].d.next = self.entering.q.val().get_bits::<32>(32);
        for i in 0..self.beat.len() {
            self.beats[i].clock.next = self.clock.val();
            self.beats[i].d.next = self.beat[i].val();
        }
        if self.becomes.q.val() == 1 {
            for w in self.beat.len()..(self.beat.len() + 1) {
                for i in 0..32 {
                    self.words[i].d.next = self.words[(i + w) % 32].q.val();
                }
                for i in 0..self.beat.len() {
                    self.words[32 - w + i].d.next = self.words[i].q.val() ^ self.beats[i].q.val();
                }
            }
        }
        for i in 0..16 {
            self.mixed[i].next = self.words[i].q.val() ^ self.words[i + 16].q.val();
            self.words[i].enable.next = self.low_changes.q.val();
            self.words[i + 16].enable.next = self.high_changes.q.val();
            if self.becomes.q.val() == 2 {
                self.words[i].d.next = self.mixed[i].val();
            }
            if self.becomes.q.val() == 3 {
                self.words[i].d.next = self.words[i + 16].q.val();
                self.words[i + 16].d.next = self.work[i].q.val();
            }
        }

        // Quarters. Column j is a, b, c, d = words 5j, 5j + 4, 5j + 8, 5j + 12 modulo 16: b changes by
        // the sum of a and d, and all move on by one place.
        for i in 0..16 {
            self.work[i].clock.next = self.clock.val();
            self.work[i].enable.next = self.work_changes.q.val();
            self.work[i].d.next = self.work[i].q.val() + self.words[i].q.val();
        }
        for j in 0..4 {
            self.pair[j].next =
                self.work[5 * j % 16].q.val() + self.work[(5 * j + 12) % 16].q.val();
            self.turned[j].next = (self.pair[j].val() << 7) | (self.pair[j].val() >> 25);
            if self.quarter.q.val().get_bits::<2>(0) == 1 {
                self.turned[j].next = (self.pair[j].val() << 9) | (self.pair[j].val() >> 23);
            }
            if self.quarter.q.val().get_bits::<2>(0) == 2 {
                self.turned[j].next = (self.pair[j].val() << 13) | (self.pair[j].val() >> 19);
            }
            if self.quarter.q.val().get_bits::<2>(0) == 3 {
                self.turned[j].next = (self.pair[j].val() << 18) | (self.pair[j].val() >> 14);
            }
            self.changed[j].next = self.work[(5 * j + 4) % 16].q.val() ^ self.turned[j].val();
        }
        if self.work_becomes.q.val() == 1 {
            for i in 0..16 {
                self.work[i].d.next = self.mixed[i].val();
            }
        }
        if self.work_becomes.q.val() >= 2 {
            for j in 0..4 {
                self.work[5 * j % 16].d.next = self.changed[j].val();
                self.work[(5 * j + 4) % 16].d.next = self.work[(5 * j + 8) % 16].q.val();
                self.work[(5 * j + 8) % 16].d.next = self.work[(5 * j + 12) % 16].q.val();
                self.work[(5 * j + 12) % 16].d.next = self.work[5 * j % 16].q.val();
            }
        }
        if self.work_becomes.q.val() == 3 {
            // Row j holds column j from its diagonal word on.
            for j in 0..4 {
                self.work[4 * j + (j + 1) % 4].d.next = self.work[(5 * j + 8) % 16].q.val();
                self.work[4 * j + (j + 2) % 4].d.next = self.work[(5 * j + 12) % 16].q.val();
                self.work[4 * j + (j + 3) % 4].d.next = self.work[5 * j % 16].q.val();
            }
        }

        // Sequence.
        self.busy.next = self.phase.q.val() != 0;
        self.done.next = (self.phase.q.val() == 4) & self.second_half.q.val();
        self.begins.next = (self.phase.q.val() == 0) & self.start.val();
        self.goes_on.next = (self.phase.q.val() == 4) & (!self.second_half.q.val());
        match self.phase.q.val().index() {
            0 => {
                self.second_half.d.next = false;
                self.quarter.d.next = 0.into();
                if self.start.val() {
                    self.phase.d.next = 1.into();
                }
            }
            1 => {
                self.phase.d.next = 2.into();
            }
            2 => {
                self.quarter.d.next = self.quarter.q.val() + 1;
                if self.quarter.q.val() == 31 {
                    self.phase.d.next = 3.into();
                }
            }
            3 => {
                self.phase.d.next = 4.into();
            }
            _ => {
                self.phase.d.next = 0.into();
                if self.goes_on.val() {
                    self.phase.d.next = 1.into();
                    self.second_half.d.next = true;
                }
            }
        }
        if self.clear.val() {
            self.phase.d.next = 0.into();
        }

        // What changes in the next cycle, and to what.
        self.high_changes.d.next = self.shift.val() | self.rotate.val() | (self.phase.q.val() == 3);
        self.low_changes.d.next = self.shift.val()
            | self.rotate.val()
            | (self.phase.q.val() == 3)
            | self.begins.val()
            | self.goes_on.val();
        self.becomes.d.next = 0.into();
        if self.rotate.val() {
            self.becomes.d.next = 1.into();
        }
        if self.begins.val() | self.goes_on.val() {
            self.becomes.d.next = 2.into();
        }
        if self.phase.q.val() == 3 {
            self.becomes.d.next = 3.into();
        }
        self.work_becomes.d.next = 2.into();
        if self.begins.val() | self.goes_on.val() {
            self.work_becomes.d.next = 1.into();
        }
        if self.phase.q.val() == 2 {
            if self.quarter.q.val().get_bits::<2>(0) == 2 {
                self.work_becomes.d.next = 3.into();
            }
            if self.quarter.q.val() == 31 {
                self.work_becomes.d.next = 0.into();
            }
        }
        self.work_changes.d.next = self.begins.val()
            | self.goes_on.val()
            | (self.phase.q.val() == 1)
            | (self.phase.q.val() == 2);
    }
}
