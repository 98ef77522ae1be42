//! xi: what a state row alone adds to each of its dot products in the next multiply.
//!
//! While a multiply writes its results, block by block, the corrections of `pair.rs` are
//! accumulated per state row; when its last block is written, xi is complete. Both banks are kept,
//! like the state's.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read_address` | in | 9 | bank (bit 8) and slot whose xi is wanted |
//! | `xi` | out | 16 | of the `read_address` of the last cycle, modulo 2^16 |
//! | `next_address` | in | 9 | the `write_address` of the next cycle |
//! | `write` | in | 1 | |
//! | `write_address` | in | 9 | bank and slot |
//! | `first` | in | 1 | block 0: begin from 0 |
//! | `odd` | in | 1 | odd block; with one lane a pair is complete then |
//! | `byte$c` | in | 8 | the bytes written, lane c, in offset form |
//!
//! Latency 1 from `write` to a read. max(1, C/2) multipliers with FIP, none without.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::leaf::Ram;
use crate::pair::{FipCorrection, PlainCorrection};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Xi {
    pub clock: Signal<In, Clock>,
    pub read_address: Signal<In, Bits<9>>,
    pub xi: Signal<Out, Bits<16>>,
    pub next_address: Signal<In, Bits<9>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<9>>,
    pub first: Signal<In, Bit>,
    pub odd: Signal<In, Bit>,
    pub byte: Vec<Signal<In, Bits<8>>>,
    /// The bytes of each pair; with one lane the even byte comes from `even_bytes`.
    pairs: Vec<Signal<Local, Bits<16>>>,
    fip: Vec<FipCorrection>,
    plain: Vec<PlainCorrection>,
    /// One lane only: the byte of the block before, per slot.
    even_bytes: Vec<Ram<8, 8>>,
    product: Vec<Signal<Local, Bits<16>>>,
    total: Vec<Signal<Local, Bits<16>>>,
    kept: Signal<Local, Bits<16>>,
    added: Signal<Local, Bits<16>>,
    /// The same content twice, for two read ports.
    current: Ram<9, 16>,
    growing: Ram<9, 16>,
}

impl Xi {
    /// xi for `lanes` lanes and cells with Winograd's inner product, or without.
    pub fn new(lanes: usize, fip: bool) -> Self {
        let pairs = (lanes / 2).max(1);
        let mut xi = Self::default();
        xi.byte.resize_with(lanes, Default::default);
        xi.pairs.resize_with(pairs, Default::default);
        xi.product.resize_with(pairs, Default::default);
        xi.total.resize_with(pairs, Default::default);
        if fip {
            xi.fip.resize_with(pairs, Default::default);
        } else {
            xi.plain.resize_with(pairs, Default::default);
        }
        if lanes == 1 {
            xi.even_bytes.resize_with(1, Default::default);
        }
        xi
    }
}

impl Logic for Xi {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, current, growing);
        for k in 0..(self.byte.len() / 2) {
            self.pairs[k].next = unsigned_cast_extend::<16, 8>(self.byte[2 * k].val())
                | (unsigned_cast_extend::<16, 8>(self.byte[2 * k + 1].val()) << 8);
        }
        for k in 0..self.even_bytes.len() {
            self.even_bytes[k].clock.next = self.clock.val();
            self.even_bytes[k].read_address.next = self.next_address.val().get_bits::<8>(0);
            self.even_bytes[k].write.next = self.write.val();
            self.even_bytes[k].write_address.next = self.write_address.val().get_bits::<8>(0);
            self.even_bytes[k].d.next = self.byte[k].val();
            self.pairs[k].next = unsigned_cast_extend::<16, 8>(self.even_bytes[k].q.val())
                | (unsigned_cast_extend::<16, 8>(self.byte[k].val()) << 8);
        }
        for k in 0..self.fip.len() {
            self.fip[k].u0.next = self.pairs[k].val().get_bits::<8>(0);
            self.fip[k].u1.next = self.pairs[k].val().get_bits::<8>(8);
            self.product[k].next = self.fip[k].product.val();
        }
        for k in 0..self.plain.len() {
            self.plain[k].u0.next = self.pairs[k].val().get_bits::<8>(0);
            self.plain[k].u1.next = self.pairs[k].val().get_bits::<8>(8);
            self.product[k].next = self.plain[k].product.val();
        }
        self.total[0].next = self.product[0].val();
        for k in 1..self.product.len() {
            self.total[k].next = self.total[k - 1].val() + self.product[k].val();
        }
        self.added.next = 0.into();
        for last in (self.total.len() - 1)..self.total.len() {
            self.added.next = self.total[last].val();
        }
        for _one_lane in 0..self.even_bytes.len() {
            if !self.odd.val() {
                self.added.next = 0.into();
            }
        }
        self.kept.next = self.growing.q.val();
        if self.first.val() {
            self.kept.next = 0.into();
        }

        self.growing.read_address.next = self.next_address.val();
        self.growing.write.next = self.write.val();
        self.growing.write_address.next = self.write_address.val();
        self.growing.d.next = self.kept.val() + self.added.val();
        self.current.read_address.next = self.read_address.val();
        self.current.write.next = self.write.val();
        self.current.write_address.next = self.write_address.val();
        self.current.d.next = self.kept.val() + self.added.val();
        self.xi.next = self.current.q.val();
    }
}
