//! Keccak-f\[1600\], one lane per cycle, with the absorb pass in front: a block of SHA3-256.
//!
//! The state of 25 lanes lies in two banks of one RAM; each round reads one bank in the order in
//! which pi delivers the lanes and writes the other, so that theta, rho, pi, chi and iota are one
//! pass. Lane `x + 5y` is FIPS-202's A\[x,y\], bit 0 its least significant.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | stop; the next block must be `fresh` |
//! | `start` | in | 1 | absorb one block, then permute; only while `busy` is 0 |
//! | `fresh` | in | 1 | with `start`: begin from the zero state |
//! | `lane` | in | 64 | the lane asked for three cycles ago |
//! | `absorbing` | out | 1 | `lane_index` asks for a lane |
//! | `lane_index` | out | 5 | 0 … 24; 17 … 24 must be answered with 0 |
//! | `busy` | out | 1 | a block is absorbed or permuted |
//! | `digest_valid` | out | 1 | `digest` is lane `digest_index` of the result |
//! | `digest_index` | out | 2 | 0 … 3, in order, one per cycle |
//! | `digest` | out | 64 | the lane |
//! | `finished` | out | 1 | one cycle: the whole state is written |
//!
//! `start` to `finished`, both counted: 1 + 28 + 24 * 34 = 845 cycles ([`CYCLES`]), whatever the data. The
//! next `start` may be in the cycle after `finished`.
//!
//! Byte order: the message's bytes 0 … 7 are lane 0, byte 0 in bits 7..0; so the digest of the
//! empty message, a7 ff c6 f8 bf 1e d7 66 …, begins with the lane 0x66d71ebff8c6ffa7.
//!
//! Checked by `sim/tests/blocks.rs` against SHA3-256 on random messages. It does no padding: that
//! is `messages.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;
use crate::primitives::{Delay, Ram, Register};

/// Cycles of the absorb pass and of a round; rounds.
const ABSORB: usize = 28;
const ROUND: usize = 34;
const ROUNDS: usize = 24;

/// Lanes of the state.
const LANES: usize = 25;

/// Cycles from `start` to `finished`, both counted.
pub const CYCLES: u64 = (1 + ABSORB + ROUNDS * ROUND) as u64;

/// What Keccak does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Waits for `start`.
    Idle,
    /// Absorbs a block.
    Absorb,
    /// Permutes the state.
    Permute,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Keccak {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub fresh: Signal<In, Bit>,

    pub lane: Signal<In, Bits<64>>,

    pub absorbing: Signal<Out, Bit>,
    pub lane_index: Signal<Out, Bits<5>>,
    pub busy: Signal<Out, Bit>,
    pub digest_valid: Signal<Out, Bit>,
    pub digest_index: Signal<Out, Bits<2>>,
    pub digest: Signal<Out, Bits<64>>,
    pub finished: Signal<Out, Bit>,

    /// Lanes of both banks; bit 5 of an address is the bank.
    lanes: Ram<6, 64>,
    state: DFF<State>,
    /// The block begins from the zero state.
    fresh_reg: DFF<Bit>,
    /// Cycle within the absorb pass or the round.
    step: DFF<Bits<6>>,
    round: DFF<Bits<5>>,
    last_round: Parameter<5>,
    lane_count: Parameter<6>,
    last_absorb_step: Parameter<6>,
    last_round_step: Parameter<6>,
    /// `step` modulo 5, of the lane that is being written.
    column: DFF<Bits<3>>,

    /// The address that is read.
    read_address: DFF<Bits<6>>,

    /// Absorb: bit 5, a lane is asked for, and its index; the same as the lane arrives.
    asked: Signal<Local, Bits<6>>,
    asked_late: Delay<6>,
    absorb_write: Signal<Local, Bit>,
    absorb_index: Signal<Local, Bits<5>>,

    /// Column parities of the state that is being written, and theta's effect on the one read.
    parity: [DFF<Bits<64>>; 5],
    effect: [Register<64>; 5],

    /// Source lane (bits 4..0), its x (7..5) and its rho rotation (13..8) per step, 16 bits each;
    /// steps above 24 read zeros.
    route: Parameter<512>,
    route_offset: Signal<Local, Bits<9>>,
    source: Signal<Local, Bits<14>>,
    source_x: Delay<3>,
    rotation: Delay<6>,
    rotation_left: DFF<Bits<3>>,
    /// Bit 0, a lane of the round is read, and bit 1, the last of a row; the same beside the rotated
    /// lane.
    routed: Signal<Local, Bits<2>>,
    routed_late: Delay<2>,
    gather_lane: Signal<Local, Bit>,
    gather_last: Signal<Local, Bit>,
    theta: DFF<Bits<64>>,
    /// rho, by powers of two, with a register in the middle.
    by1: Signal<Local, Bits<64>>,
    by2: Signal<Local, Bits<64>>,
    by4: Signal<Local, Bits<64>>,
    turning: DFF<Bits<64>>,
    by8: Signal<Local, Bits<64>>,
    by16: Signal<Local, Bits<64>>,
    rotated: Signal<Local, Bits<64>>,

    /// The row that is being gathered, and the one that chi is working on.
    gather: [Register<64>; 4],
    row: [DFF<Bits<64>>; 5],

    /// The seven iota bits per round, at positions 2^j - 1 of the lane.
    iota: Parameter<256>,
    iota_offset: Signal<Local, Bits<8>>,
    iota_bits: DFF<Bits<7>>,
    iota_lane: Signal<Local, Bits<64>>,
    chi: Signal<Local, Bits<64>>,
    write_index: DFF<Bits<5>>,
    chi_write: DFF<Bit>,
    written: Signal<Local, Bits<64>>,
    writing: Signal<Local, Bit>,
    other_bank: Signal<Local, Bits<5>>,
}

/// rho's rotation of lane `x + 5y` (FIPS-202, table 2).
const RHO: [u64; LANES] = [
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
];

/// iota's round constants, their bits at positions 0, 1, 3, 7, 15, 31, 63 gathered into seven.
fn iota_rounds() -> [u64; ROUNDS] {
    let mut lfsr = 1u32;
    std::array::from_fn(|_| {
        (0..7).fold(0, |round, j| {
            let bit = u64::from(lfsr & 1);
            lfsr = if lfsr & 0x80 == 0 {
                lfsr << 1
            } else {
                (lfsr << 1) ^ 0x171
            };
            round | bit << j
        })
    })
}

impl Keccak {
    /// The permutation with its tables.
    pub fn new() -> Self {
        let route = (0..LANES as u64).map(|step| {
            let (row, x) = (step / 5, step % 5);
            let (source_x, source_y) = ((x + 3 * row) % 5, x);
            let lane = source_x + 5 * source_y;
            lane | source_x << 5 | RHO[lane as usize] << 8
        });
        Self {
            route: Parameter::packed(route, 16),
            iota: Parameter::packed(iota_rounds().into_iter(), 8),
            last_round: Parameter::new(ROUNDS - 1),
            lane_count: Parameter::new(LANES),
            last_absorb_step: Parameter::new(ABSORB - 1),
            last_round_step: Parameter::new(ROUND - 1),
            asked_late: Delay::new(3),
            source_x: Delay::new(2),
            rotation: Delay::new(3),
            routed_late: Delay::new(4),
            ..Self::default()
        }
    }
}

impl Logic for Keccak {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            state,
            fresh_reg,
            step,
            round,
            column,
            write_index
        );
        clock!(
            self,
            clock,
            lanes,
            read_address,
            asked_late,
            source_x,
            rotation,
            rotation_left
        );
        clock!(
            self,
            clock,
            routed_late,
            theta,
            turning,
            iota_bits,
            chi_write
        );
        for i in 0..5 {
            self.parity[i].clock.next = self.clock.val();
            self.effect[i].clock.next = self.clock.val();
            self.row[i].clock.next = self.clock.val();
        }
        for i in 0..4 {
            self.gather[i].clock.next = self.clock.val();
        }

        // Reads: absorb walks the lanes in order, a cycle behind their answers; a round walks them in
        // pi's order.
        self.route_offset.next = unsigned_cast_extend::<9, 6>(self.step.q.val()) << 4;
        self.source.next = self
            .route
            .q
            .val()
            .get_bits::<14>(self.route_offset.val().index());
        self.read_address.d.next = self.step.q.val() - 1;
        if self.state.q.val() == State::Permute {
            self.read_address.d.next =
                unsigned_cast_extend::<6, 5>(self.source.val().get_bits::<5>(0))
                    | (unsigned_cast_extend::<6, 1>(self.round.q.val().get_bits::<1>(0)) << 5);
        }
        self.lanes.read_address.next = self.read_address.q.val();
        self.absorbing.next =
            (self.state.q.val() == State::Absorb) & (self.step.q.val() < self.lane_count.q.val());
        self.lane_index.next = self.step.q.val().get_bits::<5>(0);
        self.asked.next = self.step.q.val() & 31;
        if (self.state.q.val() == State::Absorb) & (self.step.q.val() < self.lane_count.q.val()) {
            self.asked.next = self.step.q.val() | 32;
        }
        self.asked_late.d.next = self.asked.val();
        self.absorb_write.next = self.asked_late.q.val().get_bit(5);
        self.absorb_index.next = self.asked_late.q.val().get_bits::<5>(0);
        self.routed.next = 0.into();
        if (self.state.q.val() == State::Permute) & (self.step.q.val() < self.lane_count.q.val()) {
            self.routed.next = 1.into();
            if (self.step.q.val() == 4)
                | (self.step.q.val() == 9)
                | (self.step.q.val() == 14)
                | (self.step.q.val() == 19)
                | (self.step.q.val() == 24)
            {
                self.routed.next = 3.into();
            }
        }
        self.routed_late.d.next = self.routed.val();
        self.gather_lane.next = self.routed_late.q.val().get_bit(0);
        self.gather_last.next = self.routed_late.q.val().get_bit(1);
        self.source_x.d.next = self.source.val().get_bits::<3>(5);
        self.rotation.d.next = self.source.val().get_bits::<6>(8);
        self.rotation_left.d.next = self.rotation.q.val().get_bits::<3>(3);

        // Theta's effect is taken from the parities as a round begins.
        for i in 0..5 {
            self.effect[i].enable.next =
                (self.state.q.val() == State::Permute) & (self.step.q.val() == 0);
            self.effect[i].d.next = self.parity[(i + 4) % 5].q.val()
                ^ (self.parity[(i + 1) % 5].q.val() << 1)
                ^ (self.parity[(i + 1) % 5].q.val() >> 63);
        }

        // Theta, rho: of the lane that was read.
        self.theta.d.next = self.lanes.q.val() ^ self.effect[0].q.val();
        for i in 1..5 {
            if self.source_x.q.val().index() == i {
                self.theta.d.next = self.lanes.q.val() ^ self.effect[i].q.val();
            }
        }
        self.by1.next = self.theta.q.val();
        if self.rotation.q.val().get_bit(0) {
            self.by1.next = (self.theta.q.val() << 1) | (self.theta.q.val() >> 63);
        }
        self.by2.next = self.by1.val();
        if self.rotation.q.val().get_bit(1) {
            self.by2.next = (self.by1.val() << 2) | (self.by1.val() >> 62);
        }
        self.by4.next = self.by2.val();
        if self.rotation.q.val().get_bit(2) {
            self.by4.next = (self.by2.val() << 4) | (self.by2.val() >> 60);
        }
        self.turning.d.next = self.by4.val();
        self.by8.next = self.turning.q.val();
        if self.rotation_left.q.val().get_bit(0) {
            self.by8.next = (self.turning.q.val() << 8) | (self.turning.q.val() >> 56);
        }
        self.by16.next = self.by8.val();
        if self.rotation_left.q.val().get_bit(1) {
            self.by16.next = (self.by8.val() << 16) | (self.by8.val() >> 48);
        }
        self.rotated.next = self.by16.val();
        if self.rotation_left.q.val().get_bit(2) {
            self.rotated.next = (self.by16.val() << 32) | (self.by16.val() >> 32);
        }

        // Pi: five lanes in a row, then chi on that row while the next is gathered.
        for i in 0..4 {
            self.gather[i].enable.next = self.gather_lane.val();
        }
        for i in 0..3 {
            self.gather[i].d.next = self.gather[i + 1].q.val();
        }
        for i in 3..4 {
            self.gather[i].d.next = self.rotated.val();
        }
        for i in 0..5 {
            self.row[i].d.next = self.row[(i + 1) % 5].q.val();
        }
        if self.gather_last.val() {
            for i in 0..4 {
                self.row[i].d.next = self.gather[i].q.val();
            }
            for i in 4..5 {
                self.row[i].d.next = self.rotated.val();
            }
        }

        // Chi and iota.
        self.iota_offset.next = unsigned_cast_extend::<8, 5>(self.round.q.val()) << 3;
        self.iota_bits.d.next = self
            .iota
            .q
            .val()
            .get_bits::<7>(self.iota_offset.val().index());
        self.iota_lane.next =
            unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(0))
                | (unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(1)) << 1)
                | (unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(2)) << 3)
                | (unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(3)) << 7)
                | (unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(4)) << 15)
                | (unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(5)) << 31)
                | (unsigned_cast_extend::<64, 1>(self.iota_bits.q.val().get_bits::<1>(6)) << 63);
        self.chi.next = self.row[0].q.val() ^ ((!self.row[1].q.val()) & self.row[2].q.val());
        if self.write_index.q.val() == 0 {
            self.chi.next = self.row[0].q.val()
                ^ ((!self.row[1].q.val()) & self.row[2].q.val())
                ^ self.iota_lane.val();
        }

        // Writes, and the parities of what is written. The bank written is the one not read, but
        // for the absorb pass, which works in place.
        self.chi_write.d.next = (self.state.q.val() == State::Permute)
            & (self.step.q.val() >= 8)
            & (self.step.q.val() < self.last_round_step.q.val());
        self.other_bank.next = !self.round.q.val();
        self.writing.next = self.absorb_write.val() | self.chi_write.q.val();
        self.written.next = self.chi.val();
        self.lanes.write_address.next = unsigned_cast_extend::<6, 5>(self.write_index.q.val())
            | (unsigned_cast_extend::<6, 1>(self.other_bank.val().get_bits::<1>(0)) << 5);
        if self.absorb_write.val() {
            self.lanes.write_address.next = unsigned_cast_extend::<6, 5>(self.absorb_index.val());
            self.written.next = self.lane.val() ^ self.lanes.q.val();
            if self.fresh_reg.q.val() {
                self.written.next = self.lane.val();
            }
        }
        self.lanes.write.next = self.writing.val();
        self.lanes.d.next = self.written.val();
        for i in 0..5 {
            self.parity[i].d.next = self.parity[i].q.val();
            if self.writing.val() & (self.column.q.val().index() == i) {
                self.parity[i].d.next = self.parity[i].q.val() ^ self.written.val();
            }
            if (self.state.q.val() != State::Idle) & (self.step.q.val() == 0) {
                self.parity[i].d.next = 0.into();
            }
        }
        if self.writing.val() {
            self.column.d.next = self.column.q.val() + 1;
            if self.column.q.val() == 4 {
                self.column.d.next = 0.into();
            }
        }
        if self.chi_write.q.val() {
            self.write_index.d.next = self.write_index.q.val() + 1;
        }

        // Sequence.
        self.busy.next = self.state.q.val() != State::Idle;
        self.finished.next = false;
        if self.state.q.val() == State::Idle {
            self.step.d.next = 0.into();
            self.round.d.next = 0.into();
            self.column.d.next = 0.into();
            self.write_index.d.next = 0.into();
            if self.start.val() {
                self.state.d.next = State::Absorb;
                self.fresh_reg.d.next = self.fresh.val();
            }
        } else {
            self.step.d.next = self.step.q.val() + 1;
        }
        if (self.state.q.val() == State::Absorb)
            & (self.step.q.val() == self.last_absorb_step.q.val())
        {
            self.state.d.next = State::Permute;
            self.step.d.next = 0.into();
        }
        if (self.state.q.val() == State::Permute)
            & (self.step.q.val() == self.last_round_step.q.val())
        {
            self.step.d.next = 0.into();
            self.write_index.d.next = 0.into();
            self.round.d.next = self.round.q.val() + 1;
            if self.round.q.val() == self.last_round.q.val() {
                self.state.d.next = State::Idle;
                self.finished.next = true;
            }
        }
        if self.clear.val() {
            self.state.d.next = State::Idle;
        }

        // The first row of the last round is the digest.
        self.digest_valid.next = self.chi_write.q.val()
            & (self.round.q.val() == self.last_round.q.val())
            & (self.write_index.q.val() < 4);
        self.digest_index.next = self.write_index.q.val().get_bits::<2>(0);
        self.digest.next = self.chi.val();
    }
}
