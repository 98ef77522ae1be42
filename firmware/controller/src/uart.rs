//! The serial link: takes bytes as they come, sends frames whole or not at all, never waits.

use tensority_protocol::messages::Event;
use tensority_protocol::registers::uart::{
    DIVISOR, ERRORS, FRAMING_ERRORS, FREE, LEVELS, OVERRUNS, RECEIVE, RECEIVED, RECEIVED_VALID,
    TRANSMIT,
};

use crate::bus::Bus;
use crate::message::{FRAME, Message};

/// Bits on the line for a byte, and one for the gap that a slow clock may leave.
const BIT_TIMES: u32 = 11;

/// Bytes of the longest event on the line.
const LINE: usize = Event::MAX_SIZE + FRAME;

/// The owner of the serial link.
pub struct Uart {
    /// Bytes that the transmit FIFO holds.
    depth: u32,
    /// Where frames are put together.
    line: [u8; LINE],
}

impl Uart {
    /// Before its start.
    pub const fn new() -> Self {
        Self {
            depth: 0,
            line: [0; LINE],
        }
    }

    /// Takes the link as it is after the reset, with an empty transmit FIFO, and ends the frame that
    /// the reset may have cut, so that the next is not taken for its rest.
    pub fn start(&mut self, bus: &mut impl Bus) {
        self.depth = free(bus);
        transmit(bus, &[0]);
    }

    /// The oldest byte received.
    pub fn receive(&mut self, bus: &mut impl Bus) -> Option<u8> {
        let word = bus.read(RECEIVE.address());
        (RECEIVED_VALID.of(word) == 1).then_some(RECEIVED.of(word) as u8)
    }

    /// Sends bytes, if there is room for all of them; tells whether it did.
    pub fn send(&mut self, bus: &mut impl Bus, bytes: &[u8]) -> bool {
        transmit(bus, bytes)
    }

    /// Sends a message of at most [`LINE`] bytes, if there is room for it; tells whether it did.
    pub fn send_message<const N: usize>(
        &mut self,
        bus: &mut impl Bus,
        number: u16,
        message: &Message<N>,
    ) -> bool {
        let length = message.encode(number, &mut self.line);
        transmit(bus, self.line.get(..length).unwrap_or_default())
    }

    /// Whether the transmit FIFO is empty; the last byte may still be on the line.
    pub fn drained(&self, bus: &mut impl Bus) -> bool {
        free(bus) == self.depth
    }

    /// Cycles that a byte takes on the line.
    pub fn byte_cycles(&self, bus: &mut impl Bus) -> u32 {
        BIT_TIMES.saturating_mul(bus.read(DIVISOR.address()))
    }

    /// Cycles that a full transmit FIFO takes to be sent.
    pub fn drain_cycles(&self, bus: &mut impl Bus) -> u32 {
        self.byte_cycles(bus).saturating_mul(self.depth + 1)
    }

    /// Bytes lost to a full receive FIFO, and bytes dropped for their stop bit.
    pub fn errors(&self, bus: &mut impl Bus) -> (u16, u16) {
        let word = bus.read(ERRORS.address());
        (OVERRUNS.of(word) as u16, FRAMING_ERRORS.of(word) as u16)
    }
}

fn free(bus: &mut impl Bus) -> u32 {
    FREE.of(bus.read(LEVELS.address()))
}

fn transmit(bus: &mut impl Bus, bytes: &[u8]) -> bool {
    let room = free(bus) as usize >= bytes.len();
    if room {
        for byte in bytes {
            bus.write(TRANSMIT.address(), u32::from(*byte));
        }
    }
    room
}
