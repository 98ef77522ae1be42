//! A chip and the host's end of its line, cycle by cycle and without clocks of the real world.

use std::collections::VecDeque;

use tensority_protocol::frame::{Decoder, MAX_FRAME, encode};
use tensority_protocol::messages::{Acknowledge, Answer, Event, Request};
use tensority_sim::board::{Setup, SimulatedBoard, default_firmware};
use tensority_sim::source::{ArrayKind, default_cache};

/// Cycles between two looks at the line: two bytes.
const TURN: u64 = 2_000;
/// Cycles in which a request is answered: a long frame each way and some.
const ANSWERED: u64 = 1_000_000;

/// The setup of most tests: the fastest to simulate.
pub fn setup() -> Setup {
    Setup {
        lanes: 16,
        array: ArrayKind::Functional,
        baud: 1_000_000,
        serial: 0x0123_4567_89ab_cdef,
        generate_cache: false,
        firmware: default_firmware(),
    }
}

/// A chip with a host that acknowledges every event.
pub struct Chip {
    pub board: SimulatedBoard,
    decoder: Decoder,
    number: u16,
    answers: VecDeque<(u16, Answer)>,
    events: VecDeque<Event>,
    seen: Option<u16>,
}

impl Chip {
    pub fn power_up(setup: &Setup) -> Self {
        let board = SimulatedBoard::power_up(setup, &default_cache(), &mut |_| {});
        Self {
            board: board.expect("a board; firmware is built by `cargo xtask firmware`"),
            decoder: Decoder::new(),
            number: 0,
            answers: VecDeque::new(),
            events: VecDeque::new(),
            seen: None,
        }
    }

    /// A chip whose known-answer test has passed.
    pub fn ready(setup: &Setup) -> Self {
        let mut chip = Self::power_up(setup);
        match chip.event(20_000_000) {
            Event::Started(_) => {}
            other => panic!("expected Started, found {other:?}"),
        }
        match chip.event_but_seeds(20_000_000) {
            Event::SelfTestDone(done) => assert_eq!(done.passed, 1, "{:02x?}", done.hash),
            other => panic!("expected SelfTestDone, found {other:?}"),
        }
        chip
    }

    /// Puts a request on the line.
    pub fn send(&mut self, request: impl Into<Request>) -> u16 {
        self.number += 1;
        let mut line = [0; MAX_FRAME];
        let length = encode(self.number, &request.into(), &mut line);
        self.board.model().send(&line[..length]);
        self.number
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, request: impl Into<Request>) -> Answer {
        let number = self.send(request);
        self.answer(number)
    }

    /// As [`Chip::ask`], where the answer may take `cycles`.
    pub fn ask_patiently(&mut self, request: impl Into<Request>, cycles: u64) -> Answer {
        let number = self.send(request);
        self.answer_within(number, cycles)
    }

    /// Waits for the answer to a request.
    pub fn answer(&mut self, number: u16) -> Answer {
        self.answer_within(number, ANSWERED)
    }

    fn answer_within(&mut self, number: u16, cycles: u64) -> Answer {
        let end = self.board.times().now + cycles;
        while self.board.times().now < end {
            if let Some(at) = self.answers.iter().position(|answer| answer.0 == number) {
                return self.answers.remove(at).expect("it is there").1;
            }
            self.turn();
        }
        panic!("no answer to request {number} in {cycles} cycles");
    }

    /// The next event, at most `cycles` from now.
    pub fn event(&mut self, cycles: u64) -> Event {
        let end = self.board.times().now + cycles;
        while self.board.times().now < end {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            self.turn();
        }
        panic!("no event in {cycles} cycles");
    }

    /// As [`Chip::event`], without the news of matrix lists.
    pub fn event_but_seeds(&mut self, cycles: u64) -> Event {
        loop {
            match self.event(cycles) {
                Event::SeedReady(_) => {}
                other => return other,
            }
        }
    }

    /// Steps a little, and takes what came.
    pub fn turn(&mut self) {
        self.board.step(TURN);
        for byte in self.board.model().receive().to_vec() {
            let Some(frame) = self.decoder.feed(byte) else {
                continue;
            };
            let frame = frame.expect("frames of the chip are whole");
            let (kind, number) = (frame.header.kind, frame.header.number);
            if let Ok(answer) = Answer::get(kind, frame.payload) {
                self.answers.push_back((number, answer));
                continue;
            }
            let event = Event::get(kind, frame.payload).expect("an answer or an event");
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
    }
}
