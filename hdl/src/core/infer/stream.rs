//! Stream: the words of a tape, read from memory ahead of their use.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `start` | in | 1 | go on at `start_address`; only while `quiet`, of requests too |
//! | `start_address` | in | 24 | byte address, a multiple of 128 |
//! | `enable` | in | 1 | level: ask for bursts |
//! | `request_ready` | in | 1 | the request is taken when `request` is 1 too |
//! | `data_valid` | in | 1 | `data$i` is the next beat |
//! | `data$i` | in | 32 x beat words | word i of the beat, lowest address first |
//! | `take` | in | 1 | the word is taken when `word_valid` is 1 too |
//! | `request` | out | 1 | read a burst of 128 bytes |
//! | `address` | out | 24 | its byte address |
//! | `word_valid` | out | 1 | `word` is the next word |
//! | `word` | out | 32 | the word |
//! | `quiet` | out | 1 | no beat is on its way |
//!
//! Latency 2 from a beat to its first word; a word a cycle while the memory brings as many. It asks for up to two
//! bursts ahead: 64 words.
//!
//! Checked by `sim/tests/infer.rs` with memories that stall. It does not know where a tape ends.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Ram;
use crate::primitives::parameter::Parameter;

/// Words of a burst.
pub const BURST_WORDS: usize = 32;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Stream {
    pub clock: Signal<In, Clock>,

    pub start: Signal<In, Bit>,
    pub start_address: Signal<In, Bits<24>>,
    pub enable: Signal<In, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub take: Signal<In, Bit>,

    pub request: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub word_valid: Signal<Out, Bit>,
    pub word: Signal<Out, Bits<32>>,
    pub quiet: Signal<Out, Bit>,

    address_reg: DFF<Bits<24>>,
    /// Words that are asked for and not taken, that have come and are not taken, and that are on their way.
    asked: DFF<Bits<7>>,
    there: DFF<Bits<7>>,
    expected: DFF<Bits<7>>,
    burst: Parameter<7>,
    beat: Parameter<7>,
    ask: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,
    available: Signal<Local, Bit>,
    used: Signal<Local, Bit>,
    came: Signal<Local, Bits<7>>,
    came_late: DFF<Bits<7>>,

    /// The beat to write, and the word to take: the beat is in the upper bits.
    write_beat: DFF<Bits<6>>,
    read_word: DFF<Bits<6>>,
    read_next: Signal<Local, Bits<6>>,
    /// The word within the beat that is there.
    member: DFF<Bits<2>>,
    beat_bits: Parameter<3>,
    member_mask: Parameter<6>,
    words: Vec<Ram<6, 32>>,
    picked: Signal<Local, Bits<32>>,
    index: Vec<Parameter<2>>,
}

impl Stream {
    /// The stream of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let beat = geometry.beat_words();
        let mut stream = Self {
            burst: Parameter::new(BURST_WORDS),
            beat: Parameter::new(beat),
            beat_bits: Parameter::new(beat.trailing_zeros() as usize),
            member_mask: Parameter::new(beat - 1),
            words: (0..beat)
                .map(|_| Ram::new(2 * BURST_WORDS / beat))
                .collect(),
            index: (0..beat).map(Parameter::new).collect(),
            ..Self::default()
        };
        stream.data.resize_with(beat, Default::default);
        stream
    }
}

impl Logic for Stream {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            address_reg,
            asked,
            there,
            expected,
            write_beat,
            read_word
        );
        clock!(self, clock, member, came_late);

        // Requests.
        self.ask.next = self.enable.val() & (self.asked.q.val() <= self.burst.q.val());
        self.request.next = self.ask.val();
        self.accept.next = self.ask.val() & self.request_ready.val();
        self.address.next = self.address_reg.q.val();
        self.available.next = self.there.q.val().any();
        self.used.next = self.take.val() & self.available.val();
        self.asked.d.next =
            self.asked.q.val() - unsigned_cast_extend::<7, 1>(self.used.val().into());
        if self.accept.val() {
            self.address_reg.d.next = self.address_reg.q.val() + 128;
            self.asked.d.next = self.asked.q.val() + self.burst.q.val()
                - unsigned_cast_extend::<7, 1>(self.used.val().into());
        }
        self.came.next = 0.into();
        if self.data_valid.val() {
            self.came.next = self.beat.q.val();
            self.write_beat.d.next = self.write_beat.q.val() + 1;
        }
        self.expected.d.next = self.expected.q.val() - self.came.val();
        if self.accept.val() {
            self.expected.d.next = self.expected.q.val() + self.burst.q.val() - self.came.val();
        }
        self.quiet.next = self.expected.q.val() == 0;

        // Words. A beat may be read in the cycle after it was written.
        self.came_late.d.next = self.came.val();
        self.there.d.next = self.there.q.val() + self.came_late.q.val()
            - unsigned_cast_extend::<7, 1>(self.used.val().into());
        self.word_valid.next = self.available.val();
        self.read_next.next = self.read_word.q.val();
        if self.used.val() {
            self.read_next.next = self.read_word.q.val() + 1;
        }
        self.read_word.d.next = self.read_next.val();
        self.member.d.next = bit_cast::<2, 6>(self.read_next.val() & self.member_mask.q.val());
        self.picked.next = 0.into();
        for i in 0..self.words.len() {
            self.words[i].clock.next = self.clock.val();
            self.words[i].write.next = self.data_valid.val();
            self.words[i].write_address.next = self.write_beat.q.val();
            self.words[i].d.next = self.data[i].val();
            self.words[i].read_address.next = self.read_next.val() >> self.beat_bits.q.val();
            if self.member.q.val() == self.index[i].q.val() {
                self.picked.next = self.words[i].q.val();
            }
        }
        self.word.next = self.picked.val();

        if self.start.val() {
            self.address_reg.d.next = self.start_address.val();
            self.asked.d.next = 0.into();
            self.came_late.d.next = 0.into();
            self.there.d.next = 0.into();
            self.expected.d.next = 0.into();
            self.write_beat.d.next = 0.into();
            self.read_word.d.next = 0.into();
        }
    }
}
