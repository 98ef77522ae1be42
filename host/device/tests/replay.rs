//! A session is recorded, and played again without the device.

mod support;

use std::io::{self, BufReader};

use support::fake::{Fake, range_of};
use support::record::Recorder;
use support::replay::{Replay, ReplayError};
use tensority_device::board::Board;
use tensority_device::device::{Device, Notice, Placement};
use tensority_device::link::Patience;
use tensority_device::transport::{Sleep, Transport};

const START: u32 = 0xfff5;

/// What a host does with a board, and hears of it.
fn session(line: impl Transport, start: u32, ranges: &[u32]) -> Vec<Notice> {
    let mut board = Board::open_from(line, start, Patience::default()).expect("a board");
    let mut notices = Vec::new();
    for range in ranges {
        board
            .begin(&range_of(range / 2, *range), Placement::Behind)
            .expect("taken");
        while let Some(notice) = board
            .notice(std::time::Duration::from_millis(10))
            .expect("a line")
        {
            notices.push(notice);
        }
    }
    notices
}

fn recording(ranges: &[u32]) -> (Vec<u8>, Vec<Notice>) {
    let mut recording = Vec::new();
    let mut fake = Fake::default();
    // One request is lost, and repeated.
    fake.deaf = 1;
    let line = Recorder::new(fake, &mut recording, START).expect("a recorder");
    let notices = session(line, START, ranges);
    (recording, notices)
}

#[test]
fn a_session_played_again_is_the_same() {
    let (recording, notices) = recording(&[1, 2, 3, 4]);
    assert_eq!(notices.len(), 8);
    let replay = Replay::new(&recording[..]).expect("a recording");
    let start = replay.start();
    assert_eq!((start, replay.name()), (START, "fake"));
    assert_eq!(session(replay, start, &[1, 2, 3, 4]), notices);
}

#[test]
fn the_first_difference_is_named() {
    let (recording, _) = recording(&[1, 2]);
    let mut replay = Replay::new(BufReader::new(&recording[..])).expect("a recording");
    let (expected, line) = first_request(&recording);
    let mut other = expected.clone();
    other[3] ^= 1;
    let error = replay.send(&other).expect_err("a difference");
    match error.downcast::<ReplayError>() {
        Ok(ReplayError::Differs {
            line: at, place: 3, ..
        }) => assert_eq!(at, line),
        other => panic!("{other:?}"),
    }
    replay.send(&expected).expect("as recorded");
}

/// The frame sent first, and its line, counted from 1.
fn first_request(recording: &[u8]) -> (Vec<u8>, usize) {
    let text = str::from_utf8(recording).expect("text");
    let line = text.lines().nth(1).expect("a line");
    let passage: support::record::Passage = serde_json::from_str(line).expect("JSON");
    (hex::decode(passage.bytes).expect("hexadecimal"), 2)
}

#[test]
fn what_is_sent_where_nothing_was_sent_is_a_difference() {
    let (recording, _) = recording(&[]);
    let mut replay = Replay::new(&recording[..]).expect("a recording");
    let mut buffer = [0; 1024];
    // Play all of it.
    while !replay.is_over() {
        let received = replay
            .receive(&mut buffer, Default::default(), Sleep::Deep)
            .expect("a line");
        if received == 0 {
            let text = replay.send(&[1]).expect_err("a difference").to_string();
            let expected = text
                .split("expected to be sent ")
                .nth(1)
                .expect("what was sent");
            let expected = expected.split(',').next().expect("what was sent");
            replay
                .send(&hex::decode(expected).expect("bytes"))
                .expect("as recorded");
        }
    }
    let error = replay.send(&[0]).expect_err("the end");
    assert!(error.to_string().contains("after the last line"), "{error}");
}

#[test]
fn a_broken_recording_is_named_by_its_line() {
    let (recording, _) = recording(&[1]);
    let text = String::from_utf8(recording).expect("text");
    let broken = text.replacen("received", "sideways", 1);
    let line = 1 + text
        .lines()
        .position(|line| line.contains("received"))
        .expect("a line");
    let error = Replay::new(broken.as_bytes()).err().expect("no recording");
    assert!(
        matches!(error, ReplayError::Line { line: at, .. } if at == line),
        "{error}"
    );
    let error = Replay::new(io::empty()).err().expect("no recording");
    assert!(
        matches!(error, ReplayError::Line { line: 1, .. }),
        "{error}"
    );
}
