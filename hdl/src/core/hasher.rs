//! The hasher: everything that takes SHA3-256, one message after the other on one Keccak.
//!
//! Three kinds of work, each done to its end: the header hash and the four sequences of the next
//! nonce, one nonce ahead of the array; the PoW hash of a folded row, with the comparison to the
//! target; the extended seed.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget all work; a result that waits is kept |
//! | `raw` | in | 1 | one hash of the job's header hash instead of a range of nonces |
//! | `set_nonce`, `set_count`, `set_job` | in | 1 | the job memory's lane is this value |
//! | `run` | in | 1 | nonces may be prepared |
//! | `extend_seed` | in | 1 | one cycle: send the extended seed |
//! | `job_address`, `job` | out, in | 5, 64 | job memory, answer two cycles later |
//! | `hash_ready`, `hash_taken` | out, in | 1 | to the sequencer |
//! | `sequence_address`, `indices` | in, out | 5, 64 | its read port of the sequence RAM |
//! | `word_valid`, `word_index`, `word`, `fold_full` | in | | from the fold |
//! | `fold_taken` | out | 1 | one cycle: the folded row is used up |
//! | `seed_valid`, `seed_lane` | out | 1, 64 | extended seed, 16 lanes in order |
//! | `seed_done` | out | 1 | one cycle, after the last of them |
//! | `result_valid`, `result_ready` | out, in | 1 | a result is handed over when both are 1 |
//! | `result_job`, `result_nonce`, `result_hit`, `result_hash$i` | out | 32, 64, 1, 4 x 64 | |
//! | `hash_done` | out | 1 | one cycle: a hash is complete; `result_nonce` … are its |
//! | `finished` | out | 1 | level: the range is done and every result handed over; a cycle late |
//! | `digest_valid`, `digest_kind`, `digest_part`, `digest_index`, `digest` | out | | every digest |
//!
//! A nonce takes 7 permutations (4 if `raw`), a PoW hash 1 + [dimension > 128]. Nonces at or above
//! 2^63 are never tried: Bytom cannot store them. A range that would go on ends before.
//!
//! Byte order: lane 0 of a hash or target is its least significant (`comparison.rs`).

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::comparison::Comparison;
use crate::core::keccak::Keccak;
use crate::core::messages::{Messages, RATE_LANES};
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;
use crate::primitives::{Delay, Ram, Register};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Hasher {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub raw: Signal<In, Bit>,
    pub set_nonce: Signal<In, Bit>,
    pub set_count: Signal<In, Bit>,
    pub set_job: Signal<In, Bit>,
    pub run: Signal<In, Bit>,
    pub extend_seed: Signal<In, Bit>,
    pub job_address: Signal<Out, Bits<5>>,
    pub job: Signal<In, Bits<64>>,
    pub hash_ready: Signal<Out, Bit>,
    pub hash_taken: Signal<In, Bit>,
    pub sequence_address: Signal<In, Bits<5>>,
    pub indices: Signal<Out, Bits<64>>,
    pub word_valid: Signal<In, Bit>,
    pub word_index: Signal<In, Bits<6>>,
    pub word: Signal<In, Bits<32>>,
    pub fold_full: Signal<In, Bit>,
    pub fold_taken: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub seed_done: Signal<Out, Bit>,
    pub result_valid: Signal<Out, Bit>,
    pub result_ready: Signal<In, Bit>,
    pub result_job: Signal<Out, Bits<32>>,
    pub result_nonce: Signal<Out, Bits<64>>,
    pub result_hit: Signal<Out, Bit>,
    pub result_hash: [Signal<Out, Bits<64>>; 4],
    pub hash_done: Signal<Out, Bit>,
    pub finished: Signal<Out, Bit>,
    pub digest_valid: Signal<Out, Bit>,
    pub digest_kind: Signal<Out, Bits<3>>,
    pub digest_part: Signal<Out, Bits<2>>,
    pub digest_index: Signal<Out, Bits<2>>,
    pub digest: Signal<Out, Bits<64>>,

    keccak: Keccak,
    messages: Messages,
    /// Lanes 0 … 3 the last digest, 4 … 7 the header hash.
    digests: Ram<3, 64>,
    digest_at: DFF<Bits<3>>,
    /// Two halves of four sequences of four lanes.
    sequences: Ram<5, 64>,
    /// The folded row, even and odd words.
    fold_even: Ram<5, 32>,
    fold_odd: Ram<5, 32>,
    fold_at: DFF<Bits<5>>,

    /// 0 idle, 1 start a block, 2 wait for it, 3 compare, 4 conclude.
    phase: DFF<Bits<3>>,
    kind: DFF<Bits<3>>,
    part: DFF<Bits<2>>,
    seed_wanted: DFF<Bit>,
    fold_has_tail: Parameter<1>,
    /// The permutation finished in the last cycle.
    permuted: DFF<Bit>,
    /// {absorbing, lane index} of the lane that arrives.
    absorbing: Signal<Local, Bits<6>>,
    absorbed: Delay<6>,

    /// Nonces: the one to prepare, how many are left, and the one that the array completes next.
    nonce: DFF<Bits<64>>,
    left: DFF<Bits<64>>,
    completing: DFF<Bits<64>>,
    job_id: Register<32>,
    ready: DFF<Bit>,
    half: DFF<Bit>,
    in_flight: DFF<Bits<3>>,
    prepared: Signal<Local, Bit>,
    completed: Signal<Local, Bit>,
    exhausted: DFF<Bit>,

    /// Comparison: which lanes are asked for, and {valid, index} of those that arrive.
    comparison: Comparison,
    compare_index: DFF<Bits<3>>,
    asked: Signal<Local, Bits<3>>,
    compared: Delay<3>,

    done: DFF<Bit>,
    all_done: DFF<Bit>,
    waiting: DFF<Bit>,
    hit: DFF<Bit>,
    found_job: Register<32>,
    found_nonce: Register<64>,
}

impl Hasher {
    /// The hasher of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        Self {
            keccak: Keccak::new(),
            messages: Messages::new(geometry),
            absorbed: Delay::new(3),
            compared: Delay::new(2),
            fold_has_tail: Parameter::new(usize::from(geometry.dimension() / 8 > RATE_LANES)),
            ..Self::default()
        }
    }
}

impl Logic for Hasher {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, keccak, messages, comparison, digests, digest_at, sequences, fold_even,
            fold_odd, fold_at
        );
        clock!(self, clock, permuted, absorbed, exhausted, compared, job_id);
        clock!(self, clock, found_job, found_nonce, done, all_done);
        dff_setup!(
            self,
            clock,
            phase,
            kind,
            part,
            seed_wanted,
            nonce,
            left,
            completing,
            ready
        );
        dff_setup!(self, clock, half, in_flight, compare_index, waiting, hit);

        // Keccak and its messages.
        self.keccak.clear.next = self.clear.val();
        self.keccak.start.next = self.phase.q.val() == 1;
        self.keccak.fresh.next = (self.kind.q.val() != 1) & (self.kind.q.val() != 6);
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
        self.digest_at.d.next = self.messages.digest_address.val();
        if self.phase.q.val() == 3 {
            self.job_address.next = unsigned_cast_extend::<5, 3>(self.compare_index.q.val()) | 24;
            self.digest_at.d.next = self.compare_index.q.val();
        }
        self.digests.read_address.next = self.digest_at.q.val();

        // Where digests go.
        self.digests.write.next = self.keccak.digest_valid.val();
        self.digests.write_address.next =
            unsigned_cast_extend::<3, 2>(self.keccak.digest_index.val());
        if self.kind.q.val() == 2 {
            self.digests.write_address.next =
                unsigned_cast_extend::<3, 2>(self.keccak.digest_index.val()) | 4;
        }
        self.digests.d.next = self.keccak.digest.val();
        self.sequences.write.next = self.keccak.digest_valid.val() & (self.kind.q.val() == 3);
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
        self.absorbing.next = unsigned_cast_extend::<6, 5>(self.keccak.lane_index.val())
            | (unsigned_cast_extend::<6, 1>(self.keccak.absorbing.val().into()) << 5);
        self.absorbed.d.next = self.absorbing.val();
        self.seed_valid.next = (self.kind.q.val() == 4)
            & (self.keccak.digest_valid.val()
                | ((self.part.q.val() == 0)
                    & (self.absorbed.q.val() >= 32)
                    & (self.absorbed.q.val() < 36)));
        self.seed_lane.next = self.messages.lane.val();
        if self.keccak.digest_valid.val() {
            self.seed_lane.next = self.keccak.digest.val();
        }

        // Folded row.
        self.fold_at.d.next = self.messages.fold_address.val();
        self.fold_even.write.next = self.word_valid.val() & (!self.word_index.val().get_bit(0));
        self.fold_even.write_address.next = self.word_index.val().get_bits::<5>(1);
        self.fold_even.d.next = self.word.val();
        self.fold_even.read_address.next = self.fold_at.q.val();
        self.fold_odd.write.next = self.word_valid.val() & self.word_index.val().get_bit(0);
        self.fold_odd.write_address.next = self.word_index.val().get_bits::<5>(1);
        self.fold_odd.d.next = self.word.val();
        self.fold_odd.read_address.next = self.fold_at.q.val();

        // Comparison: two cycles behind its addresses.
        self.asked.next = 0.into();
        if (self.phase.q.val() == 3) & (self.compare_index.q.val() < 4) {
            self.asked.next = self.compare_index.q.val() | 4;
        }
        self.compared.d.next = self.asked.val();
        self.comparison.fresh.next = self.phase.q.val() == 0;
        self.comparison.valid.next = self.compared.q.val().get_bit(2);
        self.comparison.index.next = self.compared.q.val().get_bits::<2>(0);
        self.comparison.hash.next = self.digests.q.val();
        self.comparison.target.next = self.job.val();
        for i in 0..4 {
            self.result_hash[i].next = self.comparison.kept[i].val();
        }

        // Results.
        self.found_job.enable.next = self.phase.q.val() == 3;
        self.found_job.d.next = self.job_id.q.val();
        self.found_nonce.enable.next = self.phase.q.val() == 3;
        self.found_nonce.d.next = self.completing.q.val();
        self.result_job.next = self.found_job.q.val();
        self.result_nonce.next = self.found_nonce.q.val();
        self.result_hit.next = self.hit.q.val();
        self.result_valid.next = self.waiting.q.val();
        if self.waiting.q.val() & self.result_ready.val() {
            self.waiting.d.next = false;
        }

        // Which work, and which message next.
        self.exhausted.d.next = (self.left.q.val() == 0) | self.nonce.q.val().get_bit(63);
        self.prepared.next = false;
        self.completed.next = false;
        self.seed_done.next = false;
        self.fold_taken.next = false;
        match self.phase.q.val().index() {
            0 => {
                self.part.d.next = 0.into();
                self.compare_index.d.next = 0.into();
                if self.fold_full.val() & (!self.waiting.q.val()) {
                    self.kind.d.next = 5.into();
                    self.phase.d.next = 1.into();
                } else if self.seed_wanted.q.val() {
                    self.kind.d.next = 4.into();
                    self.phase.d.next = 1.into();
                    self.seed_wanted.d.next = false;
                } else if self.run.val() & (!self.exhausted.q.val()) & (!self.ready.q.val()) {
                    self.kind.d.next = 0.into();
                    if self.raw.val() {
                        self.kind.d.next = 3.into();
                    }
                    self.phase.d.next = 1.into();
                }
            }
            1 => {
                self.phase.d.next = 2.into();
            }
            2 => {
                if self.permuted.q.val() {
                    self.phase.d.next = 1.into();
                    match self.kind.q.val().index() {
                        3 => {
                            self.part.d.next = self.part.q.val() + 1;
                            if self.part.q.val() == 3 {
                                self.phase.d.next = 0.into();
                                self.prepared.next = true;
                            }
                        }
                        4 => {
                            self.part.d.next = self.part.q.val() + 1;
                            if self.part.q.val() == 2 {
                                self.phase.d.next = 0.into();
                                self.seed_done.next = true;
                            }
                        }
                        5 => {
                            self.kind.d.next = 6.into();
                            if !self.fold_has_tail.q.val().any() {
                                self.phase.d.next = 3.into();
                            }
                        }
                        6 => {
                            self.phase.d.next = 3.into();
                        }
                        _ => {
                            self.kind.d.next = self.kind.q.val() + 1;
                        }
                    }
                }
            }
            3 => {
                self.compare_index.d.next = self.compare_index.q.val() + 1;
                if self.compare_index.q.val() == 6 {
                    self.phase.d.next = 4.into();
                }
            }
            _ => {
                self.phase.d.next = 0.into();
                self.completed.next = true;
                self.fold_taken.next = true;
                self.hit.d.next = self.comparison.meets.val();
                self.waiting.d.next = self.raw.val() | self.comparison.meets.val();
            }
        }
        self.done.d.next = self.completed.val();
        self.hash_done.next = self.done.q.val();

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
        self.job_id.enable.next = self.set_job.val();
        self.job_id.d.next = self.job.val().get_bits::<32>(0);
        if self.extend_seed.val() {
            self.seed_wanted.d.next = true;
        }
        if self.hash_taken.val() {
            self.ready.d.next = false;
        }
        if self.prepared.val() {
            self.ready.d.next = true;
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
        self.hash_ready.next = self.ready.q.val();
        self.finished.next = self.all_done.q.val();
        self.all_done.d.next = self.run.val()
            & self.exhausted.q.val()
            & (self.in_flight.q.val() == 0)
            & (self.phase.q.val() == 0)
            & (!self.waiting.q.val());

        if self.clear.val() {
            self.phase.d.next = 0.into();
            self.seed_wanted.d.next = false;
            self.left.d.next = 0.into();
            self.ready.d.next = false;
            self.half.d.next = false;
            self.in_flight.d.next = 0.into();
        }
    }
}
