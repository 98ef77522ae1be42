//! One cell of the line: four columns of the state, for all rows, in two banks; and the token.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `token_in` | in | 12 | from the cell before, fields as in `token.rs` |
//! | `write` | in | 4 | byte enables; bit j is column 4g + j |
//! | `write_address` | in | 9 | bank (bit 8) and slot |
//! | `d0`, `d1`, `d2`, `d3` | in | 8 | bytes of columns 4g … 4g + 3 in offset form |
//! | `token_out` | out | 12 | `token_in`, one cycle later |
//! | `latch` | out | 1 | the token that leaves opens a block: the lanes take their weights |
//! | `state` | out | 32 | columns 4g … 4g + 3 of the row of the token that left a cycle ago |
//!
//! Latency 2 from `token_in` to `state`; one token a cycle. One 512 x 32 block RAM. Byte order: column 4g + j
//! in bits 8j+7..8j.
//!
//! Checked by `sim/tests/array.rs` and every whole-hash test, as part of the array. It does not multiply:
//! that is `lane.rs`.

use rust_hdl::prelude::*;

use crate::core::token::Token;
use crate::geometry::Primitives;
use crate::primitives::ByteRam;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct Cell {
    pub clock: Signal<In, Clock>,

    pub token_in: Signal<In, Token>,
    pub write: Signal<In, Bits<4>>,
    pub write_address: Signal<In, Bits<9>>,
    pub d0: Signal<In, Bits<8>>,
    pub d1: Signal<In, Bits<8>>,
    pub d2: Signal<In, Bits<8>>,
    pub d3: Signal<In, Bits<8>>,

    pub token_out: Signal<Out, Token>,
    pub latch: Signal<Out, Bit>,
    pub state: Signal<Out, Bits<32>>,

    token: DFF<Token>,
    ram: ByteRam<9>,
}

impl Cell {
    /// A cell whose block RAM is made of `primitives`.
    pub fn new(primitives: Primitives) -> Self {
        Self {
            clock: Default::default(),
            token_in: Default::default(),
            token_out: Default::default(),
            latch: Default::default(),
            state: Default::default(),
            write: Default::default(),
            write_address: Default::default(),
            d0: Default::default(),
            d1: Default::default(),
            d2: Default::default(),
            d3: Default::default(),
            token: Default::default(),
            ram: ByteRam::new(1 << 9, primitives),
        }
    }
}

impl Logic for Cell {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, token, ram);
        self.token.d.next = self.token_in.val();
        self.token_out.next = self.token.q.val();
        self.latch.next = self.token.q.val().first;
        self.ram.read_address.next = self.token_in.val().address;
        self.state.next = self.ram.q.val();
        self.ram.write.next = self.write.val();
        self.ram.write_address.next = self.write_address.val();
        self.ram.d0.next = self.d0.val();
        self.ram.d1.next = self.d1.val();
        self.ram.d2.next = self.d2.val();
        self.ram.d3.next = self.d3.val();
    }
}
