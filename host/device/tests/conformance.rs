//! The claims of [`tensority_device::conformance`], on what is there without a simulator; and that
//! a device which breaks one is found.
//!
//! A board on a real port is checked by
//! `TENSORITY_PORT=/dev/ttyUSB1 cargo test --release -p tensority-device --test conformance -- --ignored`.

use std::num::NonZero;
use std::path::Path;
use std::time::Duration;

use tensority_device::board::Board;
use tensority_device::conformance::{Broken, CLAIMS, Examiner, check};
use tensority_device::cpu::Cpu;
use tensority_device::device::{Description, Device, DeviceError, Notice, Placement, Range};
use tensority_device::port::{BAUD, Port};
use tensority_device::waker::Waker;

const PATIENCE: Duration = Duration::from_secs(60);

fn cpu(threads: usize) -> Cpu {
    Cpu::open(NonZero::new(threads)).expect("a back end")
}

#[test]
fn the_processor_conforms_with_one_thread_and_with_more() {
    for threads in [1, 3] {
        check(&mut cpu(threads), PATIENCE).unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
#[ignore = "needs a board: TENSORITY_PORT names its port"]
fn the_board_at_tensority_port_conforms() {
    let path = std::env::var_os("TENSORITY_PORT").expect("TENSORITY_PORT=/dev/tty...");
    let port = Port::open(Path::new(&path), BAUD).unwrap_or_else(|error| panic!("{error}"));
    let mut board = Board::open(port).unwrap_or_else(|error| panic!("{error}"));
    check(&mut board, PATIENCE).unwrap_or_else(|failure| panic!("{failure}"));
}

/// A device whose notices are not what they were.
struct Liar<F> {
    device: Cpu,
    change: F,
    /// It does not hear when it is woken.
    deaf: bool,
}

impl<F: FnMut(Notice) -> Option<Notice> + Send> Device for Liar<F> {
    fn description(&self) -> &Description {
        self.device.description()
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        self.device.begin(range, placement)
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        self.device.abort()
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        Ok(self.device.notice(patience)?.and_then(&mut self.change))
    }

    fn waker(&self) -> Waker {
        match self.deaf {
            true => Waker::new(|| ()),
            false => self.device.waker(),
        }
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.device.reset()
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        self.device.self_test()
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        self.device.hashes()
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        self.device.temperature()
    }
}

#[track_caller]
fn assert_found(claim: &str, change: impl FnMut(Notice) -> Option<Notice> + Send) {
    let mut liar = Liar {
        device: cpu(2),
        change,
        deaf: false,
    };
    let failure = check(&mut liar, PATIENCE).expect_err("a lie");
    assert_eq!(failure.claim, claim, "{failure}");
}

#[test]
fn a_device_that_lies_is_found() {
    assert_found("a_raw_hash_equals_the_published_one", |mut notice| {
        if let Notice::Found { hash, .. } = &mut notice {
            hash[31] ^= 1;
        }
        Some(notice)
    });
    assert_found("the_self_test_passes", |notice| match notice {
        Notice::SelfTestDone { .. } => Some(Notice::SelfTestDone { passed: false }),
        other => Some(other),
    });
    assert_found(
        "a_range_reports_just_what_meets_the_target",
        |mut notice| {
            if let Notice::Found { nonce, .. } = &mut notice {
                *nonce += u64::from(*nonce > 0);
            }
            Some(notice)
        },
    );
    let mut ranges = 0;
    assert_found(
        "what_is_aborted_is_told_and_hashed_without_a_gap",
        move |mut notice| {
            if let Notice::RangeDone { hashes, .. } = &mut notice {
                ranges += 1;
                // The ranges before: raw, target, two of the reset, count, three in a row, two of the
                // full queue.
                *hashes -= u64::from(ranges == 11);
            }
            Some(notice)
        },
    );
    assert_found(
        "each_job_is_hashed_with_its_own_seed",
        |notice| match notice {
            Notice::SeedReady(_) => Some(Notice::SeedReady([0; 32])),
            other => Some(other),
        },
    );
}

#[test]
fn a_device_that_cannot_be_woken_is_found() {
    let wakes = CLAIMS.iter().filter(|(name, _)| name.starts_with("a_wake"));
    let mut found = 0;
    for (name, claim) in wakes {
        let mut liar = Liar {
            device: cpu(1),
            change: Some,
            deaf: true,
        };
        let broken = claim(&mut Examiner::new(&mut liar, Duration::from_millis(100)));
        assert!(matches!(broken, Err(Broken::Late { .. })), "{name}");
        found += 1;
    }
    assert_eq!(found, 3);
}
