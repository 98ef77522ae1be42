//! What a command puts on the memory's lines.

use rust_hdl::prelude::*;

use super::timing::Timing;
use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;

/// Commands as RAS, CAS and WE, here 1 for active: nothing is commanded by the zeros of power-up.
mod code {
    pub const MODE: usize = 0b111;
    pub const REFRESH: usize = 0b110;
    pub const PRECHARGE: usize = 0b101;
    pub const ACTIVATE: usize = 0b100;
    pub const WRITE: usize = 0b011;
    pub const READ: usize = 0b010;
    pub const NOTHING: usize = 0b000;
}

/// Registers of the command that was decided, and of its code and lines.
///
/// | port | dir | width | |
/// |---|---|---|---|
/// | `read`, `write` | in | 1 | one cycle: a burst, of the next cycle's `burst_bank`, `burst_column` |
/// | `precharge`, `activate` | in | 1 | one cycle: of `next_bank`, of its row `next_row` |
/// | `close`, `refresh`, `mode` | in | 1 | one cycle: all banks; REFRESH; MODE |
/// | `burst_bank`, `burst_column` | in | 2, 9 | |
/// | `next_bank`, `next_row` | in | 2, 12 | the same in the next cycle |
/// | `writing`, `activating` | out | 1 | `write` and `activate` of the last cycle |
/// | `command` | out | 3 | RAS, CAS and WE, low for active; a register |
/// | `bank`, `line` | out | 2, 13 | bank and address lines to go with it; registers |
///
/// Latency 2 from a decision to its command. At most one is decided in a cycle.
#[derive(LogicBlock, Default)]
pub struct Lines {
    pub clock: Signal<In, Clock>,
    pub read: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub precharge: Signal<In, Bit>,
    pub activate: Signal<In, Bit>,
    pub close: Signal<In, Bit>,
    pub refresh: Signal<In, Bit>,
    pub mode: Signal<In, Bit>,
    pub burst_bank: Signal<In, Bits<2>>,
    pub burst_column: Signal<In, Bits<9>>,
    pub next_bank: Signal<In, Bits<2>>,
    pub next_row: Signal<In, Bits<12>>,
    pub writing: Signal<Out, Bit>,
    pub activating: Signal<Out, Bit>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,

    reads: DFF<Bit>,
    writes: DFF<Bit>,
    precharges: DFF<Bit>,
    activates: DFF<Bit>,
    closes: DFF<Bit>,
    refreshes: DFF<Bit>,
    sets_mode: DFF<Bit>,
    command_out: DFF<Bits<3>>,
    bank_out: DFF<Bits<2>>,
    line_out: DFF<Bits<13>>,

    mode_line: Parameter<13>,
    all_banks: Parameter<13>,
    do_mode: Parameter<3>,
    do_refresh: Parameter<3>,
    do_precharge: Parameter<3>,
    do_activate: Parameter<3>,
    do_write: Parameter<3>,
    do_read: Parameter<3>,
    do_nothing: Parameter<3>,
}

impl Lines {
    /// The lines of a memory of the given timing.
    pub fn new(timing: &Timing) -> Self {
        Self {
            // Bursts of 8, in sequence.
            mode_line: Parameter::new((timing.cas << 4 | 0b011) as usize),
            all_banks: Parameter::new(1 << 10),
            do_mode: Parameter::new(code::MODE),
            do_refresh: Parameter::new(code::REFRESH),
            do_precharge: Parameter::new(code::PRECHARGE),
            do_activate: Parameter::new(code::ACTIVATE),
            do_write: Parameter::new(code::WRITE),
            do_read: Parameter::new(code::READ),
            do_nothing: Parameter::new(code::NOTHING),
            ..Self::default()
        }
    }
}

impl Logic for Lines {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, reads, writes, precharges, activates, closes, refreshes, sets_mode
        );
        clock!(self, clock, command_out, bank_out, line_out);
        self.reads.d.next = self.read.val();
        self.writes.d.next = self.write.val();
        self.precharges.d.next = self.precharge.val();
        self.activates.d.next = self.activate.val();
        self.closes.d.next = self.close.val();
        self.refreshes.d.next = self.refresh.val();
        self.sets_mode.d.next = self.mode.val();
        self.writing.next = self.writes.q.val();
        self.activating.next = self.activates.q.val();

        self.command_out.d.next = self.do_nothing.q.val();
        self.bank_out.d.next = self.next_bank.val();
        self.line_out.d.next = unsigned_cast_extend::<13, 12>(self.next_row.val());
        if self.activates.q.val() {
            self.command_out.d.next = self.do_activate.q.val();
        }
        if self.precharges.q.val() {
            self.command_out.d.next = self.do_precharge.q.val();
            self.line_out.d.next = 0.into();
        }
        if self.closes.q.val() {
            self.command_out.d.next = self.do_precharge.q.val();
            self.line_out.d.next = self.all_banks.q.val();
        }
        if self.refreshes.q.val() {
            self.command_out.d.next = self.do_refresh.q.val();
        }
        if self.sets_mode.q.val() {
            self.command_out.d.next = self.do_mode.q.val();
            self.bank_out.d.next = 0.into();
            self.line_out.d.next = self.mode_line.q.val();
        }
        if self.reads.q.val() | self.writes.q.val() {
            self.command_out.d.next = self.do_read.q.val();
            self.bank_out.d.next = self.burst_bank.val();
            self.line_out.d.next = unsigned_cast_extend::<13, 9>(self.burst_column.val());
        }
        if self.writes.q.val() {
            self.command_out.d.next = self.do_write.q.val();
        }
        self.command.next = !self.command_out.q.val();
        self.bank.next = self.bank_out.q.val();
        self.line.next = self.line_out.q.val();
    }
}
