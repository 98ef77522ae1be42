//! Control: takes commands, ends what runs, and starts the next job only when all is quiet.
//!
//! Commands: `Command` in docs/registers.md. `End` is a port of its own.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: back to the state after power-up |
//! | `start`, `command` | in | 1, 2 | begin with the job that was written last; taken if `ready` |
//! | `cancel` | in | 1 | end what runs; taken if `ready` |
//! | `ready` | out | 1 | commands are taken and the next job may be written |
//! | `running` | out | 1 | a command is in work |
//! | `quiet` | in | 1 | the memory port is quiet |
//! | `done` | in | 4 | level per command: it is complete |
//! | `stop` | out | 1 | issue no tokens, ask for nothing |
//! | `clear` | out | 1 | one cycle: forget all work |
//! | `swap` | out | 1 | one cycle: the job written last is the current one |
//! | `reading`, `job_address` | out | 1, 5 | control is reading the job memory |
//! | `set_nonce`, `set_count`, `set_job` | out | 1 | the job memory's lane is this value |
//! | `raw`, `run` | out | 1 | to the hasher |
//! | `extend_seed`, `sum_start` | out | 1 | one cycle: begin |
//!
//! A job that is ended leaves nothing behind: for at least 128 cycles nothing is issued, so that
//! the line of cells runs empty, and all beats asked for have arrived; only then everything is
//! cleared. What completes meanwhile is reported under the old range's id. About 140 cycles from
//! `start` to work. `stop`, `clear` and `swap`, which go all over the core, are registers.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Control {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub command: Signal<In, Bits<2>>,
    pub cancel: Signal<In, Bit>,
    pub ready: Signal<Out, Bit>,
    pub running: Signal<Out, Bit>,
    pub quiet: Signal<In, Bit>,
    pub done: Signal<In, Bits<4>>,
    pub stop: Signal<Out, Bit>,
    pub clear: Signal<Out, Bit>,
    pub swap: Signal<Out, Bit>,
    pub reading: Signal<Out, Bit>,
    pub job_address: Signal<Out, Bits<5>>,
    pub set_nonce: Signal<Out, Bit>,
    pub set_count: Signal<Out, Bit>,
    pub set_job: Signal<Out, Bit>,
    pub raw: Signal<Out, Bit>,
    pub run: Signal<Out, Bit>,
    pub extend_seed: Signal<Out, Bit>,
    pub sum_start: Signal<Out, Bit>,

    /// 0 clear after power-up, 1 idle, 2 drain, 3 clear, 4 read the job, 5 begin, 6 run.
    phase: DFF<Bits<3>>,
    next_phase: Signal<Local, Bits<3>>,
    reads: DFF<Bit>,
    stops: DFF<Bit>,
    clears: DFF<Bit>,
    swaps: DFF<Bit>,
    current: DFF<Bits<2>>,
    aborting: DFF<Bit>,
    drained: DFF<Bits<8>>,
    step: DFF<Bits<3>>,
    take: Signal<Local, Bit>,
}

impl Logic for Control {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, phase, current, aborting, drained, step);
        clock!(self, clock, reads, stops, clears, swaps);
        self.take.next = (self.start.val() | self.cancel.val())
            & ((self.phase.q.val() == 1) | (self.phase.q.val() == 6));
        self.ready.next = (self.phase.q.val() == 1) | (self.phase.q.val() == 6);
        self.running.next = self.phase.q.val() > 1;
        self.stop.next = self.stops.q.val();
        self.clear.next = self.clears.q.val();
        self.swap.next = self.swaps.q.val();
        self.reading.next = self.reads.q.val();
        // Looked at while it reads.
        self.job_address.next =
            unsigned_cast_extend::<5, 2>(self.step.q.val().get_bits::<2>(0)) | 28;
        self.set_nonce.next = false;
        self.set_count.next = false;
        self.set_job.next = false;
        self.raw.next = self.current.q.val() == 1;
        self.run.next = (self.phase.q.val() == 6) & (self.current.q.val() < 2);
        self.extend_seed.next = (self.phase.q.val() == 5) & (self.current.q.val() == 2);
        self.sum_start.next = (self.phase.q.val() == 5) & (self.current.q.val() == 3);

        self.next_phase.next = self.phase.q.val();
        match self.phase.q.val().index() {
            0 => {
                self.next_phase.next = 1.into();
            }
            1 => {
                self.drained.d.next = 0.into();
            }
            2 => {
                self.drained.d.next = self.drained.q.val() + 1;
                if self.drained.q.val().get_bit(7) {
                    self.drained.d.next = self.drained.q.val();
                    if self.quiet.val() {
                        self.next_phase.next = 3.into();
                    }
                }
            }
            3 => {
                self.step.d.next = 0.into();
                self.next_phase.next = 4.into();
                if self.aborting.q.val() {
                    self.next_phase.next = 1.into();
                }
            }
            4 => {
                // The answer to address 28 + step arrives while step is two more.
                self.step.d.next = self.step.q.val() + 1;
                if self.step.q.val() == 2 {
                    self.set_nonce.next = true;
                }
                if self.step.q.val() == 3 {
                    self.set_count.next = true;
                }
                if self.step.q.val() == 4 {
                    self.set_job.next = true;
                    self.next_phase.next = 5.into();
                }
            }
            5 => {
                self.next_phase.next = 6.into();
            }
            _ => {
                self.drained.d.next = 0.into();
                if self.done.val().get_bit(self.current.q.val().index()) {
                    self.next_phase.next = 1.into();
                }
            }
        }
        if self.take.val() {
            self.next_phase.next = 2.into();
            self.aborting.d.next = !self.start.val();
            if self.start.val() {
                self.current.d.next = self.command.val();
            }
        }
        if self.reset.val() {
            self.next_phase.next = 0.into();
        }
        self.phase.d.next = self.next_phase.val();
        self.reads.d.next = self.next_phase.val() == 4;
        self.stops.d.next = (self.next_phase.val() == 2) | (self.next_phase.val() == 3);
        self.clears.d.next =
            (self.next_phase.val() == 3) | (self.phase.q.val() == 0) | self.reset.val();
        self.swaps.d.next = (self.next_phase.val() == 3) & (!self.aborting.q.val());
    }
}
