//! SMix: generates the matrix list of a seed and writes it to its place in memory.
//!
//! Each of `dimension / 2` rounds fills the array V of `dimension^2 / 64` entries of 128 bytes and
//! mixes X with it; even entries make matrix 2i, odd ones matrix 2i + 1. Entry k of round i lies at
//! byte `(2i + (k & 1)) * dimension^2 + (k >> 1) * 128`, where the matrices are read later. X after
//! the last round is never used, so the last round's mixing is left out.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | stop; no burst may be under way |
//! | `seed_valid`, `seed_lane` | in | 1, 64 | extended seed, 16 lanes in order |
//! | `start` | in | 1 | begin, after the last of them |
//! | `request`, `request_ready` | out, in | 1 | one entry; taken when both are 1 |
//! | `request_write`, `address` | out | 1, 24 | |
//! | `write_valid`, `write_ready` | out, in | 1 | a beat is taken when both are 1 |
//! | `write_beat$i` | out | 32 | |
//! | `sending` | out | 1 | a write was requested and not all its beats are taken |
//! | `data_valid`, `data$i` | in | 1, 32 | beats of the entry that was read |
//! | `round` | out | 8 | the round in work; `dimension / 2` when all are done |
//! | `finished` | out | 1 | level: all rounds are in memory, until `clear` |
//!
//! An entry is filled in max(73, 2 * beats + 3) cycles, the next BlockMix running while it is written;
//! a mixing step takes 75 + memory latency + beats. The memory's answers are registered before they
//! move the 1024 bits of an entry: a beat is offered every other cycle.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::block_mix::BlockMix;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Smix {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub seed_valid: Signal<In, Bit>,
    pub seed_lane: Signal<In, Bits<64>>,
    pub start: Signal<In, Bit>,
    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub sending: Signal<Out, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub round: Signal<Out, Bits<8>>,
    pub finished: Signal<Out, Bit>,

    block_mix: BlockMix,
    /// 0 idle, 1 write an entry, 2 ask for one, 3 XOR it, 4 BlockMix, 5 wait for the last write.
    phase: DFF<Bits<3>>,
    mixing: DFF<Bit>,
    entry: DFF<Bits<10>>,
    round_number: DFF<Bits<8>>,
    rounds: Parameter<8>,
    last_round: Parameter<8>,
    last_entry: Parameter<10>,
    matrix_bits: Parameter<5>,
    beats_left: DFF<Bits<6>>,
    beats: Parameter<6>,

    /// The entry on its way to memory: 1 asked for, 2 sent.
    writing: DFF<Bits<2>>,
    outgoing: [Register<32>; 32],
    write_left: DFF<Bits<6>>,
    capture: Signal<Local, Bit>,
    write_entry: DFF<Bits<10>>,
    /// `outgoing` takes X; a beat was taken, and `outgoing` moves on; one of the two.
    captures: DFF<Bit>,
    sent: DFF<Bit>,
    changes: DFF<Bit>,
    /// BlockMix begins.
    starts: DFF<Bit>,

    wanted: Signal<Local, Bits<10>>,
    matrix: Signal<Local, Bits<24>>,
    offset: Signal<Local, Bits<24>>,
}

impl Smix {
    /// The cache generator of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut smix = Self {
            block_mix: BlockMix::new(geometry),
            rounds: Parameter::new(geometry.smix_rounds()),
            last_round: Parameter::new(geometry.smix_rounds() - 1),
            last_entry: Parameter::new(geometry.smix_entries() - 1),
            matrix_bits: Parameter::new(2 * geometry.dimension_bits()),
            beats: Parameter::new(32 / geometry.beat_words()),
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
            self,
            clock,
            phase,
            mixing,
            entry,
            round_number,
            beats_left,
            writing
        );
        dff_setup!(self, clock, write_left, write_entry);
        clock!(self, clock, block_mix, captures, sent, changes, starts);

        // X.
        self.block_mix.clear.next = self.clear.val();
        self.block_mix.shift.next = self.seed_valid.val();
        self.block_mix.lane.next = self.seed_lane.val();
        self.block_mix.rotate.next = (self.phase.q.val() == 3) & self.data_valid.val();
        for i in 0..self.data.len() {
            self.block_mix.beat[i].next = self.data[i].val();
        }
        self.block_mix.start.next = self.starts.q.val();

        // The entry on its way to memory.
        self.capture.next = (self.phase.q.val() == 1) & (self.writing.q.val() == 0);
        self.captures.d.next = self.capture.val();
        self.starts.d.next = self.capture.val();
        self.write_valid.next = (self.writing.q.val() == 2) & (!self.sent.q.val());
        self.sent.d.next = self.write_valid.val() & self.write_ready.val();
        self.changes.d.next =
            self.capture.val() | (self.write_valid.val() & self.write_ready.val());
        for w in self.write_beat.len()..(self.write_beat.len() + 1) {
            for i in 0..32 {
                self.outgoing[i].clock.next = self.clock.val();
                self.outgoing[i].enable.next = self.changes.q.val();
                self.outgoing[i].d.next = self.outgoing[(i + w) % 32].q.val();
            }
        }
        if self.captures.q.val() {
            for i in 0..32 {
                self.outgoing[i].d.next = self.block_mix.x[i].val();
            }
        }
        for i in 0..self.write_beat.len() {
            self.write_beat[i].next = self.outgoing[i].q.val();
        }
        self.sending.next = self.writing.q.val() == 2;
        if (self.writing.q.val() == 1) & self.request_ready.val() {
            self.writing.d.next = 2.into();
            self.write_left.d.next = self.beats.q.val();
        }
        if self.sent.q.val() {
            self.write_left.d.next = self.write_left.q.val() - 1;
            if self.write_left.q.val() == 1 {
                self.writing.d.next = 0.into();
            }
        }

        // Requests: the entry that is written, or the one that X chooses.
        self.request.next =
            (self.writing.q.val() == 1) | ((self.phase.q.val() == 2) & (self.writing.q.val() == 0));
        self.request_write.next = self.writing.q.val() == 1;
        self.wanted.next = self.block_mix.x[16].val().get_bits::<10>(0) & self.last_entry.q.val();
        if self.writing.q.val() == 1 {
            self.wanted.next = self.write_entry.q.val();
        }
        self.matrix.next = (unsigned_cast_extend::<24, 8>(self.round_number.q.val()) << 1)
            | unsigned_cast_extend::<24, 1>(self.wanted.val().get_bits::<1>(0));
        self.offset.next = unsigned_cast_extend::<24, 9>(self.wanted.val().get_bits::<9>(1)) << 7;
        self.address.next = (self.matrix.val() << self.matrix_bits.q.val()) | self.offset.val();

        // Sequence.
        match self.phase.q.val().index() {
            0 => {
                self.mixing.d.next = false;
                self.entry.d.next = 0.into();
                if self.start.val() {
                    self.phase.d.next = 1.into();
                    self.round_number.d.next = 0.into();
                }
            }
            1 => {
                if self.capture.val() {
                    self.writing.d.next = 1.into();
                    self.write_entry.d.next = self.entry.q.val();
                    self.phase.d.next = 4.into();
                }
            }
            2 => {
                if self.request_ready.val() & (self.writing.q.val() == 0) {
                    self.phase.d.next = 3.into();
                    self.beats_left.d.next = self.beats.q.val();
                }
            }
            3 => {
                if self.data_valid.val() {
                    self.beats_left.d.next = self.beats_left.q.val() - 1;
                }
                if self.beats_left.q.val() == 0 {
                    self.starts.d.next = true;
                    self.phase.d.next = 4.into();
                }
            }
            4 => {
                if self.block_mix.done.val() {
                    self.entry.d.next = self.entry.q.val() + 1;
                    self.phase.d.next = 1.into();
                    if self.mixing.q.val() {
                        self.phase.d.next = 2.into();
                    }
                    if self.entry.q.val() == self.last_entry.q.val() {
                        self.entry.d.next = 0.into();
                        self.mixing.d.next = !self.mixing.q.val();
                        self.phase.d.next = 2.into();
                        if self.mixing.q.val() {
                            self.phase.d.next = 1.into();
                            self.round_number.d.next = self.round_number.q.val() + 1;
                        } else if self.round_number.q.val() == self.last_round.q.val() {
                            self.phase.d.next = 5.into();
                        }
                    }
                }
            }
            _ => {
                if self.writing.q.val() == 0 {
                    self.phase.d.next = 0.into();
                    self.round_number.d.next = self.round_number.q.val() + 1;
                }
            }
        }
        self.round.next = self.round_number.q.val();
        self.finished.next = self.round_number.q.val() == self.rounds.q.val();
        if self.clear.val() {
            self.phase.d.next = 0.into();
            self.captures.d.next = false;
            self.starts.d.next = false;
            self.changes.d.next = false;
            self.writing.d.next = 0.into();
            self.round_number.d.next = 0.into();
        }
    }
}
