//! Issue: feeds the array one token per cycle, and the weights behind the tokens.
//!
//! It waits only in front of a block: for its weights, for the block that is loaded beside it, or,
//! in front of the last pass of chain 3, for the fold of the hash before to be used up.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget all passes |
//! | `stop` | in | 1 | issue nothing |
//! | `pass_valid`, `pass_ready` | in, out | 1 | a pass is queued when both are 1 |
//! | `next_multiply`, `next_load`, `next_last`, `next_chain` | in | | its attributes |
//! | `weights_arrived`, `load_arrived` | in | 1 | from the fetch |
//! | `fold_full` | in | 1 | |
//! | `token` | out | 12 | to the array, see `token.rs` |
//! | `multiply`, `load`, `last`, `chain` | out | | of the pass that is issued |
//! | `read`, `read_half`, `read_word` | out | | to the block buffer of the weights |
//! | `word$c` | in | 32 | from it, two cycles later |
//! | `weight_valid`, `weight$c` | out | | to the array, in offset form |
//! | `weights_freed` | out | 1 | one cycle: the block is read to its end |
//! | `issued` | out | 1 | a token of a multiply is issued in this cycle |
//! | `stall_weights`, `stall_load`, `stall_fold`, `idle` | out | 1 | why none is |
//!
//! Throughput one token per cycle, also across passes and chains.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Issue {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub stop: Signal<In, Bit>,
    pub pass_valid: Signal<In, Bit>,
    pub pass_ready: Signal<Out, Bit>,
    pub next_multiply: Signal<In, Bit>,
    pub next_load: Signal<In, Bit>,
    pub next_last: Signal<In, Bit>,
    pub next_chain: Signal<In, Bits<2>>,
    pub weights_arrived: Signal<In, Bit>,
    pub load_arrived: Signal<In, Bit>,
    pub fold_full: Signal<In, Bit>,
    pub token: Signal<Out, Bits<12>>,
    pub multiply: Signal<Out, Bit>,
    pub load: Signal<Out, Bit>,
    pub last: Signal<Out, Bit>,
    pub chain: Signal<Out, Bits<2>>,
    pub read: Signal<Out, Bit>,
    pub read_half: Signal<Out, Bit>,
    pub read_word: Signal<Out, Bits<6>>,
    pub word: Vec<Signal<In, Bits<32>>>,
    pub weight_valid: Signal<Out, Bit>,
    pub weight: Vec<Signal<Out, Bits<32>>>,
    pub weights_freed: Signal<Out, Bit>,
    pub issued: Signal<Out, Bit>,
    pub stall_weights: Signal<Out, Bit>,
    pub stall_load: Signal<Out, Bit>,
    pub stall_fold: Signal<Out, Bit>,
    pub idle: Signal<Out, Bit>,

    /// Attributes are {chain, last, needs the fold, load, multiply}.
    offered: Signal<Local, Bits<6>>,
    next_needs_fold: Signal<Local, Bit>,
    waiting: DFF<Bit>,
    waiting_pass: Register<6>,
    current: DFF<Bit>,
    current_pass: Register<6>,
    promote: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,

    slot: DFF<Bits<8>>,
    block: DFF<Bits<8>>,
    bank: DFF<Bit>,
    /// The slot before the last of a block.
    last_but_one: Parameter<8>,
    last_block: Parameter<8>,
    /// Where the next token is, decided with the one before: first or last of a block, in the first or
    /// the last block.
    at_first_slot: DFF<Bit>,
    at_last_slot: DFF<Bit>,
    at_first_block: DFF<Bit>,
    at_last_block: DFF<Bit>,
    at_end: DFF<Bit>,
    /// What the next token misses if it opens a block, {fold, load, weights}, and whether it misses any:
    /// decided a cycle ahead, for the pass in work and for the one that waits. What is there by then is
    /// seen a cycle late, and nothing is used up just before.
    current_misses: Signal<Local, Bits<3>>,
    waiting_misses: Signal<Local, Bits<3>>,
    misses: DFF<Bits<3>>,
    held: DFF<Bit>,
    fold_busy: DFF<Bit>,
    absent: Signal<Local, Bits<3>>,
    go: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    first: Signal<Local, Bit>,
    opens_pass: Signal<Local, Bit>,
    /// The token waits for the first words to come out of the block buffer.
    issued_token: DFF<Bits<12>>,
    late_token: DFF<Bits<12>>,

    /// Complete blocks that are not issued yet.
    weights_there: DFF<Bits<2>>,
    load_there: DFF<Bits<2>>,
    take_weights: Signal<Local, Bit>,
    take_load: Signal<Local, Bit>,

    reading: DFF<Bit>,
    read_index: DFF<Bits<6>>,
    half: DFF<Bit>,
    last_word: Parameter<6>,
    word_soon: DFF<Bit>,
    word_valid: DFF<Bit>,
    passing: DFF<Bit>,
    offset: Parameter<32>,
    weights: Vec<Register<32>>,
}

impl Issue {
    /// The issue of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut issue = Self {
            last_but_one: Parameter::new(geometry.dimension() - 2),
            last_block: Parameter::new(geometry.blocks() - 1),
            last_word: Parameter::new(geometry.cells() - 1),
            offset: Parameter::new(0x8080_8080),
            ..Self::default()
        };
        issue.word.resize_with(geometry.lanes(), Default::default);
        issue.weight.resize_with(geometry.lanes(), Default::default);
        issue
            .weights
            .resize_with(geometry.lanes(), Default::default);
        issue
    }
}

impl Logic for Issue {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            waiting,
            current,
            slot,
            block,
            bank,
            weights_there,
            load_there
        );
        dff_setup!(
            self,
            clock,
            at_first_slot,
            at_last_slot,
            at_first_block,
            at_end
        );
        dff_setup!(self, clock, reading, read_index, half);
        clock!(
            self,
            clock,
            waiting_pass,
            current_pass,
            at_last_block,
            misses,
            held,
            fold_busy,
            issued_token,
            late_token,
            word_soon,
            word_valid,
            passing
        );

        // May the next token go? In front of the last one of a pass nothing is waited for.
        self.go.next = self.current.q.val()
            & (!self.stop.val())
            & (!(self.at_first_slot.q.val() & self.held.q.val()));
        self.ends.next = self.current.q.val() & (!self.stop.val()) & self.at_end.q.val();
        self.first.next =
            self.go.val() & self.at_first_slot.q.val() & self.current_pass.q.val().get_bit(0);
        self.take_weights.next = self.first.val();
        self.take_load.next =
            self.go.val() & self.at_first_slot.q.val() & self.current_pass.q.val().get_bit(1);

        // The token.
        self.opens_pass.next =
            self.go.val() & self.at_first_slot.q.val() & self.at_first_block.q.val();
        self.issued_token.d.next = unsigned_cast_extend::<12, 8>(self.slot.q.val())
            | (unsigned_cast_extend::<12, 1>(self.bank.q.val().into()) << 8)
            | (unsigned_cast_extend::<12, 1>(self.go.val().into()) << 9)
            | (unsigned_cast_extend::<12, 1>(self.first.val().into()) << 10)
            | (unsigned_cast_extend::<12, 1>(self.opens_pass.val().into()) << 11);
        self.late_token.d.next = self.issued_token.q.val();
        self.token.next = self.late_token.q.val();
        // A block is long: that it is the last is known before its last slot.
        self.at_last_block.d.next = self.block.q.val() == self.last_block.q.val();
        if self.go.val() {
            self.slot.d.next = self.slot.q.val() + 1;
            self.at_first_slot.d.next = self.at_last_slot.q.val();
            self.at_last_slot.d.next = self.slot.q.val() == self.last_but_one.q.val();
            self.at_end.d.next =
                (self.slot.q.val() == self.last_but_one.q.val()) & self.at_last_block.q.val();
            if self.at_last_slot.q.val() {
                self.slot.d.next = 0.into();
                self.block.d.next = self.block.q.val() + 1;
                self.at_first_block.d.next = self.at_last_block.q.val();
                if self.at_last_block.q.val() {
                    self.block.d.next = 0.into();
                    self.bank.d.next = !self.bank.q.val();
                }
            }
        }

        // Passes: the one that is issued and one that waits.
        self.next_needs_fold.next =
            self.next_multiply.val() & self.next_last.val() & (self.next_chain.val() == 3);
        self.offered.next = unsigned_cast_extend::<6, 1>(self.next_multiply.val().into())
            | (unsigned_cast_extend::<6, 1>(self.next_load.val().into()) << 1)
            | (unsigned_cast_extend::<6, 1>(self.next_needs_fold.val().into()) << 2)
            | (unsigned_cast_extend::<6, 1>(self.next_last.val().into()) << 3)
            | (unsigned_cast_extend::<6, 2>(self.next_chain.val()) << 4);
        self.pass_ready.next = !self.waiting.q.val();
        self.accept.next = self.pass_valid.val() & (!self.waiting.q.val());
        self.promote.next = self.waiting.q.val() & ((!self.current.q.val()) | self.ends.val());
        self.waiting_pass.enable.next = self.accept.val();
        self.waiting_pass.d.next = self.offered.val();
        self.current_pass.enable.next = self.promote.val();
        self.current_pass.d.next = self.waiting_pass.q.val();
        if self.ends.val() {
            self.current.d.next = false;
        }
        if self.promote.val() {
            self.current.d.next = true;
            self.waiting.d.next = false;
        }
        if self.accept.val() {
            self.waiting.d.next = true;
        }
        self.multiply.next = self.current_pass.q.val().get_bit(0);
        self.load.next = self.current_pass.q.val().get_bit(1);
        self.last.next = self.current_pass.q.val().get_bit(3);
        self.chain.next = self.current_pass.q.val().get_bits::<2>(4);

        // What the next block misses. The fold is filled long before it is asked for again.
        self.fold_busy.d.next = self.fold_full.val();
        self.absent.next = unsigned_cast_extend::<3, 1>((self.weights_there.q.val() == 0).into())
            | (unsigned_cast_extend::<3, 1>((self.load_there.q.val() == 0).into()) << 1)
            | (unsigned_cast_extend::<3, 1>(self.fold_busy.q.val().into()) << 2);
        self.current_misses.next = self.absent.val() & self.current_pass.q.val().get_bits::<3>(0);
        if !self.at_first_block.q.val() {
            self.current_misses.next =
                self.absent.val() & self.current_pass.q.val().get_bits::<3>(0) & 3;
        }
        self.waiting_misses.next = self.absent.val() & self.waiting_pass.q.val().get_bits::<3>(0);
        self.misses.d.next = self.current_misses.val();
        self.held.d.next = self.current_misses.val().any();
        if self.promote.val() {
            self.misses.d.next = self.waiting_misses.val();
            self.held.d.next = self.waiting_misses.val().any();
        }

        // Blocks there.
        if self.weights_arrived.val() & (!self.take_weights.val()) {
            self.weights_there.d.next = self.weights_there.q.val() + 1;
        }
        if (!self.weights_arrived.val()) & self.take_weights.val() {
            self.weights_there.d.next = self.weights_there.q.val() - 1;
        }
        if self.load_arrived.val() & (!self.take_load.val()) {
            self.load_there.d.next = self.load_there.q.val() + 1;
        }
        if (!self.load_arrived.val()) & self.take_load.val() {
            self.load_there.d.next = self.load_there.q.val() - 1;
        }

        // Weights: the words of a block follow its first token. The first is read until that goes.
        self.read.next = self.at_first_slot.q.val() | self.reading.q.val();
        self.read_half.next = self.half.q.val();
        self.read_word.next = self.read_index.q.val();
        self.weights_freed.next = false;
        if self.first.val() {
            self.reading.d.next = true;
            self.read_index.d.next = 1.into();
        }
        if self.reading.q.val() {
            self.read_index.d.next = self.read_index.q.val() + 1;
            if self.read_index.q.val() == self.last_word.q.val() {
                self.read_index.d.next = 0.into();
                self.reading.d.next = false;
                self.half.d.next = !self.half.q.val();
                self.weights_freed.next = true;
            }
        }
        self.word_soon.d.next = self.first.val() | self.reading.q.val();
        self.word_valid.d.next = self.word_soon.q.val();
        self.passing.d.next = self.word_valid.q.val();
        self.weight_valid.next = self.passing.q.val();
        for c in 0..self.word.len() {
            self.weights[c].clock.next = self.clock.val();
            self.weights[c].enable.next = self.word_valid.q.val();
            self.weights[c].d.next = self.word[c].val() ^ self.offset.q.val();
            self.weight[c].next = self.weights[c].q.val();
        }

        // Account.
        self.issued.next = self.go.val() & self.current_pass.q.val().get_bit(0);
        self.stall_weights.next =
            self.current.q.val() & self.at_first_slot.q.val() & self.misses.q.val().get_bit(0);
        self.stall_load.next = self.current.q.val()
            & self.at_first_slot.q.val()
            & (!self.misses.q.val().get_bit(0))
            & self.misses.q.val().get_bit(1);
        self.stall_fold.next = self.current.q.val()
            & self.at_first_slot.q.val()
            & (!self.misses.q.val().get_bit(0))
            & (!self.misses.q.val().get_bit(1))
            & self.misses.q.val().get_bit(2);
        self.idle.next = !self.current.q.val();

        if self.clear.val() {
            self.waiting.d.next = false;
            self.current.d.next = false;
            self.slot.d.next = 0.into();
            self.block.d.next = 0.into();
            self.at_first_slot.d.next = true;
            self.at_last_slot.d.next = false;
            self.at_first_block.d.next = true;
            self.at_end.d.next = false;
            self.weights_there.d.next = 0.into();
            self.load_there.d.next = 0.into();
            self.reading.d.next = false;
            self.read_index.d.next = 0.into();
            self.half.d.next = false;
        }
    }
}
