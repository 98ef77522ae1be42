//! Data memory: 2048 words of 32 bits with byte enables.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `word` | in | 11 | word to read or write |
//! | `write` | in | 1 | write the bytes of `enables` |
//! | `enables` | in | 4 | bit i for byte i |
//! | `d` | in | 32 | value to write; byte i in bits 8 i + 7 .. 8 i |
//! | `q` | out | 32 | last cycle's `word` |
//!
//! Latency of a read 1, one access a cycle; a word that is written while it is read gives the old
//! value. All 0 at power-up; a reset changes nothing.
//!
//! Checked by `sim/tests/controller.rs`.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::primitives::Ram;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Data {
    pub clock: Signal<In, Clock>,

    pub word: Signal<In, Bits<11>>,
    pub write: Signal<In, Bit>,
    pub enables: Signal<In, Bits<4>>,
    pub d: Signal<In, Bits<32>>,

    pub q: Signal<Out, Bits<32>>,

    bytes: [Ram<11, 8>; 4],
}

impl Logic for Data {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..4 {
            self.bytes[i].clock.next = self.clock.val();
            self.bytes[i].read_address.next = self.word.val();
            self.bytes[i].write_address.next = self.word.val();
            self.bytes[i].write.next = self.write.val() & self.enables.val().get_bit(i);
            self.bytes[i].d.next = self.d.val().get_bits::<8>(8 * i);
        }
        self.q.next = unsigned_cast_extend::<32, 8>(self.bytes[0].q.val())
            | (unsigned_cast_extend::<32, 8>(self.bytes[1].q.val()) << 8)
            | (unsigned_cast_extend::<32, 8>(self.bytes[2].q.val()) << 16)
            | (unsigned_cast_extend::<32, 8>(self.bytes[3].q.val()) << 24);
    }
}
