//! Arithmetic shift to the right of a number of 32 bits.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `d` | in | 32 | a number in two's complement |
//! | `amount` | in | 5 | how many bits it is shifted |
//! | `q` | out | 32 | the shifted number of two cycles ago, rounded down |
//!
//! Latency [`LATENCY`], one number a cycle. Example: -5 shifted by 1 is -3.
//!
//! By hand because RustHDL knows no signs.
//!
//! Checked by `sim/tests/primitives.rs`. It does not round to nearest: that is `core/infer/requant.rs`.

use rust_hdl::prelude::*;

/// Cycles from a number to the shifted one.
pub const LATENCY: usize = 2;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct ShiftRight {
    pub clock: Signal<In, Clock>,

    pub d: Signal<In, Bits<32>>,
    pub amount: Signal<In, Bits<5>>,

    pub q: Signal<Out, Bits<32>>,

    _shifted: i32,
}

impl Logic for ShiftRight {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.q.next = bits(u64::from(self._shifted.cast_unsigned()));
            let number = self.d.val().to_u32().cast_signed();
            self._shifted = number >> self.amount.val().to_u32();
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(
            "reg [31:0] shifted;
reg [1:0] eights;
initial {shifted, eights} = 0;
always @(posedge clock) begin
  shifted <= $signed(d) >>> amount[2:0];
  eights <= amount[4:3];
  q <= $signed(shifted) >>> {eights, 3'd0};
end
"
            .into(),
        )
    }
}
