//! The clock of this machine.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::finding::{Check, Finding};

/// The day on which the last version came out, in seconds since 1970: no clock is right that says less.
const RELEASED: u64 = 1_795_996_800;

/// Seconds of a hundred years, beyond which no clock is right.
const CENTURY: u64 = 36_525 * 86_400;

/// The longest time for the system to say whether the clock is synchronised.
const PATIENCE: Duration = Duration::from_secs(2);

/// Time between two looks at a program that runs.
const PAUSE: Duration = Duration::from_millis(20);

/// What is known of the clock.
#[derive(Debug)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: u64,
    /// Nothing if the system does not tell.
    pub synchronized: Option<bool>,
}

pub fn look() -> Clock {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Clock {
        now: now.map_or(0, |now| now.as_secs()),
        synchronized: synchronized(),
    }
}

pub fn judge(clock: &Clock) -> Vec<Finding> {
    let check = Check::new("clock", "this machine");
    let fix = "set it: `sudo timedatectl set-ntp true`, or `sudo date -s \"…\"` without a network";
    let now = match clock.now {
        now if now < RELEASED => check.fail("earlier than this program was made", fix),
        now if now > RELEASED + CENTURY => check.fail("a hundred years after this program", fix),
        _ => check.pass("plausible"),
    };
    let check = Check::new("clock sync", "this machine");
    let synchronized = match clock.synchronized {
        Some(true) => check.pass("synchronised"),
        Some(false) => check.warn(
            "not synchronised",
            "run `sudo timedatectl set-ntp true`, or let chrony or ntpd run",
        ),
        None => check.skip("the system does not tell (`timedatectl`)"),
    };
    vec![now, synchronized]
}

/// What `timedatectl` says, if it is there and says it in time.
fn synchronized() -> Option<bool> {
    let mut child = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let deadline = Instant::now() + PATIENCE;
    while let Ok(None) = child.try_wait() {
        if Instant::now() >= deadline {
            // It may have ended by itself just now.
            let _ = child.kill();
            break;
        }
        thread::sleep(PAUSE);
    }
    let output = child.wait_with_output().ok()?;
    match output.stdout.trim_ascii() {
        b"yes" if output.status.success() => Some(true),
        b"no" if output.status.success() => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn verdicts(now: u64, synchronized: Option<bool>) -> [Verdict; 2] {
        let findings = judge(&Clock { now, synchronized });
        let needs_fix = |it: &Finding| matches!(it.verdict, Verdict::Warn | Verdict::Fail);
        let is_whole = |it: &Finding| it.fix.is_some() == needs_fix(it);
        assert!(findings.iter().all(is_whole), "{findings:?}");
        [findings[0].verdict, findings[1].verdict]
    }

    #[test]
    fn a_clock_is_right_from_the_release_on_and_not_for_ever() {
        use Verdict::{Fail, Pass, Skip, Warn};
        assert_eq!(verdicts(RELEASED + 1, Some(true)), [Pass, Pass]);
        assert_eq!(verdicts(RELEASED - 1, None), [Fail, Skip]);
        let far = RELEASED + CENTURY + 1;
        assert_eq!(verdicts(far, Some(false)), [Fail, Warn]);
    }

    #[test]
    fn the_release_is_the_last_of_the_changelog() {
        let text = include_str!("../../../CHANGELOG.md");
        let heads = text.lines().filter_map(|line| line.strip_prefix("## "));
        let date = heads.filter_map(|head| head.split_once(" (")).next();
        let date = date.expect("a date").1.trim_end_matches(')');
        let numbers: Vec<i64> = date
            .split('-')
            .map(|it| it.parse().expect("a number"))
            .collect();
        let [year, month, day] = numbers[..] else {
            panic!("{date}");
        };
        // Years begin with March, so that a leap day is the last.
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
        let since_1970 = days - 719_469;
        assert_eq!(since_1970 * 86_400, RELEASED.cast_signed(), "{date}");
    }
}
