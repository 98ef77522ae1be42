//! xi: what a state row alone adds to each of its dot products in the next multiply.
//!
//! While a multiply writes its results, block by block, the corrections of `pair.rs` are
//! accumulated per state row; when its last block is written, xi is complete. Both banks are kept,
//! like the state's.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read_address` | in | 9 | bank (bit 8) and slot whose xi is wanted |
//! | `write` | in | 1 | `byte$c` are written into the state |
//! | `write_address` | in | 9 | bank and slot |
//! | `first` | in | 1 | block 0: begin from 0 |
//! | `odd` | in | 1 | odd block; with one lane a pair is complete then |
//! | `byte$c` | in | 8 x lanes | the bytes written, lane c, in offset form |
//! | `xi` | out | 16 | of the `read_address` of two cycles ago, modulo 2^16 |
//!
//! Latency 8 from `write` to a `read_address` that sees it ([`LATENCY`]); the writes of one slot are
//! as far apart or more. One write and one read a cycle. max(1, lanes/2) multipliers with FIP, none
//! without.
//!
//! Checked by `sim/tests/array.rs` and every whole-hash test, as part of the array. It does not know of
//! matrix rows: that is `eta.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::pair::PlainCorrection;
use crate::geometry::Geometry;
use crate::primitives::{BlockRam, Delay, Product, product};

/// Cycles from a write to a read that sees it.
pub const LATENCY: usize = TO_PAIR + product::LATENCY + 3;

/// Cycles from the bytes to the pairs: as long as a block RAM takes to bring the even byte.
const TO_PAIR: usize = 2;

/// What is known of a write; fields from bit 0 up.
#[derive(Copy, Clone, PartialEq, Debug, Default, LogicStruct)]
pub struct Entry {
    /// Bank (bit 8) and slot.
    pub address: Bits<9>,
    /// Block 0: begin from 0.
    pub first: Bit,
    /// Odd block.
    pub odd: Bit,
    /// There is a write.
    pub write: Bit,
}

/// The fields of an entry that was kept as bits.
fn unsigned_cast_entry(x: Bits<12>) -> Entry {
    Entry {
        address: x.get_bits::<9>(0),
        first: x.get_bit(9),
        odd: x.get_bit(10),
        write: x.get_bit(11),
    }
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Xi {
    pub clock: Signal<In, Clock>,

    pub read_address: Signal<In, Bits<9>>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<9>>,
    pub first: Signal<In, Bit>,
    pub odd: Signal<In, Bit>,
    pub byte: Vec<Signal<In, Bits<8>>>,

    pub xi: Signal<Out, Bits<16>>,

    /// The write as given, a cycle before its products, beside them, beside their total, and beside
    /// the sum.
    entry: Signal<Local, Entry>,
    entry_late: Delay<12>,
    multiplying: Signal<Local, Entry>,
    adding: DFF<Entry>,
    summing: DFF<Entry>,
    storing: DFF<Entry>,

    /// The bytes of each pair; with one lane the even byte comes from `even_bytes`.
    pairs: Vec<Signal<Local, Bits<16>>>,
    fip: Vec<Product>,
    plain: Vec<PlainCorrection>,
    byte_late: Vec<Delay<8>>,
    /// One lane only: the byte of the block before, per slot, and the writes a cycle behind the
    /// reads.
    even_bytes: Vec<BlockRam<8, 8>>,
    write_reg: Vec<DFF<Bit>>,
    write_address_reg: Vec<DFF<Bits<9>>>,
    byte_reg: Vec<DFF<Bits<8>>>,
    product: Vec<Signal<Local, Bits<16>>>,
    total: Vec<Signal<Local, Bits<16>>>,
    total_reg: DFF<Bits<16>>,
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
            entry_late: Delay::new(TO_PAIR + product::LATENCY - 1),
            byte_late: (0..lanes).map(|_| Delay::new(TO_PAIR)).collect(),
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
            xi.write_reg.resize_with(1, Default::default);
            xi.write_address_reg.resize_with(1, Default::default);
            xi.byte_reg.resize_with(1, Default::default);
        }
        xi
    }
}

impl Logic for Xi {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, entry_late, adding, summing, storing, total_reg, sum, current, growing
        );
        self.entry.next.address = self.write_address.val();
        self.entry.next.first = self.first.val();
        self.entry.next.odd = self.odd.val();
        self.entry.next.write = self.write.val();
        self.entry_late.d.next = self.entry.val().into();
        self.multiplying.next = unsigned_cast_entry(self.entry_late.q.val());
        self.adding.d.next = self.multiplying.val();
        self.summing.d.next = self.adding.q.val();
        self.storing.d.next = self.summing.q.val();

        // Pairs.
        for c in 0..self.byte_late.len() {
            self.byte_late[c].clock.next = self.clock.val();
            self.byte_late[c].d.next = self.byte[c].val();
        }
        for k in 0..(self.byte.len() / 2) {
            self.pairs[k].next = unsigned_cast_extend::<16, 8>(self.byte_late[2 * k].q.val())
                | (unsigned_cast_extend::<16, 8>(self.byte_late[2 * k + 1].q.val()) << 8);
        }
        for k in 0..self.even_bytes.len() {
            self.even_bytes[k].clock.next = self.clock.val();
            self.write_reg[k].clock.next = self.clock.val();
            self.write_address_reg[k].clock.next = self.clock.val();
            self.byte_reg[k].clock.next = self.clock.val();
            self.write_reg[k].d.next = self.write.val();
            self.write_address_reg[k].d.next = self.write_address.val();
            self.byte_reg[k].d.next = self.byte[k].val();
            self.even_bytes[k].read_address.next = self.write_address.val().get_bits::<8>(0);
            self.even_bytes[k].write.next = self.write_reg[k].q.val();
            self.even_bytes[k].write_address.next =
                self.write_address_reg[k].q.val().get_bits::<8>(0);
            self.even_bytes[k].d.next = self.byte_reg[k].q.val();
            self.pairs[k].next = unsigned_cast_extend::<16, 8>(self.even_bytes[k].q.val())
                | (unsigned_cast_extend::<16, 8>(self.byte_late[k].q.val()) << 8);
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
        self.total_reg.d.next = 0.into();
        for last in (self.total.len() - 1)..self.total.len() {
            self.total_reg.d.next = self.total[last].val();
        }
        for _one_lane in 0..self.even_bytes.len() {
            if !self.adding.q.val().odd {
                self.total_reg.d.next = 0.into();
            }
        }

        // Sums.
        self.kept.next = self.growing.q.val();
        if self.summing.q.val().first {
            self.kept.next = 0.into();
        }
        self.sum.d.next = self.kept.val() + self.total_reg.q.val();
        self.growing.read_address.next = self.multiplying.val().address;
        self.growing.write.next = self.storing.q.val().write;
        self.growing.write_address.next = self.storing.q.val().address;
        self.growing.d.next = self.sum.q.val();
        self.current.read_address.next = self.read_address.val();
        self.current.write.next = self.storing.q.val().write;
        self.current.write_address.next = self.storing.q.val().address;
        self.current.d.next = self.sum.q.val();
        self.xi.next = self.current.q.val();
    }
}
