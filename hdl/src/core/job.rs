//! Job memory: what the host wants, in two halves, so that the next job can be written while the
//! current one runs.
//!
//! Which lane of 64 bits holds what: `JobLane` in docs/registers.md.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `swap` | in | 1 | the half that was written becomes the one that is read |
//! | `write` | in | 1 | host: write a word of the other half |
//! | `write_address` | in | 6 | host: word 2l is the low half of lane l |
//! | `write_data` | in | 32 | host: the word |
//! | `lane_address` | in | 5 | the lane wanted |
//! | `lane` | out | 64 | of the `lane_address` of two cycles ago |
//!
//! Latency 2; one word written and one lane read a cycle. Byte order: bytes are in lanes as in messages: byte 0
//! of the header in bits 7..0 of lane 0.
//!
//! Checked by every whole-hash test and, between jobs, by `sim/tests/job_switch.rs`. It does not keep the host
//! from writing: when it may is `control.rs`'s `ready`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::primitives::Ram;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Job {
    pub clock: Signal<In, Clock>,
    pub swap: Signal<In, Bit>,

    pub write: Signal<In, Bit>,
    pub write_address: Signal<In, Bits<6>>,
    pub write_data: Signal<In, Bits<32>>,
    pub lane_address: Signal<In, Bits<5>>,

    pub lane: Signal<Out, Bits<64>>,

    low: Ram<6, 32>,
    high: Ram<6, 32>,
    /// The half that is read.
    half: DFF<Bit>,
    other_half: Signal<Local, Bit>,
    /// A register: the address comes from several blocks.
    read_address: DFF<Bits<6>>,
    /// Lane and half that are written.
    write_lane: Signal<Local, Bits<6>>,
}

impl Logic for Job {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, low, high, read_address);
        dff_setup!(self, clock, half);
        if self.swap.val() {
            self.half.d.next = !self.half.q.val();
        }
        self.other_half.next = !self.half.q.val();
        self.read_address.d.next = unsigned_cast_extend::<6, 5>(self.lane_address.val())
            | (unsigned_cast_extend::<6, 1>(self.half.q.val().into()) << 5);
        self.write_lane.next =
            unsigned_cast_extend::<6, 5>(self.write_address.val().get_bits::<5>(1))
                | (unsigned_cast_extend::<6, 1>(self.other_half.val().into()) << 5);
        self.low.read_address.next = self.read_address.q.val();
        self.low.write.next = self.write.val() & (!self.write_address.val().get_bit(0));
        self.low.write_address.next = self.write_lane.val();
        self.low.d.next = self.write_data.val();
        self.high.read_address.next = self.read_address.q.val();
        self.high.write.next = self.write.val() & self.write_address.val().get_bit(0);
        self.high.write_address.next = self.write_lane.val();
        self.high.d.next = self.write_data.val();
        self.lane.next = unsigned_cast_extend::<64, 32>(self.low.q.val())
            | (unsigned_cast_extend::<64, 32>(self.high.q.val()) << 32);
    }
}
