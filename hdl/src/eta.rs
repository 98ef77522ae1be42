//! eta of one lane: what a matrix row alone adds to every dot product of the block.
//!
//! Accumulates the corrections of `pair.rs` over the words of one matrix row as they pass on their
//! way to the cells.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `first` | in | 1 | `weight` is word 0 of a row |
//! | `more` | in | 1 | `weight` is one of the other words |
//! | `weight` | in | 32 | four weights in offset form |
//! | `take` | in | 1 | the row is complete: present it |
//! | `eta` | out | 16 | of the row last taken, modulo 2^16 |
//!
//! Latency 1 from `take`. Two multipliers with FIP, none without.

use rust_hdl::prelude::*;

use crate::leaf::Register;
use crate::pair::{FipCorrection, PlainCorrection};

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Eta {
    pub clock: Signal<In, Clock>,
    pub first: Signal<In, Bit>,
    pub more: Signal<In, Bit>,
    pub weight: Signal<In, Bits<32>>,
    pub take: Signal<In, Bit>,
    pub eta: Signal<Out, Bits<16>>,
    /// Two of one kind, none of the other.
    fip: Vec<FipCorrection>,
    plain: Vec<PlainCorrection>,
    product: [Signal<Local, Bits<16>>; 2],
    sum: Register<16>,
    taken: Register<16>,
}

impl Eta {
    /// eta for cells with Winograd's inner product, or without.
    pub fn new(fip: bool) -> Self {
        let mut eta = Self::default();
        if fip {
            eta.fip.resize_with(2, FipCorrection::default);
        } else {
            eta.plain.resize_with(2, PlainCorrection::default);
        }
        eta
    }
}

impl Logic for Eta {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, sum, taken);
        for i in 0..self.fip.len() {
            self.fip[i].u0.next = self.weight.val().get_bits::<8>(16 * i);
            self.fip[i].u1.next = self.weight.val().get_bits::<8>(16 * i + 8);
            self.product[i].next = self.fip[i].product.val();
        }
        for i in 0..self.plain.len() {
            self.plain[i].u0.next = self.weight.val().get_bits::<8>(16 * i);
            self.plain[i].u1.next = self.weight.val().get_bits::<8>(16 * i + 8);
            self.product[i].next = self.plain[i].product.val();
        }
        self.sum.enable.next = self.first.val() | self.more.val();
        self.sum.d.next = self.sum.q.val() + self.product[0].val() + self.product[1].val();
        if self.first.val() {
            self.sum.d.next = self.product[0].val() + self.product[1].val();
        }
        self.taken.enable.next = self.take.val();
        self.taken.d.next = self.sum.q.val();
        self.eta.next = self.taken.q.val();
    }
}
