//! Control: takes commands, ends what runs, and starts the next job only when all is quiet.
//!
//! Commands: `Command` in docs/registers.md. `End` is a port of its own.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: back to the state after power-up |
//! | `start` | in | 1 | begin `command` with the job that was written last; taken if `ready` |
//! | `command` | in | 2 | what to begin |
//! | `cancel` | in | 1 | end what runs; taken if `ready` |
//! | `quiet` | in | 1 | the memory port is quiet |
//! | `hashes_done`, `list_done`, `checksums_done` | in | 1 | level: this is complete, for `Range` and `Hash`, `Generate`, `Checksums` |
//! | `ready` | out | 1 | commands are taken and the next job may be written |
//! | `running` | out | 1 | a command is in work |
//! | `stop` | out | 1 | issue no tokens, ask for nothing |
//! | `clear` | out | 1 | one cycle: forget all work |
//! | `swap` | out | 1 | one cycle: the job written last is the current one |
//! | `reading` | out | 1 | control is reading the job memory |
//! | `job_address` | out | 5 | lane that it reads |
//! | `set_nonce`, `set_count`, `set_range` | out | 1 | one cycle: the job memory's lane is this value |
//! | `raw` | out | 1 | the command is `Hash` |
//! | `run` | out | 1 | hashes may be worked on |
//! | `extend_seed`, `sum_start` | out | 1 | one cycle: begin the list, begin the checksums |
//!
//! A job that is ended leaves nothing behind: for at least [`DRAIN_CYCLES`] = 128 cycles nothing is issued, so
//! that the line of cells runs empty, and all beats asked for have arrived; only then everything is
//! cleared. What completes meanwhile is reported under the old range. Latency about 140 cycles from
//! `start` to work. `stop`, `clear` and `swap`, which go all over the core, are registers.
//!
//! Checked by `sim/tests/control_path/control.rs` with commands at random, and in the core by
//! `sim/tests/job_switch.rs`. It does not look at the job: what a range is is `hasher.rs`'s affair.

use rust_hdl::prelude::*;
use tensority_protocol::codes::{self, JobLane};

use crate::primitives::parameter::Parameter;

/// Cycles in which nothing is issued before a job is cleared, at least.
pub const DRAIN_CYCLES: usize = 128;

/// The commands that begin something, with the numbers that `Command` in docs/registers.md gives them.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum Command {
    /// Hash the job's nonces.
    Range,
    /// Hash the job's header hash.
    Hash,
    /// Make the matrix list.
    Generate,
    /// Read the matrix list back.
    Checksums,
}

const _: () = {
    assert!(Command::Range as usize == codes::Command::Range as usize);
    assert!(Command::Hash as usize == codes::Command::Hash as usize);
    assert!(Command::Generate as usize == codes::Command::Generate as usize);
    assert!(Command::Checksums as usize == codes::Command::Checksums as usize);
};

/// The command of this number.
fn unsigned_cast_command(x: Bits<2>) -> Command {
    match x.index() {
        0 => Command::Range,
        1 => Command::Hash,
        2 => Command::Generate,
        _ => Command::Checksums,
    }
}

/// What control does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Clears everything after power-up.
    PowerUp,
    /// Waits for a command.
    Idle,
    /// Waits until the line has run empty and the memory is quiet.
    Drain,
    /// Clears everything, and swaps the halves of the job memory.
    Clear,
    /// Reads the job.
    Read,
    /// Starts the list or the checksums.
    Begin,
    /// Waits until the command is complete.
    Run,
}

/// A cycle of reading the job: lanes arrive two cycles after they are asked for.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum Read {
    /// Asks for the first nonce.
    AskNonce,
    /// Asks for the number of nonces.
    AskCount,
    /// Asks for the range's id; the first nonce is there.
    AskRange,
    /// The number of nonces is there.
    TakeCount,
    /// The range's id is there.
    TakeRange,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Control {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub command: Signal<In, Bits<2>>,
    pub cancel: Signal<In, Bit>,

    pub quiet: Signal<In, Bit>,
    pub hashes_done: Signal<In, Bit>,
    pub list_done: Signal<In, Bit>,
    pub checksums_done: Signal<In, Bit>,

    pub ready: Signal<Out, Bit>,
    pub running: Signal<Out, Bit>,
    pub stop: Signal<Out, Bit>,
    pub clear: Signal<Out, Bit>,
    pub swap: Signal<Out, Bit>,
    pub reading: Signal<Out, Bit>,
    pub job_address: Signal<Out, Bits<5>>,
    pub set_nonce: Signal<Out, Bit>,
    pub set_count: Signal<Out, Bit>,
    pub set_range: Signal<Out, Bit>,
    pub raw: Signal<Out, Bit>,
    pub run: Signal<Out, Bit>,
    pub extend_seed: Signal<Out, Bit>,
    pub sum_start: Signal<Out, Bit>,

    state: DFF<State>,
    state_next: Signal<Local, State>,
    command_reg: DFF<Command>,
    reading_reg: DFF<Bit>,
    stop_reg: DFF<Bit>,
    clear_reg: DFF<Bit>,
    swap_reg: DFF<Bit>,
    /// No job follows the one that is ended.
    cancelled: DFF<Bit>,
    /// Cycles of `Drain`, up to [`DRAIN_CYCLES`].
    drain_count: DFF<Bits<8>>,
    drain_bit: Parameter<3>,
    drained: Signal<Local, Bit>,
    read: DFF<Read>,
    nonce_lane: Parameter<5>,
    count_lane: Parameter<5>,
    range_lane: Parameter<5>,
    take: Signal<Local, Bit>,
    done: Signal<Local, Bit>,
}

impl Control {
    /// Control of a core of any geometry.
    pub fn new() -> Self {
        Self {
            drain_bit: Parameter::new(DRAIN_CYCLES.trailing_zeros() as usize),
            nonce_lane: Parameter::new(JobLane::First as usize),
            count_lane: Parameter::new(JobLane::Count as usize),
            range_lane: Parameter::new(JobLane::Range as usize),
            ..Self::default()
        }
    }
}

impl Logic for Control {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            state,
            command_reg,
            cancelled,
            drain_count,
            read
        );
        clock!(self, clock, reading_reg, stop_reg, clear_reg, swap_reg);
        self.ready.next = (self.state.q.val() == State::Idle) | (self.state.q.val() == State::Run);
        self.take.next = (self.start.val() | self.cancel.val()) & self.ready.val();
        self.running.next =
            (self.state.q.val() != State::PowerUp) & (self.state.q.val() != State::Idle);
        self.stop.next = self.stop_reg.q.val();
        self.clear.next = self.clear_reg.q.val();
        self.swap.next = self.swap_reg.q.val();
        self.reading.next = self.reading_reg.q.val();
        self.raw.next = self.command_reg.q.val() == Command::Hash;
        self.run.next = (self.state.q.val() == State::Run)
            & ((self.command_reg.q.val() == Command::Range)
                | (self.command_reg.q.val() == Command::Hash));
        self.extend_seed.next =
            (self.state.q.val() == State::Begin) & (self.command_reg.q.val() == Command::Generate);
        self.sum_start.next =
            (self.state.q.val() == State::Begin) & (self.command_reg.q.val() == Command::Checksums);
        self.done.next = self.hashes_done.val();
        if self.command_reg.q.val() == Command::Generate {
            self.done.next = self.list_done.val();
        }
        if self.command_reg.q.val() == Command::Checksums {
            self.done.next = self.checksums_done.val();
        }

        // Looked at while it reads.
        self.job_address.next = self.nonce_lane.q.val();
        if self.read.q.val() == Read::AskCount {
            self.job_address.next = self.count_lane.q.val();
        }
        if self.read.q.val() == Read::AskRange {
            self.job_address.next = self.range_lane.q.val();
        }

        self.set_nonce.next = false;
        self.set_count.next = false;
        self.set_range.next = false;
        self.state_next.next = self.state.q.val();
        self.drained.next = self
            .drain_count
            .q
            .val()
            .get_bit(self.drain_bit.q.val().index());
        match self.state.q.val() {
            State::PowerUp => {
                self.state_next.next = State::Idle;
            }
            State::Idle => {
                self.drain_count.d.next = 0.into();
            }
            State::Drain => {
                if self.drained.val() {
                    if self.quiet.val() {
                        self.state_next.next = State::Clear;
                    }
                } else {
                    self.drain_count.d.next = self.drain_count.q.val() + 1;
                }
            }
            State::Clear => {
                self.read.d.next = Read::AskNonce;
                self.state_next.next = State::Read;
                if self.cancelled.q.val() {
                    self.state_next.next = State::Idle;
                }
            }
            State::Read => match self.read.q.val() {
                Read::AskNonce => {
                    self.read.d.next = Read::AskCount;
                }
                Read::AskCount => {
                    self.read.d.next = Read::AskRange;
                }
                Read::AskRange => {
                    self.read.d.next = Read::TakeCount;
                    self.set_nonce.next = true;
                }
                Read::TakeCount => {
                    self.read.d.next = Read::TakeRange;
                    self.set_count.next = true;
                }
                Read::TakeRange => {
                    self.set_range.next = true;
                    self.state_next.next = State::Begin;
                }
            },
            State::Begin => {
                self.state_next.next = State::Run;
            }
            State::Run => {
                self.drain_count.d.next = 0.into();
                if self.done.val() {
                    self.state_next.next = State::Idle;
                }
            }
        }
        if self.take.val() {
            self.state_next.next = State::Drain;
            self.cancelled.d.next = !self.start.val();
            if self.start.val() {
                self.command_reg.d.next = unsigned_cast_command(self.command.val());
            }
        }
        if self.reset.val() {
            self.state_next.next = State::PowerUp;
        }
        self.state.d.next = self.state_next.val();
        self.reading_reg.d.next = self.state_next.val() == State::Read;
        self.stop_reg.d.next =
            (self.state_next.val() == State::Drain) | (self.state_next.val() == State::Clear);
        self.clear_reg.d.next = (self.state_next.val() == State::Clear)
            | (self.state.q.val() == State::PowerUp)
            | self.reset.val();
        self.swap_reg.d.next = (self.state_next.val() == State::Clear) & (!self.cancelled.q.val());
    }
}
