//! The host's end of a chip's line, in the chip's own time: requests, answers and events, without
//! clocks of the real world. Every event is acknowledged.

use std::collections::VecDeque;

use tensority_protocol::frame::{Decoder, MAX_FRAME, encode};
use tensority_protocol::messages::{Acknowledge, Answer, Event, Request};

use super::SimulatedBoard;
use crate::error::Error;

/// Cycles between two looks at the line: two bytes.
const TURN: u64 = 2_000;
/// Cycles in which a request is answered: a long frame each way and some.
const ANSWERED: u64 = 1_000_000;

/// A chip with a host.
pub struct HostEnd {
    board: SimulatedBoard,
    decoder: Decoder,
    number: u16,
    answers: VecDeque<(u16, Answer)>,
    events: VecDeque<Event>,
    seen: Option<u16>,
}

impl HostEnd {
    /// A host at the line of a chip that was just powered up.
    pub fn new(board: SimulatedBoard) -> Self {
        Self {
            board,
            decoder: Decoder::new(),
            number: 0,
            answers: VecDeque::new(),
            events: VecDeque::new(),
            seen: None,
        }
    }

    /// The board with the chip.
    pub fn board(&mut self) -> &mut SimulatedBoard {
        &mut self.board
    }

    /// Puts a request on the line; its number.
    pub fn send(&mut self, request: impl Into<Request>) -> u16 {
        self.number += 1;
        let mut line = [0; MAX_FRAME];
        let length = encode(self.number, &request.into(), &mut line);
        self.board.model().send(&line[..length]);
        self.number
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// If none comes, or as for [`Self::turn`].
    pub fn ask(&mut self, request: impl Into<Request>) -> Result<Answer, Error> {
        let number = self.send(request);
        self.answer(number, ANSWERED)
    }

    /// The answer to a request, at most `cycles` from now.
    ///
    /// # Errors
    /// If none comes, or as for [`Self::turn`].
    pub fn answer(&mut self, number: u16, cycles: u64) -> Result<Answer, Error> {
        let end = self.board.times().now + cycles;
        while self.board.times().now < end {
            let place = self.answers.iter().position(|answer| answer.0 == number);
            if let Some((_, answer)) = place.and_then(|place| self.answers.remove(place)) {
                return Ok(answer);
            }
            self.turn()?;
        }
        Err(Error::Silent {
            cycles,
            expected: format!("the answer to request {number}"),
        })
    }

    /// The next event, at most `cycles` from now.
    ///
    /// # Errors
    /// If none comes, or as for [`Self::turn`].
    pub fn event(&mut self, cycles: u64) -> Result<Event, Error> {
        let end = self.board.times().now + cycles;
        while self.board.times().now < end {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            self.turn()?;
        }
        Err(Error::Silent {
            cycles,
            expected: "an event".into(),
        })
    }

    /// Steps a little, and takes what came.
    ///
    /// # Errors
    /// If the chip broke a rule of its memory, or sends what is no frame of the protocol.
    pub fn turn(&mut self) -> Result<(), Error> {
        self.board.step(TURN)?;
        for byte in self.board.model().receive().to_vec() {
            let Some(frame) = self.decoder.feed(byte) else {
                continue;
            };
            let frame = frame.map_err(|error| Error::Garbled(format!("{error:?}")))?;
            let (kind, number) = (frame.header.kind, frame.header.number);
            if let Ok(answer) = Answer::get(kind, frame.payload) {
                self.answers.push_back((number, answer));
                continue;
            }
            let event = Event::get(kind, frame.payload)
                .map_err(|error| Error::Garbled(format!("{error:?}")))?;
            if self.seen != Some(number) {
                self.events.push_back(event);
            }
            self.seen = Some(number);
            if matches!(event, Event::Started(_)) {
                self.seen = None;
            } else {
                self.send(Acknowledge { event: number });
            }
        }
        self.answers
            .retain(|answer| !matches!(answer.1, Answer::Acknowledged(_)));
        Ok(())
    }
}
