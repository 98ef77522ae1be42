//! Write-back: where the bytes at the end of the array go: into the state, into the sum of the chains, or
//! both at once in the last pass of a chain, whose results are summed while the next chain is loaded.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | begin with block 0 |
//! | `token_early` | in | 12 | from the array, fields as in `token.rs` |
//! | `pass` | in | 5 | the pass that is being issued, fields as in `pass.rs` |
//! | `result$c` | in | 8 x lanes | from the array, four cycles after `token_early` |
//! | `loaded$c` | in | 8 x lanes | from the load, four cycles after `token_early` |
//! | `write` | out | 1 | to the array: store `write_byte$c` |
//! | `write_address` | out | 9 | to the array: bank (bit 8) and slot; the bank that is not read |
//! | `write_block` | out | 8 | to the array: block of the bytes |
//! | `write_byte$c` | out | 8 x lanes | to the array: loaded bytes if the pass loads, results otherwise |
//! | `sum` | out | 1 | `result$c` belongs to the sum |
//! | `sum_chain` | out | 2 | chain whose result it is |
//! | `block`, `slot` | out | 8 | of the bytes in this cycle |
//! | `load_read` | out | 1 | the block buffer of the load is being read |
//! | `load_done` | out | 1 | one cycle: it has been read to its end |
//! | `multiplied` | out | 1 | trace: `result$c` are bytes of a multiply |
//! | `loading` | out | 1 | trace: `write_byte$c` are loaded bytes |
//!
//! Latency 4 from `token_early` ([`array::EARLY`](crate::core::array::EARLY)), none from the bytes; `lanes`
//! bytes a cycle. A pass lasts longer than the array's latency, so its attributes may be sampled from the
//! issue when its first token leaves the line.
//!
//! Checked by every whole-hash test, byte by byte (`sim/tests/small_cores.rs`). It does not add
//! (`fold.rs`) and does not transpose (`load.rs`).

use rust_hdl::prelude::*;

use crate::core::array::EARLY;
use crate::core::pass::Pass;
use crate::core::token::{BANK, Token};
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Writeback {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,

    pub token_early: Signal<In, Token>,
    pub pass: Signal<In, Pass>,
    pub result: Vec<Signal<In, Bits<8>>>,
    pub loaded: Vec<Signal<In, Bits<8>>>,

    pub write: Signal<Out, Bit>,
    pub write_address: Signal<Out, Bits<9>>,
    pub write_block: Signal<Out, Bits<8>>,
    pub write_byte: Vec<Signal<Out, Bits<8>>>,
    pub sum: Signal<Out, Bit>,
    pub sum_chain: Signal<Out, Bits<2>>,
    pub block: Signal<Out, Bits<8>>,
    pub slot: Signal<Out, Bits<8>>,
    pub load_read: Signal<Out, Bit>,
    pub load_done: Signal<Out, Bit>,

    pub multiplied: Signal<Out, Bit>,
    pub loading: Signal<Out, Bit>,

    /// The token of `token_early` one to four cycles later; the last is that of the bytes.
    token_late: [DFF<Token>; EARLY],
    token: Signal<Local, Token>,
    slot_early: Signal<Local, Bits<8>>,
    /// The pass whose bytes are there now.
    pass_late: DFF<Pass>,
    /// `load` of the pass whose tokens are `token_early`.
    load_early: DFF<Bit>,
    block_reg: DFF<Bits<8>>,
    other_bank: Parameter<9>,
    last_slot: Parameter<8>,
    last_block: Parameter<8>,
}

impl Writeback {
    /// The write-back of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let lanes = geometry.lanes();
        let mut writeback = Self {
            other_bank: Parameter::new(BANK),
            last_slot: Parameter::new(geometry.dimension() - 1),
            last_block: Parameter::new(geometry.blocks() - 1),
            ..Self::default()
        };
        writeback.result.resize_with(lanes, Default::default);
        writeback.loaded.resize_with(lanes, Default::default);
        writeback.write_byte.resize_with(lanes, Default::default);
        writeback
    }
}

impl Logic for Writeback {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, pass_late, load_early, block_reg);
        self.token_late[0].clock.next = self.clock.val();
        self.token_late[0].d.next = self.token_early.val();
        for i in 1..self.token_late.len() {
            self.token_late[i].clock.next = self.clock.val();
            self.token_late[i].d.next = self.token_late[i - 1].q.val();
        }
        self.token.next = self.token_late[3].q.val();
        self.slot.next = bit_cast::<8, 9>(self.token.val().address);
        self.slot_early.next = bit_cast::<8, 9>(self.token_early.val().address);

        // The pass, as its first token comes past.
        if self.token_late[2].q.val().start {
            self.pass_late.d.next = self.pass.val();
        }
        if self.token_early.val().start {
            self.load_early.d.next = self.pass.val().load;
        }
        self.load_read.next =
            self.token_early.val().valid & (self.load_early.q.val() | self.token_early.val().start);
        self.load_done.next = self.token_early.val().valid
            & self.load_early.q.val()
            & (self.slot_early.val() == self.last_slot.q.val());

        // The block.
        if self.token.val().valid & (self.slot.val() == self.last_slot.q.val()) {
            self.block_reg.d.next = self.block_reg.q.val() + 1;
            if self.block_reg.q.val() == self.last_block.q.val() {
                self.block_reg.d.next = 0.into();
            }
        }
        if self.clear.val() {
            self.block_reg.d.next = 0.into();
        }
        self.block.next = self.block_reg.q.val();

        // Into the state.
        self.write.next =
            self.token.val().valid & (self.pass_late.q.val().load | (!self.pass_late.q.val().last));
        self.write_address.next = self.token.val().address ^ self.other_bank.q.val();
        self.write_block.next = self.block_reg.q.val();
        for c in 0..self.result.len() {
            self.write_byte[c].next = self.result[c].val();
            if self.pass_late.q.val().load {
                self.write_byte[c].next = self.loaded[c].val();
            }
        }

        // Into the sum.
        self.sum.next = self.token.val().valid & self.pass_late.q.val().last;
        self.sum_chain.next = self.pass_late.q.val().chain;

        self.multiplied.next = self.token.val().valid & self.pass_late.q.val().multiply;
        self.loading.next = self.token.val().valid & self.pass_late.q.val().load;
    }
}
