//! Claim: takes the array from the hash in work at the end of a pass, and gives it back.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | give it back at once |
//! | `want` | in | 1 | level: the array is wanted; dropped when nothing is on its way |
//! | `allowed` | in | 1 | no list is made or read, and no job is changed |
//! | `between` | in | 1 | the issue has finished a pass, or has none |
//! | `quiet` | in | 1 | the memory port is quiet |
//! | `pause` | out | 1 | the issue begins no pass |
//! | `hold` | out | 1 | no row is asked for: the issue has finished its pass |
//! | `claimed` | out | 1 | array and memory belong to inference |
//!
//! Latency from `want` to `claimed`: what is left of the pass, the [`DRAIN_CYCLES`] in which the line runs empty, and
//! two cycles; from its end to the next token of the hash, two. The hash loses nothing: its state is in one
//! bank, and inference works in the other.
//!
//! Checked by `sim/tests/infer.rs` beside hashes, in every cycle. It does not end a pass.

use rust_hdl::prelude::*;

use crate::core::control::DRAIN_CYCLES;
use crate::primitives::parameter::Parameter;

/// To whom the array belongs.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// To the hash.
    Hash,
    /// Still to the hash, which begins no new pass.
    Pause,
    /// To nobody: the line runs empty.
    Drain,
    /// To inference.
    Claimed,
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Claim {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,

    pub want: Signal<In, Bit>,
    pub allowed: Signal<In, Bit>,
    pub between: Signal<In, Bit>,
    pub quiet: Signal<In, Bit>,

    pub pause: Signal<Out, Bit>,
    pub hold: Signal<Out, Bit>,
    pub claimed: Signal<Out, Bit>,

    state: DFF<State>,
    count: DFF<Bits<7>>,
    last_count: Parameter<7>,
}

impl Claim {
    /// The claim of a core of any geometry.
    pub fn new() -> Self {
        Self {
            last_count: Parameter::new(DRAIN_CYCLES - 1),
            ..Self::default()
        }
    }
}

impl Logic for Claim {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, count);
        self.pause.next = self.state.q.val() != State::Hash;
        self.hold.next =
            (self.state.q.val() == State::Drain) | (self.state.q.val() == State::Claimed);
        self.claimed.next = self.state.q.val() == State::Claimed;
        match self.state.q.val() {
            State::Hash => {
                if self.want.val() {
                    self.state.d.next = State::Pause;
                }
            }
            State::Pause => {
                self.count.d.next = 0.into();
                if self.between.val() {
                    self.state.d.next = State::Drain;
                }
            }
            State::Drain => {
                if self.count.q.val() != self.last_count.q.val() {
                    self.count.d.next = self.count.q.val() + 1;
                } else if self.quiet.val() & self.allowed.val() {
                    self.state.d.next = State::Claimed;
                }
            }
            State::Claimed => {}
        }
        if (!self.want.val()) | self.reset.val() {
            self.state.d.next = State::Hash;
        }
    }
}
