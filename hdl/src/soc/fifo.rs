//! FIFO of 2^A bytes in a RAM.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clear` | in | 1 | empties it |
//! | `write` | in | 1 | append `d`; without effect if it is full |
//! | `d` | in | 8 | byte to append |
//! | `read` | in | 1 | drop the oldest byte; without effect if it is empty |
//! | `q` | out | 8 | the byte that was the oldest in the last cycle; not defined if it was empty |
//! | `level` | out | A + 1 | bytes in it |
//! | `full` | out | 1 | `level` is 2^A |
//!
//! Throughput a byte a cycle each way. A byte written is counted in the next cycle, and in `q` in
//! the cycle after. (RustHDL cannot add to a width: the parameter A1 is A + 1.)
//!
//! Checked by `sim/tests/peripherals.rs`. Has one clock.

use rust_hdl::prelude::*;

use crate::primitives::Ram;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct Fifo<const A: usize, const A1: usize> {
    pub clock: Signal<In, Clock>,

    pub clear: Signal<In, Bit>,

    pub write: Signal<In, Bit>,
    pub d: Signal<In, Bits<8>>,
    pub read: Signal<In, Bit>,

    pub q: Signal<Out, Bits<8>>,
    pub level: Signal<Out, Bits<A1>>,
    pub full: Signal<Out, Bit>,

    bytes: Ram<A, 8>,
    head: DFF<Bits<A>>,
    tail: DFF<Bits<A>>,
    count: DFF<Bits<A1>>,
    put: Signal<Local, Bit>,
    take: Signal<Local, Bit>,
    is_full: Signal<Local, Bit>,

    depth: Parameter<A1>,
}

impl<const A: usize, const A1: usize> Default for Fifo<A, A1> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            clear: Default::default(),
            write: Default::default(),
            d: Default::default(),
            read: Default::default(),
            q: Default::default(),
            level: Default::default(),
            full: Default::default(),
            bytes: Default::default(),
            head: Default::default(),
            tail: Default::default(),
            count: Default::default(),
            depth: Parameter::new(1 << A),
            put: Default::default(),
            take: Default::default(),
            is_full: Default::default(),
        }
    }
}

impl<const A: usize, const A1: usize> Logic for Fifo<A, A1> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, bytes);
        dff_setup!(self, clock, head, tail, count);
        self.is_full.next = self.count.q.val() == self.depth.q.val();
        self.put.next = self.write.val() & (!self.is_full.val());
        self.take.next = self.read.val() & self.count.q.val().any();
        self.bytes.read_address.next = self.head.q.val();
        self.bytes.write_address.next = self.tail.q.val();
        self.bytes.write.next = self.put.val();
        self.bytes.d.next = self.d.val();
        if self.put.val() {
            self.tail.d.next = self.tail.q.val() + 1;
        }
        if self.take.val() {
            self.head.d.next = self.head.q.val() + 1;
        }
        if self.put.val() & (!self.take.val()) {
            self.count.d.next = self.count.q.val() + 1;
        }
        if self.take.val() & (!self.put.val()) {
            self.count.d.next = self.count.q.val() - 1;
        }
        if self.clear.val() {
            self.head.d.next = 0.into();
            self.tail.d.next = 0.into();
            self.count.d.next = 0.into();
        }
        self.q.next = self.bytes.q.val();
        self.level.next = self.count.q.val();
        self.full.next = self.is_full.val();
    }
}
