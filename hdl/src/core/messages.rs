//! The SHA3-256 messages of Tensority, lane by lane, padded.
//!
//! | kind | block | lanes |
//! |---|---|---|
//! | 0 header | 136 bytes: header prefix, nonce | 17 |
//! | 1 header tail | the padding that follows exactly 136 bytes | 0 |
//! | 2 entry id | "entryid:blockheader:" and the digest of kinds 0, 1: 52 bytes | 6½ |
//! | 3 chunk | lane `part` of the header hash | 1 |
//! | 4 seed | the seed (`part` 0), or the digest before | 4 |
//! | 5 fold | the folded row, at most 17 lanes | dimension / 8 |
//! | 6 fold tail | what is left of it | |
//!
//! Padding is byte 0x06 after the message and 0x80 in the last byte of the block (lane 16).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `kind`, `part` | in | 3, 2 | stable while a block is absorbed |
//! | `raw` | in | 1 | the header hash is the job's, not computed |
//! | `lane_index` | in | 5 | 0 … 24, asked by `keccak.rs` |
//! | `nonce` | in | 64 | |
//! | `job_address`, `job` | out, in | 5, 64 | job memory, answer two cycles later |
//! | `digest_address`, `digest` | out, in | 3, 64 | 0 … 3 last digest, 4 … 7 header hash; so too |
//! | `fold_address`, `fold` | out, in | 5, 64 | folded row; so too |
//! | `lane` | out | 64 | the lane asked for three cycles ago |

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Delay;
use crate::primitives::parameter::Parameter;

/// Lanes of a SHA3-256 block.
pub const RATE_LANES: usize = 17;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Messages {
    pub clock: Signal<In, Clock>,
    pub kind: Signal<In, Bits<3>>,
    pub part: Signal<In, Bits<2>>,
    pub raw: Signal<In, Bit>,
    pub lane_index: Signal<In, Bits<5>>,
    pub nonce: Signal<In, Bits<64>>,
    pub job_address: Signal<Out, Bits<5>>,
    pub job: Signal<In, Bits<64>>,
    pub digest_address: Signal<Out, Bits<3>>,
    pub digest: Signal<In, Bits<64>>,
    pub fold_address: Signal<Out, Bits<5>>,
    pub fold: Signal<In, Bits<64>>,
    pub lane: Signal<Out, Bits<64>>,

    /// What the kind means, a cycle late: a block is begun a cycle before its first lane is asked for.
    of_chunk: DFF<Bit>,
    of_seed: DFF<Bit>,
    /// Lanes of the message in this block; the padding begins behind them; it ends in this block.
    count: DFF<Bits<5>>,
    pad: DFF<Bit>,
    closes: DFF<Bit>,
    index: Delay<5>,
    digest_before: DFF<Bits<64>>,
    data: Signal<Local, Bits<64>>,
    chosen: DFF<Bits<64>>,
    entry: Signal<Local, Bits<64>>,
    entry0: Parameter<64>,
    entry1: Parameter<64>,
    entry2: Parameter<64>,
    entry6: Parameter<64>,
    last_byte: Parameter<64>,
    fold_lanes: Parameter<5>,
    fold_ends: Parameter<1>,
    fold_tail_lanes: Parameter<5>,
}

impl Messages {
    /// The messages of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let lane = |text: &[u8; 8]| Parameter::new(u64::from_le_bytes(*text) as usize);
        let folded = geometry.dimension() / 8;
        Self {
            entry0: lane(b"entryid:"),
            entry1: lane(b"blockhea"),
            entry2: lane(b"der:\0\0\0\0"),
            entry6: Parameter::new(6 << 32),
            last_byte: Parameter::new(0x80 << 56),
            fold_lanes: Parameter::new(folded.min(RATE_LANES)),
            fold_ends: Parameter::new(usize::from(folded < RATE_LANES)),
            fold_tail_lanes: Parameter::new(folded.saturating_sub(RATE_LANES)),
            index: Delay::new(2),
            ..Self::default()
        }
    }
}

impl Logic for Messages {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, of_chunk, of_seed, count, pad, closes);
        clock!(self, clock, index, digest_before, chosen);

        // This cycle: ask.
        self.job_address.next = self.lane_index.val();
        self.of_chunk.d.next = self.kind.val() == 3;
        self.of_seed.d.next = self.kind.val() == 4;
        if self.of_chunk.q.val() {
            self.job_address.next = unsigned_cast_extend::<5, 2>(self.part.val()) | 16;
        }
        if self.of_seed.q.val() {
            // Lanes 20 … 23; what the others ask for is not used.
            self.job_address.next = self.lane_index.val() | 20;
        }
        self.digest_address.next = self.lane_index.val().get_bits::<3>(0);
        if self.kind.val() == 2 {
            self.digest_address.next = self.lane_index.val().get_bits::<3>(0) - 2;
        }
        if self.kind.val() == 3 {
            self.digest_address.next = unsigned_cast_extend::<3, 2>(self.part.val()) | 4;
        }
        self.fold_address.next = self.lane_index.val();
        if self.kind.val() == 6 {
            self.fold_address.next = self.lane_index.val() + 17;
        }

        // Two cycles later: answer.
        self.index.d.next = self.lane_index.val();
        self.digest_before.d.next = self.digest.val();
        self.entry.next = (self.digest_before.q.val() >> 32) | (self.digest.val() << 32);
        if self.index.q.val() == 0 {
            self.entry.next = self.entry0.q.val();
        }
        if self.index.q.val() == 1 {
            self.entry.next = self.entry1.q.val();
        }
        if self.index.q.val() == 2 {
            self.entry.next = self.entry2.q.val() | (self.digest.val() << 32);
        }
        if self.index.q.val() == 6 {
            self.entry.next = (self.digest_before.q.val() >> 32) | self.entry6.q.val();
        }

        self.count.d.next = 0.into();
        self.pad.d.next = true;
        self.closes.d.next = true;
        self.data.next = self.fold.val();
        match self.kind.val().index() {
            0 => {
                self.count.d.next = 17.into();
                self.pad.d.next = false;
                self.closes.d.next = false;
                self.data.next = self.job.val();
                if self.index.q.val() == 16 {
                    self.data.next = self.nonce.val();
                }
            }
            1 => {
                self.count.d.next = 0.into();
            }
            2 => {
                self.count.d.next = 7.into();
                self.pad.d.next = false;
                self.data.next = self.entry.val();
            }
            3 => {
                self.count.d.next = 1.into();
                self.data.next = self.digest.val();
                if self.raw.val() {
                    self.data.next = self.job.val();
                }
            }
            4 => {
                self.count.d.next = 4.into();
                self.data.next = self.digest.val();
                if self.part.val() == 0 {
                    self.data.next = self.job.val();
                }
            }
            5 => {
                self.count.d.next = self.fold_lanes.q.val();
                self.pad.d.next = self.fold_ends.q.val().any();
                self.closes.d.next = self.fold_ends.q.val().any();
            }
            _ => {
                self.count.d.next = self.fold_tail_lanes.q.val();
            }
        }

        self.lane.next = self.chosen.q.val();
        self.chosen.d.next = 0.into();
        if self.index.q.val() < self.count.q.val() {
            self.chosen.d.next = self.data.val();
        } else if (self.index.q.val() == self.count.q.val()) & self.pad.q.val() {
            self.chosen.d.next = 6.into();
        }
        if (self.index.q.val() == 16) & self.closes.q.val() {
            self.chosen.d.next = self.last_byte.q.val();
            if (self.count.q.val() == 16) & self.pad.q.val() {
                self.chosen.d.next = self.last_byte.q.val() | 6;
            }
        }
    }
}
