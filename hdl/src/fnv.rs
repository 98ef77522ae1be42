//! One step of the 32-bit FNV: `(a * 0x01000193 mod 2^32) ^ b`, by shifts and adds. Combinational.
//!
//! 0x01000193 = 2^24 + 2^8 + 2^7 + 2^4 + 2 + 1, so it takes five adders and no multiplier.

use rust_hdl::prelude::*;

/// `hash = (a * 0x01000193 mod 2^32) ^ b`.
#[derive(LogicBlock, Default)]
pub struct Fnv {
    pub a: Signal<In, Bits<32>>,
    pub b: Signal<In, Bits<32>>,
    pub hash: Signal<Out, Bits<32>>,
    product: Signal<Local, Bits<32>>,
}

impl Logic for Fnv {
    #[hdl_gen]
    fn update(&mut self) {
        self.product.next = self.a.val()
            + (self.a.val() << 1)
            + (self.a.val() << 4)
            + (self.a.val() << 7)
            + (self.a.val() << 8)
            + (self.a.val() << 24);
        self.hash.next = self.product.val() ^ self.b.val();
    }
}
