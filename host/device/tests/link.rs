//! Requests, answers and events over good and bad lines, with a device that hashes nothing.

mod support;

use std::time::Duration;

use support::fake::{Fake, IDENTITY, frame, hash_of, range_of};
use support::noise::Noisy;
use tensority_device::board::Board;
use tensority_device::device::{Device, DeviceError, EndReason, Notice, Placement, RangeId};
use tensority_device::link::{Link, Patience};
use tensority_device::transport::{Sleep, Transport};
use tensority_protocol::messages::*;

const PATIENCE: Patience = Patience {
    first: Duration::from_millis(500),
    attempts: 5,
};

fn link(fake: Fake) -> Link<Fake> {
    Link::new(fake, 100, PATIENCE)
}

fn board(fake: Fake) -> Board<Fake> {
    Board::open_from(fake, 7, PATIENCE).expect("a board")
}

fn notices<T: Transport>(board: &mut Board<T>) -> Vec<Notice> {
    std::iter::from_fn(|| board.notice(PATIENCE.first).expect("a line")).collect()
}

/// What the fake reports of [`range_of`].
fn report(range: u32) -> [Notice; 2] {
    let (range, nonce) = (RangeId(range), u64::from(range) * 10);
    [
        Notice::Found {
            range,
            nonce,
            hash: hash_of(nonce),
        },
        Notice::RangeDone {
            range,
            hashes: 10,
            ending: EndReason::Complete,
        },
    ]
}

#[test]
fn an_answer_has_the_number_of_its_request() {
    let mut fake = Fake::default();
    // Of other times, and of no request.
    for number in [0, 100, 102] {
        let other = Identity {
            serial: 1,
            ..IDENTITY
        };
        fake.say(&frame(number, &Answer::from(other)));
    }
    assert_eq!(link(fake).ask(Identify {}).expect("an answer"), IDENTITY);
}

#[test]
fn a_lost_request_is_repeated_and_done_once() {
    let mut fake = Fake::default();
    fake.deaf = 4;
    let mut link = link(fake);
    link.ask(Identify {}).expect("an answer");
    assert_eq!(link.transport().heard, 5);
    assert_eq!(link.transport().done.len(), 1);
}

#[test]
fn a_slow_device_is_waited_for_and_its_late_answers_do_no_harm() {
    let mut board = board(Fake::default());
    for range in 1..=5 {
        board.transport_mut().late = 4;
        board
            .begin(&range_of(range, range), Placement::Behind)
            .expect("taken");
        assert_eq!(notices(&mut board), report(range));
    }
    let fake = board.transport();
    assert_eq!(fake.ranges.len(), 5);
    assert!(
        fake.heard >= fake.done.len() + 4 * 5,
        "{} heard",
        fake.heard
    );
}

#[test]
fn a_silent_device_is_asked_five_times() {
    let mut fake = Fake::default();
    fake.mute = true;
    match link(fake).ask(Status {}) {
        Err(DeviceError::Silent {
            request: "Status",
            attempts: 5,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_device_could_not_read_is_sent_again_at_once() {
    let mut link = link(Fake::default());
    // Noise, ended by the 0 that the link sends first.
    link.ask(Identify {}).expect("an answer");
    let mut fake = Fake::default();
    fake.feed(&[3, 1, 2, 3]);
    let mut link = self::link(fake);
    link.ask(Identify {}).expect("an answer");
    let fake = link.transport();
    assert_eq!((fake.heard, fake.done.len()), (2, 1));
}

#[test]
fn a_refusal_says_why() {
    let mut board = board(Fake::default());
    let error = board.self_test().expect_err("a refusal");
    assert!(matches!(
        error,
        DeviceError::Refused {
            request: "SelfTest",
            ..
        }
    ));
    assert_eq!(
        error.to_string(),
        "fake: SelfTest refused: the device is busy"
    );
}

#[test]
fn a_repeated_event_is_handed_on_once_and_acknowledged_again() {
    let mut fake = Fake::default();
    let ready = SeedReady {
        seed: [9; 32],
        cycles: 1,
    };
    fake.say(&frame(5, &Event::from(ready)));
    fake.say(&frame(5, &Event::from(ready)));
    let mut link = link(fake);
    let event = link.event(Duration::ZERO, Sleep::Deep).expect("a line");
    assert_eq!(event, Some(ready.into()));
    link.transport_mut().say(&frame(5, &Event::from(ready)));
    assert_eq!(
        link.event(Duration::ZERO, Sleep::Deep).expect("a line"),
        None
    );
    assert_eq!(link.transport().acknowledged, [5, 5]);
    // The same number with something else in it is another event.
    let other = SeedReady { cycles: 2, ..ready };
    link.transport_mut().say(&frame(5, &Event::from(other)));
    let event = link.event(Duration::ZERO, Sleep::Deep).expect("a line");
    assert_eq!(event, Some(other.into()));
}

#[test]
fn an_event_that_is_not_known_does_not_keep_back_the_next() {
    use tensority_protocol::frame::{Header, MAX_FRAME, encode_parts};
    let mut line = [0; MAX_FRAME];
    let header = Header {
        version: 1,
        kind: 0xfe,
        number: 9,
    };
    let length = encode_parts(header, &[1, 2, 3], &mut line);
    let mut fake = Fake::default();
    fake.say(&line[..length]);
    let mut link = link(fake);
    assert_eq!(
        link.event(Duration::ZERO, Sleep::Deep).expect("a line"),
        None
    );
    assert_eq!(link.transport().acknowledged, [9]);
}

#[test]
fn a_device_of_another_version_is_told_apart_in_one_line() {
    let mut fake = Fake::default();
    fake.identity.protocol_low = 2;
    fake.identity.protocol_high = 3;
    let error = Board::open_from(fake, 7, PATIENCE).err().expect("no board");
    assert_eq!(
        error.to_string(),
        "fake: expected a common protocol version, found versions 2 to 3 there, 1 to 1 here; update \
         this program"
    );
}

#[test]
fn a_board_says_what_its_size_and_clock_promise() {
    let board = board(Fake::default());
    let multiplies = tensority::reference::ARRAY_MULTIPLIES as f64;
    let rate = board.description().expected_rate.expect("a rate");
    assert!((rate - 100e6 * 4.0 / (multiplies * 65536.0)).abs() < 1e-9);
    assert_eq!(board.description().serial, Some(IDENTITY.serial));
}

#[test]
fn a_job_is_sent_when_it_changes() {
    let mut board = board(Fake::default());
    for (job, range) in [(1, 1), (1, 2), (2, 3)] {
        board
            .begin(&range_of(job, range), Placement::Behind)
            .expect("taken");
    }
    let done = &board.transport().done;
    let jobs: Vec<_> = done
        .iter()
        .filter_map(|request| match request {
            Request::SetJob(set) => Some(set.prefix[0]),
            _ => None,
        })
        .collect();
    assert_eq!(jobs, [1, 2]);
    assert_eq!(
        notices(&mut board),
        [report(1), report(2), report(3)].concat()
    );
}

#[test]
fn a_lost_job_is_sent_again() {
    let mut board = board(Fake::default());
    board.transport_mut().deaf = 1;
    board
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    assert_eq!(notices(&mut board), report(1));
}

#[test]
fn a_restart_in_front_of_an_answer_does_not_end_the_range_taken_after_it() {
    let mut board = board(Fake::default());
    board
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    board.transport_mut().restart();
    board
        .begin(&range_of(1, 2), Placement::Behind)
        .expect("taken");
    let lost = Notice::RangeDone {
        range: RangeId(1),
        hashes: 0,
        ending: EndReason::Aborted,
    };
    let [found, done] = report(2);
    assert_eq!(notices(&mut board), [lost, Notice::Restarted, found, done]);
}

#[test]
fn a_restart_that_nobody_heard_of_shows_in_the_uptime() {
    let mut board = board(Fake::default());
    board.transport_mut().uptime = 2000;
    board.hashes().expect("a report");
    assert_eq!(notices(&mut board), []);
    board.transport_mut().uptime = 1999;
    board.hashes().expect("a report");
    assert_eq!(notices(&mut board), [Notice::Restarted]);
}

#[test]
fn ranges_of_a_host_that_is_gone_are_not_told() {
    let mut fake = Fake::default();
    for range in [7, 8, 9] {
        fake.happen(RangeDone {
            range,
            hashes: 1,
            reason: EndReason::Complete as u8,
            reserved: [0; 3],
        });
    }
    let mut board = board(fake);
    assert_eq!(notices(&mut board), []);
    assert_eq!(board.transport().acknowledged, [1, 2, 3]);
}

#[test]
fn what_comes_late_of_a_range_that_is_over_is_not_told() {
    let mut board = board(Fake::default());
    board
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    assert_eq!(notices(&mut board), report(1));
    board.transport_mut().happen(Found {
        range: 1,
        nonce: 11,
        hash: hash_of(11),
    });
    assert_eq!(notices(&mut board), []);
}

#[test]
fn a_job_of_a_host_that_is_gone_is_never_run_though_its_number_comes_again() {
    let mut fake = Fake::default();
    let before = SetJob {
        job: 1,
        flags: 0,
        prefix: [9; 128],
        seed: [9; 32],
        target: [0xff; 32],
    };
    fake.feed(&frame(1, &Request::from(before)));
    let mut board = board(fake);
    board
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    let last_set = board.transport().done.iter().rev().find_map(|request| {
        let Request::SetJob(set) = request else {
            return None;
        };
        Some(set.prefix)
    });
    assert_eq!(
        last_set,
        Some([1; 128]),
        "the job is set in front of its run"
    );
}

#[test]
fn an_update_writes_the_whole_image_and_is_confirmed() {
    let mut board = board(Fake::default());
    let image: Vec<u8> = (0..=255).chain(0..9).collect();
    let mut written = Vec::new();
    let update = board.update(&image, &mut |bytes| written.push(bytes), |_| Ok(true));
    assert!(update.expect("an update"));
    assert_eq!(written, [128, 256, 384]);
    let mut staged = Vec::new();
    let mut begun = None;
    for request in &board.transport().done {
        match request {
            Request::UpdateBegin(begin) => begun = Some(*begin),
            Request::UpdateWrite(write) => {
                assert_eq!(write.offset as usize, staged.len());
                staged.extend(write.data);
            }
            _ => {}
        }
    }
    let begun = begun.expect("a begin");
    assert_eq!(begun.size as usize, staged.len());
    assert_eq!(begun.crc, tensority_protocol::frame::CRC.checksum(&staged));
    assert!(staged.starts_with(&image) && staged[image.len()..].iter().all(|byte| *byte == 0));
    assert_eq!(board.identity().bank, 1);
}

#[test]
fn on_a_bad_line_nothing_is_lost_and_nothing_done_twice() {
    let (mut harm, mut repeated) = (0, 0);
    for seed in 0..20 {
        let line = Noisy::new(Fake::default(), seed);
        let patience = Patience {
            first: Duration::from_millis(20),
            attempts: 30,
        };
        let mut board = Board::open_from(line, 7, patience)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for range in 1..=50 {
            let taken = board.begin(&range_of(range / 4, range), Placement::Behind);
            taken.unwrap_or_else(|error| panic!("seed {seed}, range {range}: {error}"));
            let mut told = Vec::new();
            for _ in 0..1000 {
                told.extend(notices(&mut board));
                if told.len() == 2 {
                    break;
                }
            }
            assert_eq!(told, report(range), "seed {seed}");
        }
        // The last acknowledgement may have been lost.
        for _ in 0..20 {
            assert_eq!(notices(&mut board), [], "seed {seed}");
        }
        let line = board.transport();
        let mut ranges = line.inner.ranges.clone();
        ranges.dedup();
        assert_eq!(ranges.len(), 50, "seed {seed}");
        assert_eq!(line.inner.ranges, ranges, "seed {seed}");
        assert!(line.inner.events.is_empty(), "seed {seed}");
        harm += line.harm;
        repeated += line.inner.heard - line.inner.done.len();
    }
    assert!(
        harm > 500 && repeated > 100,
        "{harm} times, {repeated} repeated"
    );
}
