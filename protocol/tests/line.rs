//! Frames on a bad line: what is damaged is noticed, and what follows is understood.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_protocol::frame::{
    Decoder, FrameError, Header, MAX_BODY, MAX_FRAME, encode, encode_parts,
};
use tensority_protocol::messages::{Acknowledge, Answer, Event, Request};

fn header(kind: u8) -> Header {
    Header {
        version: 1,
        kind,
        number: 7,
    }
}

/// Every outcome that `decoder` gives for `bytes`: payload or error.
fn outcomes(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Result<Vec<u8>, FrameError>> {
    bytes
        .iter()
        .filter_map(|byte| Some(decoder.feed(*byte)?.map(|frame| frame.payload.to_vec())))
        .collect()
}

fn line(payload: &[u8]) -> Vec<u8> {
    let mut line = [0; MAX_FRAME];
    let length = encode_parts(header(5), payload, &mut line);
    line[..length].to_vec()
}

#[test]
fn every_payload_length_comes_back() {
    for size in 0..=MAX_BODY - 8 {
        for fill in [0, 1, 0xff] {
            let payload = vec![fill; size];
            let bytes = line(&payload);
            assert!(bytes[..bytes.len() - 1].iter().all(|byte| *byte != 0));
            assert_eq!(outcomes(&mut Decoder::new(), &bytes), [Ok(payload)]);
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed_and_the_next_frame_is_understood() {
    let good = line(&[1, 2, 0, 4, 5]);
    for bit in 0..8 * (good.len() - 1) {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes.extend(&good);
        let found = outcomes(&mut Decoder::new(), &bytes);
        assert!(
            found[..found.len() - 1].iter().all(Result::is_err),
            "bit {bit}"
        );
        assert_eq!(found.last(), Some(&Ok(vec![1, 2, 0, 4, 5])), "bit {bit}");
    }
}

#[test]
fn a_cut_frame_is_broken_and_empty_ones_are_nothing() {
    let good = line(&[9; 20]);
    for length in 1..good.len() - 1 {
        let mut bytes = good[..length].to_vec();
        bytes.extend([0, 0, 0]);
        let found = outcomes(&mut Decoder::new(), &bytes);
        assert_eq!(found.len(), 1, "{length}");
        assert!(found[0].is_err(), "{length}");
    }
    assert_eq!(outcomes(&mut Decoder::new(), &[0; 10]), []);
}

#[test]
fn a_frame_that_is_too_long_is_said_to_be_once() {
    let mut bytes = vec![0x20; MAX_BODY * 3];
    bytes.push(0);
    bytes.extend(line(&[3]));
    let found = outcomes(&mut Decoder::new(), &bytes);
    assert_eq!(found, [Err(FrameError::Oversized), Ok(vec![3])]);
}

#[test]
fn noise_never_passes_for_a_message() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut decoder = Decoder::new();
    for _ in 0..200_000 {
        let byte = if random.random_ratio(1, 20) {
            0
        } else {
            random.random()
        };
        assert!(!matches!(decoder.feed(byte), Some(Ok(_))));
    }
}

#[test]
fn any_kind_with_any_payload_decodes_or_says_why() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut understood = 0;
    for _ in 0..100_000 {
        let payload: Vec<u8> = (0..random.random_range(0..220))
            .map(|_| random.random())
            .collect();
        let kind = random.random();
        let mut bytes = [0; tensority_protocol::frame::MAX_PAYLOAD];
        let sizes = [
            Request::get(kind, &payload).map(|message| message.put(&mut bytes)),
            Answer::get(kind, &payload).map(|message| message.put(&mut bytes)),
            Event::get(kind, &payload).map(|message| message.put(&mut bytes)),
        ];
        for size in sizes.into_iter().flatten() {
            assert_eq!(bytes[..size], payload[..size]);
            understood += 1;
        }
    }
    assert!(understood > 1000);
}

#[test]
fn a_number_and_a_version_come_back() {
    let mut bytes = [0; MAX_FRAME];
    let length = encode(0xabcd, &Request::from(Acknowledge { event: 1 }), &mut bytes);
    let mut decoder = Decoder::new();
    let header = bytes[..length]
        .iter()
        .find_map(|byte| decoder.feed(*byte).map(|frame| frame.map(|f| f.header)));
    assert_eq!(
        header,
        Some(Ok(Header {
            version: 1,
            kind: 5,
            number: 0xabcd
        }))
    );
}
