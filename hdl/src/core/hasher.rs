//! The hasher: everything that takes SHA3-256, one message after the other on one Keccak (the reference's
//! header hash, sequences, extended seed and PoW hash).
//!
//! Three kinds of work, each done to its end: the header hash and the four sequences of the next
//! nonce, one nonce ahead of the array; the PoW hash of a folded row, with the comparison to the
//! target; the extended seed.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget all work; a result that waits is kept |
//! | `raw` | in | 1 | one hash of the job's header hash instead of a range of nonces |
//! | `set_nonce`, `set_count`, `set_range` | in | 1 | `job` is the first nonce, their number, the range's id |
//! | `run` | in | 1 | nonces may be prepared |
//! | `extend_seed` | in | 1 | one cycle: send the extended seed |
//! | `job` | in | 64 | job memory: the lane `job_address` of two cycles ago |
//! | `hash_taken` | in | 1 | the sequencer has taken the sequences |
//! | `sequence_address` | in | 5 | half (bit 4), chain and lane of the sequences that the sequencer reads |
//! | `word_valid` | in | 1 | `word` is a word of the folded row |
//! | `word_index` | in | 6 | which |
//! | `word` | in | 32 | the word |
//! | `fold_full` | in | 1 | level: all words have come |
//! | `result_ready` | in | 1 | the result is handed over when `result_valid` is 1 too |
//! | `job_address` | out | 5 | lane of the job memory, `JobLane` in docs/registers.md |
//! | `hash_ready` | out | 1 | level: the sequences of a nonce are there |
//! | `indices` | out | 64 | the lane `sequence_address` of the last cycle |
//! | `fold_taken` | out | 1 | one cycle: the folded row is used up |
//! | `seed_valid` | out | 1 | `seed_lane` is the next of the 16 lanes of the extended seed |
//! | `seed_lane` | out | 64 | the lane |
//! | `seed_done` | out | 1 | one cycle, after the last of them |
//! | `result_valid` | out | 1 | the result ports hold a result |
//! | `result_range` | out | 32 | id of the range that it belongs to |
//! | `result_nonce` | out | 64 | its nonce |
//! | `result_hit` | out | 1 | it meets the target |
//! | `result_hash$i` | out | 64 x 4 | lane i of its PoW hash |
//! | `finished` | out | 1 | level: the range is done and every result handed over; a cycle late |
//! | `hash_done` | out | 1 | trace: one cycle, a hash is complete, hit or not; the result ports hold it |
//! | `digest_valid` | out | 1 | trace: a lane of a digest |
//! | `digest_kind` | out | 3 | trace: of which message, as in `messages.rs` |
//! | `digest_part` | out | 2 | trace: which of its kind |
//! | `digest_index` | out | 2 | trace: which lane |
//! | `digest` | out | 64 | trace: the lane |
//!
//! Latency of a permutation: [`BLOCK_CYCLES`](crate::core::hasher::BLOCK_CYCLES) cycles. A nonce takes 7 of
//! them (4 if `raw`), a PoW hash 1 + \[dimension > 128\] and 8 cycles to compare. Nonces at or above
//! 2^63 are never tried: Bytom cannot store them. A range that would go on ends before.
//!
//! Byte order: lane 0 of a hash or target is its least significant (`comparison.rs`); bytes of messages as in
//! `keccak.rs`.
//!
//! Checked by `sim/tests/control_path/hasher.rs` against the reference, and by every whole-hash test, digest by
//! digest. It does not multiply, and knows nothing of matrices: it asks for a nonce's folded row by having its
//! sequences ready.

use rust_hdl::prelude::*;
use tensority_protocol::codes::JobLane;

use crate::cast::unsigned_cast_extend;
use crate::core::comparison::Comparison;
use crate::core::keccak::{self, Keccak};
use crate::core::messages::{Kind, Messages, RATE_LANES};
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;
use crate::primitives::{Delay, Ram, Register};

/// Cycles of a message's block: Keccak's, and one to see its end.
pub const BLOCK_CYCLES: u64 = keccak::CYCLES + 1;

/// What the hasher does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Looks for work.
    Idle,
    /// Starts a block.
    Start,
    /// Waits for it.
    Permute,
    /// Compares the hash with the target.
    Compare,
    /// Concludes a PoW hash.
    Conclude,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Hasher {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub raw: Signal<In, Bit>,
    pub set_nonce: Signal<In, Bit>,
    pub set_count: Signal<In, Bit>,
    pub set_range: Signal<In, Bit>,
    pub run: Signal<In, Bit>,
    pub extend_seed: Signal<In, Bit>,

    pub job: Signal<In, Bits<64>>,
    pub hash_taken: Signal<In, Bit>,
    pub sequence_address: Signal<In, Bits<5>>,
    pub word_valid: Signal<In, Bit>,
    pub word_index: Signal<In, Bits<6>>,
    pub word: Signal<In, Bits<32>>,
    pub fold_full: Signal<In, Bit>,
    pub result_ready: Signal<In, Bit>,

    pub job_address: Signal<Out, Bits<5>>,
    pub hash_ready: Signal<Out, Bit>,
    pub indices: Signal<Out, Bits<64>>,
    pub fold_taken: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub seed_done: Signal<Out, Bit>,
    pub result_valid: Signal<Out, Bit>,
    pub result_range: Signal<Out, Bits<32>>,
    pub result_nonce: Signal<Out, Bits<64>>,
    pub result_hit: Signal<Out, Bit>,
    pub result_hash: [Signal<Out, Bits<64>>; 4],
    pub finished: Signal<Out, Bit>,

    pub hash_done: Signal<Out, Bit>,
    pub digest_valid: Signal<Out, Bit>,
    pub digest_kind: Signal<Out, Kind>,
    pub digest_part: Signal<Out, Bits<2>>,
    pub digest_index: Signal<Out, Bits<2>>,
    pub digest: Signal<Out, Bits<64>>,

    keccak: Keccak,
    messages: Messages,
    /// Lanes 0 … 3 the last digest, 4 … 7 the header hash.
    digests: Ram<3, 64>,
    digest_address: DFF<Bits<3>>,
    /// Two halves of four sequences of four lanes.
    sequences: Ram<5, 64>,
    /// The folded row, even and odd words.
    fold_even: Ram<5, 32>,
    fold_odd: Ram<5, 32>,
    fold_address: DFF<Bits<5>>,

    state: DFF<State>,
    kind: DFF<Kind>,
    part: DFF<Bits<2>>,
    seed_wanted: DFF<Bit>,
    fold_has_tail: Parameter<1>,
    /// The permutation finished in the last cycle.
    permuted: DFF<Bit>,
    /// Bit 5, a lane is asked for, and its index; the same as the lane arrives.
    asked: Signal<Local, Bits<6>>,
    asked_late: Delay<6>,
    absorbed: Signal<Local, Bit>,
    absorbed_index: Signal<Local, Bits<5>>,

    /// Nonces: the one to prepare, how many are left, and the one that the array completes next.
    nonce: DFF<Bits<64>>,
    left: DFF<Bits<64>>,
    completing: DFF<Bits<64>>,
    range: Register<32>,
    hash_ready_reg: DFF<Bit>,
    /// The half of the sequences that is written next.
    half: DFF<Bit>,
    /// Nonces that are prepared and not complete.
    in_flight: DFF<Bits<3>>,
    prepared: Signal<Local, Bit>,
    completed: Signal<Local, Bit>,
    exhausted: DFF<Bit>,

    /// Comparison: bit 2, lanes are asked for, and their index; the same as they arrive.
    comparison: Comparison,
    compare_index: DFF<Bits<3>>,
    compare_asked: Signal<Local, Bits<3>>,
    compare_late: Delay<3>,
    target_lane: Parameter<5>,

    hash_done_reg: DFF<Bit>,
    finished_reg: DFF<Bit>,
    result_valid_reg: DFF<Bit>,
    result_hit_reg: DFF<Bit>,
    result_range_reg: Register<32>,
    result_nonce_reg: Register<64>,
}

impl Hasher {
    /// The hasher of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        Self {
            keccak: Keccak::new(),
            messages: Messages::new(geometry),
            asked_late: Delay::new(3),
            compare_late: Delay::new(2),
            target_lane: Parameter::new(JobLane::Target as usize),
            fold_has_tail: Parameter::new(usize::from(geometry.dimension() / 8 > RATE_LANES)),
            ..Self::default()
        }
    }
}

impl Logic for Hasher {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self,
            clock,
            keccak,
            messages,
            comparison,
            digests,
            digest_address,
            sequences,
            fold_even,
            fold_odd,
            fold_address
        );
        clock!(
            self,
            clock,
            permuted,
            asked_late,
            exhausted,
            compare_late,
            range
        );
        clock!(
            self,
            clock,
            result_range_reg,
            result_nonce_reg,
            hash_done_reg,
            finished_reg
        );
        dff_setup!(
            self,
            clock,
            state,
            kind,
            part,
            seed_wanted,
            nonce,
            left,
            completing,
            hash_ready_reg
        );
        dff_setup!(
            self,
            clock,
            half,
            in_flight,
            compare_index,
            result_valid_reg,
            result_hit_reg
        );

        // Keccak and its messages.
        self.keccak.clear.next = self.clear.val();
        self.keccak.start.next = self.state.q.val() == State::Start;
        self.keccak.fresh.next =
            (self.kind.q.val() != Kind::HeaderTail) & (self.kind.q.val() != Kind::FoldTail);
        self.keccak.lane.next = self.messages.lane.val();
        self.messages.kind.next = self.kind.q.val();
        self.messages.part.next = self.part.q.val();
        self.messages.raw.next = self.raw.val();
        self.messages.lane_index.next = self.keccak.lane_index.val();
        self.messages.nonce.next = self.nonce.q.val();
        self.messages.job.next = self.job.val();
        self.messages.digest.next = self.digests.q.val();
        self.messages.fold.next = unsigned_cast_extend::<64, 32>(self.fold_even.q.val())
            | (unsigned_cast_extend::<64, 32>(self.fold_odd.q.val()) << 32);
        self.job_address.next = self.messages.job_address.val();
        self.digest_address.d.next = self.messages.digest_address.val();
        if self.state.q.val() == State::Compare {
            self.job_address.next =
                unsigned_cast_extend::<5, 3>(self.compare_index.q.val()) | self.target_lane.q.val();
            self.digest_address.d.next = self.compare_index.q.val();
        }
        self.digests.read_address.next = self.digest_address.q.val();

        // Where digests go.
        self.digests.write.next = self.keccak.digest_valid.val();
        self.digests.write_address.next =
            unsigned_cast_extend::<3, 2>(self.keccak.digest_index.val());
        if self.kind.q.val() == Kind::EntryId {
            self.digests.write_address.next =
                unsigned_cast_extend::<3, 2>(self.keccak.digest_index.val()) | 4;
        }
        self.digests.d.next = self.keccak.digest.val();
        self.sequences.write.next =
            self.keccak.digest_valid.val() & (self.kind.q.val() == Kind::Chunk);
        self.sequences.write_address.next =
            unsigned_cast_extend::<5, 2>(self.keccak.digest_index.val())
                | (unsigned_cast_extend::<5, 2>(self.part.q.val()) << 2)
                | (unsigned_cast_extend::<5, 1>(self.half.q.val().into()) << 4);
        self.sequences.d.next = self.keccak.digest.val();
        self.sequences.read_address.next = self.sequence_address.val();
        self.indices.next = self.sequences.q.val();
        self.digest_valid.next = self.keccak.digest_valid.val();
        self.digest_kind.next = self.kind.q.val();
        self.digest_part.next = self.part.q.val();
        self.digest_index.next = self.keccak.digest_index.val();
        self.digest.next = self.keccak.digest.val();

        // Extended seed: the seed as it is absorbed, then the digests.
        self.permuted.d.next = self.keccak.finished.val();
        self.asked.next = unsigned_cast_extend::<6, 5>(self.keccak.lane_index.val())
            | (unsigned_cast_extend::<6, 1>(self.keccak.absorbing.val().into()) << 5);
        self.asked_late.d.next = self.asked.val();
        self.absorbed.next = self.asked_late.q.val().get_bit(5);
        self.absorbed_index.next = self.asked_late.q.val().get_bits::<5>(0);
        self.seed_valid.next = (self.kind.q.val() == Kind::Seed)
            & (self.keccak.digest_valid.val()
                | ((self.part.q.val() == 0)
                    & self.absorbed.val()
                    & (self.absorbed_index.val() < 4)));
        self.seed_lane.next = self.messages.lane.val();
        if self.keccak.digest_valid.val() {
            self.seed_lane.next = self.keccak.digest.val();
        }

        // Folded row.
        self.fold_address.d.next = self.messages.fold_address.val();
        self.fold_even.write.next = self.word_valid.val() & (!self.word_index.val().get_bit(0));
        self.fold_even.write_address.next = self.word_index.val().get_bits::<5>(1);
        self.fold_even.d.next = self.word.val();
        self.fold_even.read_address.next = self.fold_address.q.val();
        self.fold_odd.write.next = self.word_valid.val() & self.word_index.val().get_bit(0);
        self.fold_odd.write_address.next = self.word_index.val().get_bits::<5>(1);
        self.fold_odd.d.next = self.word.val();
        self.fold_odd.read_address.next = self.fold_address.q.val();

        // Comparison: two cycles behind its addresses.
        self.compare_asked.next = 0.into();
        if (self.state.q.val() == State::Compare) & (self.compare_index.q.val() < 4) {
            self.compare_asked.next = self.compare_index.q.val() | 4;
        }
        self.compare_late.d.next = self.compare_asked.val();
        self.comparison.fresh.next = self.state.q.val() == State::Idle;
        self.comparison.valid.next = self.compare_late.q.val().get_bit(2);
        self.comparison.index.next = self.compare_late.q.val().get_bits::<2>(0);
        self.comparison.hash.next = self.digests.q.val();
        self.comparison.target.next = self.job.val();
        for i in 0..4 {
            self.result_hash[i].next = self.comparison.kept[i].val();
        }

        // Results.
        self.result_range_reg.enable.next = self.state.q.val() == State::Compare;
        self.result_range_reg.d.next = self.range.q.val();
        self.result_nonce_reg.enable.next = self.state.q.val() == State::Compare;
        self.result_nonce_reg.d.next = self.completing.q.val();
        self.result_range.next = self.result_range_reg.q.val();
        self.result_nonce.next = self.result_nonce_reg.q.val();
        self.result_hit.next = self.result_hit_reg.q.val();
        self.result_valid.next = self.result_valid_reg.q.val();
        if self.result_valid_reg.q.val() & self.result_ready.val() {
            self.result_valid_reg.d.next = false;
        }

        // Which work, and which message next.
        self.exhausted.d.next = (self.left.q.val() == 0) | self.nonce.q.val().get_bit(63);
        self.prepared.next = false;
        self.completed.next = false;
        self.seed_done.next = false;
        self.fold_taken.next = false;
        match self.state.q.val() {
            State::Idle => {
                self.part.d.next = 0.into();
                self.compare_index.d.next = 0.into();
                if self.fold_full.val() & (!self.result_valid_reg.q.val()) {
                    self.kind.d.next = Kind::Fold;
                    self.state.d.next = State::Start;
                } else if self.seed_wanted.q.val() {
                    self.kind.d.next = Kind::Seed;
                    self.state.d.next = State::Start;
                    self.seed_wanted.d.next = false;
                } else if self.run.val()
                    & (!self.exhausted.q.val())
                    & (!self.hash_ready_reg.q.val())
                {
                    self.kind.d.next = Kind::Header;
                    if self.raw.val() {
                        self.kind.d.next = Kind::Chunk;
                    }
                    self.state.d.next = State::Start;
                }
            }
            State::Start => {
                self.state.d.next = State::Permute;
            }
            State::Permute => {
                if self.permuted.q.val() {
                    self.state.d.next = State::Start;
                    match self.kind.q.val() {
                        Kind::Header => {
                            self.kind.d.next = Kind::HeaderTail;
                        }
                        Kind::HeaderTail => {
                            self.kind.d.next = Kind::EntryId;
                        }
                        Kind::EntryId => {
                            self.kind.d.next = Kind::Chunk;
                        }
                        Kind::Chunk => {
                            self.part.d.next = self.part.q.val() + 1;
                            if self.part.q.val() == 3 {
                                self.state.d.next = State::Idle;
                                self.prepared.next = true;
                            }
                        }
                        Kind::Seed => {
                            self.part.d.next = self.part.q.val() + 1;
                            if self.part.q.val() == 2 {
                                self.state.d.next = State::Idle;
                                self.seed_done.next = true;
                            }
                        }
                        Kind::Fold => {
                            self.kind.d.next = Kind::FoldTail;
                            if !self.fold_has_tail.q.val().any() {
                                self.state.d.next = State::Compare;
                            }
                        }
                        Kind::FoldTail => {
                            self.state.d.next = State::Compare;
                        }
                    }
                }
            }
            State::Compare => {
                self.compare_index.d.next = self.compare_index.q.val() + 1;
                if self.compare_index.q.val() == 6 {
                    self.state.d.next = State::Conclude;
                }
            }
            State::Conclude => {
                self.state.d.next = State::Idle;
                self.completed.next = true;
                self.fold_taken.next = true;
                self.result_hit_reg.d.next = self.comparison.meets.val();
                self.result_valid_reg.d.next = self.raw.val() | self.comparison.meets.val();
            }
        }
        self.hash_done_reg.d.next = self.completed.val();
        self.hash_done.next = self.hash_done_reg.q.val();

        // Nonces.
        if self.set_nonce.val() {
            self.nonce.d.next = self.job.val();
            self.completing.d.next = self.job.val();
        }
        if self.set_count.val() {
            self.left.d.next = self.job.val();
            if self.raw.val() {
                self.left.d.next = 1.into();
            }
        }
        self.range.enable.next = self.set_range.val();
        self.range.d.next = self.job.val().get_bits::<32>(0);
        if self.extend_seed.val() {
            self.seed_wanted.d.next = true;
        }
        if self.hash_taken.val() {
            self.hash_ready_reg.d.next = false;
        }
        if self.prepared.val() {
            self.hash_ready_reg.d.next = true;
            self.half.d.next = !self.half.q.val();
            self.nonce.d.next = self.nonce.q.val() + 1;
            self.left.d.next = self.left.q.val() - 1;
        }
        if self.completed.val() {
            self.completing.d.next = self.completing.q.val() + 1;
        }
        if self.prepared.val() & (!self.completed.val()) {
            self.in_flight.d.next = self.in_flight.q.val() + 1;
        }
        if self.completed.val() & (!self.prepared.val()) {
            self.in_flight.d.next = self.in_flight.q.val() - 1;
        }
        self.hash_ready.next = self.hash_ready_reg.q.val();
        self.finished.next = self.finished_reg.q.val();
        self.finished_reg.d.next = self.run.val()
            & self.exhausted.q.val()
            & (self.in_flight.q.val() == 0)
            & (self.state.q.val() == State::Idle)
            & (!self.result_valid_reg.q.val());

        if self.clear.val() {
            self.state.d.next = State::Idle;
            self.seed_wanted.d.next = false;
            self.left.d.next = 0.into();
            self.hash_ready_reg.d.next = false;
            self.half.d.next = false;
            self.in_flight.d.next = 0.into();
        }
    }
}
