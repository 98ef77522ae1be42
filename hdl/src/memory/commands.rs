//! SDRAM commands: opens the row of the next request while the columns of the current one move.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: forget all requests; what was commanded runs to its end |
//! | `request` … `beats` | | | see `memory_port.rs`, from the other side |
//! | `filled` | in | 1 | the columns of a burst are there to be written |
//! | `reads_pending` | in | 1 | columns that were asked for are on their way |
//! | `gather` | out | 1 | the current request is a write |
//! | `read` | out | 1 | one cycle: a burst of 8 columns is decided to be read |
//! | `write` | out | 1 | one cycle later: it is to be written |
//! | `single` | out | 1 | with `read`: only the columns of one beat are wanted |
//! | `command` | out | 3 | RAS, CAS and WE, low for active; a register |
//! | `bank`, `line` | out | 2, 13 | bank and address lines to go with it; registers |
//!
//! Two requests are known: the *current* one, whose bursts follow one another every 8 cycles, and
//! the *next* one, whose row is opened in the cycles between. So the columns of rows in different
//! banks follow one another without a gap, and PRECHARGE and ACTIVATE cost nothing. A row stays open
//! until its bank needs another, or the refresh closes all: `POSTPONED` refreshes at a time, before
//! a request; earlier when there is nothing to do.
//!
//! Address lines: byte 0 … 1023 of a row by column; the bank is bits 11..10 XOR bits 15..14, so that
//! rows of a matrix that follow one another, and rows 64 apart, which the last multiply of a chain
//! takes in turns, are in different banks; the row is bits 23..12. Example: byte 0x01_4c06 is in
//! row 0x014, bank 3 ^ 1 = 2, column 3.
//!
//! After power-up: quiet for the memory's start time, all banks closed, eight refreshes, the mode
//! (bursts of 8 in sequence, CAS latency), then requests. Times are lower bounds in cycles; an
//! ACTIVATE counts for all banks. A command is decided in one cycle and put to its code and lines in
//! the next. Latency from a request for an open row to its READ: 5 cycles; of a closed one tRCD + 6.
//!
//! Checked by `sim/tests/sdram.rs` against a memory that knows every rule of its data sheet.

use rust_hdl::prelude::*;

use super::lines::Lines;
use super::refreshes::Refreshes;
use super::timing::Timing;
use super::wait::Wait;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Commands {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub request: Signal<In, Bit>,
    pub request_ready: Signal<Out, Bit>,
    pub request_write: Signal<In, Bit>,
    pub address: Signal<In, Bits<24>>,
    pub beats: Signal<In, Bits<8>>,
    pub filled: Signal<In, Bit>,
    pub reads_pending: Signal<In, Bit>,
    pub gather: Signal<Out, Bit>,
    pub read: Signal<Out, Bit>,
    pub write: Signal<Out, Bit>,
    pub single: Signal<Out, Bit>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,

    /// 0 quiet after power-up, 1 close all, 2 first refreshes, 3 run, 4 refresh.
    phase: DFF<Bits<3>>,
    /// Phase 3.
    runs: DFF<Bit>,
    started: DFF<Bits<16>>,
    refreshes: Refreshes,
    /// All is to be closed for them: no row is opened and no request begun.
    refresh_soon: DFF<Bit>,

    /// The next request: 0 none, 1 look whether its row is open, 2 close its bank if not, 3 open the
    /// row, 4 wait until it is open, 5 ready.
    stage: DFF<Bits<3>>,
    accept: Signal<Local, Bit>,
    next_write: Register<1>,
    next_single: Register<1>,
    next_bank: Register<2>,
    next_row: Register<12>,
    next_column: Register<9>,
    next_bursts: Register<5>,
    hit: DFF<Bit>,
    next_open: DFF<Bit>,
    open_row: Signal<Local, Bits<12>>,
    is_open: Signal<Local, Bit>,
    one_bank: Signal<Local, Bits<4>>,
    promote: Signal<Local, Bit>,

    /// The current request.
    current: DFF<Bit>,
    current_write: DFF<Bit>,
    current_single: DFF<Bit>,
    current_bank: DFF<Bits<2>>,
    column: DFF<Bits<9>>,
    bursts: DFF<Bits<5>>,
    /// Its columns are there, and those of reads no longer under way.
    writable: DFF<Bit>,
    /// Where the burst that moves is.
    burst_bank: DFF<Bits<2>>,
    burst_column: DFF<Bits<9>>,

    /// Which banks have a row open, and which row.
    open: DFF<Bits<4>>,
    rows: [Register<12>; 4],

    /// Until what may be commanded: the next burst; PRECHARGE after ACTIVATE, and after a written
    /// column; a bank's ACTIVATE after ACTIVATE; READ after it; what follows PRECHARGE, REFRESH and MODE.
    slot: Wait,
    ras: Wait,
    wr: Wait,
    rc: Wait,
    rcd: Wait,
    rest: Wait,
    /// The next request's bank may be closed, and all banks; both a cycle late, for which `ras` and
    /// `wr` are a cycle shorter.
    may_precharge: DFF<Bit>,
    calm: DFF<Bit>,

    /// What is commanded: a burst, PRECHARGE and ACTIVATE for the next request, PRECHARGE of all
    /// banks (and before the refreshes, `pause`), REFRESH, MODE.
    burst: Signal<Local, Bit>,
    precharge: Signal<Local, Bit>,
    activate: Signal<Local, Bit>,
    pause: Signal<Local, Bit>,
    close: Signal<Local, Bit>,
    refresh: Signal<Local, Bit>,
    set_mode: Signal<Local, Bit>,
    lines: Lines,

    start_cycles: Parameter<16>,
    ras_cycles: Parameter<4>,
    wr_cycles: Parameter<4>,
    slot_cycles: Parameter<4>,
    rc_cycles: Parameter<4>,
    rcd_cycles: Parameter<4>,
    rp_cycles: Parameter<4>,
    rfc_cycles: Parameter<4>,
    mrd_cycles: Parameter<4>,
    /// log2 of the beats of a burst, and one less than these beats.
    burst_shift: Parameter<8>,
    burst_round: Parameter<8>,
    rounded: Signal<Local, Bits<8>>,
}

/// One less than the cycles to the next command.
fn after<const W: usize>(cycles: u32) -> Parameter<W> {
    Parameter::new(cycles.saturating_sub(1) as usize)
}

impl Commands {
    /// The commands for a core of the given geometry and a memory of the given timing.
    pub fn new(geometry: &Geometry, timing: &Timing) -> Self {
        let beats = 4 / geometry.beat_words();
        Self {
            start_cycles: Parameter::new(timing.start as usize),
            refreshes: Refreshes::new(timing),
            lines: Lines::new(timing),
            ras_cycles: after(timing.ras - 1),
            // From the command: the columns, and the time after the last.
            wr_cycles: after(7 + timing.wr - 1),
            slot_cycles: after(8),
            rc_cycles: after(timing.rc),
            rcd_cycles: after(timing.rcd),
            rp_cycles: after(timing.rp),
            rfc_cycles: after(timing.rfc),
            mrd_cycles: after(timing.mrd),
            burst_shift: Parameter::new(beats.trailing_zeros() as usize),
            burst_round: Parameter::new(beats - 1),
            ..Self::default()
        }
    }
}

impl Logic for Commands {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, phase, runs, started, stage, current, hit, next_open
        );
        dff_setup!(
            self,
            clock,
            current_write,
            current_single,
            current_bank,
            burst_bank,
            burst_column,
            column,
            bursts,
            open
        );
        clock!(
            self,
            clock,
            next_write,
            next_single,
            next_bank,
            next_row,
            next_column,
            next_bursts
        );
        clock!(self, clock, slot, ras, wr, rc, rcd, rest);
        clock!(
            self,
            clock,
            refreshes,
            refresh_soon,
            writable,
            may_precharge,
            calm,
            lines
        );

        // Refreshes that are due.
        self.refreshes.first.next = self.phase.q.val() == 1;
        self.refresh_soon.d.next = self.refreshes.pressing.val()
            | (self.refreshes.due.val() & (self.stage.q.val() == 0) & (!self.current.q.val()));

        // A new request.
        self.request_ready.next = self.stage.q.val() == 0;
        self.accept.next = self.request.val() & (self.stage.q.val() == 0);
        self.next_write.enable.next = self.accept.val();
        self.next_single.enable.next = self.accept.val();
        self.next_bank.enable.next = self.accept.val();
        self.next_row.enable.next = self.accept.val();
        self.next_column.enable.next = self.accept.val();
        self.next_bursts.enable.next = self.accept.val();
        self.next_write.d.next = self.request_write.val().into();
        self.next_single.d.next = (self.beats.val() == 1).into();
        self.next_bank.d.next =
            self.address.val().get_bits::<2>(10) ^ self.address.val().get_bits::<2>(14);
        self.next_row.d.next = self.address.val().get_bits::<12>(12);
        self.next_column.d.next = self.address.val().get_bits::<9>(1);
        self.rounded.next =
            (self.beats.val() + self.burst_round.q.val()) >> self.burst_shift.q.val();
        self.next_bursts.d.next = self.rounded.val().get_bits::<5>(0);

        // Is its row open?
        self.open_row.next = self.rows[0].q.val();
        self.one_bank.next = 1.into();
        self.is_open.next = self.open.q.val().get_bit(0);
        if self.next_bank.q.val() == 1 {
            self.open_row.next = self.rows[1].q.val();
            self.one_bank.next = 2.into();
            self.is_open.next = self.open.q.val().get_bit(1);
        }
        if self.next_bank.q.val() == 2 {
            self.open_row.next = self.rows[2].q.val();
            self.one_bank.next = 4.into();
            self.is_open.next = self.open.q.val().get_bit(2);
        }
        if self.next_bank.q.val() == 3 {
            self.open_row.next = self.rows[3].q.val();
            self.one_bank.next = 8.into();
            self.is_open.next = self.open.q.val().get_bit(3);
        }
        self.hit.d.next = self.is_open.val() & (self.open_row.val() == self.next_row.q.val());
        self.next_open.d.next = self.is_open.val();

        // What is commanded. Before a refresh the current request comes to its end, and no other begins.
        self.writable.d.next = self.filled.val() & (!self.reads_pending.val());
        self.burst.next = self.current.q.val()
            & self.slot.over.val()
            & ((!self.current_write.q.val()) | self.writable.q.val());
        self.may_precharge.d.next = self.ras.over.val()
            & self.wr.over.val()
            & ((self.next_bank.q.val() != self.current_bank.q.val()) | (!self.current.q.val()))
            & ((self.next_bank.q.val() != self.burst_bank.q.val()) | self.slot.over.val());
        self.calm.d.next = self.ras.over.val()
            & self.wr.over.val()
            & self.slot.over.val()
            & (!self.current.q.val());
        self.precharge.next = (self.stage.q.val() == 2)
            & (!self.hit.q.val())
            & self.next_open.q.val()
            & self.may_precharge.q.val()
            & self.runs.q.val()
            & (!self.refresh_soon.q.val())
            & (!self.burst.val());
        self.activate.next = (self.stage.q.val() == 3)
            & self.rc.over.val()
            & self.rest.over.val()
            & self.runs.q.val()
            & (!self.refresh_soon.q.val())
            & (!self.burst.val());
        self.promote.next = (self.stage.q.val() == 5)
            & (!self.current.q.val())
            & self.runs.q.val()
            & (!self.refresh_soon.q.val());
        self.pause.next = self.runs.q.val()
            & self.refresh_soon.q.val()
            & (!self.current.q.val())
            & self.calm.q.val()
            & (!self.lines.activating.val())
            & self.rest.over.val();
        self.close.next = (self.phase.q.val() == 1) | self.pause.val();
        self.refresh.next = ((self.phase.q.val() == 2) | (self.phase.q.val() == 4))
            & self.rc.over.val()
            & self.rest.over.val()
            & self.refreshes.due.val();
        self.set_mode.next =
            (self.phase.q.val() == 2) & self.rest.over.val() & (!self.refreshes.due.val());

        // The next request's row, in the cycles that the current one leaves.
        match self.stage.q.val().index() {
            0 => {
                if self.accept.val() {
                    self.stage.d.next = 1.into();
                }
            }
            1 => {
                self.stage.d.next = 2.into();
            }
            2 => {
                if self.hit.q.val() {
                    self.stage.d.next = 5.into();
                } else if (!self.next_open.q.val()) | self.precharge.val() {
                    self.stage.d.next = 3.into();
                }
            }
            3 => {
                if self.activate.val() {
                    self.stage.d.next = 4.into();
                }
            }
            4 => {
                if self.rcd.over.val() {
                    self.stage.d.next = 5.into();
                }
            }
            _ => {
                if self.promote.val() {
                    self.stage.d.next = 0.into();
                }
            }
        }
        if self.precharge.val() {
            self.open.d.next = self.open.q.val() & (!self.one_bank.val());
        }
        if self.activate.val() {
            self.open.d.next = self.open.q.val() | self.one_bank.val();
        }
        for i in 0..4 {
            self.rows[i].clock.next = self.clock.val();
            self.rows[i].enable.next = self.activate.val() & self.one_bank.val().get_bit(i);
            self.rows[i].d.next = self.next_row.q.val();
        }

        // The current request's bursts.
        if self.promote.val() {
            self.current.d.next = true;
            self.current_write.d.next = self.next_write.q.val().any();
            self.current_single.d.next = self.next_single.q.val().any();
            self.current_bank.d.next = self.next_bank.q.val();
            self.column.d.next = self.next_column.q.val();
            self.bursts.d.next = self.next_bursts.q.val();
        }
        self.gather.next = self.current.q.val() & self.current_write.q.val();
        self.read.next = self.burst.val() & (!self.current_write.q.val());
        self.single.next = self.current_single.q.val();
        self.write.next = self.lines.writing.val();
        if self.burst.val() {
            self.burst_bank.d.next = self.current_bank.q.val();
            self.burst_column.d.next = self.column.q.val();
            self.column.d.next = self.column.q.val() + 8;
            self.bursts.d.next = self.bursts.q.val() - 1;
            if self.bursts.q.val() == 1 {
                self.current.d.next = false;
            }
        }

        // Start, mode and refresh, with nothing else under way.
        match self.phase.q.val().index() {
            0 => {
                self.started.d.next = self.started.q.val() + 1;
                if self.started.q.val() == self.start_cycles.q.val() {
                    self.phase.d.next = 1.into();
                }
            }
            1 => {
                self.phase.d.next = 2.into();
            }
            2 => {
                if self.set_mode.val() {
                    self.phase.d.next = 3.into();
                    self.runs.d.next = true;
                }
            }
            3 => {
                if self.pause.val() {
                    self.phase.d.next = 4.into();
                    self.runs.d.next = false;
                }
            }
            _ => {
                if self.rest.over.val() & (!self.refreshes.due.val()) {
                    self.phase.d.next = 3.into();
                    self.runs.d.next = true;
                }
            }
        }
        if self.pause.val() {
            self.open.d.next = 0.into();
            if self.stage.q.val().any() {
                self.stage.d.next = 3.into();
            }
        }
        self.refreshes.done.next = self.refresh.val();

        // Waits.
        self.slot.start.next = self.burst.val();
        self.slot.cycles.next = self.slot_cycles.q.val();
        self.wr.start.next = self.burst.val() & self.current_write.q.val();
        self.wr.cycles.next = self.wr_cycles.q.val();
        self.ras.start.next = self.activate.val();
        self.ras.cycles.next = self.ras_cycles.q.val();
        self.rc.start.next = self.activate.val();
        self.rc.cycles.next = self.rc_cycles.q.val();
        self.rcd.start.next = self.activate.val();
        self.rcd.cycles.next = self.rcd_cycles.q.val();
        self.rest.start.next =
            self.precharge.val() | self.close.val() | self.refresh.val() | self.set_mode.val();
        self.rest.cycles.next = self.rp_cycles.q.val();
        if self.refresh.val() {
            self.rest.cycles.next = self.rfc_cycles.q.val();
        }
        if self.set_mode.val() {
            self.rest.cycles.next = self.mrd_cycles.q.val();
        }

        // The command's code and lines.
        self.lines.read.next = self.burst.val() & (!self.current_write.q.val());
        self.lines.write.next = self.burst.val() & self.current_write.q.val();
        self.lines.precharge.next = self.precharge.val();
        self.lines.activate.next = self.activate.val();
        self.lines.close.next = self.close.val();
        self.lines.refresh.next = self.refresh.val();
        self.lines.mode.next = self.set_mode.val();
        self.lines.burst_bank.next = self.burst_bank.q.val();
        self.lines.burst_column.next = self.burst_column.q.val();
        self.lines.next_bank.next = self.next_bank.q.val();
        self.lines.next_row.next = self.next_row.q.val();
        self.command.next = self.lines.command.val();
        self.bank.next = self.lines.bank.val();
        self.line.next = self.lines.line.val();

        if self.reset.val() {
            self.stage.d.next = 0.into();
            self.current.d.next = false;
        }
    }
}
