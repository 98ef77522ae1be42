//! Phase of the memory: its start after power-up, then requests and refreshes in turns.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `pause` | in | 1 | one cycle: all banks are closed for the refreshes |
//! | `idle` | in | 1 | no request is known |
//! | `rc_over` | in | 1 | tRC is over since the last ACTIVATE |
//! | `rest_over` | in | 1 | tRP, tRFC or tMRD is over since the last PRECHARGE, REFRESH or MODE |
//! | `runs` | out | 1 | requests may be served; a register |
//! | `refresh_wanted` | out | 1 | the banks are to be closed for refreshes, and no request is to begin; a register |
//! | `close` | out | 1 | one cycle: PRECHARGE of all banks, the first command of all |
//! | `refresh` | out | 1 | one cycle: REFRESH |
//! | `set_mode` | out | 1 | one cycle: MODE |
//!
//! After power-up: quiet for the memory's start time, all banks closed,
//! [`AFTER_POWER_UP`](super::refreshes::AFTER_POWER_UP) refreshes, the mode, then requests.
//! Refreshes are put off until [`POSTPONED`](super::timing::POSTPONED) are due, or there is nothing
//! to do; then all that are due follow one another, every tRFC cycles.
//!
//! Checked by `sim/tests/sdram.rs`, against a memory that knows when it must be refreshed. Commands
//! no burst and no single bank: `commands.rs` does. A reset does not begin it anew.

use rust_hdl::prelude::*;

use super::refreshes::Refreshes;
use super::timing::Timing;
use crate::primitives::parameter::Parameter;

/// What the memory is ready for.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum State {
    /// Nothing: its start time after power-up.
    Quiet,
    /// PRECHARGE of all banks.
    Close,
    /// The first refreshes, then the mode.
    Initialise,
    /// Requests.
    Run,
    /// The refreshes that are due.
    Refresh,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Phase {
    pub clock: Signal<In, Clock>,

    pub pause: Signal<In, Bit>,
    pub idle: Signal<In, Bit>,
    pub rc_over: Signal<In, Bit>,
    pub rest_over: Signal<In, Bit>,

    pub runs: Signal<Out, Bit>,
    pub refresh_wanted: Signal<Out, Bit>,
    pub close: Signal<Out, Bit>,
    pub refresh: Signal<Out, Bit>,
    pub set_mode: Signal<Out, Bit>,

    state: DFF<State>,
    /// `state` is `Run`.
    runs_reg: DFF<Bit>,
    quiet_cycles: DFF<Bits<16>>,
    refreshes: Refreshes,
    refresh_wanted_reg: DFF<Bit>,
    refresh_now: Signal<Local, Bit>,
    mode_now: Signal<Local, Bit>,

    start_cycles: Parameter<16>,
}

impl Phase {
    /// The phases of a memory of the given timing.
    pub fn new(timing: &Timing) -> Self {
        Self {
            refreshes: Refreshes::new(timing),
            start_cycles: Parameter::new(timing.start as usize),
            ..Self::default()
        }
    }
}

impl Logic for Phase {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, runs_reg, quiet_cycles);
        clock!(self, clock, refreshes, refresh_wanted_reg);

        // Commands.
        self.refresh_now.next = ((self.state.q.val() == State::Initialise)
            | (self.state.q.val() == State::Refresh))
            & self.rc_over.val()
            & self.rest_over.val()
            & self.refreshes.due.val();
        self.mode_now.next = (self.state.q.val() == State::Initialise)
            & self.rest_over.val()
            & (!self.refreshes.due.val());
        self.refresh.next = self.refresh_now.val();
        self.set_mode.next = self.mode_now.val();
        self.close.next = self.state.q.val() == State::Close;

        // Refreshes that are due.
        self.refreshes.first.next = self.state.q.val() == State::Close;
        self.refreshes.done.next = self.refresh_now.val();
        self.refresh_wanted_reg.d.next =
            self.refreshes.pressing.val() | (self.refreshes.due.val() & self.idle.val());
        self.refresh_wanted.next = self.refresh_wanted_reg.q.val();

        match self.state.q.val() {
            State::Quiet => {
                self.quiet_cycles.d.next = self.quiet_cycles.q.val() + 1;
                if self.quiet_cycles.q.val() == self.start_cycles.q.val() {
                    self.state.d.next = State::Close;
                }
            }
            State::Close => {
                self.state.d.next = State::Initialise;
            }
            State::Initialise => {
                if self.mode_now.val() {
                    self.state.d.next = State::Run;
                    self.runs_reg.d.next = true;
                }
            }
            State::Run => {
                if self.pause.val() {
                    self.state.d.next = State::Refresh;
                    self.runs_reg.d.next = false;
                }
            }
            State::Refresh => {
                if self.rest_over.val() & (!self.refreshes.due.val()) {
                    self.state.d.next = State::Run;
                    self.runs_reg.d.next = true;
                }
            }
        }
        self.runs.next = self.runs_reg.q.val();
    }
}
