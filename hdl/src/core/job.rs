//! Job memory: what the host wants, in two halves, so that the next job can be written while the
//! current one runs.
//!
//! Which lane of 64 bits holds what: `JobLane` in docs/registers.md.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `write`, `write_address`, `write_data` | in | 1, 6, 32 | host: word 2l is the low half of lane l |
//! | `swap` | in | 1 | the half that was written becomes the one that is read |
//! | `lane_address` | in | 5 | |
//! | `lane` | out | 64 | of the `lane_address` of two cycles ago |
//!
//! Bytes are in lanes as in messages: byte 0 of the header in bits 7..0 of lane 0.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::primitives::Ram;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Job {
    pub clock: Signal<In, Clock>,
    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<6>>,
    pub write_data: Signal<In, Bits<32>>,
    pub swap: Signal<In, Bit>,
    pub lane_address: Signal<In, Bits<5>>,
    pub lane: Signal<Out, Bits<64>>,
    low: Ram<6, 32>,
    high: Ram<6, 32>,
    half: DFF<Bit>,
    write_half: Signal<Local, Bit>,
    /// A register: the address comes from several blocks.
    read_at: DFF<Bits<6>>,
    write_at: Signal<Local, Bits<6>>,
}

impl Logic for Job {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, low, high, read_at);
        dff_setup!(self, clock, half);
        if self.swap.val() {
            self.half.d.next = !self.half.q.val();
        }
        self.write_half.next = !self.half.q.val();
        self.read_at.d.next = unsigned_cast_extend::<6, 5>(self.lane_address.val())
            | (unsigned_cast_extend::<6, 1>(self.half.q.val().into()) << 5);
        self.write_at.next =
            unsigned_cast_extend::<6, 5>(self.write_address.val().get_bits::<5>(1))
                | (unsigned_cast_extend::<6, 1>(self.write_half.val().into()) << 5);
        self.low.read_address.next = self.read_at.q.val();
        self.low.write.next = self.write.val() & (!self.write_address.val().get_bit(0));
        self.low.write_address.next = self.write_at.val();
        self.low.d.next = self.write_data.val();
        self.high.read_address.next = self.read_at.q.val();
        self.high.write.next = self.write.val() & self.write_address.val().get_bit(0);
        self.high.write_address.next = self.write_at.val();
        self.high.d.next = self.write_data.val();
        self.lane.next = unsigned_cast_extend::<64, 32>(self.low.q.val())
            | (unsigned_cast_extend::<64, 32>(self.high.q.val()) << 32);
    }
}
