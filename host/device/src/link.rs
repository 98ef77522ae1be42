//! Requests and answers, and the events between them, over a line that may lose and change bytes.
//!
//! - One request is under way at a time. It is repeated, number and all, until it is answered; the
//!   device does not do the same request twice as long as it comes twice in a row.
//! - Therefore nothing else is sent while a request is under way. An event that comes meanwhile is
//!   kept, and acknowledged before the next request.
//! - An event is acknowledged after it is kept, and nobody waits for the answer: if the
//!   acknowledgement is lost, the event comes again, is dropped, and is acknowledged again.

mod refusal;

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use refusal::reason;
use tensority_protocol::frame::{Decoder, Frame, MAX_FRAME, encode};
use tensority_protocol::layout::Payload;
use tensority_protocol::messages::{Acknowledge, EVENT, Event, Refused, Request};

use crate::ask::Ask;
use crate::deadline::deadline;
use crate::device::DeviceError;
use crate::transport::{Sleep, Transport};

pub(crate) use refusal::version_reason;

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// After the request was sent the first time; twice as long after each repetition.
    pub first: Duration,
    /// Times that a request is sent.
    pub attempts: u32,
}

impl Default for Patience {
    /// 15.5 s in all, which suits a simulated board too.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            attempts: 5,
        }
    }
}

/// A message from the device, in the order of the line.
enum Arrived {
    Answer {
        number: u16,
        kind: u8,
        payload: Vec<u8>,
    },
    Event {
        number: u16,
        /// None if it is not known.
        event: Option<Event>,
    },
}

/// What a wait for an answer ended with.
enum Heard {
    Answer {
        kind: u8,
        payload: Vec<u8>,
    },
    /// The device could not read something that it was sent.
    Damaged,
    Nothing,
}

/// The host's end of the link.
pub struct Link<T> {
    transport: T,
    patience: Patience,
    decoder: Decoder,
    /// Of the request sent last.
    number: u16,
    arrived: VecDeque<Arrived>,
    events: VecDeque<Event>,
    /// The event kept last, with its number: it may come again.
    last: Option<(u16, Event)>,
    /// The event to be acknowledged.
    due: Option<u16>,
}

impl<T: Transport> Link<T> {
    /// A link whose requests are numbered from the one after `number` on. It should differ from
    /// those used last with this device, so that old answers are known as such.
    pub fn new(transport: T, number: u16, patience: Patience) -> Self {
        Self {
            transport,
            patience,
            decoder: Decoder::new(),
            number,
            arrived: VecDeque::new(),
            events: VecDeque::new(),
            last: None,
            due: None,
        }
    }

    /// Has later requests waited for so long.
    pub(crate) fn set_patience(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// What the link goes over.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// The line, to disturb it.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Asks, and waits for the answer.
    pub fn ask<R: Ask>(&mut self, request: R) -> Result<R::Answer, DeviceError> {
        let (number, frame) = self.frame(request);
        self.exchange::<R>(number, &frame, &frame)
    }

    /// As [`Self::ask`], with `before` sent in front of the request in one go. Its answer is not
    /// looked at, and if it is lost it is not repeated: `request` must be refused then.
    pub fn ask_after<B: Ask, R: Ask>(
        &mut self,
        before: B,
        request: R,
    ) -> Result<R::Answer, DeviceError> {
        let (_, mut both) = self.frame(before);
        let (number, frame) = self.frame(request);
        both.extend_from_slice(&frame);
        self.exchange::<R>(number, &both, &frame)
    }

    /// The next event, or none within `patience`, or until a wake ends a light sleep.
    pub fn event(
        &mut self,
        patience: Duration,
        sleep: Sleep,
    ) -> Result<Option<Event>, DeviceError> {
        let deadline = deadline(patience);
        let mut over = false;
        loop {
            while let Some(arrived) = self.arrived.pop_front() {
                if let Arrived::Event { number, event } = arrived {
                    self.keep(number, event);
                }
            }
            self.acknowledge().map_err(|error| self.gone(&error))?;
            if let Some(event) = self.events.pop_front() {
                return Ok(Some(event));
            }
            if over {
                return Ok(None);
            }
            let received = self.receive_until(deadline, sleep);
            over = !received.map_err(|error| self.gone(&error))?;
        }
    }

    /// The next of the events that came before the last answer, without a look at the line.
    pub fn event_before_answer(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// A request with its number, as bytes; a 0 in front ends what noise has begun.
    fn frame(&mut self, request: impl Into<Request>) -> (u16, Vec<u8>) {
        self.number = self.number.checked_add(1).unwrap_or(1);
        let mut line = [0; MAX_FRAME];
        let length = encode(self.number, &request.into(), &mut line);
        (self.number, [&[0], &line[..length]].concat())
    }

    fn exchange<R: Ask>(
        &mut self,
        number: u16,
        first: &[u8],
        again: &[u8],
    ) -> Result<R::Answer, DeviceError> {
        let begin = Instant::now();
        let answer = self.repeat(number, first, again);
        let name = || self.transport.name().to_owned();
        match answer {
            Ok(Ok((kind, payload))) => understand::<R>(name(), kind, &payload),
            Ok(Err(attempts)) => Err(DeviceError::Silent {
                name: name(),
                request: R::NAME,
                // A finer figure would say nothing.
                waited: Duration::from_millis(begin.elapsed().as_millis() as u64),
                attempts,
            }),
            Err(error) => Err(self.gone(&error)),
        }
    }

    /// Sends a request until it is answered: the kind and the payload, or how often it was sent.
    fn repeat(
        &mut self,
        number: u16,
        first: &[u8],
        again: &[u8],
    ) -> io::Result<Result<(u8, Vec<u8>), u32>> {
        self.acknowledge()?;
        let (mut frames, mut sent) = (first, 0);
        for attempt in 0..self.patience.attempts {
            let deadline = Instant::now() + self.patience.first * (1 << attempt.min(16));
            loop {
                self.transport.send(frames)?;
                (frames, sent) = (again, sent + 1);
                match self.wait_for(number, deadline)? {
                    Heard::Answer { kind, payload } => {
                        self.acknowledge()?;
                        return Ok(Ok((kind, payload)));
                    }
                    Heard::Damaged => {}
                    Heard::Nothing => break,
                }
            }
        }
        Ok(Err(sent))
    }

    fn gone(&self, error: &io::Error) -> DeviceError {
        DeviceError::Gone {
            name: self.transport.name().to_owned(),
            reason: error.to_string(),
        }
    }

    fn wait_for(&mut self, awaited: u16, deadline: Instant) -> io::Result<Heard> {
        let mut over = false;
        loop {
            while let Some(arrived) = self.arrived.pop_front() {
                match arrived {
                    Arrived::Event { number, event } => self.keep(number, event),
                    Arrived::Answer {
                        number,
                        kind,
                        payload,
                    } if number == awaited => return Ok(Heard::Answer { kind, payload }),
                    Arrived::Answer {
                        number: 0,
                        kind: Refused::KIND,
                        ..
                    } => return Ok(Heard::Damaged),
                    // To an acknowledgement, or once more to a request that was repeated.
                    Arrived::Answer { .. } => {}
                }
            }
            if over {
                return Ok(Heard::Nothing);
            }
            over = !self.receive_until(deadline, Sleep::Deep)?;
        }
    }

    /// Receives once; whether more may come in time.
    fn receive_until(&mut self, deadline: Instant, sleep: Sleep) -> io::Result<bool> {
        let patience = deadline.saturating_duration_since(Instant::now());
        let mut buffer = [0; 1024];
        let received = self.transport.receive(&mut buffer, patience, sleep)?;
        for byte in &buffer[..received] {
            // What is no frame was damaged on the line, and comes again.
            if let Some(Ok(frame)) = self.decoder.feed(*byte) {
                self.arrived.push_back(arrived(&frame));
            }
        }
        // A line that is never quiet must not keep us here for ever.
        Ok(received > 0 && !patience.is_zero())
    }

    fn keep(&mut self, number: u16, event: Option<Event>) {
        if let Some(event @ Event::Started(_)) = event {
            self.last = None;
            self.due = None;
            self.events.push_back(event);
            return;
        }
        // One that is not known is acknowledged too, or it would keep back those behind it.
        self.due = Some(number);
        if let Some(event) = event
            && self.last != Some((number, event))
        {
            self.last = Some((number, event));
            self.events.push_back(event);
        }
    }

    fn acknowledge(&mut self) -> io::Result<()> {
        if let Some(event) = self.due.take() {
            let (_, frame) = self.frame(Acknowledge { event });
            self.transport.send(&frame)?;
        }
        Ok(())
    }
}

fn arrived(frame: &Frame<'_>) -> Arrived {
    let (number, kind) = (frame.header.number, frame.header.kind);
    if kind & EVENT != 0 {
        let event = Event::get(kind, frame.payload).ok();
        return Arrived::Event { number, event };
    }
    Arrived::Answer {
        number,
        kind,
        payload: frame.payload.to_vec(),
    }
}

fn understand<R: Ask>(name: String, kind: u8, payload: &[u8]) -> Result<R::Answer, DeviceError> {
    if kind == R::Answer::KIND
        && let Some(bytes) = payload.get(..R::Answer::SIZE)
    {
        return Ok(R::Answer::get(bytes));
    }
    if kind == Refused::KIND
        && let Some(bytes) = payload.get(..Refused::SIZE)
    {
        let refused = Refused::get(bytes);
        return Err(DeviceError::Refused {
            name,
            request: R::NAME,
            reason: reason(&refused),
            code: Some(refused.code),
        });
    }
    Err(DeviceError::Unexpected {
        name,
        expected: format!("the answer 0x{:02x} to {}", R::Answer::KIND, R::NAME),
        found: format!("0x{kind:02x} with {} bytes", payload.len()),
    })
}
