//! A board in software: the chip and its controller in a thread, in real time.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_firmware::Controller;

use crate::chip::Chip;
use crate::config::{Config, Noise};
use crate::hashing::{Hashing, Tensority};
use crate::line::{Button, Line, Port};

/// How far the chip's time may run ahead, and how long its controller dozes.
const STEP: Duration = Duration::from_millis(1);
/// Turns without a byte after which the controller has nothing left to do by itself: the check of an
/// image takes as many.
const TURNS_UNTIL_QUIET: u32 = 300;
/// Turns after the core has done something.
const TURNS_FOR_THE_CORE: u32 = 8;

/// A board that hashes on this machine, behind a stream of bytes. Dropping it unplugs it.
///
/// Its time is the real one, but for hashes that this machine is slower at than the board.
pub struct SoftwareBoard {
    line: Arc<Line>,
    thread: Option<JoinHandle<()>>,
}

impl SoftwareBoard {
    /// Switches on a board that hashes with Tensority.
    pub fn start(config: Config) -> Self {
        Self::start_with(config, Tensority::default())
    }

    /// Switches on a board that hashes with something else.
    pub fn start_with(config: Config, hashing: impl Hashing + 'static) -> Self {
        let line = Arc::new(Line::default());
        let runner = Runner::new(config, hashing, line.clone());
        Self {
            line,
            thread: Some(thread::spawn(|| runner.run())),
        }
    }

    /// The host's end of the serial line.
    pub fn port(&self) -> Port {
        Port::new(self.line.clone())
    }

    /// Presses the reset button.
    pub fn reset(&self) {
        self.line.press(Button::Reset);
    }

    /// Switches the power off and on.
    pub fn power_cycle(&self) {
        self.line.press(Button::Power);
    }

    /// Pulls the cable: reads and writes fail from now on.
    pub fn unplug(&self) {
        self.line.press(Button::Unplug);
    }
}

impl Drop for SoftwareBoard {
    fn drop(&mut self) {
        self.unplug();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported already.
            let _ = thread.join();
        }
    }
}

struct Runner {
    chip: Chip,
    controller: Controller,
    line: Arc<Line>,
    noise: Noise,
    random: StdRng,
    clock: f64,
    /// A moment, and the chip's time then.
    moment: (Instant, u64),
    /// When the line is free for the next byte to the device.
    line_free: u64,
    idle_turns: u32,
}

impl Runner {
    fn new(config: Config, hashing: impl Hashing + 'static, line: Arc<Line>) -> Self {
        let noise = config.faults.noise;
        let clock = config.clock.into();
        let mut chip = Chip::new(config, hashing);
        let mut controller = Controller::new();
        controller.start(&mut chip);
        Self {
            controller,
            line,
            noise,
            random: StdRng::seed_from_u64(noise.seed),
            clock,
            moment: (Instant::now(), chip.now()),
            line_free: 0,
            idle_turns: 0,
            chip,
        }
    }

    fn run(mut self) {
        while self.exchange() {
            self.controller.turn(&mut self.chip);
            if self.chip.take_restart() {
                self.controller = Controller::new();
                self.controller.start(&mut self.chip);
            }
            self.doze();
            self.keep_time();
        }
        self.line.lock().gone = true;
        self.line.notify();
    }

    /// Moves bytes, and does what buttons say; false if the board was unplugged.
    fn exchange(&mut self) -> bool {
        let sent = self.chip.sent();
        let line = self.line.clone();
        let mut bytes = line.lock();
        match bytes.button.take() {
            Some(Button::Reset) => self.chip.reset(),
            Some(Button::Power) => self.chip.power_cycle(),
            Some(Button::Unplug) => return false,
            None => {}
        }
        self.idle_turns = self.idle_turns.saturating_add(1);
        self.line_free = self.line_free.max(self.chip.now() - self.chip.byte_time());
        while self.line_free < self.chip.now()
            && let Some(byte) = bytes.to_device.pop_front()
        {
            self.line_free += self.chip.byte_time();
            self.idle_turns = 0;
            if let Some(byte) = self.spoil(byte) {
                self.chip.receive(byte);
            }
        }
        if !sent.is_empty() {
            let arrived: Vec<u8> = sent.iter().filter_map(|byte| self.spoil(*byte)).collect();
            bytes.to_host.extend(arrived);
            drop(bytes);
            line.notify();
        }
        true
    }

    /// What becomes of a byte on the line.
    fn spoil(&mut self, byte: u8) -> Option<u8> {
        if self.noise.lost > 0.0 && self.random.random_bool(self.noise.lost) {
            return None;
        }
        if self.noise.flipped > 0.0 && self.random.random_bool(self.noise.flipped) {
            return Some(byte ^ 1 << self.random.random_range(0..8));
        }
        Some(byte)
    }

    /// Skips time in which nothing would happen.
    fn doze(&mut self) {
        let busy = self.idle_turns < TURNS_UNTIL_QUIET || self.chip.has_received();
        if busy || !self.line.lock().to_device.is_empty() {
            return;
        }
        let (now, step) = (self.chip.now(), self.cycles(STEP));
        let event = self.chip.next_event().filter(|event| *event < now + step);
        if event.is_some() {
            self.idle_turns = TURNS_UNTIL_QUIET - TURNS_FOR_THE_CORE;
        }
        let until = event.unwrap_or(now + step);
        self.chip.advance(until.saturating_sub(now));
    }

    /// Waits until the real time is near the chip's; bytes for the device end the wait.
    fn keep_time(&mut self) {
        let (moment, then) = self.moment;
        let passed = Duration::from_secs_f64((self.chip.now() - then) as f64 / self.clock);
        let real = moment.elapsed();
        if passed > real + STEP {
            let waits = |bytes: &mut crate::line::Bytes| {
                bytes.to_device.is_empty() && bytes.button.is_none()
            };
            drop(self.line.wait(passed - real, waits));
        } else if real > passed + STEP {
            // This machine is slower than the board: its time has to stretch.
            self.moment = (Instant::now(), self.chip.now());
        }
    }

    fn cycles(&self, time: Duration) -> u64 {
        (time.as_secs_f64() * self.clock) as u64
    }
}
