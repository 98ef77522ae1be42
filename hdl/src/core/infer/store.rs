//! Store: a buffer of one burst, written word by word from outside the core and then to memory.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | forget what runs |
//! | `write` | in | 1 | put `word` into place `index` of the buffer; only while nothing runs |
//! | `index` | in | 5 | which word of the burst |
//! | `word` | in | 32 | the word |
//! | `start` | in | 1 | write the buffer to memory |
//! | `request_ready` | in | 1 | the request is taken when `request` is 1 too |
//! | `write_ready` | in | 1 | the beat is taken when `write_valid` is 1 too |
//! | `request` | out | 1 | write a burst of 128 bytes |
//! | `write_valid` | out | 1 | `write_beat$i` is the next beat |
//! | `write_beat$i` | out | 32 x beat words | word i of the beat, lowest address first |
//! | `busy` | out | 1 | it runs: from the cycle after `start` until the last beat is taken |
//!
//! Latency 1 from `start` to `request`; a beat every other cycle at most.
//!
//! Checked by `sim/tests/infer.rs`: tapes come to memory through it. It does not know the address.

use rust_hdl::prelude::*;

use super::stream::BURST_WORDS;
use crate::geometry::Geometry;
use crate::primitives::Ram;
use crate::primitives::parameter::Parameter;

/// What it does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Nothing.
    Idle,
    /// Asks for a burst.
    Ask,
    /// Reads a beat from the buffer.
    Read,
    /// Offers it.
    Offer,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Store {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,

    pub write: Signal<In, Bit>,
    pub index: Signal<In, Bits<5>>,
    pub word: Signal<In, Bits<32>>,
    pub start: Signal<In, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub write_ready: Signal<In, Bit>,

    pub request: Signal<Out, Bit>,
    pub write_valid: Signal<Out, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub busy: Signal<Out, Bit>,

    state: DFF<State>,
    beat: DFF<Bits<5>>,
    last_beat: Parameter<5>,
    beat_bits: Parameter<3>,
    member_mask: Parameter<5>,
    words: Vec<Ram<5, 32>>,
    member: Vec<Parameter<5>>,
}

impl Store {
    /// The store of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let beat = geometry.beat_words();
        let mut store = Self {
            last_beat: Parameter::new(BURST_WORDS / beat - 1),
            beat_bits: Parameter::new(beat.trailing_zeros() as usize),
            member_mask: Parameter::new(beat - 1),
            words: (0..beat).map(|_| Ram::new(BURST_WORDS / beat)).collect(),
            member: (0..beat).map(Parameter::new).collect(),
            ..Self::default()
        };
        store.write_beat.resize_with(beat, Default::default);
        store
    }
}

impl Logic for Store {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, beat);
        for i in 0..self.words.len() {
            self.words[i].clock.next = self.clock.val();
            self.words[i].write.next = self.write.val()
                & ((self.index.val() & self.member_mask.q.val()) == self.member[i].q.val());
            self.words[i].write_address.next = self.index.val() >> self.beat_bits.q.val();
            self.words[i].d.next = self.word.val();
            self.words[i].read_address.next = self.beat.q.val();
            self.write_beat[i].next = self.words[i].q.val();
        }
        self.request.next = self.state.q.val() == State::Ask;
        self.write_valid.next = self.state.q.val() == State::Offer;
        self.busy.next = self.state.q.val() != State::Idle;
        match self.state.q.val() {
            State::Idle => {
                self.beat.d.next = 0.into();
                if self.start.val() {
                    self.state.d.next = State::Ask;
                }
            }
            State::Ask => {
                if self.request_ready.val() {
                    self.state.d.next = State::Read;
                }
            }
            State::Read => {
                self.state.d.next = State::Offer;
            }
            State::Offer => {
                if self.write_ready.val() {
                    self.state.d.next = State::Read;
                    self.beat.d.next = self.beat.q.val() + 1;
                    if self.beat.q.val() == self.last_beat.q.val() {
                        self.state.d.next = State::Idle;
                    }
                }
            }
        }
        if self.reset.val() {
            self.state.d.next = State::Idle;
        }
    }
}
