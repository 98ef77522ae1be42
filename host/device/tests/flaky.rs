//! Faults that are asked for happen, are counted, and are the same for the same seed.

mod support;

use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::fake::{Fake, range_of};
use tensority_device::board::Board;
use tensority_device::conformance::check;
use tensority_device::cpu::Cpu;
use tensority_device::device::{Device, DeviceError, Notice, Placement, RangeId};
use tensority_device::flaky::{Counts, Faults, Flaky, Injected};

const SEED: u64 = 4711;
const RANGES: u32 = 200;
/// Pauses of the fake while it tells of a range, and one for good measure.
const PAUSES: usize = 4;

/// A board that finds the first nonce of each range of ten, without hashing.
fn flaky(faults: Faults, seed: u64) -> (Flaky<Board<Fake>>, Arc<Injected>) {
    let board = Board::open(Fake::default()).expect("a board");
    let injected = Arc::<Injected>::default();
    let flaky = Flaky::new(board, faults, seed, Arc::clone(&injected));
    (flaky, injected)
}

/// What is told of so many ranges, and what was injected.
fn told(faults: Faults, seed: u64) -> (Vec<Notice>, Counts) {
    let (mut device, injected) = flaky(faults, seed);
    let mut told = Vec::new();
    for range in 1..=RANGES {
        // As often as another host would have asked, whatever is told.
        device
            .begin(&range_of(1, range), Placement::Behind)
            .expect("taken");
        // The fake pauses after each event.
        for _ in 0..PAUSES {
            while let Some(notice) = device.notice(Duration::ZERO).expect("a device") {
                told.push(notice);
            }
        }
    }
    (told, injected.counts())
}

/// How many of the nonces told are right, and how many wrong in nonce or hash.
fn rights(told: &[Notice]) -> (usize, usize) {
    let found = |notice: &&Notice| matches!(notice, Notice::Found { .. });
    let right = |notice: &&Notice| match notice {
        Notice::Found { range, nonce, hash } => {
            *nonce == u64::from(range.0) * 10 && *hash == support::fake::hash_of(*nonce)
        }
        _ => false,
    };
    let rights = told.iter().filter(right).count();
    (rights, told.iter().filter(found).count() - rights)
}

fn ends(told: &[Notice], right: bool) -> usize {
    let end = |notice: &&Notice| matches!(notice, Notice::RangeDone { hashes, .. } if (*hashes == 10) == right);
    told.iter().filter(end).count()
}

#[test]
fn without_faults_the_device_is_what_it_was() {
    let cpu = Cpu::open(NonZero::new(2)).expect("a back end");
    let mut device = Flaky::new(cpu, Faults::default(), SEED, Arc::default());
    check(&mut device, Duration::from_secs(60)).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn what_is_told_is_what_the_counts_say() {
    let ranges = RANGES as usize;
    let (notices, counts) = told(Faults::default(), SEED);
    assert_eq!(counts, Counts::default());
    assert_eq!(
        (rights(&notices), ends(&notices, true)),
        ((ranges, 0), ranges)
    );

    let some = 0.2;
    let faults = Faults {
        lost: some,
        miscounted: some,
        endless: some,
        ..Faults::default()
    };
    let (notices, counts) = told(faults, SEED);
    assert!(counts.lost > 0 && counts.miscounted > 0 && counts.endless > 0);
    assert_eq!(rights(&notices), (ranges - counts.lost as usize, 0));
    let ended = ends(&notices, true) + ends(&notices, false);
    assert_eq!(ended, ranges - counts.endless as usize);
    assert!(ends(&notices, false) > 0);

    for (wrong_nonce, wrong_hash) in [(some, 0.0), (0.0, some)] {
        let faults = Faults {
            wrong_nonce,
            wrong_hash,
            ..Faults::default()
        };
        let (notices, counts) = told(faults, SEED);
        let wrong = (counts.wrong_nonces + counts.wrong_hashes) as usize;
        assert!(wrong > 0);
        assert_eq!(rights(&notices), (ranges - wrong, wrong));
    }

    let faults = Faults {
        repeated: some,
        ..Faults::default()
    };
    let (notices, counts) = told(faults, SEED);
    assert!(counts.repeated > 0);
    assert_eq!(rights(&notices), (ranges + counts.repeated as usize, 0));
}

#[test]
fn the_same_seed_makes_the_same_faults_and_another_makes_others() {
    let faults = Faults {
        lost: 0.2,
        wrong_nonce: 0.2,
        wrong_hash: 0.2,
        repeated: 0.2,
        miscounted: 0.2,
        endless: 0.2,
        ..Faults::default()
    };
    assert_eq!(told(faults, SEED), told(faults, SEED));
    assert_ne!(told(faults, SEED).0, told(faults, SEED + 1).0);
}

#[test]
fn what_is_late_comes_after_its_delay() {
    let faults = Faults {
        late: 1.0,
        delay: Duration::from_millis(20),
        ..Faults::default()
    };
    let cpu = Cpu::open(NonZero::new(2)).expect("a back end");
    let injected = Arc::<Injected>::default();
    let mut device = Flaky::new(cpu, faults, SEED, Arc::clone(&injected));
    device
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    let mut last = Instant::now();
    loop {
        match device.notice(Duration::from_secs(60)).expect("a device") {
            Some(Notice::RangeDone {
                range: RangeId(1), ..
            }) => break,
            Some(_) => last = Instant::now(),
            None => panic!("it never came"),
        }
    }
    // The last nonce is told before the range ends.
    assert!(last.elapsed() >= faults.delay);
    assert_eq!(injected.counts().late, 1);
}

#[test]
fn who_hangs_is_silent_until_a_reset_and_can_be_woken() {
    let faults = Faults {
        hang: 1.0,
        ..Faults::default()
    };
    let cpu = Cpu::open(NonZero::new(2)).expect("a back end");
    let injected = Arc::<Injected>::default();
    let mut device = Flaky::new(cpu, faults, SEED, Arc::clone(&injected));
    device
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    while device.hashes().expect("an answer") < 10 {
        assert_eq!(
            device.notice(Duration::from_millis(5)).expect("a device"),
            None
        );
    }
    device.waker().wake();
    let begin = Instant::now();
    assert_eq!(device.notice(Duration::MAX).expect("a device"), None);
    assert!(begin.elapsed() < Duration::from_secs(60));
    device.reset().expect("a reset");
    while device.notice(Duration::from_secs(60)).expect("a device") != Some(Notice::Restarted) {}
    assert_eq!(injected.counts().hangs, 1);
}

#[test]
fn who_is_gone_stays_gone() {
    let faults = Faults {
        gone: 0.1,
        ..Faults::default()
    };
    let (mut device, injected) = flaky(faults, SEED);
    let ended = (1..=RANGES).find(|range| {
        let taken = device.begin(&range_of(1, *range), Placement::Replace);
        matches!(taken, Err(DeviceError::Gone { .. }))
    });
    assert!(ended.is_some_and(|range| range > 1), "{ended:?}");
    device.notice(Duration::ZERO).expect_err("gone");
    device.reset().expect_err("gone");
    assert_eq!(injected.counts().gone, 1);
}

#[test]
fn who_restarts_by_itself_says_so() {
    let faults = Faults {
        restart: 1.0,
        ..Faults::default()
    };
    let cpu = Cpu::open(NonZero::new(2)).expect("a back end");
    let injected = Arc::<Injected>::default();
    let mut device = Flaky::new(cpu, faults, SEED, Arc::clone(&injected));
    device
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    while device.notice(Duration::from_secs(60)).expect("a device") != Some(Notice::Restarted) {}
    assert_eq!(injected.counts().restarts, 1);
}
