//! Command lines: code, bank and address of the command that was decided.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `read` | in | 1 | one cycle: READ of a burst |
//! | `write` | in | 1 | one cycle: WRITE of a burst |
//! | `precharge` | in | 1 | one cycle: PRECHARGE of `next_bank` |
//! | `activate` | in | 1 | one cycle: ACTIVATE of `next_row` in `next_bank` |
//! | `close` | in | 1 | one cycle: PRECHARGE of all banks |
//! | `refresh` | in | 1 | one cycle: REFRESH |
//! | `set_mode` | in | 1 | one cycle: MODE, bursts of 8 in sequence |
//! | `burst_bank` | in | 2 | bank of the burst, in the cycle after `read` or `write` |
//! | `burst_column` | in | 9 | column of the burst, in the cycle after `read` or `write` |
//! | `next_bank` | in | 2 | bank, in the cycle after `precharge` or `activate` |
//! | `next_row` | in | 12 | row, in the cycle after `activate` |
//! | `writing` | out | 1 | `write` of the last cycle |
//! | `activating` | out | 1 | `activate` of the last cycle |
//! | `command` | out | 3 | RAS, CAS and WE, low for active; a register |
//! | `bank` | out | 2 | bank of `command`; a register |
//! | `line` | out | 13 | address lines of `command`; a register |
//!
//! Latency 2 from a decision to its command. At most one may be decided in a cycle; nothing is
//! commanded (all of `command` 1) in the others and at power-up.
//!
//! Checked by `sim/tests/sdram.rs`, against a memory that reads these lines.

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

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Lines {
    pub clock: Signal<In, Clock>,

    pub read: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub precharge: Signal<In, Bit>,
    pub activate: Signal<In, Bit>,
    pub close: Signal<In, Bit>,
    pub refresh: Signal<In, Bit>,
    pub set_mode: Signal<In, Bit>,
    pub burst_bank: Signal<In, Bits<2>>,
    pub burst_column: Signal<In, Bits<9>>,
    pub next_bank: Signal<In, Bits<2>>,
    pub next_row: Signal<In, Bits<12>>,

    pub writing: Signal<Out, Bit>,
    pub activating: Signal<Out, Bit>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,

    read_reg: DFF<Bit>,
    write_reg: DFF<Bit>,
    precharge_reg: DFF<Bit>,
    activate_reg: DFF<Bit>,
    close_reg: DFF<Bit>,
    refresh_reg: DFF<Bit>,
    set_mode_reg: DFF<Bit>,
    command_reg: DFF<Bits<3>>,
    bank_reg: DFF<Bits<2>>,
    line_reg: DFF<Bits<13>>,

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
            self,
            clock,
            read_reg,
            write_reg,
            precharge_reg,
            activate_reg,
            close_reg,
            refresh_reg,
            set_mode_reg
        );
        clock!(self, clock, command_reg, bank_reg, line_reg);
        self.read_reg.d.next = self.read.val();
        self.write_reg.d.next = self.write.val();
        self.precharge_reg.d.next = self.precharge.val();
        self.activate_reg.d.next = self.activate.val();
        self.close_reg.d.next = self.close.val();
        self.refresh_reg.d.next = self.refresh.val();
        self.set_mode_reg.d.next = self.set_mode.val();
        self.writing.next = self.write_reg.q.val();
        self.activating.next = self.activate_reg.q.val();

        self.command_reg.d.next = self.do_nothing.q.val();
        self.bank_reg.d.next = self.next_bank.val();
        self.line_reg.d.next = unsigned_cast_extend::<13, 12>(self.next_row.val());
        if self.activate_reg.q.val() {
            self.command_reg.d.next = self.do_activate.q.val();
        }
        if self.precharge_reg.q.val() {
            self.command_reg.d.next = self.do_precharge.q.val();
            self.line_reg.d.next = 0.into();
        }
        if self.close_reg.q.val() {
            self.command_reg.d.next = self.do_precharge.q.val();
            self.line_reg.d.next = self.all_banks.q.val();
        }
        if self.refresh_reg.q.val() {
            self.command_reg.d.next = self.do_refresh.q.val();
        }
        if self.set_mode_reg.q.val() {
            self.command_reg.d.next = self.do_mode.q.val();
            self.bank_reg.d.next = 0.into();
            self.line_reg.d.next = self.mode_line.q.val();
        }
        if self.read_reg.q.val() | self.write_reg.q.val() {
            self.command_reg.d.next = self.do_read.q.val();
            self.bank_reg.d.next = self.burst_bank.val();
            self.line_reg.d.next = unsigned_cast_extend::<13, 9>(self.burst_column.val());
        }
        if self.write_reg.q.val() {
            self.command_reg.d.next = self.do_write.q.val();
        }
        self.command.next = !self.command_reg.q.val();
        self.bank.next = self.bank_reg.q.val();
        self.line.next = self.line_reg.q.val();
    }
}
