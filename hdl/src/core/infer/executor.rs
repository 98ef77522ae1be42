//! Executor: runs the instructions of a tape, one after the other (`protocol/src/tape.rs`).
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | forget what runs |
//! | `start` | in | 1 | begin; taken if `ready` |
//! | `storing` | in | 1 | with `start`: write the buffer of `store.rs` to memory, do not run a tape |
//! | `start_address` | in | 24 | with `start`: byte address, a multiple of 128 |
//! | `cancel` | in | 1 | end after the instruction in work |
//! | `claimed` | in | 1 | array and memory are given |
//! | `word_valid` | in | 1 | `word` is the next of the tape |
//! | `word` | in | 32 | the word |
//! | `stream_quiet` | in | 1 | no beat of the tape is on its way |
//! | `store_busy` | in | 1 | the buffer is being written |
//! | `walk_ready` | in | 1 | a row can begin |
//! | `walk_busy` | in | 1 | tokens are sent or come soon |
//! | `ready` | out | 1 | nothing runs |
//! | `fault` | out | 1 | the tape that ran last had a word that begins no instruction |
//! | `want` | out | 1 | array and memory are wanted |
//! | `open` | out | 1 | one cycle: the tape goes on at `address` |
//! | `address` | out | 24 | byte address to go on or to store at |
//! | `streaming` | out | 1 | read the tape |
//! | `store` | out | 1 | one cycle: write the buffer |
//! | `take` | out | 1 | `word` is taken |
//! | `clear` | out | 1 | a sum is to be set to 0 |
//! | `clear_index` | out | 8 | which |
//! | `head`, `positions`, `addend`, `multiplier`, `shift` | out | 1 | `word` is this word of a row |
//! | `row` | out | 2 | number of the row whose words are read |
//! | `weight` | out | 1 | `word` is the word `weight_index` of the row's weights |
//! | `weight_index` | out | 6 | which |
//! | `half` | out | 1 | the half of the weights' buffer for this row |
//! | `walk` | out | 1 | begin the row; taken if `walk_ready` |
//! | `first`, `count` | out | 6, 7 | of the row: where its weights begin, and how many words they are |
//! | `base`, `columns`, `rows` | out | 8 | of the row: its positions |
//! | `advance` | out | 1 | of the layer |
//! | `stride_x`, `stride_y`, `stride_out`, `out_slot`, `zero`, `minimum`, `maximum` | out | 8 | of the layer |
//! | `load` | out | 1 | put `load_byte` into the state |
//! | `load_slot`, `load_column`, `load_byte` | out | 8 | which byte, where |
//!
//! A word a cycle; a row of n words of weights takes 4 + n or, if it completes sums, 6 + n cycles, or as long as its
//! tokens. `Layer`, `Load` and `End` wait until all before them is done: [`DRAIN_CYCLES`] without a token. Before
//! a tape all sums are set to 0, in 256 cycles.
//!
//! Checked by `sim/tests/infer.rs` against the meaning of random tapes. It does not bound a tape: `cancel` ends
//! one that jumps for ever.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::control::DRAIN_CYCLES;
use crate::primitives::Register;
use crate::primitives::parameter::Parameter;

/// What the executor does in this cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum State {
    /// Nothing.
    Idle,
    /// Waits for array and memory.
    Claim,
    /// Sets the sums to 0.
    Clear,
    /// Sends the tape's reader to an address.
    Open,
    /// Takes the first word of an instruction.
    Decode,
    /// Waits until all instructions before are done.
    Settle,
    /// Takes the second word of a `Layer`.
    Layer,
    /// Takes a word of data.
    LoadWord,
    /// Stores its bytes.
    LoadBytes,
    /// Takes the positions of a row.
    Positions,
    /// Takes its addend.
    Addend,
    /// Takes its multiplier.
    Multiplier,
    /// Takes its shift.
    Shift,
    /// Takes its weights.
    Weights,
    /// Hands it on.
    Walk,
    /// Waits until the tape's reader is quiet.
    Quiet,
    /// Starts to store.
    Store,
    /// Waits until that is done.
    Storing,
}

/// The operations of instructions.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
pub enum Operation {
    /// The tape ends.
    End,
    /// Parameters of rows.
    Layer,
    /// Bytes for the state.
    Load,
    /// A row of weights.
    Row,
    /// The tape goes on elsewhere.
    Jump,
}

/// The operation of this number; the words that begin none are told apart before.
fn unsigned_cast_operation(x: Bits<3>) -> Operation {
    match x.index() {
        0 => Operation::End,
        1 => Operation::Layer,
        2 => Operation::Load,
        3 => Operation::Row,
        _ => Operation::Jump,
    }
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Executor {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub start: Signal<In, Bit>,
    pub storing: Signal<In, Bit>,
    pub start_address: Signal<In, Bits<24>>,
    pub cancel: Signal<In, Bit>,

    pub claimed: Signal<In, Bit>,
    pub word_valid: Signal<In, Bit>,
    pub word: Signal<In, Bits<32>>,
    pub stream_quiet: Signal<In, Bit>,
    pub store_busy: Signal<In, Bit>,
    pub walk_ready: Signal<In, Bit>,
    pub walk_busy: Signal<In, Bit>,

    pub ready: Signal<Out, Bit>,
    pub fault: Signal<Out, Bit>,
    pub want: Signal<Out, Bit>,
    pub open: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub streaming: Signal<Out, Bit>,
    pub store: Signal<Out, Bit>,
    pub take: Signal<Out, Bit>,
    pub clear: Signal<Out, Bit>,
    pub clear_index: Signal<Out, Bits<8>>,
    pub head: Signal<Out, Bit>,
    pub positions: Signal<Out, Bit>,
    pub addend: Signal<Out, Bit>,
    pub multiplier: Signal<Out, Bit>,
    pub shift: Signal<Out, Bit>,
    pub row: Signal<Out, Bits<2>>,
    pub weight: Signal<Out, Bit>,
    pub weight_index: Signal<Out, Bits<6>>,
    pub half: Signal<Out, Bit>,
    pub walk: Signal<Out, Bit>,
    pub first: Signal<Out, Bits<6>>,
    pub count: Signal<Out, Bits<7>>,
    pub base: Signal<Out, Bits<8>>,
    pub columns: Signal<Out, Bits<8>>,
    pub rows: Signal<Out, Bits<8>>,
    pub advance: Signal<Out, Bit>,
    pub stride_x: Signal<Out, Bits<8>>,
    pub stride_y: Signal<Out, Bits<8>>,
    pub stride_out: Signal<Out, Bits<8>>,
    pub out_slot: Signal<Out, Bits<8>>,
    pub zero: Signal<Out, Bits<8>>,
    pub minimum: Signal<Out, Bits<8>>,
    pub maximum: Signal<Out, Bits<8>>,
    pub load: Signal<Out, Bit>,
    pub load_slot: Signal<Out, Bits<8>>,
    pub load_column: Signal<Out, Bits<8>>,
    pub load_byte: Signal<Out, Bits<8>>,

    state: DFF<State>,
    storing_reg: DFF<Bit>,
    address_reg: DFF<Bits<24>>,
    cancelled: DFF<Bit>,
    fault_reg: DFF<Bit>,
    /// The first word of the instruction, and the positions of a row.
    head_reg: Register<32>,
    positions_reg: Register<32>,
    strides: Register<32>,
    bytes: Register<32>,
    operation: Signal<Local, Operation>,
    is_known: Signal<Local, Bit>,
    jump_code: Parameter<3>,
    /// Words of data or weights so far; byte of the word; sums set to 0.
    index: DFF<Bits<8>>,
    word_count: Signal<Local, Bits<8>>,
    next_count: Signal<Local, Bits<8>>,
    data: Register<32>,
    byte: DFF<Bits<2>>,
    byte_bit: Signal<Local, Bits<5>>,
    last_sum: Parameter<8>,
    row_reg: DFF<Bits<2>>,
    /// Cycles since the last token, up to the number that empties the line.
    settled: DFF<Bits<7>>,
    all_settled: Parameter<7>,
}

impl Executor {
    /// The executor of a core of any geometry.
    pub fn new() -> Self {
        Self {
            jump_code: Parameter::new(Operation::Jump as usize),
            last_sum: Parameter::new(255),
            all_settled: Parameter::new(DRAIN_CYCLES - 1),
            ..Self::default()
        }
    }
}

impl Logic for Executor {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            state,
            storing_reg,
            address_reg,
            cancelled,
            fault_reg,
            index,
            byte,
            row_reg,
            settled
        );
        clock!(self, clock, head_reg, positions_reg, strides, bytes, data);

        // What is told at once.
        self.ready.next = self.state.q.val() == State::Idle;
        self.want.next = self.state.q.val() != State::Idle;
        self.fault.next = self.fault_reg.q.val();
        self.open.next = self.state.q.val() == State::Open;
        self.address.next = self.address_reg.q.val();
        self.streaming.next = (self.state.q.val() != State::Idle)
            & (self.state.q.val() != State::Claim)
            & (self.state.q.val() != State::Clear)
            & (self.state.q.val() != State::Open)
            & (self.state.q.val() != State::Quiet)
            & (self.state.q.val() != State::Store)
            & (self.state.q.val() != State::Storing);
        self.store.next = self.state.q.val() == State::Store;
        self.clear.next = self.state.q.val() == State::Clear;
        self.clear_index.next = self.index.q.val();
        self.take.next = (self.state.q.val() == State::Decode)
            | (self.state.q.val() == State::Layer)
            | (self.state.q.val() == State::LoadWord)
            | (self.state.q.val() == State::Positions)
            | (self.state.q.val() == State::Addend)
            | (self.state.q.val() == State::Multiplier)
            | (self.state.q.val() == State::Shift)
            | (self.state.q.val() == State::Weights);
        self.head.next = (self.state.q.val() == State::Decode) & self.word_valid.val();
        self.positions.next = (self.state.q.val() == State::Positions) & self.word_valid.val();
        self.addend.next = (self.state.q.val() == State::Addend) & self.word_valid.val();
        self.multiplier.next = (self.state.q.val() == State::Multiplier) & self.word_valid.val();
        self.shift.next = (self.state.q.val() == State::Shift) & self.word_valid.val();
        self.row.next = self.row_reg.q.val();
        self.weight.next = (self.state.q.val() == State::Weights) & self.word_valid.val();
        self.weight_index.next = self.index.q.val().get_bits::<6>(0);
        self.half.next = self.row_reg.q.val().get_bit(0);
        self.walk.next = self.state.q.val() == State::Walk;

        // Instructions.
        self.operation.next = unsigned_cast_operation(self.word.val().get_bits::<3>(0));
        self.is_known.next = self.word.val().get_bits::<3>(0) <= self.jump_code.q.val();
        self.head_reg.enable.next = self.state.q.val() == State::Decode;
        self.head_reg.d.next = self.word.val();
        self.positions_reg.enable.next = self.state.q.val() == State::Positions;
        self.positions_reg.d.next = self.word.val();
        self.first.next = self.head_reg.q.val().get_bits::<6>(8);
        self.count.next = self.head_reg.q.val().get_bits::<7>(16);
        self.base.next = self.positions_reg.q.val().get_bits::<8>(0);
        self.columns.next = self.positions_reg.q.val().get_bits::<8>(16);
        self.rows.next = self.positions_reg.q.val().get_bits::<8>(24);
        self.strides.enable.next = (self.state.q.val() == State::Layer) & self.word_valid.val();
        self.strides.d.next = self.head_reg.q.val();
        self.bytes.enable.next = (self.state.q.val() == State::Layer) & self.word_valid.val();
        self.bytes.d.next = self.word.val();
        self.advance.next = self.strides.q.val().get_bit(3);
        self.stride_x.next = self.strides.q.val().get_bits::<8>(8);
        self.stride_y.next = self.strides.q.val().get_bits::<8>(16);
        self.stride_out.next = self.strides.q.val().get_bits::<8>(24);
        self.out_slot.next = self.bytes.q.val().get_bits::<8>(0);
        self.zero.next = self.bytes.q.val().get_bits::<8>(8);
        self.minimum.next = self.bytes.q.val().get_bits::<8>(16);
        self.maximum.next = self.bytes.q.val().get_bits::<8>(24);

        // Data for the state.
        self.word_count.next = self.head_reg.q.val().get_bits::<8>(16);
        self.next_count.next = self.index.q.val() + 1;
        self.data.enable.next = self.state.q.val() == State::LoadWord;
        self.data.d.next = self.word.val();
        self.byte_bit.next = unsigned_cast_extend::<5, 2>(self.byte.q.val()) << 3;
        self.load.next = self.state.q.val() == State::LoadBytes;
        self.load_slot.next = self.head_reg.q.val().get_bits::<8>(24);
        self.load_column.next = ((self.head_reg.q.val().get_bits::<8>(8) + self.index.q.val())
            << 2)
            | unsigned_cast_extend::<8, 2>(self.byte.q.val());
        self.load_byte.next = self.data.q.val().get_bits::<8>(self.byte_bit.val().index());

        // The line has run empty.
        if self.walk_busy.val() | (self.state.q.val() == State::Walk) {
            self.settled.d.next = 0.into();
        } else if self.settled.q.val() != self.all_settled.q.val() {
            self.settled.d.next = self.settled.q.val() + 1;
        }

        match self.state.q.val() {
            State::Idle => {
                self.cancelled.d.next = false;
                if self.start.val() {
                    self.storing_reg.d.next = self.storing.val();
                    self.address_reg.d.next = self.start_address.val();
                    self.fault_reg.d.next = false;
                    self.state.d.next = State::Claim;
                }
            }
            State::Claim => {
                self.index.d.next = 0.into();
                self.row_reg.d.next = 0.into();
                if self.cancelled.q.val() {
                    self.state.d.next = State::Idle;
                } else if self.claimed.val() {
                    self.state.d.next = State::Clear;
                    if self.storing_reg.q.val() {
                        self.state.d.next = State::Store;
                    }
                }
            }
            State::Clear => {
                self.index.d.next = self.index.q.val() + 1;
                if self.index.q.val() == self.last_sum.q.val() {
                    self.state.d.next = State::Open;
                }
            }
            State::Open => {
                self.state.d.next = State::Decode;
            }
            State::Decode => {
                self.index.d.next = 0.into();
                if self.word_valid.val() {
                    match self.operation.val() {
                        Operation::Row => {
                            self.state.d.next = State::Positions;
                        }
                        Operation::Jump => {
                            self.address_reg.d.next = self.word.val().get_bits::<24>(8);
                            self.state.d.next = State::Quiet;
                        }
                        Operation::End => {
                            self.state.d.next = State::Settle;
                        }
                        Operation::Layer => {
                            self.state.d.next = State::Settle;
                        }
                        Operation::Load => {
                            self.state.d.next = State::Settle;
                        }
                    }
                    if !self.is_known.val() {
                        self.fault_reg.d.next = true;
                        self.cancelled.d.next = true;
                        self.state.d.next = State::Settle;
                    }
                }
                if self.cancelled.q.val() {
                    self.state.d.next = State::Settle;
                }
            }
            State::Settle => {
                if self.settled.q.val() == self.all_settled.q.val() {
                    self.state.d.next = State::Quiet;
                    if !self.cancelled.q.val() {
                        if self.head_reg.q.val().get_bit(0) {
                            self.state.d.next = State::Layer;
                        }
                        if self.head_reg.q.val().get_bit(1) {
                            self.state.d.next = State::LoadWord;
                            if self.word_count.val() == 0 {
                                self.state.d.next = State::Decode;
                            }
                        }
                    }
                }
            }
            State::Layer => {
                if self.word_valid.val() {
                    self.state.d.next = State::Decode;
                }
            }
            State::LoadWord => {
                self.byte.d.next = 0.into();
                if self.word_valid.val() {
                    self.state.d.next = State::LoadBytes;
                }
            }
            State::LoadBytes => {
                self.byte.d.next = self.byte.q.val() + 1;
                if self.byte.q.val() == 3 {
                    self.index.d.next = self.next_count.val();
                    self.state.d.next = State::LoadWord;
                    if self.next_count.val() == self.word_count.val() {
                        self.state.d.next = State::Decode;
                    }
                }
            }
            State::Positions => {
                if self.word_valid.val() {
                    self.state.d.next = State::Addend;
                }
            }
            State::Addend => {
                if self.word_valid.val() {
                    self.state.d.next = State::Weights;
                    if self.word_count.val() == 0 {
                        self.state.d.next = State::Walk;
                    }
                    if self.head_reg.q.val().get_bit(4) {
                        self.state.d.next = State::Multiplier;
                    }
                }
            }
            State::Multiplier => {
                if self.word_valid.val() {
                    self.state.d.next = State::Shift;
                }
            }
            State::Shift => {
                if self.word_valid.val() {
                    self.state.d.next = State::Weights;
                    if self.word_count.val() == 0 {
                        self.state.d.next = State::Walk;
                    }
                }
            }
            State::Weights => {
                if self.word_valid.val() {
                    self.index.d.next = self.next_count.val();
                    if self.next_count.val() == self.word_count.val() {
                        self.state.d.next = State::Walk;
                    }
                }
            }
            State::Walk => {
                if self.walk_ready.val() {
                    self.row_reg.d.next = self.row_reg.q.val() + 1;
                    self.state.d.next = State::Decode;
                }
            }
            State::Quiet => {
                // A jump does not wait for the line; an end has.
                if self.stream_quiet.val() {
                    self.state.d.next = State::Idle;
                    if self.head_reg.q.val().get_bit(2) & (!self.cancelled.q.val()) {
                        self.state.d.next = State::Open;
                    }
                }
            }
            State::Store => {
                self.state.d.next = State::Storing;
            }
            State::Storing => {
                if !self.store_busy.val() {
                    self.state.d.next = State::Idle;
                }
            }
        }
        if self.cancel.val() & (self.state.q.val() != State::Idle) {
            self.cancelled.d.next = true;
        }
        if self.reset.val() {
            self.state.d.next = State::Idle;
        }
    }
}
