//! A board against the controller's own program, which runs on a software model of the chip.

mod support;

use std::time::Duration;

use support::fake::range_of;
use support::model::Wire;
use support::record::Recorder;
use support::replay::Replay;
use tensority_device::board::Board;
use tensority_device::conformance::{Broken, check};
use tensority_device::device::{Device, DeviceError, Notice, Placement, RangeId};
use tensority_model::hashing::Cheap;
use tensority_model::{Config, Faults, Noise, SoftwareBoard};
use tensority_protocol::checksum;

const PATIENCE: Duration = Duration::from_secs(60);

fn config(noise: Noise) -> Config {
    let faults = Faults {
        noise,
        ..Faults::default()
    };
    Config {
        faults,
        ..Config::default()
    }
}

fn board(config: Config) -> Board<Wire> {
    Board::open(Wire::new(SoftwareBoard::start(config))).unwrap_or_else(|error| panic!("{error}"))
}

/// A board that hashes something cheap, for tests of all else.
fn cheap() -> Board<Wire> {
    let board = SoftwareBoard::start_with(Config::default(), Cheap);
    Board::open(Wire::new(board)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn wait_for<T: Device>(device: &mut T, wanted: impl Fn(&Notice) -> bool) {
    loop {
        match device.notice(PATIENCE).expect("a line") {
            Some(notice) if wanted(&notice) => return,
            Some(_) => {}
            None => panic!("it did not come"),
        }
    }
}

#[test]
fn the_model_conforms() {
    check(&mut board(config(Noise::default())), PATIENCE)
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn the_model_conforms_on_a_bad_line() {
    for seed in 1..=3 {
        let noise = Noise {
            flipped: 0.0005,
            lost: 0.0005,
            seed,
        };
        let mut board = board(config(noise));
        check(&mut board, PATIENCE).unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
        let bad = board.status().expect("a report").bad_frames;
        assert!(bad > 0, "seed {seed}: the line did no harm");
    }
}

#[test]
fn a_wrong_hash_is_found() {
    let mut config = config(Noise::default());
    config.faults.wrong_hash_each = Some(5);
    let failure = check(&mut board(config), PATIENCE).expect_err("a wrong hash");
    assert!(
        matches!(failure.broken, Broken::Differs { .. }),
        "{failure}"
    );
}

#[test]
fn a_restart_is_told_and_work_goes_on_after_it() {
    let mut board = cheap();
    for restart in [SoftwareBoard::reset, SoftwareBoard::power_cycle] {
        board
            .begin(&range_of(1, 1), Placement::Replace)
            .expect("taken");
        restart(&board.transport().board);
        wait_for(&mut board, |notice| *notice == Notice::Restarted);
        board
            .begin(&range_of(1, 2), Placement::Behind)
            .expect("taken");
        wait_for(&mut board, |notice| {
            matches!(
                notice,
                Notice::RangeDone {
                    range: RangeId(2),
                    ..
                }
            )
        });
    }
    board.reset().expect("a reset");
    wait_for(&mut board, |notice| *notice == Notice::Restarted);
}

#[test]
fn an_unplugged_board_is_gone() {
    let mut board = cheap();
    board.transport().board.unplug();
    let error = loop {
        if let Err(error) = board.hashes() {
            break error;
        }
    };
    assert!(matches!(error, DeviceError::Gone { .. }), "{error}");
}

#[test]
fn the_temperature_is_told_where_it_is_measured() {
    for (hundredths, expected) in [(Some(-1275), Some(-12.75)), (None, None)] {
        let config = Config {
            temperature: hundredths,
            ..Config::default()
        };
        let board = SoftwareBoard::start_with(config, Cheap);
        let mut board = Board::open(Wire::new(board)).expect("a board");
        assert_eq!(board.temperature().expect("an answer"), expected);
    }
}

#[test]
fn firmware_is_replaced() {
    let mut board = cheap();
    let bank = board.identity().bank;
    let mut written = 0;
    let update = board.update(&[5; 1000], &mut |bytes| written = bytes, |_| Ok(true));
    assert!(update.unwrap_or_else(|error| panic!("{error}")));
    assert_eq!(written, 1024);
    assert_ne!(board.identity().bank, bank);
    wait_for(&mut board, |notice| *notice == Notice::Restarted);
    // Confirmed: it stays after a restart.
    let bank = board.identity().bank;
    board.reset().expect("a reset");
    wait_for(&mut board, |notice| *notice == Notice::Restarted);
    assert_eq!(board.identify().expect("an answer").bank, bank);
}

#[test]
fn firmware_that_is_not_good_is_not_kept() {
    let mut board = cheap();
    let bank = board.identity().bank;
    let update = board.update(&[5; 1000], &mut |_| {}, |board| {
        assert_ne!(board.identity().bank, bank, "on trial");
        Ok(false)
    });
    assert!(!update.unwrap_or_else(|error| panic!("{error}")));
    board.reset().expect("a reset");
    assert_eq!(board.identify().expect("an answer").bank, bank);
}

#[test]
fn checksums_are_those_of_the_matrix_list() {
    let mut board = board(config(Noise::default()));
    board.self_test().ok();
    wait_for(&mut board, |notice| {
        *notice == Notice::SelfTestDone { passed: true }
    });
    let list = tensority::MatrixList::<256>::from_seed(&tensority::INITIAL_SEED);
    for first in [0, 240] {
        let sums = board.checksums(first).expect("checksums");
        for (matrix, sum) in (usize::from(first)..).zip(sums) {
            assert_eq!(
                sum,
                checksum::of_matrix(&list[matrix].to_bytes()),
                "matrix {matrix}"
            );
        }
    }
    let error = board.checksums(1).expect_err("not a multiple of 16");
    assert!(matches!(error, DeviceError::Refused { .. }), "{error}");
}

#[test]
fn a_session_with_the_controller_is_replayed_without_it() {
    const START: u32 = 77;
    fn session<T: tensority_device::transport::Transport>(line: T, start: u32) -> Vec<Notice> {
        let mut board = Board::open_from(line, start, Default::default()).expect("a board");
        let mut notices = Vec::new();
        for range in 1..=3 {
            board
                .begin(&range_of(range, range), Placement::Behind)
                .expect("taken");
            loop {
                let notice = board.notice(PATIENCE).expect("a line").expect("a notice");
                notices.push(notice);
                if let Notice::RangeDone { .. } = notice {
                    break;
                }
            }
        }
        notices
    }
    let mut recording = Vec::new();
    let wire = Wire::new(SoftwareBoard::start_with(Config::default(), Cheap));
    let recorder = Recorder::new(wire, &mut recording, START).expect("a recorder");
    let told = session(recorder, START);
    let replay = Replay::new(&recording[..]).expect("a recording");
    let start = replay.start();
    assert_eq!(session(replay, start), told);
}
