//! Boot: resets the chip, and says which firmware bank runs.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `select`, `write`, `word`, `d`, `q` | | | an access, see `uart.rs` |
//! | `starved` | in | 1 | the watchdog asks for a reset |
//! | `reset` | out | 1 | of everything else; 1 for 16 cycles after power-up and each restart |
//! | `bank` | out | 1 | the bank that runs; changes in the first cycle of `reset` |
//! | `trial` | out | 1 | that bank is not confirmed |
//!
//! Registers: `boot` in docs/registers.md. What falls back to the confirmed bank is hardware, so a
//! trial needs no care of the firmware that is tried: it is over when the deadline passes without
//! `CONFIRM`, or the watchdog starves.

use rust_hdl::prelude::*;
use tensority_protocol::registers::boot;

use super::at;
use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Boot {
    pub clock: Signal<In, Clock>,
    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub q: Signal<Out, Bits<32>>,
    pub starved: Signal<In, Bit>,
    pub reset: Signal<Out, Bit>,
    pub bank: Signal<Out, Bit>,
    pub trial: Signal<Out, Bit>,
    running: DFF<Bit>,
    confirmed: DFF<Bit>,
    cause: DFF<Bits<2>>,
    deadline: DFF<Bits<32>>,
    left: DFF<Bits<32>>,
    /// Cycles since the restart, up to 16.
    age: DFF<Bits<5>>,
    answer: DFF<Bits<32>>,
    on_trial: Signal<Local, Bit>,
    action: Signal<Local, Bits<2>>,
    restart: Signal<Local, Bit>,
    state_at: Parameter<10>,
    control_at: Parameter<10>,
    deadline_at: Parameter<10>,
}

impl Boot {
    /// The boot logic of the register map.
    pub fn new() -> Self {
        Self {
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
            self, clock, running, confirmed, cause, deadline, left, age, answer
        );
        self.on_trial.next = self.running.q.val() ^ self.confirmed.q.val();
        self.reset.next = !self.age.q.val().get_bit(4);
        self.bank.next = self.running.q.val();
        self.trial.next = self.on_trial.val();
        if !self.age.q.val().get_bit(4) {
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
        self.restart.next = false;
        if self.left.q.val().any() {
            self.left.d.next = self.left.q.val() - 1;
        }
        if self.action.val() == 3 {
            self.confirmed.d.next = self.running.q.val();
        }
        if self.action.val() == 1 {
            self.restart.next = true;
            self.cause.d.next = 1.into();
            self.running.d.next = self.confirmed.q.val();
        }
        if self.action.val() == 2 {
            self.restart.next = true;
            self.cause.d.next = 1.into();
            self.running.d.next = !self.running.q.val();
            self.left.d.next = self.deadline.q.val();
        }
        if self.on_trial.val() & (!self.left.q.val().any()) & (self.action.val() != 3) {
            self.restart.next = true;
            self.cause.d.next = 3.into();
            self.running.d.next = self.confirmed.q.val();
        }
        if self.starved.val() & self.age.q.val().get_bit(4) {
            self.restart.next = true;
            self.cause.d.next = 2.into();
            self.running.d.next = self.confirmed.q.val();
        }
        if self.restart.val() {
            self.age.d.next = 0.into();
        }

        self.answer.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.state_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 1>(self.running.q.val().into())
                    | (unsigned_cast_extend::<32, 1>(self.confirmed.q.val().into()) << 1)
                    | (unsigned_cast_extend::<32, 1>(self.on_trial.val().into()) << 2)
                    | (unsigned_cast_extend::<32, 2>(self.cause.q.val()) << 3);
            }
            if self.word.val() == self.deadline_at.q.val() {
                self.answer.d.next = self.deadline.q.val();
            }
        }
        self.q.next = self.answer.q.val();
    }
}
