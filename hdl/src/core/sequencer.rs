//! Sequencer: plans the passes of a hash, four chains of 64 multiplies, one pass ahead.
//!
//! The passes of a hash are the load of chain 0, then per chain the multiplies 2 … 63, and a last
//! pass that is multiply 64 together with the load of the next chain's first matrix. In the last
//! pass of chain 3 the next chain is the next hash's, if its sequences are there in time.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | forget the hash |
//! | `hash_ready`, `hash_taken` | in, out | 1 | the sequences of a hash are there; they are taken |
//! | `sequence_address` | out | 5 | half (bit 4), chain and lane of eight indices |
//! | `indices` | in | 64 | of the last cycle's address, index 0 in bits 7..0 |
//! | `pass_valid`, `pass_ready` | out, in | 1 | the pass is taken when both are 1 |
//! | `multiply`, `load`, `last`, `chain` | out | | attributes of the pass; `chain` of the multiply |
//! | `weight_matrix`, `load_matrix` | out | 8 | |
//! | `idle` | out | 1 | no hash is being planned |
//!
//! Five cycles per pass. A hash uses the halves of the sequence RAM in turn.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Sequencer {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub hash_ready: Signal<In, Bit>,
    pub hash_taken: Signal<Out, Bit>,
    pub sequence_address: Signal<Out, Bits<5>>,
    pub indices: Signal<In, Bits<64>>,
    pub pass_valid: Signal<Out, Bit>,
    pub pass_ready: Signal<In, Bit>,
    pub multiply: Signal<Out, Bit>,
    pub load: Signal<Out, Bit>,
    pub last: Signal<Out, Bit>,
    pub chain: Signal<Out, Bits<2>>,
    pub weight_matrix: Signal<Out, Bits<8>>,
    pub load_matrix: Signal<Out, Bits<8>>,
    pub idle: Signal<Out, Bit>,

    /// 0 decide, 1 ask for the weights' index, 2 for the load's, 3 take it, 4 offer the pass.
    phase: DFF<Bits<3>>,
    /// A hash is loaded, and its next multiply is number `step` + 1 of `chain_number`.
    active: DFF<Bit>,
    chain_number: DFF<Bits<2>>,
    step: DFF<Bits<6>>,
    /// The half of the sequence RAM that holds the next hash's sequences.
    next_half: DFF<Bit>,
    loads: DFF<Bit>,
    loads_next_hash: DFF<Bit>,

    half: Signal<Local, Bit>,
    load_half: Signal<Local, Bit>,
    load_chain: Signal<Local, Bits<2>>,
    byte_offset: Signal<Local, Bits<6>>,
    index_mask: Parameter<8>,
    weights: Register<8>,
    loaded: Register<8>,
}

impl Sequencer {
    /// The sequencer of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        Self {
            index_mask: Parameter::new(geometry.dimension() - 1),
            ..Self::default()
        }
    }
}

impl Logic for Sequencer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, phase, active, chain_number, step, next_half);
        dff_setup!(self, clock, loads, loads_next_hash);
        clock!(self, clock, weights, loaded);

        self.half.next = !self.next_half.q.val();
        self.load_half.next = self.half.val();
        if self.loads_next_hash.q.val() {
            self.load_half.next = self.next_half.q.val();
        }
        self.load_chain.next = self.chain_number.q.val() + 1;
        if self.loads_next_hash.q.val() {
            self.load_chain.next = 0.into();
        }
        self.sequence_address.next =
            unsigned_cast_extend::<5, 2>(self.step.q.val().get_bits::<2>(3))
                | (unsigned_cast_extend::<5, 2>(self.chain_number.q.val()) << 2)
                | (unsigned_cast_extend::<5, 1>(self.half.val().into()) << 4);
        if self.phase.q.val() == 2 {
            self.sequence_address.next = (unsigned_cast_extend::<5, 2>(self.load_chain.val()) << 2)
                | (unsigned_cast_extend::<5, 1>(self.load_half.val().into()) << 4);
        }
        self.byte_offset.next =
            unsigned_cast_extend::<6, 3>(self.step.q.val().get_bits::<3>(0)) << 3;
        self.weights.enable.next = self.phase.q.val() == 2;
        self.weights.d.next = self
            .indices
            .val()
            .get_bits::<8>(self.byte_offset.val().index())
            & self.index_mask.q.val();
        self.loaded.enable.next = self.phase.q.val() == 3;
        self.loaded.d.next = self.indices.val().get_bits::<8>(0) & self.index_mask.q.val();

        self.pass_valid.next = self.phase.q.val() == 4;
        self.multiply.next = self.active.q.val();
        self.load.next = self.loads.q.val();
        self.last.next = self.active.q.val() & (self.step.q.val() == 63);
        self.chain.next = self.chain_number.q.val();
        self.weight_matrix.next = self.weights.q.val();
        self.load_matrix.next = self.loaded.q.val();
        self.idle.next = (self.phase.q.val() == 0) & (!self.active.q.val());

        self.hash_taken.next = false;
        match self.phase.q.val().index() {
            0 => {
                self.loads.d.next = false;
                self.loads_next_hash.d.next = false;
                if self.active.q.val() {
                    self.phase.d.next = 1.into();
                    if self.step.q.val() == 63 {
                        self.loads.d.next =
                            (self.chain_number.q.val() != 3) | self.hash_ready.val();
                        self.loads_next_hash.d.next = self.chain_number.q.val() == 3;
                    }
                } else if self.hash_ready.val() {
                    self.phase.d.next = 1.into();
                    self.loads.d.next = true;
                    self.loads_next_hash.d.next = true;
                }
            }
            1 => {
                self.phase.d.next = 2.into();
            }
            2 => {
                self.phase.d.next = 3.into();
            }
            3 => {
                self.phase.d.next = 4.into();
            }
            _ => {
                if self.pass_ready.val() {
                    self.phase.d.next = 0.into();
                    self.step.d.next = self.step.q.val() + 1;
                    if (!self.active.q.val()) | (self.step.q.val() == 63) {
                        self.active.d.next = self.loads.q.val();
                        self.step.d.next = 1.into();
                        self.chain_number.d.next = self.load_chain.val();
                        if self.loads.q.val() & self.loads_next_hash.q.val() {
                            self.hash_taken.next = true;
                            self.next_half.d.next = !self.next_half.q.val();
                        }
                    }
                }
            }
        }
        if self.clear.val() {
            self.phase.d.next = 0.into();
            self.active.d.next = false;
            self.next_half.d.next = false;
        }
    }
}
