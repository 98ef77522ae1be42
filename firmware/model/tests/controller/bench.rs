//! A chip and its controller, driven turn by turn, and the host's end of the line.

use tensority_firmware::Controller;
use tensority_model::hashing::{Cheap, Hashing};
use tensority_model::{Chip, Config};
use tensority_protocol::frame::{CRC, Decoder, MAX_FRAME, encode};
use tensority_protocol::messages::*;

/// What the device said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// An answer, with the number of its request.
    Answer(u16, Answer),
    /// An event, with its number.
    Event(u16, Event),
}

/// A device on a bench.
pub struct Bench {
    pub chip: Chip,
    pub controller: Controller,
    pub decoder: Decoder,
    /// Number of the last request.
    pub number: u16,
    /// Everything that was said and not taken by the test, in order.
    pub said: Vec<Said>,
    /// Events are acknowledged as they come, and repeated ones dropped.
    pub acknowledging: bool,
    last_event: Option<u16>,
}

/// A target that about one hash of `2^bits` meets, for `bits` of at most 8.
pub fn target(bits: u32) -> [u8; 32] {
    let mut target = [0xff; 32];
    target[31] = (0xff_u32 >> bits) as u8;
    target
}

/// A job whose prefix and seed depend on its number.
pub fn job(number: u32, bits: u32) -> SetJob {
    SetJob {
        job: number,
        flags: 0,
        prefix: std::array::from_fn(|i| i as u8 ^ number as u8),
        seed: [1 + number as u8 % 2; 32],
        target: target(bits),
    }
}

/// The nonces of a range that meet the job's target, with their hashes, by [`Cheap`].
pub fn truth(job: &SetJob, first: u64, count: u64) -> Vec<(u64, [u8; 32])> {
    let target = tensority::Target::from_le_bytes(job.target).expect("a target");
    (first..first + count)
        .map(|nonce| {
            let header_hash = tensority::header_hash(&job.prefix, nonce).expect("a nonce");
            (nonce, Cheap.pow_hash(&job.seed, &header_hash))
        })
        .filter(|(_, hash)| target.is_met_by(hash))
        .collect()
}

pub fn run(range: u32, job: u32, first: u64, count: u64) -> Run {
    Run {
        range,
        job,
        first,
        count,
        flags: 0,
    }
}

pub fn replace(run: Run) -> Run {
    Run {
        flags: REPLACE,
        ..run
    }
}

impl Bench {
    /// A device that has just started.
    pub fn new(config: Config) -> Self {
        let mut chip = Chip::new(config, Cheap);
        let mut controller = Controller::new();
        controller.start(&mut chip);
        Self {
            chip,
            controller,
            decoder: Decoder::new(),
            number: 100,
            said: Vec::new(),
            acknowledging: true,
            last_event: None,
        }
    }

    /// A device that has passed its self-test, and whose events of that are acknowledged.
    pub fn ready(config: Config) -> Self {
        let mut bench = Self::new(config);
        bench.until("self-test", |said| {
            matches!(
                said,
                Said::Event(_, Event::SelfTestDone(SelfTestDone { passed: 1, .. }))
            )
        });
        bench.settle();
        bench.said.clear();
        bench
    }

    /// One turn of the controller.
    pub fn turn(&mut self) {
        self.controller.turn(&mut self.chip);
        if self.chip.take_restart() {
            self.controller = Controller::new();
            self.controller.start(&mut self.chip);
            self.last_event = None;
        }
        self.listen();
    }

    /// Takes what the device has sent.
    fn listen(&mut self) {
        for byte in self.chip.sent() {
            let Some(Ok(frame)) = self.decoder.feed(byte) else {
                continue;
            };
            let (kind, number) = (frame.header.kind, frame.header.number);
            if kind & EVENT == 0 {
                let answer = Answer::get(kind, frame.payload).expect("an answer");
                if !self.acknowledging || answer.kind() != 0x45 {
                    self.said.push(Said::Answer(number, answer));
                }
                continue;
            }
            let event = Event::get(kind, frame.payload).expect("an event");
            if self.acknowledging {
                let repeated = self.last_event == Some(number);
                if kind != 0x81 {
                    self.last_event = Some(number);
                    self.send(&Acknowledge { event: number }.into());
                }
                if repeated {
                    continue;
                }
            }
            self.said.push(Said::Event(number, event));
        }
    }

    /// Puts bytes on the line.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.chip.receive(*byte));
    }

    /// Sends a request under the next number, which it returns.
    pub fn send(&mut self, request: &Request) -> u16 {
        self.number = self.number.wrapping_add(1).max(1);
        self.send_bytes(&frame(self.number, request));
        self.number
    }

    /// Sends a request and returns its answer.
    pub fn ask(&mut self, request: impl Into<Request>) -> Answer {
        let number = self.send(&request.into());
        self.answer(number)
    }

    /// The answer to a request.
    pub fn answer(&mut self, number: u16) -> Answer {
        let said = self.until(
            "answer",
            |said| matches!(said, Said::Answer(n, _) if *n == number),
        );
        match said {
            Said::Answer(_, answer) => answer,
            Said::Event(..) => unreachable!("an answer was looked for"),
        }
    }

    /// Asks for something that is refused, and returns why.
    pub fn refusal(&mut self, request: impl Into<Request>) -> Refusal {
        match self.ask(request) {
            Answer::Refused(refused) => Refusal::try_from(refused.code).expect("a refusal"),
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    pub fn report(&mut self) -> Report {
        match self.ask(Status {}) {
            Answer::Report(report) => report,
            other => panic!("expected a report, found {other:?}"),
        }
    }

    /// Turns until something is said, and takes it out.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Said) -> bool) -> Said {
        for _ in 0..1_000_000 {
            if let Some(place) = self.said.iter().position(&wanted) {
                return self.said.remove(place);
            }
            self.turn();
        }
        panic!("no {what}; said: {:?}", self.said);
    }

    /// Turns until the end of a range, and takes everything of it out: nonces, and its end.
    pub fn range(&mut self, range: u32) -> (Vec<(u64, [u8; 32])>, RangeDone) {
        let done = self.until(
            &format!("end of range {range}"),
            |said| matches!(said, Said::Event(_, Event::RangeDone(done)) if done.range == range),
        );
        let Said::Event(_, Event::RangeDone(done)) = done else {
            unreachable!("an end was looked for");
        };
        let mut found = Vec::new();
        self.said.retain(|said| match said {
            Said::Event(_, Event::Found(own)) if own.range == range => {
                found.push((own.nonce, own.hash));
                false
            }
            _ => true,
        });
        (found, done)
    }

    /// Turns until the device is idle and has said everything.
    pub fn settle(&mut self) {
        for _ in 0..1_000_000 {
            let report = self.report();
            if report.state == DeviceState::Idle as u8 && report.waiting == 0 && report.events == 0
            {
                return;
            }
        }
        panic!("it does not settle; said: {:?}", self.said);
    }

    /// How many ends of ranges were said.
    pub fn ends(&self) -> usize {
        self.said
            .iter()
            .filter(|said| matches!(said, Said::Event(_, Event::RangeDone(_))))
            .count()
    }
}

/// A request as it is on the line.
pub fn frame(number: u16, request: &Request) -> Vec<u8> {
    let mut line = [0; MAX_FRAME];
    let length = encode(number, request, &mut line);
    line[..length].to_vec()
}

/// The CRC of an image.
pub fn crc(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}
