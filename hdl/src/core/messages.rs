//! The SHA3-256 messages of Tensority, lane by lane, padded (the reference's header hash, sequences,
//! extended seed and PoW hash).
//!
//! | kind | block | lanes |
//! |---|---|---|
//! | 0 `Header` | 136 bytes: header prefix, nonce | 17 |
//! | 1 `HeaderTail` | the padding that follows exactly 136 bytes | 0 |
//! | 2 `EntryId` | "entryid:blockheader:" and the digest of kinds 0, 1: 52 bytes | 6½ |
//! | 3 `Chunk` | lane `part` of the header hash | 1 |
//! | 4 `Seed` | the seed (`part` 0), or the digest before | 4 |
//! | 5 `Fold` | the folded row, at most 17 lanes | dimension / 8 |
//! | 6 `FoldTail` | what is left of it | dimension / 8 - 17 |
//!
//! Padding is byte 0x06 after the message and 0x80 in the last byte of the block (lane 16).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `raw` | in | 1 | the header hash is the job's, not computed |
//! | `kind` | in | 3 | the message, stable while a block is absorbed |
//! | `part` | in | 2 | which of its kind, stable while a block is absorbed |
//! | `lane_index` | in | 5 | the lane asked for, 0 … 24 |
//! | `nonce` | in | 64 | lane 16 of the header |
//! | `job` | in | 64 | job memory: the lane `job_address` of two cycles ago |
//! | `digest` | in | 64 | digests: the lane `digest_address` of two cycles ago |
//! | `fold` | in | 64 | folded row: the lane `fold_address` of two cycles ago |
//! | `job_address` | out | 5 | lane of the job memory, `JobLane` in docs/registers.md |
//! | `digest_address` | out | 3 | 0 … 3 last digest, 4 … 7 header hash |
//! | `fold_address` | out | 5 | lane of the folded row |
//! | `lane` | out | 64 | the lane asked for three cycles ago |
//!
//! Latency 3, one lane a cycle. Byte order: byte 0 of a lane in bits 7..0, as in `keccak.rs`; so the first
//! lane of `EntryId` is 0x3a64697972746e65, "entryid:".
//!
//! Checked by every whole-hash test, digest by digest (`sim/tests/small_cores.rs`, `sim/tests/faults.rs`). It
//! does not choose messages: that is `hasher.rs`.

use rust_hdl::prelude::*;
use tensority_protocol::codes::JobLane;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Delay;
use crate::primitives::parameter::Parameter;

/// Lanes of a SHA3-256 block.
pub const RATE_LANES: usize = 17;

/// The kinds of messages.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum Kind {
    /// Header prefix and nonce.
    Header,
    /// The padding behind them.
    HeaderTail,
    /// What the digest of the two is hashed with to the header hash.
    EntryId,
    /// A lane of the header hash, for a sequence.
    Chunk,
    /// The seed, or the digest before, for the extended seed.
    Seed,
    /// The folded row.
    Fold,
    /// What is left of it.
    FoldTail,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Messages {
    pub clock: Signal<In, Clock>,
    pub raw: Signal<In, Bit>,

    pub kind: Signal<In, Kind>,
    pub part: Signal<In, Bits<2>>,
    pub lane_index: Signal<In, Bits<5>>,
    pub nonce: Signal<In, Bits<64>>,
    pub job: Signal<In, Bits<64>>,
    pub digest: Signal<In, Bits<64>>,
    pub fold: Signal<In, Bits<64>>,

    pub job_address: Signal<Out, Bits<5>>,
    pub digest_address: Signal<Out, Bits<3>>,
    pub fold_address: Signal<Out, Bits<5>>,
    pub lane: Signal<Out, Bits<64>>,

    /// What the kind means, a cycle late: a block is begun a cycle before its first lane is asked for.
    is_chunk: DFF<Bit>,
    is_seed: DFF<Bit>,
    header_hash_lane: Parameter<5>,
    seed_lane: Parameter<5>,
    rate_lanes: Parameter<5>,
    last_lane: Parameter<5>,
    /// Lanes of the message in this block; the padding begins behind them; it ends in this block.
    count: DFF<Bits<5>>,
    pad: DFF<Bit>,
    closes: DFF<Bit>,
    lane_index_late: Delay<5>,
    digest_reg: DFF<Bits<64>>,
    data: Signal<Local, Bits<64>>,
    lane_reg: DFF<Bits<64>>,
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
            lane_index_late: Delay::new(2),
            header_hash_lane: Parameter::new(JobLane::HeaderHash as usize),
            seed_lane: Parameter::new(JobLane::Seed as usize),
            rate_lanes: Parameter::new(RATE_LANES),
            last_lane: Parameter::new(RATE_LANES - 1),
            ..Self::default()
        }
    }
}

impl Logic for Messages {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, is_chunk, is_seed, count, pad, closes);
        clock!(self, clock, lane_index_late, digest_reg, lane_reg);

        // This cycle: ask.
        self.job_address.next = self.lane_index.val();
        self.is_chunk.d.next = self.kind.val() == Kind::Chunk;
        self.is_seed.d.next = self.kind.val() == Kind::Seed;
        if self.is_chunk.q.val() {
            self.job_address.next =
                unsigned_cast_extend::<5, 2>(self.part.val()) | self.header_hash_lane.q.val();
        }
        if self.is_seed.q.val() {
            // The first four; what the others ask for is not used.
            self.job_address.next = self.lane_index.val() | self.seed_lane.q.val();
        }
        self.digest_address.next = self.lane_index.val().get_bits::<3>(0);
        if self.kind.val() == Kind::EntryId {
            self.digest_address.next = self.lane_index.val().get_bits::<3>(0) - 2;
        }
        if self.kind.val() == Kind::Chunk {
            self.digest_address.next = unsigned_cast_extend::<3, 2>(self.part.val()) | 4;
        }
        self.fold_address.next = self.lane_index.val();
        if self.kind.val() == Kind::FoldTail {
            self.fold_address.next = self.lane_index.val() + self.rate_lanes.q.val();
        }

        // Two cycles later: answer.
        self.lane_index_late.d.next = self.lane_index.val();
        self.digest_reg.d.next = self.digest.val();
        self.entry.next = (self.digest_reg.q.val() >> 32) | (self.digest.val() << 32);
        if self.lane_index_late.q.val() == 0 {
            self.entry.next = self.entry0.q.val();
        }
        if self.lane_index_late.q.val() == 1 {
            self.entry.next = self.entry1.q.val();
        }
        if self.lane_index_late.q.val() == 2 {
            self.entry.next = self.entry2.q.val() | (self.digest.val() << 32);
        }
        if self.lane_index_late.q.val() == 6 {
            self.entry.next = (self.digest_reg.q.val() >> 32) | self.entry6.q.val();
        }

        self.count.d.next = 0.into();
        self.pad.d.next = true;
        self.closes.d.next = true;
        self.data.next = self.fold.val();
        match self.kind.val() {
            Kind::Header => {
                self.count.d.next = self.rate_lanes.q.val();
                self.pad.d.next = false;
                self.closes.d.next = false;
                self.data.next = self.job.val();
                if self.lane_index_late.q.val() == self.last_lane.q.val() {
                    self.data.next = self.nonce.val();
                }
            }
            Kind::HeaderTail => {
                self.count.d.next = 0.into();
            }
            Kind::EntryId => {
                self.count.d.next = 7.into();
                self.pad.d.next = false;
                self.data.next = self.entry.val();
            }
            Kind::Chunk => {
                self.count.d.next = 1.into();
                self.data.next = self.digest.val();
                if self.raw.val() {
                    self.data.next = self.job.val();
                }
            }
            Kind::Seed => {
                self.count.d.next = 4.into();
                self.data.next = self.digest.val();
                if self.part.val() == 0 {
                    self.data.next = self.job.val();
                }
            }
            Kind::Fold => {
                self.count.d.next = self.fold_lanes.q.val();
                self.pad.d.next = self.fold_ends.q.val().any();
                self.closes.d.next = self.fold_ends.q.val().any();
            }
            Kind::FoldTail => {
                self.count.d.next = self.fold_tail_lanes.q.val();
            }
        }

        self.lane.next = self.lane_reg.q.val();
        self.lane_reg.d.next = 0.into();
        if self.lane_index_late.q.val() < self.count.q.val() {
            self.lane_reg.d.next = self.data.val();
        } else if (self.lane_index_late.q.val() == self.count.q.val()) & self.pad.q.val() {
            self.lane_reg.d.next = 6.into();
        }
        if (self.lane_index_late.q.val() == self.last_lane.q.val()) & self.closes.q.val() {
            self.lane_reg.d.next = self.last_byte.q.val();
            if (self.count.q.val() == self.last_lane.q.val()) & self.pad.q.val() {
                self.lane_reg.d.next = self.last_byte.q.val() | 6;
            }
        }
    }
}
