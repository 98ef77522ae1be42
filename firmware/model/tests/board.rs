//! The board in software, as a host sees it.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use tensority_model::hashing::Cheap;
use tensority_model::{Config, Faults, Noise, Port, SoftwareBoard};
use tensority_protocol::frame::{Decoder, MAX_FRAME, encode};
use tensority_protocol::messages::*;

/// A host that does one thing after the other.
struct Host {
    port: Port,
    decoder: Decoder,
    number: u16,
}

enum Heard {
    Answer(u16, Answer),
    Event(u16, Event),
}

impl Host {
    fn new(board: &SoftwareBoard) -> Self {
        let mut port = board.port();
        port.set_timeout(Duration::from_millis(20));
        Self {
            port,
            decoder: Decoder::new(),
            number: 0,
        }
    }

    fn send(&mut self, number: u16, request: Request) {
        let mut line = [0; MAX_FRAME];
        let length = encode(number, &request, &mut line);
        self.port.write_all(&line[..length]).expect("it is plugged");
    }

    /// Hears until `wanted` is found, acknowledging events; or until the time is over.
    fn hear<T>(&mut self, time: Duration, wanted: impl Fn(&Heard) -> Option<T>) -> Option<T> {
        let start = Instant::now();
        while start.elapsed() < time {
            let mut byte = [0];
            if self.port.read(&mut byte).is_err() {
                continue;
            }
            let Some(Ok(frame)) = self.decoder.feed(byte[0]) else {
                continue;
            };
            let number = frame.header.number;
            let heard = match frame.header.kind & EVENT == 0 {
                true => Heard::Answer(
                    number,
                    Answer::get(frame.header.kind, frame.payload).unwrap(),
                ),
                false => Heard::Event(
                    number,
                    Event::get(frame.header.kind, frame.payload).unwrap(),
                ),
            };
            if let Heard::Event(event @ 1.., _) = heard {
                self.number += 1;
                self.send(self.number, Acknowledge { event }.into());
            }
            if let Some(found) = wanted(&heard) {
                return Some(found);
            }
        }
        None
    }

    /// Asks again and again.
    fn ask(&mut self, request: impl Into<Request>) -> Answer {
        let request = request.into();
        self.number += 1;
        let number = self.number;
        for _ in 0..100 {
            self.send(number, request);
            let answer = self.hear(Duration::from_millis(100), |heard| match heard {
                Heard::Answer(n, answer) if *n == number => Some(*answer),
                _ => None,
            });
            if let Some(answer) = answer {
                return answer;
            }
        }
        panic!("no answer to {request:?}");
    }

    fn passes_its_test(&mut self) {
        let passed = self.hear(Duration::from_secs(20), |heard| match heard {
            Heard::Event(_, Event::SelfTestDone(done)) => Some(done.passed),
            _ => None,
        });
        assert_eq!(passed, Some(1));
    }
}

#[test]
fn a_board_with_the_true_hash_passes_its_test_and_answers() {
    let board = SoftwareBoard::start(Config::default());
    let mut host = Host::new(&board);
    host.passes_its_test();
    let Answer::Identity(identity) = host.ask(Identify {}) else {
        panic!("no identity");
    };
    assert_eq!(
        (identity.dimension, identity.self_test),
        (256, SelfTestState::Passed as u8)
    );
}

#[test]
fn a_board_finds_the_genesis_block() {
    let headers = testvectors::headers();
    let genesis = &headers[0];
    let pow = genesis.pow.as_ref().expect("its seed is known");
    let mut target = genesis.target;
    target.reverse();
    let board = SoftwareBoard::start(Config::default());
    let mut host = Host::new(&board);
    host.passes_its_test();
    host.ask(SetJob {
        job: 1,
        flags: 0,
        prefix: *genesis.preimage.first_chunk().expect("it is longer"),
        seed: pow.seed,
        target,
    });
    host.ask(Run {
        range: 1,
        job: 1,
        first: genesis.header.nonce - 2,
        count: 4,
        flags: 0,
    });
    let found = host.hear(Duration::from_secs(20), |heard| match heard {
        Heard::Event(_, Event::Found(found)) => Some(*found),
        _ => None,
    });
    let found = found.expect("its nonce is in the range");
    assert_eq!(
        (found.nonce, found.hash),
        (genesis.header.nonce, pow.pow_hash)
    );
}

#[test]
fn a_noisy_line_loses_nothing() {
    let noise = Noise {
        flipped: 0.002,
        lost: 0.001,
        seed: testvectors::seed(),
    };
    let faults = Faults {
        noise,
        ..Faults::default()
    };
    let config = Config {
        faults,
        ..Config::default()
    };
    let board = SoftwareBoard::start_with(config, Cheap);
    let mut host = Host::new(&board);
    host.passes_its_test();
    // Nearly every other one of these long requests is spoilt.
    let mut job = SetJob {
        job: 0,
        flags: 0,
        prefix: [0; 128],
        seed: [1; 32],
        target: [0xff; 32],
    };
    for number in 0..30 {
        job.job = number;
        assert_eq!(host.ask(job), JobSet {}.into());
    }
    let Answer::Report(report) = host.ask(Status {}) else {
        panic!("no report");
    };
    assert!(report.bad_frames > 0, "there was no noise");
}

#[test]
fn an_idle_board_rests_and_keeps_time() {
    let board = SoftwareBoard::start_with(Config::default(), Cheap);
    let mut host = Host::new(&board);
    host.passes_its_test();
    let mut uptime = || match host.ask(Status {}) {
        Answer::Report(report) => report.uptime,
        _ => panic!("no report"),
    };
    let (before, start) = (uptime(), Instant::now());
    // The time itself is measured.
    std::thread::sleep(Duration::from_millis(300));
    let cycles = uptime() - before;
    let expected = start.elapsed().as_secs_f64() * 100e6;
    let ratio = cycles as f64 / expected;
    assert!((0.5..1.5).contains(&ratio), "{cycles} of {expected} cycles");
}

#[test]
fn a_reset_is_told_and_an_unplugged_board_is_gone() {
    let board = SoftwareBoard::start_with(Config::default(), Cheap);
    let mut host = Host::new(&board);
    host.passes_its_test();
    let cause = |heard: &Heard| match heard {
        Heard::Event(_, Event::Started(started)) => ResetCause::try_from(started.cause).ok(),
        _ => None,
    };
    board.reset();
    assert_eq!(
        host.hear(Duration::from_secs(5), cause),
        Some(ResetCause::Command)
    );
    board.power_cycle();
    assert_eq!(
        host.hear(Duration::from_secs(5), cause),
        Some(ResetCause::PowerUp)
    );
    let mut port = board.port();
    drop(board);
    let error = port.write_all(&[0]).expect_err("it is gone");
    assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
}
