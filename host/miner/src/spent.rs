//! Where the time of one device went, and what became of its work.

use std::time::Duration;

use tensority_telemetry::account::Losses;
use tensority_telemetry::device::Nonces;
use tensority_telemetry::outcome::Outcome;

/// What a device is about at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    Working,
    Seed,
    NoWork,
    /// It is not there, or off.
    #[default]
    Away,
}

/// Where time, in seconds, and hashes went.
#[derive(Debug, Default)]
pub struct Spent {
    pub phase: Phase,
    settled: Duration,
    working: f64,
    seed: f64,
    no_work: f64,
    away: f64,
    good: f64,
    stale: f64,
    canaries: f64,
    pub shares_accepted: u64,
    pub shares_rejected: u64,
    shares_late: u64,
    shares_unanswered: u64,
}

impl Spent {
    pub fn new(now: Duration) -> Self {
        Self {
            settled: now,
            ..Self::default()
        }
    }

    /// Books the time since the last call to the phase that was, and begins another; the time booked
    /// as work.
    pub fn settle(&mut self, now: Duration, next: Phase) -> f64 {
        let seconds = now.saturating_sub(self.settled).as_secs_f64();
        self.settled = now;
        let (place, worked) = match self.phase {
            Phase::Working => (&mut self.working, seconds),
            Phase::Seed => (&mut self.seed, 0.0),
            Phase::NoWork => (&mut self.no_work, 0.0),
            Phase::Away => (&mut self.away, 0.0),
        };
        *place += seconds;
        self.phase = next;
        worked
    }

    /// Books hashes: those of a job that was wanted, those of one that was not, those of a test.
    pub fn hashed(&mut self, good: f64, stale: f64, canaries: f64) {
        self.good += good;
        self.stale += stale;
        self.canaries += canaries;
    }

    /// Books what became of a share.
    pub fn concluded(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Accepted => self.shares_accepted += 1,
            Outcome::Rejected => self.shares_rejected += 1,
            Outcome::Stale | Outcome::NotSubmitted => self.shares_late += 1,
            Outcome::Unanswered => self.shares_unanswered += 1,
            _ => {}
        }
    }

    /// All time, in seconds.
    pub fn seconds(&self) -> f64 {
        self.working + self.seed + self.no_work + self.away
    }

    /// How many results of work that was wanted came when it was not wanted any more. Of all results as many are of
    /// such work as of all hashes; the others are of hashes that were made too late.
    fn late_results(&self, in_time: u64, late: u64) -> f64 {
        let hashes = (self.good + self.stale).max(1.0);
        let wanted = (in_time + late) as f64 * self.good / hashes;
        (wanted - in_time as f64).max(0.0)
    }

    /// Where the time went, given the hashes per second that the device should reach.
    pub fn losses(&self, nonces: &Nonces, rate: Option<f64>) -> Losses {
        let all = self.seconds();
        if all <= 0.0 {
            return Losses::default();
        }
        let hashes = self.good + self.stale + self.canaries;
        // Without a promise the device is as fast as it is.
        let rate = rate.unwrap_or(hashes / self.working.max(1e-9));
        let part = |hashes: f64| match rate > 0.0 {
            true => hashes / rate / all,
            false => 0.0,
        };
        let in_time = nonces.valid + nonces.unverified + nonces.hardware_errors + nonces.duplicates;
        let late = self.late_results(in_time, nonces.stale);
        let of_results = |count: f64| count / (in_time as f64 + late).max(1.0);
        let shares =
            self.shares_accepted + self.shares_rejected + self.shares_late + self.shares_unanswered;
        let of_shares = |count: u64| count as f64 / shares.max(1) as f64;
        let worked = part(self.good);
        let hardware_errors = worked * of_results(nonces.hardware_errors as f64);
        let duplicates = worked * of_results(nonces.duplicates as f64);
        let late_here = worked * of_results(late);
        let right = worked - hardware_errors - duplicates - late_here;
        let rejected = right * of_shares(self.shares_rejected);
        let late_there = right * of_shares(self.shares_late);
        let unanswered = right * of_shares(self.shares_unanswered);
        let (stale, canaries) = (part(self.stale), part(self.canaries));
        Losses {
            good: rest(right - rejected - late_there - unanswered),
            late: late_here + late_there,
            stale,
            hardware_errors,
            duplicates,
            rejected,
            unanswered,
            canaries,
            seed: self.seed / all,
            no_work: self.no_work / all,
            away: self.away / all,
            slow: rest(self.working / all - worked - stale - canaries),
        }
    }
}

/// What is left of a difference, but for rounding.
fn rest(difference: f64) -> f64 {
    match difference.abs() < 1e-9 {
        true => 0.0,
        false => difference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn sum(losses: &Losses) -> f64 {
        losses.parts().iter().map(|(_, part)| part).sum()
    }

    #[test]
    fn losses_add_up_to_all_of_the_time() {
        let mut spent = Spent::new(seconds(0));
        spent.settle(seconds(10), Phase::NoWork);
        spent.settle(seconds(15), Phase::Seed);
        assert_eq!(spent.settle(seconds(20), Phase::Working), 0.0);
        assert_eq!(spent.settle(seconds(100), Phase::Away), 80.0);
        spent.hashed(600.0, 100.0, 2.0);
        spent.concluded(Outcome::Accepted);
        spent.concluded(Outcome::Rejected);
        let nonces = Nonces {
            valid: 7,
            hardware_errors: 2,
            duplicates: 1,
            ..Nonces::default()
        };
        let losses = spent.losses(&nonces, Some(10.0));
        assert!((sum(&losses) - 1.0).abs() < 1e-12, "{losses:?}");
        let expected = [
            (losses.away, 0.1),
            (losses.no_work, 0.05),
            (losses.seed, 0.05),
            (losses.stale, 0.1),
            (losses.hardware_errors, 0.12),
            (losses.duplicates, 0.06),
            (losses.rejected, 0.21),
            (losses.good, 0.21),
            (losses.canaries, 0.002),
            (losses.slow, 0.098),
        ];
        for (number, (found, expected)) in expected.into_iter().enumerate() {
            assert!((found - expected).abs() < 1e-12, "{number}: {found}");
        }
    }

    /// The losses of 100 s of work at full rate, a part of which was stale, with so many results.
    fn losses_of(stale: f64, valid: u64, late: u64, shares: &[Outcome]) -> Losses {
        let mut spent = Spent::new(seconds(0));
        spent.settle(seconds(0), Phase::Working);
        spent.settle(seconds(100), Phase::Working);
        spent.hashed(1000.0 - stale, stale, 0.0);
        shares.iter().for_each(|share| spent.concluded(*share));
        let nonces = Nonces {
            valid,
            stale: late,
            ..Nonces::default()
        };
        let losses = spent.losses(&nonces, Some(10.0));
        assert!((sum(&losses) - 1.0).abs() < 1e-9, "{losses:?}");
        losses
    }

    fn is_near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn work_whose_results_come_too_late_is_not_good() {
        let losses = losses_of(0.0, 15, 85, &[]);
        assert!(
            is_near(losses.good, 0.15) && is_near(losses.late, 0.85),
            "{losses:?}"
        );
        let none_in_time = losses_of(0.0, 0, 3, &[]);
        assert_eq!((none_in_time.good, none_in_time.late), (0.0, 1.0));
        // As many as the stale work explains.
        let losses = losses_of(200.0, 80, 20, &[]);
        assert!(
            is_near(losses.stale, 0.2) && losses.late == 0.0,
            "{losses:?}"
        );
        let losses = losses_of(200.0, 40, 60, &[]);
        assert!(
            is_near(losses.stale, 0.2) && is_near(losses.late, 0.4),
            "{losses:?}"
        );
    }

    #[test]
    fn work_is_what_became_of_its_shares() {
        use Outcome::{Accepted, NotSubmitted, Rejected, Stale, Unanswered};
        let losses = losses_of(
            0.0,
            50,
            50,
            &[Accepted, Stale, NotSubmitted, Unanswered, Rejected],
        );
        let expected = [
            (losses.good, 0.1),
            (losses.late, 0.7),
            (losses.unanswered, 0.1),
            (losses.rejected, 0.1),
        ];
        for (number, (found, expected)) in expected.into_iter().enumerate() {
            assert!(is_near(found, expected), "{number}: {found}");
        }
        assert_eq!(losses_of(0.0, 9, 0, &[Stale; 9]).good, 0.0);
    }

    #[test]
    fn a_device_that_promises_nothing_is_as_fast_as_it_is() {
        let mut spent = Spent::new(seconds(0));
        spent.settle(seconds(0), Phase::Working);
        spent.settle(seconds(50), Phase::Working);
        spent.hashed(100.0, 0.0, 0.0);
        let losses = spent.losses(&Nonces::default(), None);
        assert_eq!((losses.good, losses.slow), (1.0, 0.0));
    }

    #[test]
    fn no_time_is_no_loss() {
        let losses = Spent::new(seconds(3)).losses(&Nonces::default(), None);
        assert_eq!(losses, Losses::default());
    }
}
