//! The serial line: frames, messages, and the firmware that takes them.

use tensority_firmware::Controller;
use tensority_model::hashing::Cheap;
use tensority_model::{Chip, Config};
use tensority_protocol::VERSION;
use tensority_protocol::frame::{
    CRC_BYTES, Decoder, HEADER, Header, MAX_BODY, MAX_FRAME, MAX_PAYLOAD, encode_parts,
};
use tensority_protocol::layout::Payload;
use tensority_protocol::messages::{ANSWER, Answer, EVENT, Event, Request, Status};

use crate::Target;

pub const FRAMES: Target = Target {
    name: "frames",
    about: "bytes on the serial line, by host and board",
    claims: "a frame that is written is read back; one that is read, is read the same when it is written again; \
             behind any bytes and a 0 the next frame is understood",
    longest: 2048,
    memory_per_byte: 8,
    seeds: frame_seeds,
    check: frames,
};

pub const MESSAGES: Target = Target {
    name: "messages",
    about: "a kind byte and a payload, by host and board",
    claims: "a message that is read and written is the payload up to its length",
    longest: 256,
    memory_per_byte: 8,
    seeds: message_seeds,
    check: messages,
};

pub const FIRMWARE: Target = Target {
    name: "firmware",
    about: "requests and noise, by the controller's program on the chip in software",
    claims: "every request has one answer, of its kind or a refusal, unless it restarts the chip; the watchdog never bites",
    longest: 512,
    memory_per_byte: 2048,
    seeds: firmware_seeds,
    check: firmware,
};

fn frame(header: Header, payload: &[u8]) -> Vec<u8> {
    let mut line = [0; MAX_FRAME];
    let length = encode_parts(header, payload, &mut line);
    assert_ne!(length, 0, "any payload fits");
    line[..length].to_vec()
}

/// Every message with a payload of zeros and ones.
fn kinds() -> impl Iterator<Item = (u8, usize)> {
    let all = [Request::LAYOUT, Answer::LAYOUT, Event::LAYOUT].concat();
    all.into_iter().map(|layout| (layout.kind, layout.size))
}

fn frame_seeds() -> Vec<Vec<u8>> {
    let header = |kind| Header {
        version: VERSION,
        kind,
        number: 7,
    };
    let messages = kinds().map(|(kind, size)| frame(header(kind), &vec![1; size]));
    messages.chain([vec![0x20; MAX_BODY + 2]]).collect()
}

fn message_seeds() -> Vec<Vec<u8>> {
    kinds()
        .map(|(kind, size)| [vec![kind], vec![1; size]].concat())
        .collect()
}

fn frames(bytes: &[u8]) {
    let mut decoder = Decoder::new();
    for &byte in bytes {
        let Some(Ok(found)) = decoder.feed(byte) else {
            continue;
        };
        assert_eq!(byte, 0);
        let (header, payload) = (found.header, found.payload);
        assert!(HEADER + payload.len() + CRC_BYTES <= MAX_BODY);
        assert_eq!(
            read(&mut Decoder::new(), &frame(header, payload)),
            Some((header, payload.to_vec()))
        );
    }
    decoder.feed(0);
    let (head, payload) = bytes.split_at(bytes.len().min(4));
    let [version, kind, low, high] = std::array::from_fn(|i| head.get(i).copied().unwrap_or(0));
    let header = Header {
        version,
        kind,
        number: u16::from_le_bytes([low, high]),
    };
    let payload = &payload[..payload.len().min(MAX_BODY - HEADER - CRC_BYTES)];
    let line = frame(header, payload);
    let ends: Vec<_> = line.iter().filter(|byte| **byte == 0).collect();
    assert_eq!(ends.len(), 1);
    assert_eq!(read(&mut decoder, &line), Some((header, payload.to_vec())));
}

/// The first frame of some bytes.
fn read(decoder: &mut Decoder, line: &[u8]) -> Option<(Header, Vec<u8>)> {
    line.iter().find_map(|byte| {
        let frame = decoder.feed(*byte)?.ok()?;
        Some((frame.header, frame.payload.to_vec()))
    })
}

fn messages(bytes: &[u8]) {
    let Some((&kind, payload)) = bytes.split_first() else {
        return;
    };
    let mut written = [0; MAX_PAYLOAD];
    let sizes = [
        Request::get(kind, payload).map(|message| (message.kind(), message.put(&mut written))),
        Answer::get(kind, payload).map(|message| (message.kind(), message.put(&mut written))),
        Event::get(kind, payload).map(|message| (message.kind(), message.put(&mut written))),
    ];
    let understood: Vec<_> = sizes.into_iter().flatten().collect();
    assert!(understood.len() <= 1, "a kind is of one set");
    for (read, size) in understood {
        assert_eq!(read, kind);
        assert_eq!(written[..size], payload[..size]);
    }
}

/// Records of an operation, a length and so many bytes: noise, or the kind and payload of a request.
fn firmware_seeds() -> Vec<Vec<u8>> {
    let request = |kind: u8, size: usize| [vec![1, size as u8 + 1, kind], vec![0; size]].concat();
    let layouts = Request::LAYOUT.iter();
    let mut seeds: Vec<_> = layouts
        .map(|layout| request(layout.kind, layout.size))
        .collect();
    seeds.push(seeds.concat());
    seeds
}

/// Turns of the controller within which an answer must come.
const MOST_TURNS: usize = 20_000;

fn firmware(bytes: &[u8]) {
    let mut bench = Bench::new();
    let mut rest = bytes;
    let mut number = 0;
    while let [operation, length, tail @ ..] = rest {
        let (record, tail) = tail.split_at((*length as usize).min(tail.len()));
        rest = tail;
        number += 1;
        match (operation % 2, record) {
            (1, [kind, payload @ ..]) => drop(bench.ask(number, *kind, payload)),
            _ => bench.noise(record),
        }
    }
    if let Some(Answer::Report(report)) = bench.ask(number + 1, Status::KIND, &[]) {
        assert_eq!(report.watchdog_resets, 0, "the program was stuck");
    }
}

struct Bench {
    chip: Chip,
    controller: Controller,
    decoder: Decoder,
}

impl Bench {
    fn new() -> Self {
        let config = Config {
            hash: 400,
            list: 2000,
            checksum: 100,
            ..Config::default()
        };
        let mut chip = Chip::new(config, Cheap);
        let mut controller = Controller::new();
        controller.start(&mut chip);
        Self {
            chip,
            controller,
            decoder: Decoder::new(),
        }
    }

    /// A turn: the answers that came, and whether the chip has restarted.
    fn turn(&mut self) -> (Vec<(u16, Answer)>, bool) {
        self.controller.turn(&mut self.chip);
        let restarted = self.chip.take_restart();
        if restarted {
            self.controller = Controller::new();
            self.controller.start(&mut self.chip);
        }
        let mut answers = Vec::new();
        for byte in self.chip.sent() {
            let Some(Ok(frame)) = self.decoder.feed(byte) else {
                continue;
            };
            let (kind, payload) = (frame.header.kind, frame.payload);
            if kind & EVENT == 0 {
                let answer = Answer::get(kind, payload).expect("an answer");
                answers.push((frame.header.number, answer));
            } else {
                Event::get(kind, payload).expect("an event");
            }
        }
        (answers, restarted)
    }

    fn noise(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.chip.receive(*byte));
        self.chip.receive(0);
        for _ in 0..50 {
            self.turn();
        }
    }

    /// The answer to a request; nothing if the chip restarts before.
    fn ask(&mut self, number: u16, kind: u8, payload: &[u8]) -> Option<Answer> {
        let header = Header {
            version: VERSION,
            kind,
            number,
        };
        let line = frame(header, payload);
        line.iter().for_each(|byte| self.chip.receive(*byte));
        for _ in 0..MOST_TURNS {
            let (answers, restarted) = self.turn();
            if restarted {
                return None;
            }
            let own = answers.into_iter().find(|(to, _)| *to == number);
            if let Some((_, answer)) = own {
                let is_refusal = matches!(answer, Answer::Refused(_));
                assert!(
                    answer.kind() == kind | ANSWER || is_refusal,
                    "{answer:?} to {kind:02x}"
                );
                return Some(answer);
            }
        }
        panic!("no answer to {kind:02x}");
    }
}
