//! Register with an enable: `if (enable) q <= d`.

use rust_hdl::prelude::*;

/// A register of `W` bits that keeps its value unless enabled; 0 at power-up.
///
/// | port | dir | width | |
/// |---|---|---|---|
/// | `enable` | in | 1 | take `d` at this edge |
/// | `d` | in | W | next value |
/// | `q` | out | W | value |
///
/// Latency 1. Hand-written because `dff_setup!` describes "keep" as a copy of `q` to `d`, which a
/// simulator performs for every register on every cycle.
#[derive(LogicBlock, Default)]
pub struct Register<const W: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Take `d`.
    pub enable: Signal<In, Bit>,
    /// Next value.
    pub d: Signal<In, Bits<W>>,
    /// Value.
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
