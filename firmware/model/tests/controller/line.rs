//! A bad line: what is damaged is dropped and said, and what follows is understood.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_model::Config;
use tensority_protocol::VERSION;
use tensority_protocol::frame::{Header, MAX_BODY, MAX_FRAME, encode_parts};
use tensority_protocol::messages::*;

use crate::bench::*;

fn parts(version: u8, kind: u8, number: u16, payload: &[u8]) -> Vec<u8> {
    let mut line = [0; MAX_FRAME];
    let header = Header {
        version,
        kind,
        number,
    };
    let length = encode_parts(header, payload, &mut line);
    line[..length].to_vec()
}

/// The refusals of what was no frame.
fn refusals(bench: &mut Bench) -> Vec<Refusal> {
    for _ in 0..2000 {
        bench.turn();
    }
    let said = std::mem::take(&mut bench.said);
    said.iter()
        .map(|said| match said {
            Said::Answer(0, Answer::Refused(refused)) => {
                assert_eq!(refused.kind, 0);
                Refusal::try_from(refused.code).expect("a refusal")
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn what_is_no_frame_is_refused_under_number_0() {
    let mut bench = Bench::ready(Config::default());
    let good = frame(9, &Status {}.into());
    let mut wrong_crc = good.clone();
    wrong_crc[3] ^= 0x10;
    let mut too_long = vec![1; MAX_BODY + 20];
    too_long.push(0);
    let mut cut = good[..good.len() / 2].to_vec();
    cut.push(0);
    for (bytes, refusal) in [
        (&wrong_crc, Refusal::Checksum),
        (&too_long, Refusal::Oversized),
        (&cut, Refusal::Frame),
        (&vec![2, 7, 0], Refusal::Frame),
    ] {
        bench.send_bytes(bytes);
        assert_eq!(refusals(&mut bench), [refusal], "{bytes:02x?}");
    }
    bench.send_bytes(&[0, 0, 0]);
    assert_eq!(refusals(&mut bench), []);
    assert_eq!(bench.report().bad_frames, 4);
}

#[test]
fn a_request_that_is_not_understood_is_refused_by_its_number() {
    let mut bench = Bench::ready(Config::default());
    let codes = |answer| match answer {
        Answer::Refused(refused) => (refused.code, refused.kind, refused.found),
        other => panic!("{other:?}"),
    };
    for (number, bytes, expected) in [
        (
            5,
            parts(VERSION, 0x3f, 5, &[]),
            (Refusal::Unknown as u8, 0, 0x3f),
        ),
        (
            6,
            parts(VERSION, 0x81, 6, &[0; 8]),
            (Refusal::Unknown as u8, 0, 0x81),
        ),
        (
            7,
            parts(VERSION, 3, 7, &[0; 24]),
            (Refusal::Short as u8, 3, 24),
        ),
        (
            8,
            parts(VERSION + 1, 6, 8, &[]),
            (Refusal::Version as u8, 0, 2),
        ),
        (9, parts(0, 3, 9, &[]), (Refusal::Version as u8, 0, 0)),
    ] {
        bench.send_bytes(&bytes);
        assert_eq!(codes(bench.answer(number)), expected);
    }
    bench.send_bytes(&parts(200, 1, 10, &[1, 2, 3]));
    assert!(matches!(bench.answer(10), Answer::Identity(_)));
    // A later version's longer message is understood as far as it is known.
    bench.send_bytes(&parts(VERSION, 6, 11, &[1; 100]));
    assert!(matches!(bench.answer(11), Answer::Report(_)));
    assert_eq!(bench.report().bad_frames, 0);
}

#[test]
fn a_host_that_is_gone_in_a_frame_comes_back_with_a_0() {
    let mut bench = Bench::ready(Config::default());
    let set_job = frame(5, &job(1, 4).into());
    for length in 1..set_job.len() - 1 {
        bench.send_bytes(&set_job[..length]);
        for _ in 0..20 {
            bench.turn();
        }
        bench.send_bytes(&[0]);
        bench.send(&Status {}.into());
        let answer = bench.answer(bench.number);
        assert!(matches!(answer, Answer::Report(_)));
    }
    assert_eq!(bench.refusal(run(1, 1, 0, 1)), Refusal::Job);
}

#[test]
fn noise_makes_no_storm_of_answers_and_no_harm() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut bench = Bench::ready(Config::default());
    let mut ends = 0;
    for _ in 0..20_000 {
        let byte = if random.random_bool(0.2) {
            0
        } else {
            random.random()
        };
        ends += usize::from(byte == 0);
        bench.send_bytes(&[byte]);
        bench.turn();
    }
    bench.send_bytes(&[0]);
    let said = refusals(&mut bench).len();
    let bad = bench.report().bad_frames;
    assert!(
        said <= ends + 1 && bad > 1000,
        "{said} of {ends}, {bad} bad"
    );
}

#[test]
fn a_flood_costs_bytes_that_are_counted_and_no_more() {
    let mut bench = Bench::ready(Config::default());
    // Many more frames than the transmit FIFO has room for refusals of, all at once.
    bench.send_bytes(&[2, 0].repeat(3000));
    for _ in 0..10_000 {
        bench.turn();
    }
    let said = bench.said.len();
    bench.said.clear();
    let report = bench.report();
    assert_eq!(report.overruns, 6000 - 2048);
    assert!(said < usize::from(report.bad_frames), "{said}");
}

#[test]
fn a_repeated_request_is_answered_again_and_not_done_again() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 2));
    let taken = frame(700, &run(1, 1, 0, 16).into());
    for _ in 0..3 {
        bench.send_bytes(&taken);
        assert_eq!(bench.answer(700), RangeTaken {}.into());
        // Looking and acknowledging does not make the device forget it.
        bench.report();
    }
    bench.range(1);
    bench.send_bytes(&taken);
    assert_eq!(bench.answer(700), RangeTaken {}.into());
    bench.settle();
    assert_eq!(bench.ends(), 0, "the range was done twice");

    let status = frame(701, &Status {}.into());
    bench.send_bytes(&status);
    let first = bench.answer(701);
    bench.send_bytes(&status);
    assert_eq!(bench.answer(701), first);
}
