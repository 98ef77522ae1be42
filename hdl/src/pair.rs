//! The arithmetic of one pair of columns: products of state and weight bytes modulo 2^16.
//!
//! State and weights are kept in offset form, `u = byte + 128`, so that the multipliers are
//! unsigned. The signed dot product of a row pair by pair is then, modulo 2^16 and over an even
//! number of at least 16 pairs,
//!
//! ```text
//! FIP    sum (u0 + v1) * (u1 + v0)  -  sum (u0 + 128) * (u1 + 128)  -  sum (v0 + 128) * (v1 + 128)
//! plain  sum u0 * v0 + u1 * v1      -  sum 128 * (u0 + u1)          -  sum 128 * (v0 + v1)
//! ```
//!
//! because the constants that are left over add up to multiples of 2^16. The first sum is the
//! cells'; the second, xi, belongs to the state row alone and the third, eta, to the matrix row
//! alone, so neither is computed in a cell. FIP is Winograd's inner product of 1968 (Pogue and
//! Nicolici, arXiv 2311.12224): half the multipliers.
//!
//! A pair of FIP is `leaf/product.rs`, also for the corrections, with 128 as the other pair. Without
//! FIP there are the blocks of this file. All take as long as a [`Product`](crate::leaf::Product).
//!
//! `sim/tests/blocks.rs` checks each on random bytes.

use rust_hdl::prelude::*;

use crate::cast::{unsigned_cast_extend, unsigned_cast_product};
use crate::leaf::{Delay, product};

/// `u0 * v0 + u1 * v1`: two 8 x 8 bit multipliers.
#[derive(LogicBlock)]
pub struct PlainPair {
    pub clock: Signal<In, Clock>,
    pub u0: Signal<In, Bits<8>>,
    pub u1: Signal<In, Bits<8>>,
    pub v0: Signal<In, Bits<8>>,
    pub v1: Signal<In, Bits<8>>,
    pub product: Signal<Out, Bits<16>>,
    left: [Signal<Local, Bits<16>>; 2],
    right: [Signal<Local, Bits<16>>; 2],
    stages: Delay<16>,
}

impl Default for PlainPair {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            u0: Default::default(),
            u1: Default::default(),
            v0: Default::default(),
            v1: Default::default(),
            product: Default::default(),
            left: Default::default(),
            right: Default::default(),
            stages: Delay::new(product::LATENCY),
        }
    }
}

impl Logic for PlainPair {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, stages);
        self.left[0].next = unsigned_cast_extend::<16, 8>(self.u0.val());
        self.left[1].next = unsigned_cast_extend::<16, 8>(self.u1.val());
        self.right[0].next = unsigned_cast_extend::<16, 8>(self.v0.val());
        self.right[1].next = unsigned_cast_extend::<16, 8>(self.v1.val());
        self.stages.d.next = unsigned_cast_product(self.left[0].val() * self.right[0].val())
            + unsigned_cast_product(self.left[1].val() * self.right[1].val());
        self.product.next = self.stages.q.val();
    }
}

/// `128 * (u0 + u1)`: a pair's part of xi or eta in a core without FIP.
#[derive(LogicBlock)]
pub struct PlainCorrection {
    pub clock: Signal<In, Clock>,
    pub u0: Signal<In, Bits<8>>,
    pub u1: Signal<In, Bits<8>>,
    pub product: Signal<Out, Bits<16>>,
    sum: Signal<Local, Bits<16>>,
    stages: Delay<16>,
}

impl Default for PlainCorrection {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            u0: Default::default(),
            u1: Default::default(),
            product: Default::default(),
            sum: Default::default(),
            stages: Delay::new(product::LATENCY),
        }
    }
}

impl Logic for PlainCorrection {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, stages);
        self.sum.next = unsigned_cast_extend::<16, 8>(self.u0.val())
            + unsigned_cast_extend::<16, 8>(self.u1.val());
        self.stages.d.next = self.sum.val() << 7;
        self.product.next = self.stages.q.val();
    }
}
