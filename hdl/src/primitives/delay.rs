//! Delay line: `q` is the `d` of `stages` cycles ago.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `d` | in | W | value |
//! | `q` | out | W | the same, later; 0 until then |
//!
//! Latency `stages`, at least 1; one value a cycle. By hand as one shift register, which a
//! simulator moves in one piece; registers one after the other would be moved one by one.
//!
//! Checked by `sim/tests/primitives.rs`. Has neither reset nor enable.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct Delay<const W: usize> {
    pub clock: Signal<In, Clock>,

    pub d: Signal<In, Bits<W>>,

    pub q: Signal<Out, Bits<W>>,

    _stages: Vec<Bits<W>>,
}

impl<const W: usize> Delay<W> {
    /// A delay of `stages` cycles.
    ///
    /// # Panics
    /// If `stages` is 0.
    pub fn new(stages: usize) -> Self {
        assert!(stages > 0, "a delay of no cycles is a wire");
        Self {
            clock: Default::default(),
            d: Default::default(),
            q: Default::default(),
            _stages: vec![Bits::default(); stages],
        }
    }
}

impl<const W: usize> Default for Delay<W> {
    fn default() -> Self {
        Self::new(1)
    }
}

impl<const W: usize> Logic for Delay<W> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._stages.rotate_right(1);
            self._stages[0] = self.d.val();
            self.q.next = self._stages[self._stages.len() - 1];
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let bits = W * self._stages.len();
        let next = match self._stages.len() {
            1 => "d".to_string(),
            _ => format!("{{line[{}:0], d}}", bits - W - 1),
        };
        Verilog::Custom(format!(
            "reg [{top}:0] line;
initial line = 0;
always @(posedge clock) line <= {next};
always @(*) q = line[{top}:{low}];
",
            top = bits - 1,
            low = bits - W,
        ))
    }
}
