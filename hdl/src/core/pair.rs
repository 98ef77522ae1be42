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
//! A pair of FIP is `primitives/product.rs`, also for the corrections, with 128 as the other pair. The
//! blocks of this file are for what FIP does not compute, and for multipliers that are left to the
//! tool, which may as well choose what is done in which stage: a lane's sum is made at once and kept
//! in one shift register, half of what a simulator moves for two products. All take as long as a
//! [`Product`](crate::primitives::Product).
//!
//! `sim/tests/blocks.rs` checks each on random bytes.

use rust_hdl::prelude::*;

use crate::cast::{unsigned_cast_extend, unsigned_cast_product};
use crate::primitives::{Delay, product};

/// The dot product of four columns: `(u0 + v1) * (u1 + v0)` of two pairs with FIP, `u0 * v0 + u1 * v1`
/// of two pairs without.
///
/// | port | dir | width | |
/// |---|---|---|---|
/// | `state` | in | 32 | four state bytes in offset form, column 0 in bits 7..0 |
/// | `weight` | in | 32 | four weights in offset form, column 0 in bits 7..0 |
/// | `dot` | out | 16 | the sum of the products of four cycles ago, modulo 2^16 |
///
/// Latency 4 ([`product::LATENCY`]), one sum a cycle. Two 9 x 9 bit multipliers with FIP, four 8 x 8 bit
/// multipliers without. Example: the states 1, 2, 0, 0 and the weights 3, 4, 0, 0 give
/// (1 + 4) * (2 + 3) = 25 with FIP and 1 * 3 + 2 * 4 = 11 without.
///
/// Checked by `sim/tests/blocks.rs` as part of a lane. It does not correct for the offsets.
#[derive(LogicBlock)]
pub struct Dot {
    pub clock: Signal<In, Clock>,

    pub state: Signal<In, Bits<32>>,
    pub weight: Signal<In, Bits<32>>,

    pub dot: Signal<Out, Bits<16>>,

    u: [Signal<Local, Bits<16>>; 4],
    v: [Signal<Local, Bits<16>>; 4],
    /// Of each pair with FIP, of each column without.
    product: Vec<Signal<Local, Bits<16>>>,
    total: Signal<Local, Bits<16>>,
    stages: Delay<16>,
    /// Products of either kind; one of the numbers is 0.
    _pairs: usize,
    _columns: usize,
}

impl Dot {
    /// A dot product by Winograd's inner product.
    pub fn fip() -> Self {
        Self::of(2, 0)
    }

    /// A dot product column by column.
    pub fn plain() -> Self {
        Self::of(0, 4)
    }

    fn of(pairs: usize, columns: usize) -> Self {
        Self {
            clock: Default::default(),
            state: Default::default(),
            weight: Default::default(),
            dot: Default::default(),
            u: Default::default(),
            v: Default::default(),
            product: (0..pairs + columns).map(|_| Default::default()).collect(),
            total: Default::default(),
            stages: Delay::new(product::LATENCY),
            _pairs: pairs,
            _columns: columns,
        }
    }
}

impl Logic for Dot {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, stages);
        for i in 0..4 {
            self.u[i].next = unsigned_cast_extend::<16, 8>(self.state.val().get_bits::<8>(8 * i));
            self.v[i].next = unsigned_cast_extend::<16, 8>(self.weight.val().get_bits::<8>(8 * i));
        }
        for i in 0..self._pairs {
            self.product[i].next = unsigned_cast_product(
                (self.u[2 * i].val() + self.v[2 * i + 1].val())
                    * (self.u[2 * i + 1].val() + self.v[2 * i].val()),
            );
        }
        for i in 0..self._columns {
            self.product[i].next = unsigned_cast_product(self.u[i].val() * self.v[i].val());
        }
        self.total.next = self.product[0].val();
        for i in 1..self.product.len() {
            self.total.next = self.total.val() + self.product[i].val();
        }
        self.stages.d.next = self.total.val();
        self.dot.next = self.stages.q.val();
    }
}

/// `128 * (u0 + u1)`: a pair's part of xi or eta in a core without FIP.
///
/// | port | dir | width | |
/// |---|---|---|---|
/// | `u0`, `u1` | in | 8 | the bytes of a pair in offset form |
/// | `product` | out | 16 | of the pair of four cycles ago, modulo 2^16 |
///
/// Latency 4 ([`product::LATENCY`]), one pair a cycle. Example: 1 and 2 give 384.
///
/// Checked by `sim/tests/blocks.rs` as part of a lane. It multiplies nothing: 128 is a shift.
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
