//! Sequencer: plans the passes of a hash, four chains of 64 multiplies, one pass ahead (the order of the
//! reference's `chain`).
//!
//! The passes of a hash are the load of chain 0, then per chain the multiplies 2 … 63, and a last
//! pass that is multiply 64 together with the load of the next chain's first matrix. In the last
//! pass of chain 3 the next chain is the next hash's, if its sequences are there in time.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget the hash |
//! | `hash_ready` | in | 1 | the sequences of a hash are there |
//! | `indices` | in | 64 | eight matrix indices, of the last cycle's `sequence_address` |
//! | `pass_ready` | in | 1 | the pass is taken when `pass_valid` is 1 too |
//! | `hash_taken` | out | 1 | one cycle: the sequences are taken |
//! | `sequence_address` | out | 5 | half (bit 4), chain (bits 3..2) and lane (bits 1..0) of eight indices |
//! | `pass_valid` | out | 1 | the next ports describe a pass, until it is taken |
//! | `pass` | out | 5 | what the pass does, fields as in `pass.rs` |
//! | `weight_matrix` | out | 8 | the matrix that is multiplied, if the pass multiplies |
//! | `load_matrix` | out | 8 | the matrix that is loaded, if the pass loads |
//!
//! A pass every [`CYCLES`] = 5 cycles. A hash uses the halves of the sequence RAM in turn. Byte order: index 0
//! of eight in bits 7..0.
//!
//! Checked by `sim/tests/control_path/sequencer.rs` against the order of the reference, and by every whole-hash test.
//! It does not know how long a pass takes, nor whether its matrices have arrived.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::pass::Pass;
use crate::geometry::{CHAINS, Geometry, STEPS};
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// Cycles from a pass that is taken to the next one that is offered, both counted once.
pub const CYCLES: u64 = 5;

/// What the sequencer does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Decides what the next pass does.
    Decide,
    /// Asks for the index of the matrix to multiply by.
    AskWeights,
    /// Takes it, and asks for the index of the matrix to load.
    AskLoad,
    /// Takes that.
    TakeLoad,
    /// Offers the pass.
    Offer,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Sequencer {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,

    pub hash_ready: Signal<In, Bit>,
    pub indices: Signal<In, Bits<64>>,
    pub pass_ready: Signal<In, Bit>,

    pub hash_taken: Signal<Out, Bit>,
    pub sequence_address: Signal<Out, Bits<5>>,
    pub pass_valid: Signal<Out, Bit>,
    pub pass: Signal<Out, Pass>,
    pub weight_matrix: Signal<Out, Bits<8>>,
    pub load_matrix: Signal<Out, Bits<8>>,

    state: DFF<State>,
    /// A hash is loaded, and its next multiply is number `step` + 1 of `chain`.
    active: DFF<Bit>,
    chain: DFF<Bits<2>>,
    step: DFF<Bits<6>>,
    last_chain: Parameter<2>,
    last_step: Parameter<6>,
    /// The multiply is the last of its chain.
    last: Signal<Local, Bit>,
    /// The pass loads, and what it loads belongs to the next hash.
    load: DFF<Bit>,
    load_next_hash: DFF<Bit>,

    /// The half of the sequence RAM that holds the next hash's sequences, this hash's, and the load's.
    next_half: DFF<Bit>,
    half: Signal<Local, Bit>,
    load_half: Signal<Local, Bit>,
    load_chain: Signal<Local, Bits<2>>,
    /// Lowest bit of the multiply's index among the eight.
    index_bit: Signal<Local, Bits<6>>,
    index_mask: Parameter<8>,
    weight_matrix_reg: Register<8>,
    load_matrix_reg: Register<8>,
}

impl Sequencer {
    /// The sequencer of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        Self {
            index_mask: Parameter::new(geometry.dimension() - 1),
            last_chain: Parameter::new(CHAINS - 1),
            last_step: Parameter::new(STEPS - 1),
            ..Self::default()
        }
    }
}

impl Logic for Sequencer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, active, chain, step, next_half);
        dff_setup!(self, clock, load, load_next_hash);
        clock!(self, clock, weight_matrix_reg, load_matrix_reg);

        // Indices.
        self.half.next = !self.next_half.q.val();
        self.load_half.next = self.half.val();
        self.load_chain.next = self.chain.q.val() + 1;
        if self.load_next_hash.q.val() {
            self.load_half.next = self.next_half.q.val();
            self.load_chain.next = 0.into();
        }
        self.sequence_address.next =
            unsigned_cast_extend::<5, 2>(self.step.q.val().get_bits::<2>(3))
                | (unsigned_cast_extend::<5, 2>(self.chain.q.val()) << 2)
                | (unsigned_cast_extend::<5, 1>(self.half.val().into()) << 4);
        if self.state.q.val() == State::AskLoad {
            self.sequence_address.next = (unsigned_cast_extend::<5, 2>(self.load_chain.val()) << 2)
                | (unsigned_cast_extend::<5, 1>(self.load_half.val().into()) << 4);
        }
        self.index_bit.next = unsigned_cast_extend::<6, 3>(self.step.q.val().get_bits::<3>(0)) << 3;
        self.weight_matrix_reg.enable.next = self.state.q.val() == State::AskLoad;
        self.weight_matrix_reg.d.next = self
            .indices
            .val()
            .get_bits::<8>(self.index_bit.val().index())
            & self.index_mask.q.val();
        self.load_matrix_reg.enable.next = self.state.q.val() == State::TakeLoad;
        self.load_matrix_reg.d.next = self.indices.val().get_bits::<8>(0) & self.index_mask.q.val();

        // The pass.
        self.last.next = self.active.q.val() & (self.step.q.val() == self.last_step.q.val());
        self.pass_valid.next = self.state.q.val() == State::Offer;
        self.pass.next.multiply = self.active.q.val();
        self.pass.next.load = self.load.q.val();
        self.pass.next.last = self.last.val();
        self.pass.next.chain = self.chain.q.val();
        self.weight_matrix.next = self.weight_matrix_reg.q.val();
        self.load_matrix.next = self.load_matrix_reg.q.val();

        self.hash_taken.next = false;
        match self.state.q.val() {
            State::Decide => {
                self.load.d.next = false;
                self.load_next_hash.d.next = false;
                if self.active.q.val() {
                    self.state.d.next = State::AskWeights;
                    if self.last.val() {
                        self.load.d.next =
                            (self.chain.q.val() != self.last_chain.q.val()) | self.hash_ready.val();
                        self.load_next_hash.d.next = self.chain.q.val() == self.last_chain.q.val();
                    }
                } else if self.hash_ready.val() {
                    self.state.d.next = State::AskWeights;
                    self.load.d.next = true;
                    self.load_next_hash.d.next = true;
                }
            }
            State::AskWeights => {
                self.state.d.next = State::AskLoad;
            }
            State::AskLoad => {
                self.state.d.next = State::TakeLoad;
            }
            State::TakeLoad => {
                self.state.d.next = State::Offer;
            }
            State::Offer => {
                if self.pass_ready.val() {
                    self.state.d.next = State::Decide;
                    self.step.d.next = self.step.q.val() + 1;
                    if (!self.active.q.val()) | self.last.val() {
                        self.active.d.next = self.load.q.val();
                        self.step.d.next = 1.into();
                        self.chain.d.next = self.load_chain.val();
                        if self.load.q.val() & self.load_next_hash.q.val() {
                            self.hash_taken.next = true;
                            self.next_half.d.next = !self.next_half.q.val();
                        }
                    }
                }
            }
        }
        if self.clear.val() {
            self.state.d.next = State::Decide;
            self.active.d.next = false;
            self.next_half.d.next = false;
        }
    }
}
