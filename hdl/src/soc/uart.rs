//! UART: the serial link, with a FIFO each way.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | empties everything, and the rate is the build's again |
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write of `d` |
//! | `word` | in | 10 | register, counted in words |
//! | `d` | in | 32 | value to write |
//! | `receive` | in | 1 | serial line to the chip, asynchronous; 1 when idle |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//! | `transmit` | out | 1 | serial line from the chip; 1 when idle |
//!
//! Registers: `uart` in docs/registers.md. Latency of a read 1, and at least 2 cycles from a read
//! of RECEIVE to the next, which the bus keeps. The FIFOs hold [`RECEIVE_DEPTH`] and
//! [`TRANSMIT_DEPTH`] bytes; bytes that do not fit are dropped, and counted on the way in.
//!
//! Checked by `sim/tests/peripherals.rs`. Makes no interrupt and no flow control: the firmware
//! polls it every few hundred cycles, and a full FIFO is 10 * [`RECEIVE_DEPTH`] bits of the line.

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
    pub receive: Signal<In, Bit>,

    pub q: Signal<Out, Bits<32>>,
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
    send: Signal<Local, Bit>,
    cycles_per_bit: Signal<Local, Bits<16>>,
    /// What was read, but for the byte of RECEIVE, which comes from `received`.
    answer: DFF<Bits<32>>,
    byte_read: Signal<Local, Bit>,
    byte_read_reg: DFF<Bit>,

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
            byte_read_reg
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
        self.send.next = self.front.q.val() & self.transmitter.idle.val();
        self.front.d.next = self.sending.level.val().any() & (!self.send.val());
        self.sending.clear.next = self.reset.val();
        self.sending.read.next = self.send.val();
        self.sending.d.next = self.d.val().get_bits::<8>(0);
        self.sending.write.next =
            self.select.val() & self.write.val() & (self.word.val() == self.transmit_at.q.val());
        self.transmitter.reset.next = self.reset.val();
        self.transmitter.divisor.next = self.cycles_per_bit.val();
        self.transmitter.start.next = self.send.val();
        self.transmitter.d.next = self.sending.q.val();
        self.transmit.next = self.transmitter.line.val();

        // Registers.
        self.byte_read.next =
            self.select.val() & (!self.write.val()) & (self.word.val() == self.receive_at.q.val());
        self.received.read.next = self.byte_read.val();
        self.byte_read_reg.d.next = self.byte_read.val();
        self.answer.d.next = 0.into();
        if self.select.val() {
            if self.byte_read.val() & self.received.level.val().any() {
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
        if self.byte_read_reg.q.val() & self.answer.q.val().any() {
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
