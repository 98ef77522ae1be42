//! A chip with a host at its line, for tests: what goes wrong fails the test.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code)]

use tensority_protocol::messages::{Answer, Event, Request};
use tensority_sim::board::host_end::HostEnd;
use tensority_sim::board::{Setup, SimulatedBoard, default_firmware};
use tensority_sim::model::source::{ArrayKind, default_cache};

/// Cycles of a known-answer test with one lane, and of the list that it needs.
const TESTED: u64 = 60_000_000;

/// The setup of most tests: the fastest to simulate.
pub fn setup() -> Setup {
    Setup {
        lanes: 16,
        array: ArrayKind::Functional,
        baud: 1_000_000,
        serial: 0x0123_4567_89ab_cdef,
        generate_list: false,
        firmware: default_firmware(),
        top: None,
    }
}

/// A chip with a host that acknowledges every event.
pub struct Chip(HostEnd);

impl Chip {
    pub fn power_up(setup: &Setup) -> Self {
        let board = SimulatedBoard::power_up(setup, &default_cache(), &mut |_| {});
        let board = board.expect("a board; firmware is built by `cargo xtask firmware`");
        Self(HostEnd::new(board))
    }

    /// A chip whose known-answer test has passed.
    pub fn ready(setup: &Setup) -> Self {
        let mut chip = Self::power_up(setup);
        match chip.event(TESTED) {
            Event::Started(_) => {}
            other => panic!("expected Started, found {other:?}"),
        }
        match chip.event_but_seeds(TESTED) {
            Event::SelfTestDone(done) => assert_eq!(done.passed, 1, "{:02x?}", done.hash),
            other => panic!("expected SelfTestDone, found {other:?}"),
        }
        chip
    }

    pub fn board(&mut self) -> &mut SimulatedBoard {
        self.0.board()
    }

    pub fn send(&mut self, request: impl Into<Request>) -> u16 {
        self.0.send(request)
    }

    pub fn ask(&mut self, request: impl Into<Request>) -> Answer {
        self.0
            .ask(request)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`Chip::ask`], where the answer may take `cycles`.
    pub fn ask_patiently(&mut self, request: impl Into<Request>, cycles: u64) -> Answer {
        let number = self.send(request);
        let answer = self.0.answer(number, cycles);
        answer.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn answer(&mut self, number: u16) -> Answer {
        let answer = self.0.answer(number, 1_000_000);
        answer.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn event(&mut self, cycles: u64) -> Event {
        self.0
            .event(cycles)
            .unwrap_or_else(|error| panic!("{error}"))
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

    /// Steps without a look at the line.
    pub fn step(&mut self, cycles: u64) {
        let stepped = self.board().step(cycles);
        stepped.unwrap_or_else(|error| panic!("{error}"));
    }

    pub fn turn(&mut self) {
        self.0.turn().unwrap_or_else(|error| panic!("{error}"));
    }
}
