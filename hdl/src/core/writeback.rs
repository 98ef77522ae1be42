//! Where the bytes at the end of the array go: into the state, into the sum, or both sources at
//! once in the last pass of a chain, whose results are summed while the next chain is loaded.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | begin with block 0 |
//! | `soon` | in | 12 | from the array |
//! | `multiply`, `load`, `last` | in | 1 | of the pass that is being issued; see `issue.rs` |
//! | `chain` | in | 2 | the chain that a last pass completes |
//! | `result$c` | in | 8 | from the array, four cycles after `soon` |
//! | `loaded$c` | in | 8 | from the load, four cycles after `soon` |
//! | `write`, `write_address`, `write_block`, `write_byte$c` | out | | to the array |
//! | `sum` | out | 1 | `result$c` belongs to the sum |
//! | `sum_chain` | out | 2 | chain whose result it is |
//! | `block`, `slot` | out | 8 | of the bytes in this cycle |
//! | `multiplied`, `loading` | out | 1 | `result$c`, `write_byte$c` mean something |
//! | `load_read` | out | 1 | the block buffer of the load is being read |
//! | `load_done` | out | 1 | one cycle: it has been read to its end |
//!
//! Latency 4 from `soon`, none from the bytes. A pass lasts longer than the array's latency, so its
//! attributes may be sampled from the issue when its first token leaves the line.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Writeback {
    pub clock: Signal<In, Clock>,
    pub clear: Signal<In, Bit>,
    pub soon: Signal<In, Bits<12>>,
    pub multiply: Signal<In, Bit>,
    pub load: Signal<In, Bit>,
    pub last: Signal<In, Bit>,
    pub chain: Signal<In, Bits<2>>,
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
    pub multiplied: Signal<Out, Bit>,
    pub loading: Signal<Out, Bit>,
    pub load_read: Signal<Out, Bit>,
    pub load_done: Signal<Out, Bit>,

    after: [DFF<Bits<12>>; 4],
    /// The attributes of the pass whose bytes are there now; {chain, last, load, multiply}.
    issued: Signal<Local, Bits<5>>,
    pass: Register<5>,
    /// `load` of the pass whose tokens are `soon`.
    load_soon: Register<1>,
    number: DFF<Bits<8>>,
    last_slot: Parameter<8>,
    last_block: Parameter<8>,
}

impl Writeback {
    /// The write-back of a core of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let mut writeback = Self {
            last_slot: Parameter::new(geometry.dimension() - 1),
            last_block: Parameter::new(geometry.blocks() - 1),
            ..Self::default()
        };
        writeback
            .result
            .resize_with(geometry.lanes(), Default::default);
        writeback
            .loaded
            .resize_with(geometry.lanes(), Default::default);
        writeback
            .write_byte
            .resize_with(geometry.lanes(), Default::default);
        writeback
    }
}

impl Logic for Writeback {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, number);
        clock!(self, clock, pass, load_soon);
        self.after[0].clock.next = self.clock.val();
        self.after[0].d.next = self.soon.val();
        for i in 1..4 {
            self.after[i].clock.next = self.clock.val();
            self.after[i].d.next = self.after[i - 1].q.val();
        }

        self.issued.next = unsigned_cast_extend::<5, 1>(self.multiply.val().into())
            | (unsigned_cast_extend::<5, 1>(self.load.val().into()) << 1)
            | (unsigned_cast_extend::<5, 1>(self.last.val().into()) << 2)
            | (unsigned_cast_extend::<5, 2>(self.chain.val()) << 3);
        self.pass.enable.next = self.after[2].q.val().get_bit(11);
        self.pass.d.next = self.issued.val();
        self.load_soon.enable.next = self.soon.val().get_bit(11);
        self.load_soon.d.next = self.load.val().into();
        self.load_read.next = self.soon.val().get_bit(9)
            & (self.load_soon.q.val().any() | self.soon.val().get_bit(11));
        self.load_done.next = self.soon.val().get_bit(9)
            & self.load_soon.q.val().any()
            & (self.soon.val().get_bits::<8>(0) == self.last_slot.q.val());

        self.multiplied.next = self.after[3].q.val().get_bit(9) & self.pass.q.val().get_bit(0);
        self.loading.next = self.after[3].q.val().get_bit(9) & self.pass.q.val().get_bit(1);
        self.slot.next = self.after[3].q.val().get_bits::<8>(0);
        self.block.next = self.number.q.val();
        if self.after[3].q.val().get_bit(9)
            & (self.after[3].q.val().get_bits::<8>(0) == self.last_slot.q.val())
        {
            self.number.d.next = self.number.q.val() + 1;
            if self.number.q.val() == self.last_block.q.val() {
                self.number.d.next = 0.into();
            }
        }
        if self.clear.val() {
            self.number.d.next = 0.into();
        }

        self.write.next = self.after[3].q.val().get_bit(9)
            & (self.pass.q.val().get_bit(1) | (!self.pass.q.val().get_bit(2)));
        self.write_address.next = self.after[3].q.val().get_bits::<9>(0) ^ 256;
        self.write_block.next = self.number.q.val();
        for c in 0..self.result.len() {
            self.write_byte[c].next = self.result[c].val();
            if self.pass.q.val().get_bit(1) {
                self.write_byte[c].next = self.loaded[c].val();
            }
        }
        self.sum.next = self.after[3].q.val().get_bit(9) & self.pass.q.val().get_bit(2);
        self.sum_chain.next = self.pass.q.val().get_bits::<2>(3);
    }
}
