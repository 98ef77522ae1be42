//! BlockMix with r = 1 (the reference's `block_mix`): two Salsa20/8 on the two halves of X, in place, and the
//! ways X is filled.
//!
//! X is 32 words of 32 bits, word 0 first. A Salsa20/8 takes 35 cycles: one to mix the halves, 32
//! quarters of rounds, two to add. A quarter changes one word of every column; then the words of a
//! column move on by one place, so that the next quarter finds its words where this one did. After
//! every round the words are transposed, so that each round is a column round. After every Salsa20/8
//! the halves change places: it is always the low half that is mixed and added to.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | stop; X is worth nothing then |
//! | `start` | in | 1 | X becomes BlockMix(X); only while `busy` is 0 |
//! | `shift` | in | 1 | X moves down by two words, `lane` enters at the top |
//! | `lane` | in | 64 | two words, the first in bits 31..0 |
//! | `rotate` | in | 1 | X rotates by one beat, XORed with the beat on the way |
//! | `beat$i` | in | 32 x beat words | word i of the beat |
//! | `busy` | out | 1 | X is being mixed |
//! | `done` | out | 1 | one cycle, the last of `busy` |
//! | `x$i` | out | 32 x 32 | word i of X |
//!
//! Latency, `start` to the cycle after `done`: 2 * 35 = 70 cycles ([`CYCLES`]). `shift` and `rotate` take effect
//! one cycle late; `start` may be in the cycle after them. Four 32-bit adders for the rounds, sixteen to
//! add. Byte order: word i of X is bytes 4i … 4i+3, byte 4i in bits 7..0.
//!
//! X has 1024 bits all over the chip: what becomes of them is decided a cycle ahead, so that its
//! enables and selects are registers.
//!
//! Checked by `sim/tests/blocks.rs` against the reference on random X, and whole by every generated matrix
//! list. It does not write X anywhere: that is `smix.rs`.

use rust_hdl::prelude::*;

use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;
use crate::primitives::{Delay, Register};

/// Quarters of the eight rounds of a Salsa20/8.
const QUARTERS: usize = 8 * 4;

/// Cycles of one BlockMix: two Salsa20/8, each with one cycle to mix and two to add.
pub const CYCLES: u64 = 2 * (1 + QUARTERS + 2) as u64;

/// What BlockMix does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Waits for `start`.
    Idle,
    /// Mixes the halves of X.
    Mix,
    /// Does the rounds, a quarter a cycle.
    Rounds,
    /// Adds what went in.
    Add,
    /// Keeps the sums.
    Keep,
}

/// What the words of X become where they change.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum Update {
    /// Shifted by a lane.
    Shift,
    /// Rotated by a beat.
    Rotate,
    /// The low half: XORed with the high one.
    Mix,
    /// The low half becomes the high one, the high one the sums.
    Swap,
}

/// What the words under Salsa20/8 become where they change.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum WorkUpdate {
    /// The sums.
    Add,
    /// X's mixed halves.
    Mix,
    /// A quarter further.
    Quarter,
    /// A quarter further, and transposed.
    Transpose,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct BlockMix {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub start: Signal<In, Bit>,

    pub shift: Signal<In, Bit>,
    pub lane: Signal<In, Bits<64>>,
    pub rotate: Signal<In, Bit>,
    pub beat: Vec<Signal<In, Bits<32>>>,

    pub busy: Signal<Out, Bit>,
    pub done: Signal<Out, Bit>,
    pub x: [Signal<Out, Bits<32>>; 32],

    words: [Register<32>; 32],
    /// The words under Salsa20/8, and X XORed half by half.
    work: [Register<32>; 16],
    mixed: [Signal<Local, Bits<32>>; 16],
    /// Sums of two words, and the word that a quarter changes.
    pair: [Signal<Local, Bits<32>>; 4],
    turned: [Signal<Local, Bits<32>>; 4],
    changed: [Signal<Local, Bits<32>>; 4],

    state: DFF<State>,
    second_half: DFF<Bit>,
    /// A Salsa20/8 begins: the second goes on from the first.
    mix_first: Signal<Local, Bit>,
    mix_second: Signal<Local, Bit>,
    mix: Signal<Local, Bit>,
    quarter: DFF<Bits<5>>,
    last_quarter: Parameter<5>,

    lane_reg: Delay<64>,
    beat_reg: Vec<Delay<32>>,
    /// What changes in this cycle, and to what.
    update: DFF<Update>,
    low_enable: DFF<Bit>,
    high_enable: DFF<Bit>,
    work_update: DFF<WorkUpdate>,
    work_enable: DFF<Bit>,
}

impl BlockMix {
    /// BlockMix with the memory beats of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut block_mix = Self {
            last_quarter: Parameter::new(QUARTERS - 1),
            ..Self::default()
        };
        let words = geometry.beat_words();
        block_mix.beat.resize_with(words, Default::default);
        block_mix.beat_reg.resize_with(words, Default::default);
        block_mix
    }
}

impl Logic for BlockMix {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, second_half, quarter);
        clock!(
            self,
            clock,
            lane_reg,
            update,
            low_enable,
            high_enable,
            work_update,
            work_enable
        );

        // X.
        self.lane_reg.d.next = self.lane.val();
        for i in 0..32 {
            self.x[i].next = self.words[i].q.val();
            self.words[i].clock.next = self.clock.val();
            self.words[i].d.next = self.words[(i + 2) % 32].q.val();
        }
        self.words[30].d.next = self.lane_reg.q.val().get_bits::<32>(0);
        self.words[31].d.next = self.lane_reg.q.val().get_bits::<32>(32);
        for i in 0..self.beat.len() {
            self.beat_reg[i].clock.next = self.clock.val();
            self.beat_reg[i].d.next = self.beat[i].val();
        }
        if self.update.q.val() == Update::Rotate {
            for w in self.beat.len()..(self.beat.len() + 1) {
                for i in 0..32 {
                    self.words[i].d.next = self.words[(i + w) % 32].q.val();
                }
                for i in 0..self.beat.len() {
                    self.words[32 - w + i].d.next =
                        self.words[i].q.val() ^ self.beat_reg[i].q.val();
                }
            }
        }
        for i in 0..16 {
            self.mixed[i].next = self.words[i].q.val() ^ self.words[i + 16].q.val();
            self.words[i].enable.next = self.low_enable.q.val();
            self.words[i + 16].enable.next = self.high_enable.q.val();
            if self.update.q.val() == Update::Mix {
                self.words[i].d.next = self.mixed[i].val();
            }
            if self.update.q.val() == Update::Swap {
                self.words[i].d.next = self.words[i + 16].q.val();
                self.words[i + 16].d.next = self.work[i].q.val();
            }
        }

        // Quarters. Column j is a, b, c, d = words 5j, 5j + 4, 5j + 8, 5j + 12 modulo 16: b changes by
        // the sum of a and d, and all move on by one place.
        for i in 0..16 {
            self.work[i].clock.next = self.clock.val();
            self.work[i].enable.next = self.work_enable.q.val();
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
        if self.work_update.q.val() == WorkUpdate::Mix {
            for i in 0..16 {
                self.work[i].d.next = self.mixed[i].val();
            }
        }
        if (self.work_update.q.val() == WorkUpdate::Quarter)
            | (self.work_update.q.val() == WorkUpdate::Transpose)
        {
            for j in 0..4 {
                self.work[5 * j % 16].d.next = self.changed[j].val();
                self.work[(5 * j + 4) % 16].d.next = self.work[(5 * j + 8) % 16].q.val();
                self.work[(5 * j + 8) % 16].d.next = self.work[(5 * j + 12) % 16].q.val();
                self.work[(5 * j + 12) % 16].d.next = self.work[5 * j % 16].q.val();
            }
        }
        if self.work_update.q.val() == WorkUpdate::Transpose {
            // Row j holds column j from its diagonal word on.
            for j in 0..4 {
                self.work[4 * j + (j + 1) % 4].d.next = self.work[(5 * j + 8) % 16].q.val();
                self.work[4 * j + (j + 2) % 4].d.next = self.work[(5 * j + 12) % 16].q.val();
                self.work[4 * j + (j + 3) % 4].d.next = self.work[5 * j % 16].q.val();
            }
        }

        // Sequence.
        self.busy.next = self.state.q.val() != State::Idle;
        self.done.next = (self.state.q.val() == State::Keep) & self.second_half.q.val();
        self.mix_first.next = (self.state.q.val() == State::Idle) & self.start.val();
        self.mix_second.next = (self.state.q.val() == State::Keep) & (!self.second_half.q.val());
        self.mix.next = self.mix_first.val() | self.mix_second.val();
        match self.state.q.val() {
            State::Idle => {
                self.second_half.d.next = false;
                self.quarter.d.next = 0.into();
                if self.start.val() {
                    self.state.d.next = State::Mix;
                }
            }
            State::Mix => {
                self.state.d.next = State::Rounds;
            }
            State::Rounds => {
                self.quarter.d.next = self.quarter.q.val() + 1;
                if self.quarter.q.val() == self.last_quarter.q.val() {
                    self.state.d.next = State::Add;
                }
            }
            State::Add => {
                self.state.d.next = State::Keep;
            }
            State::Keep => {
                self.state.d.next = State::Idle;
                if self.mix_second.val() {
                    self.state.d.next = State::Mix;
                    self.second_half.d.next = true;
                }
            }
        }
        if self.clear.val() {
            self.state.d.next = State::Idle;
        }

        // What changes in the next cycle, and to what.
        self.high_enable.d.next =
            self.shift.val() | self.rotate.val() | (self.state.q.val() == State::Add);
        self.low_enable.d.next = self.shift.val()
            | self.rotate.val()
            | (self.state.q.val() == State::Add)
            | self.mix.val();
        self.update.d.next = Update::Shift;
        if self.rotate.val() {
            self.update.d.next = Update::Rotate;
        }
        if self.mix.val() {
            self.update.d.next = Update::Mix;
        }
        if self.state.q.val() == State::Add {
            self.update.d.next = Update::Swap;
        }
        self.work_update.d.next = WorkUpdate::Quarter;
        if self.mix.val() {
            self.work_update.d.next = WorkUpdate::Mix;
        }
        if self.state.q.val() == State::Rounds {
            if self.quarter.q.val().get_bits::<2>(0) == 2 {
                self.work_update.d.next = WorkUpdate::Transpose;
            }
            if self.quarter.q.val() == self.last_quarter.q.val() {
                self.work_update.d.next = WorkUpdate::Add;
            }
        }
        self.work_enable.d.next = self.mix.val()
            | (self.state.q.val() == State::Mix)
            | (self.state.q.val() == State::Rounds);
    }
}
