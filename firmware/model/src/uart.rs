//! The serial link: two FIFOs, and bytes that take their time.

use std::collections::VecDeque;

/// Bytes of the receive FIFO.
const RECEIVE_DEPTH: usize = 2048;
/// Bytes of the transmit FIFO.
const TRANSMIT_DEPTH: usize = 1024;
/// Bits of a byte on the line.
const BITS: u64 = 10;

/// See the module's documentation.
pub struct Uart {
    pub received: VecDeque<u8>,
    transmitting: VecDeque<u8>,
    /// Bytes that have left the chip.
    pub sent: Vec<u8>,
    pub divisor: u32,
    overruns: u16,
    /// When the byte at the front has left.
    due: u64,
}

impl Uart {
    pub fn new(divisor: u16) -> Self {
        Self {
            received: VecDeque::new(),
            transmitting: VecDeque::new(),
            sent: Vec::new(),
            divisor: divisor.into(),
            overruns: 0,
            due: 0,
        }
    }

    /// What has left the chip stays out of it.
    pub fn reset(&mut self) {
        self.received.clear();
        self.transmitting.clear();
        self.overruns = 0;
    }

    /// A byte arrives.
    pub fn receive(&mut self, byte: u8) {
        match self.received.len() < RECEIVE_DEPTH {
            true => self.received.push_back(byte),
            false => self.overruns = self.overruns.saturating_add(1),
        }
    }

    pub fn transmit(&mut self, byte: u8, now: u64) {
        if self.transmitting.is_empty() {
            self.due = now + self.byte_time();
        }
        if self.transmitting.len() < TRANSMIT_DEPTH {
            self.transmitting.push_back(byte);
        }
    }

    pub fn advance(&mut self, now: u64) {
        while self.due <= now
            && let Some(byte) = self.transmitting.pop_front()
        {
            self.sent.push(byte);
            self.due += self.byte_time();
        }
    }

    /// When the next byte will have left.
    pub fn next_event(&self) -> Option<u64> {
        (!self.transmitting.is_empty()).then_some(self.due)
    }

    pub fn byte_time(&self) -> u64 {
        BITS * u64::from(self.divisor)
    }

    pub fn levels(&self) -> (u32, u32) {
        let free = TRANSMIT_DEPTH - self.transmitting.len();
        (self.received.len() as u32, free as u32)
    }

    pub fn overruns(&self) -> u16 {
        self.overruns
    }
}
