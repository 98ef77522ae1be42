//! Answers, kept so that a request that is repeated is answered again and not done again.
//!
//! Of each [`Class`] the last answer is kept: an acknowledgement between a request and its repetition
//! must not make the device forget that it has done it.

use tensority_protocol::messages::Answer;

use crate::bus::Bus;
use crate::message::{FRAME, Message};
use crate::uart::Uart;

/// Bytes of the longest answer on the line.
const LINE: usize = Answer::MAX_SIZE + FRAME;

/// An answer that is being written.
pub type Reply = Message<{ Answer::MAX_SIZE }>;

/// Identity of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Number that the host chose.
    pub number: u16,
    /// CRC of the frame.
    pub crc: u32,
}

/// An answer as it is on the line.
struct Kept {
    key: Option<Key>,
    line: [u8; LINE],
    length: usize,
    unsent: bool,
}

impl Kept {
    const NONE: Self = Self {
        key: None,
        line: [0; LINE],
        length: 0,
        unsent: false,
    };

    fn keep(&mut self, key: Key, answer: &Reply) {
        self.length = answer.encode(key.number, &mut self.line);
        self.key = Some(key);
        self.unsent = true;
    }

    fn send(&mut self, bus: &mut impl Bus, uart: &mut Uart) {
        if self.unsent {
            let line = self.line.get(..self.length).unwrap_or_default();
            self.unsent = !uart.send(bus, line);
        }
    }
}

/// Class of the request that an answer is to.
#[derive(Clone, Copy)]
pub enum Class {
    /// Changes nothing, or acknowledges an event.
    ReadOnly,
    /// Must not be done twice.
    Mutating,
    /// As `Mutating`, with an answer that takes time.
    Late,
}

/// The answers that are kept.
pub struct Answers {
    /// The last of each class.
    kept: [Kept; 3],
    /// The request whose answer takes time.
    pending: Option<Key>,
}

impl Answers {
    /// Nothing answered yet.
    pub const fn new() -> Self {
        Self {
            kept: [const { Kept::NONE }; 3],
            pending: None,
        }
    }

    /// Whether the request was seen before. If it was answered, it will be answered again.
    pub fn repeat(&mut self, key: Key) -> bool {
        for kept in &mut self.kept {
            if kept.key == Some(key) {
                kept.unsent = true;
                return true;
            }
        }
        self.pending == Some(key)
    }

    /// Keeps the answer to a request, to be sent.
    pub fn answer(&mut self, class: Class, key: Key, answer: &Reply) {
        if let Some(kept) = self.kept.get_mut(class as usize) {
            kept.keep(key, answer);
        }
    }

    /// Puts a request off.
    pub fn put_off(&mut self, key: Key) {
        self.pending = Some(key);
    }

    /// Whether a request was put off.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Answers the request that was put off.
    pub fn answer_pending(&mut self, answer: &Reply) {
        if let Some(key) = self.pending.take() {
            self.answer(Class::Late, key, answer);
        }
    }

    /// Sends what is not sent; tells whether everything is.
    pub fn send(&mut self, bus: &mut impl Bus, uart: &mut Uart) -> bool {
        let mut sent = true;
        for kept in &mut self.kept {
            kept.send(bus, uart);
            sent &= !kept.unsent;
        }
        sent
    }
}
