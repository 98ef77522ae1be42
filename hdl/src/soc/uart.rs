//! UART: the serial link, with a FIFO each way.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | empties everything |
//! | `select`, `write`, `word`, `d` | in | 1, 1, 10, 32 | an access, see `bus.rs` |
//! | `q` | out | 32 | what was read, in the next cycle |
//! | `receive`, `transmit` | in, out | 1 | the lines |
//!
//! Registers: `uart` in docs/registers.md. At 100 cycles a bit the receive FIFO lasts for two
//! million cycles, and the firmware looks at it every few hundred.

use rust_hdl::prelude::*;
use tensority_protocol::registers::uart;

use super::at;
use super::fifo::Fifo;
use super::receiver::Receiver;
use super::transmitter::Transmitter;
use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;

/// Bytes of the receive FIFO.
pub const RECEIVE_DEPTH: usize = 1 << 11;
/// Bytes of the transmit FIFO.
pub const TRANSMIT_DEPTH: usize = 1 << 10;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Uart {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub q: Signal<Out, Bits<32>>,
    pub receive: Signal<In, Bit>,
    pub transmit: Signal<Out, Bit>,

    receiver: Receiver,
    received: Fifo<11, 12>,
    sending: Fifo<10, 11>,
    transmitter: Transmitter,
    divisor: DFF<Bits<16>>,
    configured: DFF<Bit>,
    overruns: DFF<Bits<16>>,
    bad: DFF<Bits<16>>,
    /// The front of `sending` is on its output.
    front: DFF<Bit>,
    answer: DFF<Bits<32>>,
    answer_byte: DFF<Bit>,
    reads_byte: Signal<Local, Bit>,
    sends: Signal<Local, Bit>,
    cycles_per_bit: Signal<Local, Bits<16>>,
    default_divisor: Parameter<16>,
    transmit_depth: Parameter<16>,
    receive_at: Parameter<10>,
    transmit_at: Parameter<10>,
    levels_at: Parameter<10>,
    divisor_at: Parameter<10>,
    errors_at: Parameter<10>,
    valid_bit: Parameter<32>,
}

impl Uart {
    /// A UART that starts with `divisor` clock cycles a bit.
    pub fn new(divisor: u16) -> Self {
        Self {
            default_divisor: Parameter::new(divisor.into()),
            transmit_depth: Parameter::new(TRANSMIT_DEPTH),
            receive_at: at(&uart::RECEIVE, 0),
            transmit_at: at(&uart::TRANSMIT, 0),
            levels_at: at(&uart::LEVELS, 0),
            divisor_at: at(&uart::DIVISOR, 0),
            errors_at: at(&uart::ERRORS, 0),
            valid_bit: Parameter::new(uart::RECEIVED_VALID.put(1) as usize),
            ..Self::default()
        }
    }
}

impl Logic for Uart {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, receiver, received, sending, transmitter);
        dff_setup!(
            self,
            clock,
            divisor,
            configured,
            overruns,
            bad,
            front,
            answer,
            answer_byte
        );

        // From the line.
        self.cycles_per_bit.next = self.default_divisor.q.val();
        if self.configured.q.val() {
            self.cycles_per_bit.next = self.divisor.q.val();
        }
        self.receiver.reset.next = self.reset.val();
        self.receiver.divisor.next = self.cycles_per_bit.val();
        self.receiver.line.next = self.receive.val();
        self.received.clear.next = self.reset.val();
        self.received.write.next = self.receiver.valid.val();
        self.received.d.next = self.receiver.q.val();
        if self.receiver.valid.val() & self.received.full.val() & (self.overruns.q.val() != 0xffff)
        {
            self.overruns.d.next = self.overruns.q.val() + 1;
        }
        if self.receiver.bad.val() & (self.bad.q.val() != 0xffff) {
            self.bad.d.next = self.bad.q.val() + 1;
        }

        // To the line.
        self.sends.next = self.front.q.val() & self.transmitter.idle.val();
        self.front.d.next = self.sending.level.val().any() & (!self.sends.val());
        self.sending.clear.next = self.reset.val();
        self.sending.read.next = self.sends.val();
        self.sending.d.next = self.d.val().get_bits::<8>(0);
        self.sending.write.next =
            self.select.val() & self.write.val() & (self.word.val() == self.transmit_at.q.val());
        self.transmitter.reset.next = self.reset.val();
        self.transmitter.divisor.next = self.cycles_per_bit.val();
        self.transmitter.start.next = self.sends.val();
        self.transmitter.d.next = self.sending.q.val();
        self.transmit.next = self.transmitter.line.val();

        // Registers.
        self.reads_byte.next =
            self.select.val() & (!self.write.val()) & (self.word.val() == self.receive_at.q.val());
        self.received.read.next = self.reads_byte.val();
        self.answer_byte.d.next = self.reads_byte.val();
        self.answer.d.next = 0.into();
        if self.select.val() {
            if self.reads_byte.val() & self.received.level.val().any() {
                self.answer.d.next = self.valid_bit.q.val();
            }
            if self.word.val() == self.levels_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 12>(self.received.level.val())
                    | (unsigned_cast_extend::<32, 16>(
                        self.transmit_depth.q.val()
                            - unsigned_cast_extend::<16, 11>(self.sending.level.val()),
                    ) << 16);
            }
            if self.word.val() == self.divisor_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 16>(self.cycles_per_bit.val());
            }
            if self.word.val() == self.errors_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 16>(self.overruns.q.val())
                    | (unsigned_cast_extend::<32, 16>(self.bad.q.val()) << 16);
            }
        }
        self.q.next = self.answer.q.val();
        if self.answer_byte.q.val() & self.answer.q.val().any() {
            self.q.next =
                self.answer.q.val() | unsigned_cast_extend::<32, 8>(self.received.q.val());
        }
        if self.select.val() & self.write.val() & (self.word.val() == self.divisor_at.q.val()) {
            self.divisor.d.next = self.d.val().get_bits::<16>(0);
            self.configured.d.next = true;
        }
        if self.reset.val() {
            self.configured.d.next = false;
            self.overruns.d.next = 0.into();
            self.bad.d.next = 0.into();
            self.front.d.next = false;
        }
    }
}
