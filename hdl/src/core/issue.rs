//! Issue: feeds the array one token per cycle, and the weights behind the tokens.
//!
//! It waits only in front of a block: for its weights, for the block that is loaded beside it, or,
//! in front of the last pass of chain 3, for the fold of the hash before to be used up.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget all passes |
//! | `stop` | in | 1 | issue nothing |
//! | `pass_valid` | in | 1 | `pass_in` is queued when `pass_ready` is 1 too |
//! | `pass_in` | in | 5 | what the pass does, fields as in `pass.rs` |
//! | `weights_arrived`, `load_arrived` | in | 1 | one cycle: a block of this buffer is complete |
//! | `fold_full` | in | 1 | level: the fold of a hash is not yet used up |
//! | `word$c` | in | 32 x lanes | lane c of the word asked for two cycles ago |
//! | `pause$i` | in | 1 x infer | level: begin no pass |
//! | `pass_ready` | out | 1 | a pass can be queued |
//! | `token` | out | 12 | to the array, fields as in `token.rs` |
//! | `weight_valid` | out | 1 | `weight$c` is a word of the rows of the block |
//! | `weight$c` | out | 32 x lanes | to the array: `word$c` in offset form |
//! | `pass_out` | out | 5 | the pass that is issued, fields as in `pass.rs` |
//! | `read` | out | 1 | to the block buffer of the weights: read a word of every row |
//! | `read_half` | out | 1 | to the block buffer: which of its blocks |
//! | `read_word` | out | 6 | to the block buffer: which word |
//! | `weights_freed` | out | 1 | one cycle: the block is read to its end |
//! | `between$i` | out | 1 x infer | no pass has begun, or all of one has been issued |
//! | `free_bank$i` | out | 1 x infer | the bank that the next pass writes |
//! | `issued` | out | 1 | trace: a token of a multiply is issued in this cycle |
//! | `stall_weights`, `stall_load`, `stall_fold` | out | 1 | trace: none is, for want of this; the first that is missing |
//! | `idle` | out | 1 | trace: there is no pass to issue |
//! | `paused$i` | out | 1 x infer | trace: none begins, because of `pause` |
//!
//! Latency 2 from `issued` to `token`, while the first words come out of the block buffer. Throughput one
//! token per cycle, also across passes and chains. What arrives is seen two cycles later.
//!
//! Byte order: a word's bytes stay where they are; each is XORed with 0x80.
//!
//! Checked by `sim/tests/control_path/issue.rs` with blocks that arrive at random, and by every whole-hash test. It
//! does not know which matrices the blocks are of.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::pass::Pass;
use crate::core::token::Token;
use crate::geometry::{CHAINS, Geometry};
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// What a block needs, or lacks, before its first token; fields from bit 0 up.
#[derive(Copy, Clone, PartialEq, Debug, Default, LogicStruct)]
pub struct Needs {
    /// A block of weights.
    pub weights: Bit,
    /// A block to load.
    pub load: Bit,
    /// The place that the fold of the hash before takes.
    pub fold: Bit,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Issue {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub stop: Signal<In, Bit>,

    pub pass_valid: Signal<In, Bit>,
    pub pass_in: Signal<In, Pass>,
    pub weights_arrived: Signal<In, Bit>,
    pub load_arrived: Signal<In, Bit>,
    pub fold_full: Signal<In, Bit>,
    pub word: Vec<Signal<In, Bits<32>>>,
    pub pause: Vec<Signal<In, Bit>>,

    pub pass_ready: Signal<Out, Bit>,
    pub token: Signal<Out, Token>,
    pub weight_valid: Signal<Out, Bit>,
    pub weight: Vec<Signal<Out, Bits<32>>>,
    pub pass_out: Signal<Out, Pass>,
    pub read: Signal<Out, Bit>,
    pub read_half: Signal<Out, Bit>,
    pub read_word: Signal<Out, Bits<6>>,
    pub weights_freed: Signal<Out, Bit>,
    pub between: Vec<Signal<Out, Bit>>,
    pub free_bank: Vec<Signal<Out, Bit>>,

    pub issued: Signal<Out, Bit>,
    pub stall_weights: Signal<Out, Bit>,
    pub stall_load: Signal<Out, Bit>,
    pub stall_fold: Signal<Out, Bit>,
    pub idle: Signal<Out, Bit>,
    pub paused: Vec<Signal<Out, Bit>>,

    /// The pass that is issued and the one that waits.
    current: DFF<Bit>,
    current_pass: DFF<Pass>,
    current_needs_fold: DFF<Bit>,
    waiting: DFF<Bit>,
    waiting_pass: DFF<Pass>,
    waiting_needs_fold: DFF<Bit>,
    needs_fold: Signal<Local, Bit>,
    last_chain: Parameter<2>,
    promote: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,

    slot: DFF<Bits<8>>,
    block: DFF<Bits<8>>,
    bank: DFF<Bit>,
    /// The slot before the last of a block.
    last_but_one: Parameter<8>,
    last_block: Parameter<8>,
    /// Where the next token is, decided with the one before: first or last of a block, in the first or
    /// the last block, and last of the last block, which ends the pass.
    at_first_slot: DFF<Bit>,
    at_last_slot: DFF<Bit>,
    at_first_block: DFF<Bit>,
    at_last_block: DFF<Bit>,
    at_end: DFF<Bit>,
    /// The next token, if it goes, opens a block.
    opens_block: Signal<Local, Bit>,

    /// What is not there, and resources that the next block still lacks, computed one cycle early for the
    /// pass in work and for the one that waits. What is there by then is seen a cycle late, and nothing is
    /// used up just before.
    absent: Signal<Local, Needs>,
    current_lacks: Signal<Local, Needs>,
    waiting_lacks: Signal<Local, Needs>,
    lacks_next: Signal<Local, Needs>,
    lacks: DFF<Needs>,
    lacks_any: DFF<Bit>,
    fold_full_reg: DFF<Bit>,

    go: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    first: Signal<Local, Bit>,
    take_load: Signal<Local, Bit>,
    /// The token waits for the first words to come out of the block buffer.
    token_issued: Signal<Local, Token>,
    token_late: [DFF<Token>; 2],

    /// Complete blocks that are not issued yet.
    weights_there: DFF<Bits<2>>,
    load_there: DFF<Bits<2>>,

    reading: DFF<Bit>,
    read_word_reg: DFF<Bits<6>>,
    read_half_reg: DFF<Bit>,
    last_word: Parameter<6>,
    /// `word$c` is valid in the next cycle; in this one; `weight$c` is.
    word_early: DFF<Bit>,
    word_valid: DFF<Bit>,
    weight_valid_reg: DFF<Bit>,
    offset: Parameter<32>,
    weight_reg: Vec<Register<32>>,
}

impl Issue {
    /// The issue of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let lanes = geometry.lanes();
        let mut issue = Self {
            last_chain: Parameter::new(CHAINS - 1),
            last_but_one: Parameter::new(geometry.dimension() - 2),
            last_block: Parameter::new(geometry.blocks() - 1),
            last_word: Parameter::new(geometry.cells() - 1),
            offset: Parameter::new(0x8080_8080),
            ..Self::default()
        };
        issue.word.resize_with(lanes, Default::default);
        issue.weight.resize_with(lanes, Default::default);
        issue.weight_reg.resize_with(lanes, Default::default);
        let infer = usize::from(geometry.infer());
        issue.pause.resize_with(infer, Default::default);
        issue.between.resize_with(infer, Default::default);
        issue.free_bank.resize_with(infer, Default::default);
        issue.paused.resize_with(infer, Default::default);
        issue
    }
}

impl Logic for Issue {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            current,
            current_pass,
            current_needs_fold,
            waiting,
            waiting_pass,
            waiting_needs_fold
        );
        dff_setup!(
            self,
            clock,
            slot,
            block,
            bank,
            at_first_slot,
            at_last_slot,
            at_first_block,
            at_end
        );
        dff_setup!(
            self,
            clock,
            weights_there,
            load_there,
            reading,
            read_word_reg,
            read_half_reg
        );
        clock!(
            self,
            clock,
            at_last_block,
            lacks,
            lacks_any,
            fold_full_reg,
            word_early,
            word_valid,
            weight_valid_reg
        );

        // May the next token go? In front of the last one of a pass nothing is waited for.
        self.go.next = self.current.q.val()
            & (!self.stop.val())
            & (!(self.at_first_slot.q.val() & self.lacks_any.q.val()));
        for i in 0..self.pause.len() {
            self.between[i].next = self.at_first_slot.q.val() & self.at_first_block.q.val();
            self.paused[i].next = self.between[i].val() & self.pause[i].val();
            self.free_bank[i].next = !self.bank.q.val();
            if self.paused[i].val() {
                self.go.next = false;
            }
        }
        self.ends.next = self.current.q.val() & (!self.stop.val()) & self.at_end.q.val();
        self.opens_block.next = self.go.val() & self.at_first_slot.q.val();
        self.first.next = self.opens_block.val() & self.current_pass.q.val().multiply;
        self.take_load.next = self.opens_block.val() & self.current_pass.q.val().load;

        // The token.
        self.token_issued.next.address = unsigned_cast_extend::<9, 8>(self.slot.q.val())
            | (unsigned_cast_extend::<9, 1>(self.bank.q.val().into()) << 8);
        self.token_issued.next.valid = self.go.val();
        self.token_issued.next.first = self.first.val();
        self.token_issued.next.start = self.opens_block.val() & self.at_first_block.q.val();
        self.token_late[0].clock.next = self.clock.val();
        self.token_late[0].d.next = self.token_issued.val();
        self.token_late[1].clock.next = self.clock.val();
        self.token_late[1].d.next = self.token_late[0].q.val();
        self.token.next = self.token_late[1].q.val();
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
        self.needs_fold.next = self.pass_in.val().multiply
            & self.pass_in.val().last
            & (self.pass_in.val().chain == self.last_chain.q.val());
        self.pass_ready.next = !self.waiting.q.val();
        self.accept.next = self.pass_valid.val() & (!self.waiting.q.val());
        self.promote.next = self.waiting.q.val() & ((!self.current.q.val()) | self.ends.val());
        if self.ends.val() {
            self.current.d.next = false;
        }
        if self.promote.val() {
            self.current.d.next = true;
            self.current_pass.d.next = self.waiting_pass.q.val();
            self.current_needs_fold.d.next = self.waiting_needs_fold.q.val();
            self.waiting.d.next = false;
        }
        if self.accept.val() {
            self.waiting.d.next = true;
            self.waiting_pass.d.next = self.pass_in.val();
            self.waiting_needs_fold.d.next = self.needs_fold.val();
        }
        self.pass_out.next = self.current_pass.q.val();

        // What the next block lacks. The fold is filled long before it is asked for again.
        self.fold_full_reg.d.next = self.fold_full.val();
        self.absent.next.weights = self.weights_there.q.val() == 0;
        self.absent.next.load = self.load_there.q.val() == 0;
        self.absent.next.fold = self.fold_full_reg.q.val();
        self.current_lacks.next.weights =
            self.absent.val().weights & self.current_pass.q.val().multiply;
        self.current_lacks.next.load = self.absent.val().load & self.current_pass.q.val().load;
        self.current_lacks.next.fold =
            self.absent.val().fold & self.current_needs_fold.q.val() & self.at_first_block.q.val();
        self.waiting_lacks.next.weights =
            self.absent.val().weights & self.waiting_pass.q.val().multiply;
        self.waiting_lacks.next.load = self.absent.val().load & self.waiting_pass.q.val().load;
        self.waiting_lacks.next.fold = self.absent.val().fold & self.waiting_needs_fold.q.val();
        self.lacks_next.next = self.current_lacks.val();
        if self.promote.val() {
            self.lacks_next.next = self.waiting_lacks.val();
        }
        self.lacks.d.next = self.lacks_next.val();
        self.lacks_any.d.next =
            self.lacks_next.val().weights | self.lacks_next.val().load | self.lacks_next.val().fold;

        // Blocks there.
        if self.weights_arrived.val() & (!self.first.val()) {
            self.weights_there.d.next = self.weights_there.q.val() + 1;
        }
        if (!self.weights_arrived.val()) & self.first.val() {
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
        self.read_half.next = self.read_half_reg.q.val();
        self.read_word.next = self.read_word_reg.q.val();
        self.weights_freed.next = false;
        if self.first.val() {
            self.reading.d.next = true;
            self.read_word_reg.d.next = 1.into();
        }
        if self.reading.q.val() {
            self.read_word_reg.d.next = self.read_word_reg.q.val() + 1;
            if self.read_word_reg.q.val() == self.last_word.q.val() {
                self.read_word_reg.d.next = 0.into();
                self.reading.d.next = false;
                self.read_half_reg.d.next = !self.read_half_reg.q.val();
                self.weights_freed.next = true;
            }
        }
        self.word_early.d.next = self.first.val() | self.reading.q.val();
        self.word_valid.d.next = self.word_early.q.val();
        self.weight_valid_reg.d.next = self.word_valid.q.val();
        self.weight_valid.next = self.weight_valid_reg.q.val();
        for c in 0..self.word.len() {
            self.weight_reg[c].clock.next = self.clock.val();
            self.weight_reg[c].enable.next = self.word_valid.q.val();
            self.weight_reg[c].d.next = self.word[c].val() ^ self.offset.q.val();
            self.weight[c].next = self.weight_reg[c].q.val();
        }

        // How the cycle is spent.
        self.issued.next = self.go.val() & self.current_pass.q.val().multiply;
        self.stall_weights.next =
            self.current.q.val() & self.at_first_slot.q.val() & self.lacks.q.val().weights;
        self.stall_load.next = self.current.q.val()
            & self.at_first_slot.q.val()
            & (!self.lacks.q.val().weights)
            & self.lacks.q.val().load;
        self.stall_fold.next = self.current.q.val()
            & self.at_first_slot.q.val()
            & (!self.lacks.q.val().weights)
            & (!self.lacks.q.val().load)
            & self.lacks.q.val().fold;
        self.idle.next = !self.current.q.val();
        for i in 0..self.pause.len() {
            if self.paused[i].val() {
                self.stall_weights.next = false;
                self.stall_load.next = false;
                self.stall_fold.next = false;
                self.idle.next = false;
            }
        }

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
            self.read_word_reg.d.next = 0.into();
            self.read_half_reg.d.next = false;
        }
    }
}
