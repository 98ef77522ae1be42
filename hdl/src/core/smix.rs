//! SMix: generates the matrix list of a seed and writes it to its place in memory (the reference's `smix`).
//!
//! Each of `dimension / 2` rounds fills the array V of `dimension^2 / 64` entries of 128 bytes and
//! mixes X with it; even entries make matrix 2i, odd ones matrix 2i + 1. Entry k of round i lies at
//! byte `(2i + (k & 1)) * dimension^2 + (k >> 1) * 128`, where the matrices are read later. X after
//! the last round is never used, so the last round's mixing is left out.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | stop; no burst may be under way |
//! | `start` | in | 1 | begin, after the last lane of the seed |
//! | `seed_valid` | in | 1 | `seed_lane` is the next lane of the extended seed |
//! | `seed_lane` | in | 64 | 16 of them fill X |
//! | `request_ready` | in | 1 | the request is taken when `request` is 1 too |
//! | `write_ready` | in | 1 | the beat is taken when `write_valid` is 1 too |
//! | `data_valid` | in | 1 | `data$i` is the next beat of the entry that is read |
//! | `data$i` | in | 32 x beat words | word i of the beat, lowest address first |
//! | `request` | out | 1 | one entry is written or read |
//! | `request_write` | out | 1 | it is written |
//! | `address` | out | 24 | byte address of the entry |
//! | `write_valid` | out | 1 | `write_beat$i` is the next beat of the entry that is written |
//! | `write_beat$i` | out | 32 x beat words | word i of the beat, lowest address first |
//! | `sending` | out | 1 | a write was requested and not all its beats are taken |
//! | `round` | out | 8 | the round in work; `dimension / 2` when all are done |
//! | `finished` | out | 1 | level: all rounds are in memory, until `clear` |
//!
//! An entry is filled in max(73, 2 * beats + 3) cycles, [`CYCLES`](crate::core::block_mix::CYCLES) = 70 of them BlockMix, the next
//! of which runs while it is written; a mixing step takes 75 + memory latency + beats. The memory's answers
//! are registered before they move the 1024 bits of an entry: a beat is offered every other cycle.
//!
//! Byte order: word i of X is bytes 4i … 4i + 3 of the entry, byte 4i in bits 7..0.
//!
//! Checked by `sim/tests/small_cores.rs` against the reference, round by round and matrix by matrix, and by
//! `sim/tests/faults.rs`. It does not make the extended seed: that is `hasher.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::block_mix::BlockMix;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// Words of an entry.
const ENTRY_WORDS: usize = 32;

/// What SMix does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Waits for `start`.
    Idle,
    /// Hands X over to be written as an entry.
    WriteEntry,
    /// Asks for the entry that X chooses.
    AskEntry,
    /// XORs it into X as it comes.
    XorEntry,
    /// Waits for BlockMix.
    BlockMix,
    /// Waits for the last write.
    Finish,
}

/// The entry on its way to memory.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum Writing {
    /// There is none.
    Idle,
    /// It is asked for.
    Ask,
    /// Its beats are sent.
    Send,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Smix {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub start: Signal<In, Bit>,

    pub seed_valid: Signal<In, Bit>,
    pub seed_lane: Signal<In, Bits<64>>,
    pub request_ready: Signal<In, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,

    pub request: Signal<Out, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub sending: Signal<Out, Bit>,
    pub round: Signal<Out, Bits<8>>,
    pub finished: Signal<Out, Bit>,

    block_mix: BlockMix,
    state: DFF<State>,
    /// V is filled, and X is mixed with it.
    mixing: DFF<Bit>,
    entry: DFF<Bits<10>>,
    round_reg: DFF<Bits<8>>,
    rounds: Parameter<8>,
    last_round: Parameter<8>,
    last_entry: Parameter<10>,
    matrix_bits: Parameter<5>,
    beats_left: DFF<Bits<6>>,
    beats: Parameter<6>,

    writing: DFF<Writing>,
    write_entry: DFF<Bits<10>>,
    write_left: DFF<Bits<6>>,
    outgoing: [Register<32>; ENTRY_WORDS],
    /// `outgoing` takes X; a beat is taken, and `outgoing` moves on; one of the two.
    capture: Signal<Local, Bit>,
    capture_reg: DFF<Bit>,
    sent: Signal<Local, Bit>,
    sent_reg: DFF<Bit>,
    outgoing_enable: DFF<Bit>,
    /// BlockMix begins.
    mix_start: DFF<Bit>,

    /// The entry that is asked for.
    asked_entry: Signal<Local, Bits<10>>,
    matrix: Signal<Local, Bits<24>>,
    offset: Signal<Local, Bits<24>>,
}

impl Smix {
    /// SMix of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut smix = Self {
            block_mix: BlockMix::new(geometry),
            rounds: Parameter::new(geometry.smix_rounds()),
            last_round: Parameter::new(geometry.smix_rounds() - 1),
            last_entry: Parameter::new(geometry.smix_entries() - 1),
            matrix_bits: Parameter::new(2 * geometry.dimension_bits()),
            beats: Parameter::new(ENTRY_WORDS / geometry.beat_words()),
            ..Self::default()
        };
        smix.write_beat
            .resize_with(geometry.beat_words(), Default::default);
        smix.data
            .resize_with(geometry.beat_words(), Default::default);
        smix
    }
}

impl Logic for Smix {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, state, mixing, entry, round_reg, beats_left, writing
        );
        dff_setup!(self, clock, write_left, write_entry);
        clock!(
            self,
            clock,
            block_mix,
            capture_reg,
            sent_reg,
            outgoing_enable,
            mix_start
        );

        // X.
        self.block_mix.clear.next = self.clear.val();
        self.block_mix.shift.next = self.seed_valid.val();
        self.block_mix.lane.next = self.seed_lane.val();
        self.block_mix.rotate.next =
            (self.state.q.val() == State::XorEntry) & self.data_valid.val();
        for i in 0..self.data.len() {
            self.block_mix.beat[i].next = self.data[i].val();
        }
        self.block_mix.start.next = self.mix_start.q.val();

        // The entry on its way to memory.
        self.capture.next =
            (self.state.q.val() == State::WriteEntry) & (self.writing.q.val() == Writing::Idle);
        self.capture_reg.d.next = self.capture.val();
        self.mix_start.d.next = self.capture.val();
        self.write_valid.next = (self.writing.q.val() == Writing::Send) & (!self.sent_reg.q.val());
        self.sent.next = self.write_valid.val() & self.write_ready.val();
        self.sent_reg.d.next = self.sent.val();
        self.outgoing_enable.d.next = self.capture.val() | self.sent.val();
        for w in self.write_beat.len()..(self.write_beat.len() + 1) {
            for i in 0..self.outgoing.len() {
                self.outgoing[i].clock.next = self.clock.val();
                self.outgoing[i].enable.next = self.outgoing_enable.q.val();
                self.outgoing[i].d.next = self.outgoing[(i + w) % 32].q.val();
            }
        }
        if self.capture_reg.q.val() {
            for i in 0..self.outgoing.len() {
                self.outgoing[i].d.next = self.block_mix.x[i].val();
            }
        }
        for i in 0..self.write_beat.len() {
            self.write_beat[i].next = self.outgoing[i].q.val();
        }
        self.sending.next = self.writing.q.val() == Writing::Send;
        if (self.writing.q.val() == Writing::Ask) & self.request_ready.val() {
            self.writing.d.next = Writing::Send;
            self.write_left.d.next = self.beats.q.val();
        }
        if self.sent_reg.q.val() {
            self.write_left.d.next = self.write_left.q.val() - 1;
            if self.write_left.q.val() == 1 {
                self.writing.d.next = Writing::Idle;
            }
        }

        // Requests: the entry that is written, or the one that X chooses.
        self.request.next = (self.writing.q.val() == Writing::Ask)
            | ((self.state.q.val() == State::AskEntry) & (self.writing.q.val() == Writing::Idle));
        self.request_write.next = self.writing.q.val() == Writing::Ask;
        self.asked_entry.next =
            self.block_mix.x[16].val().get_bits::<10>(0) & self.last_entry.q.val();
        if self.writing.q.val() == Writing::Ask {
            self.asked_entry.next = self.write_entry.q.val();
        }
        self.matrix.next = (unsigned_cast_extend::<24, 8>(self.round_reg.q.val()) << 1)
            | unsigned_cast_extend::<24, 1>(self.asked_entry.val().get_bits::<1>(0));
        self.offset.next =
            unsigned_cast_extend::<24, 9>(self.asked_entry.val().get_bits::<9>(1)) << 7;
        self.address.next = (self.matrix.val() << self.matrix_bits.q.val()) | self.offset.val();

        // Sequence.
        match self.state.q.val() {
            State::Idle => {
                self.mixing.d.next = false;
                self.entry.d.next = 0.into();
                if self.start.val() {
                    self.state.d.next = State::WriteEntry;
                    self.round_reg.d.next = 0.into();
                }
            }
            State::WriteEntry => {
                if self.capture.val() {
                    self.writing.d.next = Writing::Ask;
                    self.write_entry.d.next = self.entry.q.val();
                    self.state.d.next = State::BlockMix;
                }
            }
            State::AskEntry => {
                if self.request_ready.val() & (self.writing.q.val() == Writing::Idle) {
                    self.state.d.next = State::XorEntry;
                    self.beats_left.d.next = self.beats.q.val();
                }
            }
            State::XorEntry => {
                if self.data_valid.val() {
                    self.beats_left.d.next = self.beats_left.q.val() - 1;
                }
                if self.beats_left.q.val() == 0 {
                    self.mix_start.d.next = true;
                    self.state.d.next = State::BlockMix;
                }
            }
            State::BlockMix => {
                if self.block_mix.done.val() {
                    self.entry.d.next = self.entry.q.val() + 1;
                    self.state.d.next = State::WriteEntry;
                    if self.mixing.q.val() {
                        self.state.d.next = State::AskEntry;
                    }
                    if self.entry.q.val() == self.last_entry.q.val() {
                        self.entry.d.next = 0.into();
                        self.mixing.d.next = !self.mixing.q.val();
                        self.state.d.next = State::AskEntry;
                        if self.mixing.q.val() {
                            self.state.d.next = State::WriteEntry;
                            self.round_reg.d.next = self.round_reg.q.val() + 1;
                        } else if self.round_reg.q.val() == self.last_round.q.val() {
                            self.state.d.next = State::Finish;
                        }
                    }
                }
            }
            State::Finish => {
                if self.writing.q.val() == Writing::Idle {
                    self.state.d.next = State::Idle;
                    self.round_reg.d.next = self.round_reg.q.val() + 1;
                }
            }
        }
        self.round.next = self.round_reg.q.val();
        self.finished.next = self.round_reg.q.val() == self.rounds.q.val();
        if self.clear.val() {
            self.state.d.next = State::Idle;
            self.capture_reg.d.next = false;
            self.mix_start.d.next = false;
            self.outgoing_enable.d.next = false;
            self.writing.d.next = Writing::Idle;
            self.round_reg.d.next = 0.into();
        }
    }
}
