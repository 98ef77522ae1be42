//! SDRAM commands: opens the row of the next request while the columns of the current one move.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: forget all requests; what was commanded runs to its end |
//! | `request` | in | 1 | a request; held until `request_ready` |
//! | `request_write` | in | 1 | with `request`: it writes |
//! | `address` | in | 24 | with `request`: byte address of its first beat |
//! | `beats` | in | 8 | with `request`: beats to move |
//! | `filled` | in | 1 | the columns of a burst are there to be written |
//! | `reads_pending` | in | 1 | columns that were asked for are on their way |
//! | `request_ready` | out | 1 | `request` is taken in this cycle |
//! | `gather` | out | 1 | the current request is a write |
//! | `read` | out | 1 | one cycle: a burst is decided to be read |
//! | `single` | out | 1 | with `read`: only the columns of one beat are wanted |
//! | `write` | out | 1 | one cycle: a burst was decided to be written in the last cycle |
//! | `command` | out | 3 | RAS, CAS and WE, low for active; a register |
//! | `bank` | out | 2 | bank of `command`; a register |
//! | `line` | out | 13 | address lines of `command`; a register |
//!
//! Two requests are known: the *current* one, whose bursts follow one another every 8 cycles, and
//! the *next* one, whose row is opened in the cycles between. So the columns of rows in different
//! banks follow one another without a gap, and PRECHARGE and ACTIVATE cost nothing. A row stays
//! open until its bank needs another, or the refreshes close all (`phase.rs`).
//!
//! Address lines: byte 0 … 1023 of a row by column; the bank is bits 11..10 XOR bits 15..14, so
//! that rows of a matrix that follow one another, and rows 64 apart, which the last multiply of a
//! chain takes in turns, are in different banks; the row is bits 23..12. Example: byte 0x01_4c06 is
//! in row 0x014, bank 3 ^ 1 = 2, column 3.
//!
//! Latency from a request to its first READ on `command`: [`HIT_LATENCY`] cycles if its row is
//! open, tRCD + [`MISS_LATENCY`] if its bank is closed. A command is decided in one cycle and put
//! to its code and lines in the next (`lines.rs`). Throughput a burst every 8 cycles.
//!
//! Checked by `sim/tests/sdram.rs` against a memory that knows every rule of its data sheet.
//! Requests are served in order, and none crosses a row of the memory.

use rust_hdl::prelude::*;

use super::banks::Banks;
use super::lines::Lines;
use super::phase::Phase;
use super::times::Times;
use super::timing::Timing;
use crate::geometry::Geometry;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// Cycles from a request whose row is open to READ on the pins' registers.
pub const HIT_LATENCY: u32 = 6;
/// The same, without tRCD, from one whose bank is closed.
pub const MISS_LATENCY: u32 = 7;

/// What the next request waits for, in this order.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum Stage {
    /// There is none.
    Empty,
    /// Its bank is looked up.
    LookUp,
    /// Its bank is closed, if another row is open.
    Close,
    /// Its row is opened.
    Open,
    /// tRCD is over.
    Opening,
    /// The current request ends.
    Ready,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Commands {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub request: Signal<In, Bit>,
    pub request_write: Signal<In, Bit>,
    pub address: Signal<In, Bits<24>>,
    pub beats: Signal<In, Bits<8>>,
    pub filled: Signal<In, Bit>,
    pub reads_pending: Signal<In, Bit>,

    pub request_ready: Signal<Out, Bit>,
    pub gather: Signal<Out, Bit>,
    pub read: Signal<Out, Bit>,
    pub single: Signal<Out, Bit>,
    pub write: Signal<Out, Bit>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,

    phase: Phase,
    banks: Banks,
    times: Times,
    lines: Lines,

    /// The next request.
    stage: DFF<Stage>,
    no_next: Signal<Local, Bit>,
    accept: Signal<Local, Bit>,
    next_write: Register<1>,
    next_single: Register<1>,
    next_bank: Register<2>,
    next_row: Register<12>,
    next_column: Register<9>,
    next_bursts: Register<5>,
    rounded: Signal<Local, Bits<8>>,
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

    /// The next request's bank may be closed, and all banks; both a cycle late, for which tRAS and
    /// tWR are a cycle shorter.
    may_precharge: DFF<Bit>,
    may_close: DFF<Bit>,

    /// What is commanded: a burst, PRECHARGE and ACTIVATE for the next request, PRECHARGE of all
    /// banks (before refreshes, `pause`).
    burst: Signal<Local, Bit>,
    precharge: Signal<Local, Bit>,
    activate: Signal<Local, Bit>,
    pause: Signal<Local, Bit>,
    close: Signal<Local, Bit>,

    /// log2 of the beats of a burst, and one less than these beats.
    burst_shift: Parameter<8>,
    burst_round: Parameter<8>,
}

impl Commands {
    /// The commands for a core of the given geometry and a memory of the given timing.
    pub fn new(geometry: &Geometry, timing: &Timing) -> Self {
        let beats = 4 / geometry.beat_words();
        Self {
            phase: Phase::new(timing),
            times: Times::new(timing),
            lines: Lines::new(timing),
            burst_shift: Parameter::new(beats.trailing_zeros() as usize),
            burst_round: Parameter::new(beats - 1),
            ..Self::default()
        }
    }
}

impl Logic for Commands {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, phase, banks, times, lines);
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
        clock!(self, clock, writable, may_precharge, may_close);
        dff_setup!(self, clock, stage, current, column, bursts);
        dff_setup!(
            self,
            clock,
            current_write,
            current_single,
            current_bank,
            burst_bank,
            burst_column
        );

        // A new request.
        self.no_next.next = self.stage.q.val() == Stage::Empty;
        self.request_ready.next = self.no_next.val();
        self.accept.next = self.request.val() & self.no_next.val();
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

        // What is commanded. Before refreshes the current request comes to its end, and no other
        // begins.
        self.writable.d.next = self.filled.val() & (!self.reads_pending.val());
        self.burst.next = self.current.q.val()
            & self.times.slot_over.val()
            & ((!self.current_write.q.val()) | self.writable.q.val());
        self.may_precharge.d.next = self.times.ras_over.val()
            & self.times.wr_over.val()
            & ((self.next_bank.q.val() != self.current_bank.q.val()) | (!self.current.q.val()))
            & ((self.next_bank.q.val() != self.burst_bank.q.val()) | self.times.slot_over.val());
        self.may_close.d.next = self.times.ras_over.val()
            & self.times.wr_over.val()
            & self.times.slot_over.val()
            & (!self.current.q.val());
        self.precharge.next = (self.stage.q.val() == Stage::Close)
            & (!self.banks.hit.val())
            & self.banks.open.val()
            & self.may_precharge.q.val()
            & self.phase.runs.val()
            & (!self.phase.refresh_wanted.val())
            & (!self.burst.val());
        self.activate.next = (self.stage.q.val() == Stage::Open)
            & self.times.rc_over.val()
            & self.times.rest_over.val()
            & self.phase.runs.val()
            & (!self.phase.refresh_wanted.val())
            & (!self.burst.val());
        self.promote.next = (self.stage.q.val() == Stage::Ready)
            & (!self.current.q.val())
            & self.phase.runs.val()
            & (!self.phase.refresh_wanted.val());
        self.pause.next = self.phase.runs.val()
            & self.phase.refresh_wanted.val()
            & (!self.current.q.val())
            & self.may_close.q.val()
            & (!self.lines.activating.val())
            & self.times.rest_over.val();
        self.close.next = self.phase.close.val() | self.pause.val();

        // The next request's row, in the cycles that the current one leaves.
        match self.stage.q.val() {
            Stage::Empty => {
                if self.accept.val() {
                    self.stage.d.next = Stage::LookUp;
                }
            }
            Stage::LookUp => {
                self.stage.d.next = Stage::Close;
            }
            Stage::Close => {
                if self.banks.hit.val() {
                    self.stage.d.next = Stage::Ready;
                } else if (!self.banks.open.val()) | self.precharge.val() {
                    self.stage.d.next = Stage::Open;
                }
            }
            Stage::Open => {
                if self.activate.val() {
                    self.stage.d.next = Stage::Opening;
                }
            }
            Stage::Opening => {
                if self.times.rcd_over.val() {
                    self.stage.d.next = Stage::Ready;
                }
            }
            Stage::Ready => {
                if self.promote.val() {
                    self.stage.d.next = Stage::Empty;
                }
            }
        }
        // The refreshes close its bank again.
        if self.pause.val() & (!self.no_next.val()) {
            self.stage.d.next = Stage::Open;
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
        if self.reset.val() {
            self.stage.d.next = Stage::Empty;
            self.current.d.next = false;
        }

        // Phase, banks and times.
        self.phase.pause.next = self.pause.val();
        self.phase.idle.next = self.no_next.val() & (!self.current.q.val());
        self.phase.rc_over.next = self.times.rc_over.val();
        self.phase.rest_over.next = self.times.rest_over.val();
        self.banks.bank.next = self.next_bank.q.val();
        self.banks.row.next = self.next_row.q.val();
        self.banks.activate.next = self.activate.val();
        self.banks.precharge.next = self.precharge.val();
        self.banks.close.next = self.pause.val();
        self.times.burst.next = self.burst.val();
        self.times.burst_write.next = self.current_write.q.val();
        self.times.activate.next = self.activate.val();
        self.times.precharge.next = self.precharge.val();
        self.times.close.next = self.close.val();
        self.times.refresh.next = self.phase.refresh.val();
        self.times.set_mode.next = self.phase.set_mode.val();

        // The command's code and lines.
        self.lines.read.next = self.burst.val() & (!self.current_write.q.val());
        self.lines.write.next = self.burst.val() & self.current_write.q.val();
        self.lines.precharge.next = self.precharge.val();
        self.lines.activate.next = self.activate.val();
        self.lines.close.next = self.close.val();
        self.lines.refresh.next = self.phase.refresh.val();
        self.lines.set_mode.next = self.phase.set_mode.val();
        self.lines.burst_bank.next = self.burst_bank.q.val();
        self.lines.burst_column.next = self.burst_column.q.val();
        self.lines.next_bank.next = self.next_bank.q.val();
        self.lines.next_row.next = self.next_row.q.val();
        self.command.next = self.lines.command.val();
        self.bank.next = self.lines.bank.val();
        self.line.next = self.lines.line.val();
    }
}
