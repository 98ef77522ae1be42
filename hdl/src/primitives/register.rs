//! Register with an enable: `if (enable) q <= d`.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `enable` | in | 1 | take `d` at this edge |
//! | `d` | in | W | next value |
//! | `q` | out | W | value; 0 at power-up |
//!
//! Latency 1. By hand because `dff_setup!` describes "keep" as a copy of `q` to `d`, which a
//! simulator performs for every register on every cycle.
//!
//! Checked by `sim/tests/primitives.rs`. Has no reset.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Register<const W: usize> {
    pub clock: Signal<In, Clock>,

    pub enable: Signal<In, Bit>,

    pub d: Signal<In, Bits<W>>,

    pub q: Signal<Out, Bits<W>>,
}

impl<const W: usize> Logic for Register<W> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.enable.val() {
            self.q.next = self.d.val();
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom("initial q = 0;\nalways @(posedge clock) if (enable) q <= d;\n".into())
    }
}
