//! Boot: resets the chip, and chooses the firmware bank that runs.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write of `d` |
//! | `word` | in | 10 | register, counted in words |
//! | `d` | in | 32 | value to write |
//! | `starved` | in | 1 | level: the watchdog asks for a reset |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//! | `reset` | out | 1 | of everything else; 1 for 16 cycles after power-up and each restart |
//! | `bank` | out | 1 | the bank that runs; changes in the first cycle of `reset` |
//! | `trial` | out | 1 | that bank is not confirmed |
//!
//! Registers: `boot` in docs/registers.md. Latency of a read 1; `reset` lasts [`RESET_CYCLES`] and
//! begins in the cycle after what causes it. The way back to the confirmed bank is hardware, so
//! that a trial needs no care of the firmware that is tried: it is over when the deadline passes
//! without `CONFIRM`, or the watchdog starves.
//!
//! Checked by `sim/tests/peripherals.rs`. Keeps nothing over a power cycle: bank 0 is confirmed
//! then.

use rust_hdl::prelude::*;
use tensority_protocol::codes::{BootAction, ResetCause};
use tensority_protocol::registers::boot;

use super::at;
use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;

/// Cycles of a reset.
pub const RESET_CYCLES: u64 = 16;
const _: () = assert!(RESET_CYCLES == 1 << 4, "bit 4 of `age` ends the reset");

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Boot {
    pub clock: Signal<In, Clock>,

    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub starved: Signal<In, Bit>,

    pub q: Signal<Out, Bits<32>>,
    pub reset: Signal<Out, Bit>,
    pub bank: Signal<Out, Bit>,
    pub trial: Signal<Out, Bit>,

    /// The bank that runs, the one to fall back to, and why the chip started last.
    running: DFF<Bit>,
    confirmed: DFF<Bit>,
    on_trial: Signal<Local, Bit>,
    cause: DFF<Bits<2>>,
    /// Cycles of a trial: those of the next one, and those left of this one.
    deadline: DFF<Bits<32>>,
    trial_left: DFF<Bits<32>>,
    /// Cycles since the restart, up to [`RESET_CYCLES`].
    age: DFF<Bits<5>>,
    aged: Signal<Local, Bit>,
    action: Signal<Local, Bits<2>>,
    restart: Signal<Local, Bit>,
    q_reg: DFF<Bits<32>>,

    restart_confirmed: Parameter<2>,
    start_other: Parameter<2>,
    confirm: Parameter<2>,
    by_command: Parameter<2>,
    by_watchdog: Parameter<2>,
    not_confirmed: Parameter<2>,
    state_at: Parameter<10>,
    control_at: Parameter<10>,
    deadline_at: Parameter<10>,
}

impl Boot {
    /// The boot logic of the register map.
    pub fn new() -> Self {
        Self {
            restart_confirmed: Parameter::new(BootAction::RestartConfirmed as usize),
            start_other: Parameter::new(BootAction::StartOther as usize),
            confirm: Parameter::new(BootAction::Confirm as usize),
            by_command: Parameter::new(ResetCause::Command as usize),
            by_watchdog: Parameter::new(ResetCause::Watchdog as usize),
            not_confirmed: Parameter::new(ResetCause::NotConfirmed as usize),
            state_at: at(&boot::STATE, 0),
            control_at: at(&boot::CONTROL, 0),
            deadline_at: at(&boot::DEADLINE, 0),
            ..Self::default()
        }
    }
}

impl Logic for Boot {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self, clock, running, confirmed, cause, deadline, trial_left, age, q_reg
        );
        self.on_trial.next = self.running.q.val() ^ self.confirmed.q.val();
        self.aged.next = self.age.q.val().get_bit(4);
        self.reset.next = !self.aged.val();
        self.bank.next = self.running.q.val();
        self.trial.next = self.on_trial.val();
        if !self.aged.val() {
            self.age.d.next = self.age.q.val() + 1;
        }

        self.action.next = 0.into();
        if self.select.val() & self.write.val() {
            if self.word.val() == self.control_at.q.val() {
                self.action.next = self.d.val().get_bits::<2>(0);
            }
            if self.word.val() == self.deadline_at.q.val() {
                self.deadline.d.next = self.d.val();
            }
        }

        // Restart; of several causes the last counts.
        self.restart.next = false;
        if self.trial_left.q.val().any() {
            self.trial_left.d.next = self.trial_left.q.val() - 1;
        }
        if self.action.val() == self.confirm.q.val() {
            self.confirmed.d.next = self.running.q.val();
        }
        if self.action.val() == self.restart_confirmed.q.val() {
            self.restart.next = true;
            self.cause.d.next = self.by_command.q.val();
            self.running.d.next = self.confirmed.q.val();
        }
        if self.action.val() == self.start_other.q.val() {
            self.restart.next = true;
            self.cause.d.next = self.by_command.q.val();
            self.running.d.next = !self.running.q.val();
            self.trial_left.d.next = self.deadline.q.val();
        }
        if self.on_trial.val()
            & (!self.trial_left.q.val().any())
            & (self.action.val() != self.confirm.q.val())
        {
            self.restart.next = true;
            self.cause.d.next = self.not_confirmed.q.val();
            self.running.d.next = self.confirmed.q.val();
        }
        if self.starved.val() & self.aged.val() {
            self.restart.next = true;
            self.cause.d.next = self.by_watchdog.q.val();
            self.running.d.next = self.confirmed.q.val();
        }
        if self.restart.val() {
            self.age.d.next = 0.into();
        }

        self.q_reg.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.state_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 1>(self.running.q.val().into())
                    | (unsigned_cast_extend::<32, 1>(self.confirmed.q.val().into()) << 1)
                    | (unsigned_cast_extend::<32, 1>(self.on_trial.val().into()) << 2)
                    | (unsigned_cast_extend::<32, 2>(self.cause.q.val()) << 3);
            }
            if self.word.val() == self.deadline_at.q.val() {
                self.q_reg.d.next = self.deadline.q.val();
            }
        }
        self.q.next = self.q_reg.q.val();
    }
}
