//! A device that speaks the protocol but hashes nothing: a range is over as soon as it is taken,
//! with its first nonce found. Time does not pass for it, so nothing waits.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tensority_device::device::{Kind, Message, Range, RangeId};
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;
use tensority_protocol::frame::{Decoder, MAX_FRAME, Message as WireMessage, encode};
use tensority_protocol::messages::*;

pub const IDENTITY: Identity = Identity {
    protocol_low: 1,
    protocol_high: 1,
    map_version: 1,
    serial: 0x0123_4567_89ab_cdef,
    hardware_build: 1,
    firmware_build: 2,
    firmware_version: [0, 1, 0],
    bank: 0,
    dimension: 256,
    lanes: 4,
    clock: 100_000_000,
    capabilities: 0,
    queue: 1,
    self_test: SelfTestState::Passed as u8,
    events: 8,
    reserved: [0; 5],
};

const REPORT: Report = Report {
    state: DeviceState::Idle as u8,
    waiting: 0,
    events: 0,
    self_test: SelfTestState::Passed as u8,
    range: 0,
    range_hashes: 0,
    uptime: 0,
    issued: 0,
    stall_weights: 0,
    stall_load: 0,
    stall_fold: 0,
    idle: 0,
    hashes: 0,
    round: 0,
    cause: ResetCause::PowerUp as u8,
    temperature: NO_TEMPERATURE,
    watchdog_resets: 0,
    overruns: 0,
    framing_errors: 0,
    bad_frames: 0,
    longest_turn: 0,
    stack: 0,
    reserved: [0; 22],
};

pub struct Fake {
    pub identity: Identity,
    /// Cycles since its start.
    pub uptime: u64,
    /// Says nothing.
    pub mute: bool,
    /// How many of the next requests it loses.
    pub deaf: usize,
    /// How many waits pass before it says anything.
    pub late: usize,
    /// Requests that were done, the repeated ones once; without acknowledgements.
    pub done: Vec<Request>,
    /// Ranges that were taken.
    pub ranges: Vec<u32>,
    /// Frames of requests that arrived, the repeated ones too; without acknowledgements.
    pub heard: usize,
    /// Numbers of the events that were acknowledged.
    pub acknowledged: Vec<u16>,
    pub events: VecDeque<(u16, Event)>,
    jobs: Vec<u32>,
    event_number: u16,
    decoder: Decoder,
    /// CRC of the request answered last, and the answer.
    last: Option<(u32, Vec<u8>)>,
    line: VecDeque<u8>,
    resent: bool,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            identity: IDENTITY,
            uptime: 1000,
            mute: false,
            deaf: 0,
            late: 0,
            done: Vec::new(),
            ranges: Vec::new(),
            heard: 0,
            acknowledged: Vec::new(),
            events: VecDeque::new(),
            jobs: Vec::new(),
            event_number: 0,
            decoder: Decoder::new(),
            last: None,
            line: VecDeque::new(),
            resent: false,
        }
    }
}

/// What the fake finds in a range.
pub fn hash_of(nonce: u64) -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&nonce.to_le_bytes());
    hash
}

/// A range of a job; jobs of different numbers differ.
pub fn range_of(job: u32, id: u32) -> Range {
    Range {
        id: RangeId(id),
        message: Message::Header([job as u8; 128]),
        seed: [1; 32],
        target: tensority::Target::MAX,
        first: u64::from(id) * 10,
        count: 10,
    }
}

pub fn frame(number: u16, message: &impl WireMessage) -> Vec<u8> {
    let mut line = [0; MAX_FRAME];
    let length = encode(number, message, &mut line);
    line[..length].to_vec()
}

impl Fake {
    /// Puts bytes on the line to the host.
    pub fn say(&mut self, bytes: &[u8]) {
        self.line.extend(bytes);
    }

    /// Forgets everything, as a restart does, and says so.
    pub fn restart(&mut self) {
        self.jobs.clear();
        self.events.clear();
        self.last = None;
        self.event_number = 0;
        let started = Started {
            cause: ResetCause::Watchdog as u8,
            bank: 0,
            reserved: 0,
        };
        self.say(&frame(0, &Event::from(started)));
    }

    /// Takes an event, which is sent until it is acknowledged.
    pub fn happen(&mut self, event: impl Into<Event>) {
        self.event_number += 1;
        self.events.push_back((self.event_number, event.into()));
        self.resent = false;
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let (number, crc, request) = match self.decoder.feed(*byte) {
                None => continue,
                Some(Err(_)) => {
                    self.say(&frame(0, &refused(Refusal::Checksum)));
                    continue;
                }
                Some(Ok(frame)) => {
                    let request = Request::get(frame.header.kind, frame.payload);
                    (frame.header.number, frame.crc, request.expect("a request"))
                }
            };
            if !matches!(request, Request::Acknowledge(_)) {
                self.heard += 1;
                if self.deaf > 0 {
                    self.deaf -= 1;
                    continue;
                }
            }
            self.take(number, crc, request);
        }
    }

    fn take(&mut self, number: u16, crc: u32, request: Request) {
        let answer = match &self.last {
            Some((last, answer)) if *last == crc => answer.clone(),
            _ => frame(number, &self.answer(request)),
        };
        self.last = Some((crc, answer.clone()));
        if !self.mute {
            self.say(&answer);
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        if !matches!(request, Request::Acknowledge(_)) {
            self.done.push(request);
        }
        match request {
            Request::Identify(_) => self.identity.into(),
            Request::SetJob(job) => {
                self.jobs.push(job.job);
                JobSet {}.into()
            }
            Request::Run(run) if !self.jobs.contains(&run.job) => refused(Refusal::Job),
            Request::Run(run) => {
                self.ranges.push(run.range);
                self.happen(Found {
                    range: run.range,
                    nonce: run.first,
                    hash: hash_of(run.first),
                });
                self.happen(RangeDone {
                    range: run.range,
                    hashes: run.count,
                    reason: EndReason::Complete as u8,
                    reserved: [0; 3],
                });
                RangeTaken {}.into()
            }
            Request::Abort(_) => Aborted {}.into(),
            Request::Acknowledge(acknowledge) => {
                self.acknowledged.push(acknowledge.event);
                self.events
                    .retain(|(number, _)| *number != acknowledge.event);
                self.resent = false;
                Acknowledged {}.into()
            }
            Request::Status(_) => Report {
                events: self.events.len() as u8,
                uptime: self.uptime,
                ..REPORT
            }
            .into(),
            Request::UpdateBegin(_) => UpdateBegun {}.into(),
            Request::UpdateWrite(write) => UpdateWritten {
                offset: write.offset,
            }
            .into(),
            Request::UpdateStart(_) => {
                self.identity.bank = 3;
                UpdateStarting {}.into()
            }
            Request::UpdateConfirm(_) => {
                self.identity.bank = 1;
                UpdateConfirmed {}.into()
            }
            _ => refused(Refusal::Busy),
        }
    }
}

fn refused(refusal: Refusal) -> Answer {
    Refused {
        code: refusal as u8,
        kind: 0,
        protocol_low: 1,
        protocol_high: 1,
        found: 0,
    }
    .into()
}

impl Transport for Fake {
    fn name(&self) -> &str {
        "fake"
    }

    fn kind(&self) -> Kind {
        Kind::Board
    }

    fn port(&self) -> Option<&str> {
        None
    }

    /// It never waits.
    fn waker(&self) -> Waker {
        Waker::new(|| ())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.feed(bytes);
        Ok(())
    }

    /// What is said, then the oldest event, then nothing, and so on.
    fn receive(&mut self, buffer: &mut [u8], _: Duration, _: Sleep) -> io::Result<usize> {
        if self.late > 0 {
            self.late -= 1;
            return Ok(0);
        }
        if self.line.is_empty() && !self.mute && !std::mem::replace(&mut self.resent, true) {
            if let Some((number, event)) = self.events.front() {
                let frame = frame(*number, event);
                self.line.extend(frame);
            }
        } else if self.line.is_empty() {
            self.resent = false;
        }
        io::Read::read(&mut self.line, buffer)
    }
}
