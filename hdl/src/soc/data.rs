//! Data memory: four byte lanes of 2048 words.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `word` | in | 11 | |
//! | `q` | out | 32 | last cycle's `word` |
//! | `write` | in | 1 | write the bytes of `enables` |
//! | `enables`, `d` | in | 4, 32 | byte 0 in bits 7..0 |

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::primitives::Ram;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Data {
    pub clock: Signal<In, Clock>,
    pub word: Signal<In, Bits<11>>,
    pub q: Signal<Out, Bits<32>>,
    pub write: Signal<In, Bit>,
    pub enables: Signal<In, Bits<4>>,
    pub d: Signal<In, Bits<32>>,
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
