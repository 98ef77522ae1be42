//! A board that speaks the protocol and hashes cheaply, at a steady rate.

use super::{Report, Switch};
use std::{collections::VecDeque, time::Duration};
use tensority::{Target, header_hash};
use tensority_model::hashing::{Cheap, Hashing};
use tensority_protocol::{
    frame::{Decoder, MAX_FRAME, Message, encode},
    messages::{
        Aborted, Acknowledged, Answer, Event, Found, Identity, JobSet, RAW, REPLACE,
        RESEND_MILLISECONDS, RangeDone, RangeTaken, Refusal, Refused, Report as StatusReport,
        Request, Run, SeedReady, SetJob, TEMPERATURE,
    },
};

const LANES: u16 = 2;
/// Cycles of a hash with so many lanes: the 252 multiplies.
const CYCLES_PER_HASH: f64 = 252.0 * 65536.0 / LANES as f64;
/// Jobs that are kept, and ranges that are there at a time.
const JOBS: usize = 3;
const RANGES: usize = 2;
const RESEND: Duration = Duration::from_millis(RESEND_MILLISECONDS as u64);

/// The board.
pub struct Chip {
    serial: u64,
    rate: f64,
    decoder: Decoder,
    /// CRC of the request answered last, and the answer.
    last: Option<(u32, Vec<u8>)>,
    jobs: VecDeque<SetJob>,
    /// The first runs.
    ranges: VecDeque<Range>,
    seed: Option<[u8; 32]>,
    parent: Option<u64>,
    /// With its number, and when it happened.
    events: VecDeque<(u16, Event, Duration)>,
    next_event: u16,
    /// When the oldest event was sent last.
    sent: Option<Duration>,
    /// Bytes for the host.
    pub line: Vec<u8>,
}

struct Range {
    run: Run,
    job: SetJob,
    /// When it began, and the nonces done since.
    begun: Duration,
    done: u64,
}

impl Chip {
    /// A board of this serial number, with the clock that makes so many hashes per second.
    pub fn new(serial: u64, rate: f64) -> Self {
        Self {
            serial,
            rate,
            decoder: Decoder::new(),
            last: None,
            jobs: VecDeque::new(),
            ranges: VecDeque::new(),
            seed: None,
            parent: None,
            events: VecDeque::new(),
            next_event: 0,
            sent: None,
            line: Vec::new(),
        }
    }

    /// Takes bytes of the host that have arrived.
    pub fn feed(&mut self, now: Duration, bytes: &[u8], report: &mut Report) {
        for byte in bytes {
            let Some(Ok(frame)) = self.decoder.feed(*byte) else {
                continue;
            };
            let (number, crc) = (frame.header.number, frame.crc);
            let request = Request::get(frame.header.kind, frame.payload).expect("a request");
            let answer = match &self.last {
                Some((last, answer)) if *last == crc => answer.clone(),
                _ => in_frame(number, &self.answer(now, request, report)),
            };
            self.line.extend(&answer);
            self.last = Some((crc, answer));
        }
    }

    fn answer(&mut self, now: Duration, request: Request, report: &mut Report) -> Answer {
        match request {
            Request::Identify(_) => self.identity().into(),
            Request::SetJob(job) => {
                self.jobs.retain(|known| known.job != job.job);
                self.jobs.push_back(job);
                if self.jobs.len() > JOBS {
                    self.jobs.pop_front();
                }
                JobSet {}.into()
            }
            Request::Run(run) => self.run(now, run, report),
            Request::Abort(_) => {
                self.give_up(now, 1);
                Aborted {}.into()
            }
            Request::Acknowledge(acknowledge) => {
                self.acknowledge(now, acknowledge.event, report);
                Acknowledged {}.into()
            }
            Request::Status(_) => StatusReport {
                events: self.events.len().min(255) as u8,
                uptime: now.as_nanos() as u64,
                temperature: 5000,
                ..IDLE
            }
            .into(),
            _ => refused(Refusal::Unknown),
        }
    }

    fn run(&mut self, now: Duration, run: Run, report: &mut Report) -> Answer {
        let Some(&job) = self.jobs.iter().find(|job| job.job == run.job) else {
            return refused(Refusal::Job);
        };
        if run.flags & REPLACE != 0 {
            self.give_up(now, 2);
        }
        if self.ranges.len() == RANGES {
            return refused(Refusal::Full);
        }
        let parent = u64::from_le_bytes(job.prefix[16..24].try_into().expect("8 bytes"));
        if job.flags & RAW == 0 && self.parent.replace(parent) != Some(parent) {
            report.switches.push(Switch { parent, at: now });
        }
        if self.seed.replace(job.seed) != Some(job.seed) {
            let (seed, cycles) = (job.seed, 0);
            self.happen(now, SeedReady { seed, cycles });
        }
        self.ranges.push_back(Range {
            run,
            job,
            begun: now,
            done: 0,
        });
        RangeTaken {}.into()
    }

    fn give_up(&mut self, now: Duration, reason: u8) {
        for range in std::mem::take(&mut self.ranges) {
            self.end(&range, now, reason);
        }
    }

    /// Hashes what could be hashed by now.
    pub fn advance(&mut self, now: Duration, report: &mut Report) {
        while let Some(range) = self.ranges.front_mut() {
            let seconds = now.saturating_sub(range.begun).as_secs_f64();
            let due = ((seconds * self.rate) as u64).min(range.run.count);
            let nonces = range.run.first + range.done..range.run.first + due;
            range.done = due;
            let (run, job) = (range.run, range.job);
            for nonce in nonces {
                if let Some(hash) = hit(&job, nonce) {
                    report.found += u64::from(job.flags & RAW == 0);
                    let range = run.range;
                    self.happen(now, Found { range, nonce, hash });
                }
            }
            if due < run.count {
                break;
            }
            let range = self.ranges.pop_front().expect("the one that ran");
            self.end(&range, now, 0);
            let over = range.begun + Duration::from_secs_f64(run.count as f64 / self.rate);
            if let Some(next) = self.ranges.front_mut() {
                next.begun = next.begun.max(over);
            }
        }
        self.tell(now, report);
    }

    fn end(&mut self, range: &Range, now: Duration, reason: u8) {
        let done = RangeDone {
            range: range.run.range,
            hashes: range.done,
            reason,
            reserved: [0; 3],
        };
        self.happen(now, done);
    }

    fn happen(&mut self, now: Duration, event: impl Into<Event>) {
        self.next_event = self.next_event.wrapping_add(1);
        self.events.push_back((self.next_event, event.into(), now));
    }

    /// Sends the oldest event, again if it is time.
    fn tell(&mut self, now: Duration, report: &mut Report) {
        let Some((number, event, _)) = self.events.front() else {
            return;
        };
        if self.sent.is_some_and(|sent| now < sent + RESEND) {
            return;
        }
        report.sent_again += u64::from(self.sent.is_some());
        self.line.extend(in_frame(*number, event));
        self.sent = Some(now);
    }

    fn acknowledge(&mut self, now: Duration, number: u16, report: &mut Report) {
        if self.events.front().is_none_or(|event| event.0 != number) {
            return;
        }
        let (_, event, happened) = self.events.pop_front().expect("the first");
        self.sent = None;
        report.acknowledged += u64::from(matches!(event, Event::Found(_)));
        report.longest = report.longest.max(now.saturating_sub(happened));
        self.tell(now, report);
    }

    fn identity(&self) -> Identity {
        Identity {
            protocol_low: 1,
            protocol_high: 1,
            map_version: 1,
            serial: self.serial,
            hardware_build: 1,
            firmware_build: 1,
            firmware_version: [0, 1, 0],
            bank: 0,
            dimension: 256,
            lanes: LANES,
            clock: (self.rate * CYCLES_PER_HASH).round() as u32,
            capabilities: TEMPERATURE,
            queue: RANGES as u8 - 1,
            self_test: 2,
            events: 8,
            reserved: [0; 5],
        }
    }
}

/// The hash of a nonce, if it is to be told.
fn hit(job: &SetJob, nonce: u64) -> Option<[u8; 32]> {
    if job.flags & RAW != 0 {
        let header_hash = job.prefix[..32].try_into().expect("32 bytes");
        return Some(Cheap.pow_hash(&job.seed, header_hash));
    }
    let header_hash = header_hash(&job.prefix, nonce).expect("below 2^63");
    let hash = Cheap.pow_hash(&job.seed, &header_hash);
    let target = Target::from_le_bytes(job.target).expect("above 0");
    target.is_met_by(&hash).then_some(hash)
}

fn in_frame(number: u16, message: &impl Message) -> Vec<u8> {
    let mut line = [0; MAX_FRAME];
    let length = encode(number, message, &mut line);
    line[..length].to_vec()
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

const IDLE: StatusReport = StatusReport {
    state: 0,
    waiting: 0,
    events: 0,
    self_test: 2,
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
    cause: 0,
    temperature: 0,
    watchdog_resets: 0,
    overruns: 0,
    framing_errors: 0,
    bad_frames: 0,
    longest_turn: 0,
    stack: 0,
    reserved: [0; 22],
};
