//! A board of the model in real time, with a cheap hash and a steady rate.

use std::time::Duration;

use tensority::{ARRAY_MULTIPLIES, DIMENSION};
use tensority_firmware::Controller;
use tensority_model::Config;
use tensority_model::hashing::Cheap;
use tensority_protocol::frame::{MAX_FRAME, encode};
use tensority_protocol::messages::{Acknowledge, Request};

use super::Report;
use super::watch::Watch;

const LANES: u16 = 2;
/// Cycles of a hash with [`LANES`] lanes, those of its multiplies in the array.
const CYCLES_PER_HASH: u64 = (ARRAY_MULTIPLIES * DIMENSION * DIMENSION) as u64 / LANES as u64;
/// Turns in which the controller does what has come up, and sends what comes of it.
const TURNS: u32 = 4;
/// Seconds without a turn, at most.
const LONGEST_STEP: f64 = 0.25;
/// Bytes that leave the chip behind these turns.
const BYTES: u64 = 256;

/// The board.
pub struct Chip {
    chip: tensority_model::Chip,
    controller: Controller,
    watch: Watch,
    clock: f64,
    /// Its time when it had become quiet, and when that was.
    quiet: u64,
    begun: Option<Duration>,
    /// Bytes for the host.
    pub line: Vec<u8>,
}

impl Chip {
    /// A board of this serial number, with the clock that makes so many hashes per second.
    pub fn new(serial: u64, rate: f64) -> Self {
        let clock = rate * CYCLES_PER_HASH as f64;
        let config = Config {
            clock: clock.round() as u32,
            serial,
            lanes: LANES,
            temperature: Some(5000),
            hash: CYCLES_PER_HASH,
            list: CYCLES_PER_HASH / 10,
            ..Config::default()
        };
        let mut chip = tensority_model::Chip::new(config, Cheap);
        let mut controller = Controller::new();
        controller.start(&mut chip);
        let mut board = Self {
            chip,
            controller,
            watch: Watch::default(),
            clock,
            quiet: 0,
            begun: None,
            line: Vec::new(),
        };
        board.be_quiet();
        board
    }

    /// Passes the self-test and has its events acknowledged, so that nothing is said unasked.
    fn be_quiet(&mut self) {
        for event in [1, 2] {
            for _ in 0..40 {
                self.turns(TURNS);
                self.chip.advance(CYCLES_PER_HASH / 20);
            }
            let mut line = [0; MAX_FRAME];
            let length = encode(event, &Request::from(Acknowledge { event }), &mut line);
            line[..length]
                .iter()
                .for_each(|byte| self.chip.receive(*byte));
        }
        self.turns(TURNS * TURNS);
        self.chip.advance(BYTES * self.chip.byte_time());
        self.chip.sent();
        self.quiet = self.chip.now();
    }

    /// Takes bytes of the host that have arrived.
    pub fn feed(&mut self, now: Duration, bytes: &[u8], report: &mut Report) {
        self.watch.hear_host(now, bytes, report);
        for byte in bytes {
            self.chip.receive(*byte);
        }
        self.advance(now, report);
    }

    /// Does what could be done by now.
    pub fn advance(&mut self, now: Duration, report: &mut Report) {
        let begun = *self.begun.get_or_insert(now);
        let passed = now.saturating_sub(begun).as_secs_f64();
        let due = self.quiet + (passed * self.clock) as u64;
        let mut happens = self.chip.has_received();
        loop {
            if happens {
                self.turns(TURNS);
                self.chip.advance(BYTES * self.chip.byte_time());
            }
            // A turn in time feeds the watchdog, and sends again what is not acknowledged.
            let end = due.min(self.chip.now() + (self.clock * LONGEST_STEP) as u64);
            let next = self.chip.next_event().filter(|next| *next <= end);
            happens = next.is_some() || self.chip.has_received();
            let until = next.unwrap_or(end);
            self.chip.advance(until.saturating_sub(self.chip.now()));
            if !happens {
                self.turns(1);
                if self.chip.now() >= due {
                    break;
                }
            }
        }
        let sent = self.chip.sent();
        self.watch.hear_device(now, &sent, report);
        self.line.extend(sent);
    }

    fn turns(&mut self, count: u32) {
        for _ in 0..count {
            self.controller.turn(&mut self.chip);
            assert!(!self.chip.take_restart(), "a board restarted");
        }
    }
}
