//! xi: what a state row alone adds to each of its dot products in the next multiply.
//!
//! While a multiply writes its results, block by block, the corrections of `pair.rs` are
//! accumulated per state row; when its last block is written, xi is complete. Both banks are kept,
//! like the state's.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read_address` | in | 9 | bank (bit 8) and slot whose xi is wanted |
//! | `xi` | out | 16 | of the `read_address` of two cycles ago, modulo 2^16 |
//! | `write` | in | 1 | |
//! | `write_address` | in | 9 | bank and slot |
//! | `first` | in | 1 | block 0: begin from 0 |
//! | `odd` | in | 1 | odd block; with one lane a pair is complete then |
//! | `byte$c` | in | 8 | the bytes written, lane c, in offset form |
//!
//! Latency 8 from `write` to a `read_address` that sees it ([`LATENCY`]); the writes of one slot are
//! as far apart or more. max(1, C/2) multipliers with FIP, none without.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::pair::PlainCorrection;
use crate::geometry::Geometry;
use crate::primitives::{BlockRam, Delay, Product, product};

/// Cycles from a write to a read that sees it.
pub const LATENCY: usize = TO_PAIR + product::LATENCY + 3;

/// Cycles from the bytes to the pairs: as long as a block RAM takes to bring the even byte.
const TO_PAIR: usize = 2;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Xi {
    pub clock: Signal<In, Clock>,
    pub read_address: Signal<In, Bits<9>>,
    pub xi: Signal<Out, Bits<16>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<9>>,
    pub first: Signal<In, Bit>,
    pub odd: Signal<In, Bit>,
    pub byte: Vec<Signal<In, Bits<8>>>,

    /// {write, odd, first, address}: as given, a cycle before the products, beside them, beside
    /// their total, and beside the sum.
    given: Signal<Local, Bits<12>>,
    soon: Delay<12>,
    adding: DFF<Bits<12>>,
    summing: DFF<Bits<12>>,
    storing: DFF<Bits<12>>,

    /// The bytes of each pair; with one lane the even byte comes from `even_bytes`.
    pairs: Vec<Signal<Local, Bits<16>>>,
    fip: Vec<Product>,
    plain: Vec<PlainCorrection>,
    late_bytes: Vec<Delay<8>>,
    /// One lane only: the byte of the block before, per slot, and the writes a cycle behind the
    /// reads.
    even_bytes: Vec<BlockRam<8, 8>>,
    kept_write: Vec<DFF<Bit>>,
    kept_address: Vec<DFF<Bits<9>>>,
    kept_byte: Vec<DFF<Bits<8>>>,
    product: Vec<Signal<Local, Bits<16>>>,
    total: Vec<Signal<Local, Bits<16>>>,
    added: DFF<Bits<16>>,
    kept: Signal<Local, Bits<16>>,
    sum: DFF<Bits<16>>,
    /// The same content twice, for two read ports.
    current: BlockRam<9, 16>,
    growing: BlockRam<9, 16>,
}

impl Xi {
    /// xi for an array of the given geometry.
    pub fn new(geometry: &Geometry) -> Self {
        let lanes = geometry.lanes();
        let pairs = (lanes / 2).max(1);
        let primitives = geometry.primitives();
        let mut xi = Self {
            soon: Delay::new(TO_PAIR + product::LATENCY - 1),
            late_bytes: (0..lanes).map(|_| Delay::new(TO_PAIR)).collect(),
            current: BlockRam::new(1 << 9, primitives),
            growing: BlockRam::new(1 << 9, primitives),
            ..Self::default()
        };
        xi.byte.resize_with(lanes, Default::default);
        xi.pairs.resize_with(pairs, Default::default);
        xi.product.resize_with(pairs, Default::default);
        xi.total.resize_with(pairs, Default::default);
        if geometry.fip() {
            // After the products of eta.
            let products = (2 * lanes..2 * lanes + pairs).map(|n| geometry.multiplier(n));
            xi.fip = products.map(Product::new).collect();
        } else {
            xi.plain.resize_with(pairs, Default::default);
        }
        if lanes == 1 {
            xi.even_bytes = vec![BlockRam::new(1 << 8, primitives)];
            xi.kept_write.resize_with(1, Default::default);
            xi.kept_address.resize_with(1, Default::default);
            xi.kept_byte.resize_with(1, Default::default);
        }
        xi
    }
}

impl Logic for Xi {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, soon, adding, summing, storing, added, sum, current, growing
        );
        self.given.next = unsigned_cast_extend::<12, 9>(self.write_address.val())
            | (unsigned_cast_extend::<12, 1>(self.first.val().into()) << 9)
            | (unsigned_cast_extend::<12, 1>(self.odd.val().into()) << 10)
            | (unsigned_cast_extend::<12, 1>(self.write.val().into()) << 11);
        self.soon.d.next = self.given.val();
        self.adding.d.next = self.soon.q.val();
        self.summing.d.next = self.adding.q.val();
        self.storing.d.next = self.summing.q.val();

        // Pairs.
        for c in 0..self.late_bytes.len() {
            self.late_bytes[c].clock.next = self.clock.val();
            self.late_bytes[c].d.next = self.byte[c].val();
        }
        for k in 0..(self.byte.len() / 2) {
            self.pairs[k].next = unsigned_cast_extend::<16, 8>(self.late_bytes[2 * k].q.val())
                | (unsigned_cast_extend::<16, 8>(self.late_bytes[2 * k + 1].q.val()) << 8);
        }
        for k in 0..self.even_bytes.len() {
            self.even_bytes[k].clock.next = self.clock.val();
            self.kept_write[k].clock.next = self.clock.val();
            self.kept_address[k].clock.next = self.clock.val();
            self.kept_byte[k].clock.next = self.clock.val();
            self.kept_write[k].d.next = self.write.val();
            self.kept_address[k].d.next = self.write_address.val();
            self.kept_byte[k].d.next = self.byte[k].val();
            self.even_bytes[k].read_address.next = self.write_address.val().get_bits::<8>(0);
            self.even_bytes[k].write.next = self.kept_write[k].q.val();
            self.even_bytes[k].write_address.next = self.kept_address[k].q.val().get_bits::<8>(0);
            self.even_bytes[k].d.next = self.kept_byte[k].q.val();
            self.pairs[k].next = unsigned_cast_extend::<16, 8>(self.even_bytes[k].q.val())
                | (unsigned_cast_extend::<16, 8>(self.late_bytes[k].q.val()) << 8);
        }

        // Products.
        for k in 0..self.fip.len() {
            self.fip[k].clock.next = self.clock.val();
            self.fip[k].u0.next = self.pairs[k].val().get_bits::<8>(0);
            self.fip[k].u1.next = self.pairs[k].val().get_bits::<8>(8);
            self.fip[k].v0.next = 128.into();
            self.fip[k].v1.next = 128.into();
            self.product[k].next = self.fip[k].product.val();
        }
        for k in 0..self.plain.len() {
            self.plain[k].clock.next = self.clock.val();
            self.plain[k].u0.next = self.pairs[k].val().get_bits::<8>(0);
            self.plain[k].u1.next = self.pairs[k].val().get_bits::<8>(8);
            self.product[k].next = self.plain[k].product.val();
        }
        self.total[0].next = self.product[0].val();
        for k in 1..self.product.len() {
            self.total[k].next = self.total[k - 1].val() + self.product[k].val();
        }
        self.added.d.next = 0.into();
        for last in (self.total.len() - 1)..self.total.len() {
            self.added.d.next = self.total[last].val();
        }
        for _one_lane in 0..self.even_bytes.len() {
            if !self.adding.q.val().get_bit(10) {
                self.added.d.next = 0.into();
            }
        }

        // Sums.
        self.kept.next = self.growing.q.val();
        if self.summing.q.val().get_bit(9) {
            self.kept.next = 0.into();
        }
        self.sum.d.next = self.kept.val() + self.added.q.val();
        self.growing.read_address.next = self.soon.q.val().get_bits::<9>(0);
        self.growing.write.next = self.storing.q.val().get_bit(11);
        self.growing.write_address.next = self.storing.q.val().get_bits::<9>(0);
        self.growing.d.next = self.sum.q.val();
        self.current.read_address.next = self.read_address.val();
        self.current.write.next = self.storing.q.val().get_bit(11);
        self.current.write_address.next = self.storing.q.val().get_bits::<9>(0);
        self.current.d.next = self.sum.q.val();
        self.xi.next = self.current.q.val();
    }
}
