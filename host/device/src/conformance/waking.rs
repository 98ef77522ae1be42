//! Claims about wakers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tensority::{INITIAL_SEED, Target};

use super::Broken;
use super::examiner::{Examiner, SHORT, differs, same};
use crate::device::Placement;

/// Longest time from a wake to the end of the wait.
const AT_ONCE: Duration = Duration::from_millis(50);
/// Attempts: a machine that is busy may be late now and then.
const ATTEMPTS: usize = 5;
/// A wait in which nothing comes and nobody wakes.
const PAUSE: Duration = Duration::from_millis(10);
const REQUESTS: usize = 5;

pub(super) fn a_wake_ends_a_wait_at_once(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    soon("from a wake to the end of the wait", || {
        let waker = examiner.device.waker();
        let other = thread::spawn(move || {
            // Most likely the wait has begun by then; the claim holds if not.
            thread::sleep(PAUSE);
            waker.wake();
            Instant::now()
        });
        examiner.expect_woken()?;
        let end = Instant::now();
        let woken = other.join().unwrap_or(end);
        Ok(end.saturating_duration_since(woken))
    })
}

pub(super) fn a_wake_that_nobody_waits_for_ends_the_next_wait(
    examiner: &mut Examiner<'_>,
) -> Result<(), Broken> {
    soon("a wait after a wake", || {
        let waker = examiner.device.waker();
        // Twice is as good as once.
        waker.wake();
        waker.clone().wake();
        let begin = Instant::now();
        examiner.expect_woken()?;
        Ok(begin.elapsed())
    })?;
    let begin = Instant::now();
    same("what comes", &None, &examiner.device.notice(PAUSE)?)?;
    match begin.elapsed() {
        waited if waited < PAUSE => {
            let pause = format!("{PAUSE:?}");
            Err(differs(
                "a wait without a wake",
                &pause,
                &format!("{waited:?}"),
            ))
        }
        _ => Ok(()),
    }
}

pub(super) fn a_wake_harms_no_request(examiner: &mut Examiner<'_>) -> Result<(), Broken> {
    let (waker, over) = (examiner.device.waker(), AtomicBool::new(false));
    waker.wake();
    let counts = thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                waker.wake();
                thread::sleep(Duration::from_micros(100));
            }
        });
        let counts: Result<Vec<_>, _> = (0..REQUESTS).map(|_| examiner.device.hashes()).collect();
        over.store(true, Ordering::Relaxed);
        counts
    })?;
    same(
        "hashes counted without work",
        &vec![counts[0]; REQUESTS],
        &counts,
    )?;
    examiner.expect_woken()?;
    soon("a wait after a wake and a request", || {
        examiner.device.waker().wake();
        examiner.device.hashes()?;
        let begin = Instant::now();
        examiner.expect_woken()?;
        Ok(begin.elapsed())
    })?;
    let range = examiner.range(INITIAL_SEED, 0, SHORT, Target::MAX);
    examiner.begin(&range, Placement::Behind)?;
    let [outcome] = examiner.outcomes_of([range.id])?;
    examiner.expect_complete(&range, &outcome)
}

/// That one of a few attempts takes no longer than it may.
fn soon(what: &str, mut attempt: impl FnMut() -> Result<Duration, Broken>) -> Result<(), Broken> {
    let mut shortest = Duration::MAX;
    for _ in 0..ATTEMPTS {
        shortest = shortest.min(attempt()?);
        if shortest < AT_ONCE {
            break;
        }
    }
    at_once(what, shortest)
}

fn at_once(what: &str, took: Duration) -> Result<(), Broken> {
    if took < AT_ONCE {
        return Ok(());
    }
    let expected = format!("less than {AT_ONCE:?}");
    Err(differs(what, &expected, &format!("{took:?}")))
}
