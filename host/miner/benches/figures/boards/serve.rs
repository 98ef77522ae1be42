//! The process behind the pseudo-terminals. It names the ports, one a line. A byte on its standard
//! input says that what came before does not count for delays; when that ends, it reports in a last
//! line.

use std::ffi::CString;
use std::io::{Write as _, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::io::{Errno, read, write};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::Report;
use super::chip::Chip;
use crate::machine;

/// How often time passes for the boards.
const TICK: Duration = Duration::from_millis(10);
/// The number of standard input among the boards.
const INPUT: u64 = u64::MAX;

/// Serves boards: their number, their rate, and the place of a processor or `any`.
pub fn serve(arguments: &[&str]) -> ExitCode {
    let [count, rate, place] = arguments else {
        panic!("expected a number of boards, a rate and a place, found {arguments:?}")
    };
    let count: u64 = count.parse().expect("a number of boards");
    let rate = rate.parse().expect("a rate");
    if let Ok(place) = place.parse() {
        machine::stay_on_processor(place);
    }
    let mut terminals: Vec<_> = (1..=count)
        .map(|serial| Terminal::new(Chip::new(serial, rate)))
        .collect();
    let mut out = stdout().lock();
    for terminal in &terminals {
        writeln!(out, "{}", terminal.path.to_str().expect("ASCII")).expect("a reader");
    }
    out.flush().expect("a reader");
    let report = run(&mut terminals);
    let line = serde_json::to_string(&report).expect("plain data");
    writeln!(out, "{line}").expect("a reader");
    ExitCode::SUCCESS
}

/// A board and its pseudo-terminal.
struct Terminal {
    chip: Chip,
    board_end: OwnedFd,
    /// Kept open, so that the board's end stays whole while nobody else has it open.
    _host_end: OwnedFd,
    path: CString,
}

impl Terminal {
    fn new(chip: Chip) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let board_end = openpt(flags).expect("a pseudo-terminal");
        grantpt(&board_end).expect("ours");
        unlockpt(&board_end).expect("ours");
        fcntl_setfl(&board_end, OFlags::NONBLOCK).expect("ours");
        let path = ptsname(&board_end, Vec::new()).expect("a path");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let host_end = open(&path, flags, Mode::empty()).expect("the other end");
        Self {
            chip,
            board_end,
            _host_end: host_end,
            path,
        }
    }

    fn receive(&mut self, report: &mut Report) {
        let mut buffer = [0; 4096];
        match read(&self.board_end, &mut buffer) {
            Ok(received) => {
                let now = machine::now();
                self.chip.feed(now, &buffer[..received], report);
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => panic!("{:?}: {error}", self.path),
        }
    }

    fn send(&mut self) {
        if self.chip.line.is_empty() {
            return;
        }
        // What does not fit is sent with the next.
        let taken = match write(&self.board_end, &self.chip.line) {
            Err(Errno::AGAIN | Errno::INTR) => 0,
            taken => taken.expect("it is whole"),
        };
        self.chip.line.drain(..taken);
    }
}

fn run(terminals: &mut [Terminal]) -> Report {
    let poll = epoll::create(CreateFlags::CLOEXEC).expect("a poll");
    for (number, terminal) in terminals.iter().enumerate() {
        let data = EventData::new_u64(number as u64);
        epoll::add(&poll, &terminal.board_end, data, EventFlags::IN).expect("watched");
    }
    let input = EventData::new_u64(INPUT);
    epoll::add(&poll, stdin(), input, EventFlags::IN).expect("watched");
    let mut report = Report::default();
    let mut ready = Vec::with_capacity(64);
    let mut next_tick = machine::now();
    loop {
        let left = next_tick.saturating_sub(machine::now());
        let left = Timespec::try_from(left).expect("short");
        match epoll::wait(&poll, spare_capacity(&mut ready), Some(&left)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => panic!("{error}"),
        }
        for event in ready.drain(..) {
            match event.data.u64() {
                INPUT => match read(stdin(), &mut [0; 1]) {
                    Ok(0) => return report,
                    _ => report.forget_delays(),
                },
                number => {
                    let terminal = &mut terminals[number as usize];
                    terminal.receive(&mut report);
                    terminal.send();
                }
            }
        }
        let now = machine::now();
        if now >= next_tick {
            report.pause = report.pause.max(now - next_tick);
            next_tick = now + TICK;
            for terminal in &mut *terminals {
                terminal.chip.advance(now, &mut report);
                terminal.send();
            }
        }
    }
}
