//! The events that the host has not acknowledged.
//!
//! The oldest is sent, again and again, until it is acknowledged; then the next. Whoever takes on
//! something that will end with an event makes sure beforehand that there will be room for it.

use tensority_protocol::layout::Payload;
use tensority_protocol::messages::{Event, RESEND_MILLISECONDS};

use crate::bus::Bus;
use crate::message::Message;
use crate::timer::Timer;
use crate::uart::Uart;

/// Events that may wait; it divides 2^16, so that an event's number tells its place.
pub const CAPACITY: usize = 16;

const _: () = assert!((1 << 16) % CAPACITY == 0);

/// An event of this number was not sent yet.
pub struct NotSent;

/// The ring of events.
pub struct Events {
    ring: [Message<{ Event::MAX_SIZE }>; CAPACITY],
    /// Number of the oldest.
    oldest: u16,
    count: u8,
    /// When the oldest was sent last, if it was.
    sent: Option<u32>,
    /// Cycles until it is sent again.
    pause: u32,
}

impl Events {
    /// No events, and not started.
    pub const fn new() -> Self {
        Self {
            ring: [const { Message::NONE }; CAPACITY],
            oldest: 0,
            count: 0,
            sent: None,
            pause: 0,
        }
    }

    /// The first event will have the number 1, since `Started` has 0.
    pub fn start(&mut self, timer: &Timer) {
        self.oldest = 1;
        self.pause = timer.cycles(RESEND_MILLISECONDS);
    }

    /// Events that are not acknowledged.
    pub fn count(&self) -> u8 {
        self.count
    }

    /// Number of events that there is room for.
    pub fn room(&self) -> u8 {
        (CAPACITY as u8).saturating_sub(self.count)
    }

    /// Appends an event; there is room, or it is lost.
    pub fn push(&mut self, event: &impl Payload) {
        if self.room() > 0 {
            let number = self.oldest.wrapping_add(u16::from(self.count));
            if let Some(place) = self.ring.get_mut(usize::from(number) % CAPACITY) {
                place.put(event);
                self.count += 1;
            }
        }
    }

    /// Forgets the event of this number; one that is forgotten already is no error.
    pub fn acknowledge(&mut self, number: u16) -> Result<(), NotSent> {
        let ahead = number.wrapping_sub(self.oldest);
        if ahead >= u16::from(self.count) {
            return Ok(());
        }
        if ahead > 0 || self.sent.is_none() {
            return Err(NotSent);
        }
        self.oldest = self.oldest.wrapping_add(1);
        self.count -= 1;
        self.sent = None;
        Ok(())
    }

    /// Sends the oldest if it is due.
    pub fn turn(&mut self, bus: &mut impl Bus, uart: &mut Uart, now: u32) {
        let due = self.count > 0
            && self
                .sent
                .is_none_or(|sent| now.wrapping_sub(sent) >= self.pause);
        if !due {
            return;
        }
        if let Some(event) = self.ring.get(usize::from(self.oldest) % CAPACITY)
            && uart.send_message(bus, self.oldest, event)
        {
            self.sent = Some(now);
        }
    }
}
