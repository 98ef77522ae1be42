//! Health of a device, judged by its results and not by what it says of itself.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority_telemetry::poisson;

/// When a device is helped, and when it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The shortest time after which silence is a sickness.
    pub sick_after: Duration,
    /// How long a sick device is helped.
    pub dead_after: Duration,
    /// How often it is asked what is known; 0 for never.
    pub canary_interval: Duration,
}

/// A device is sick if luck as bad as its own comes less often than this.
const CHANCE: f64 = 1e-5;
/// Results that must be expected before a device is judged: the fewest that tell silence from bad
/// luck, and enough to tell a device that is only half as fast as it should be.
const EXPECTED: [f64; 2] = [12.0, 100.0];
/// Results of which the wrong ones are counted, the fewest that are enough, and the wrong ones that
/// are too many, as a part.
const LAST: usize = 50;
const FEWEST: usize = 10;
const TOO_WRONG: f64 = 0.2;
/// Right results in a row after which a sick device is well.
const CURED: u32 = 3;
/// How long evidence is gathered before it begins a new step, and how many steps are kept.
const STEP: Duration = Duration::from_secs(5);
const STEPS: usize = 2000;

#[derive(Debug, Default)]
pub struct Health {
    steps: VecDeque<Step>,
    /// Whether the last results were right.
    last: VecDeque<bool>,
    right_in_a_row: u32,
}

#[derive(Debug)]
struct Step {
    start: Duration,
    expected: f64,
    seen: u64,
}

impl Health {
    /// So many results are expected of the time that has just passed.
    pub fn expect(&mut self, now: Duration, results: f64) {
        self.step(now).expected += results;
    }

    /// The device reported a result which is right, or may be.
    pub fn saw(&mut self, now: Duration) {
        self.step(now).seen += 1;
        self.note(true);
    }

    /// The device reported what cannot be.
    pub fn erred(&mut self) {
        self.note(false);
    }

    /// Whether it has been right often enough to be well again.
    pub fn is_cured(&self) -> bool {
        self.right_in_a_row >= CURED
    }

    /// Forgets the past: something was done about it.
    pub fn begin_again(&mut self) {
        *self = Self::default();
    }

    /// Why the device is sick, as a sentence, if it is.
    pub fn complaint(&self, now: Duration, limits: &Limits) -> Option<String> {
        let wrong = self.last.iter().filter(|right| !**right).count();
        let all = self.last.len();
        if all >= FEWEST && wrong as f64 > all as f64 * TOO_WRONG {
            return Some(format!("{wrong} of its last {all} results were wrong"));
        }
        EXPECTED
            .into_iter()
            .find_map(|enough| self.silence(now, enough, limits.sick_after))
    }

    /// Why the device is too silent over the shortest time in which `enough` results are expected.
    fn silence(&self, now: Duration, enough: f64, shortest: Duration) -> Option<String> {
        let (mut expected, mut seen) = (0.0, 0);
        for step in self.steps.iter().rev() {
            expected += step.expected;
            seen += step.seen;
            let time = now.saturating_sub(step.start);
            if expected < enough || time < shortest {
                continue;
            }
            let chance = poisson::at_most(seen, expected);
            return (chance < CHANCE).then(|| {
                let seconds = time.as_secs();
                format!(
                    "{seen} results in {seconds} s where {expected:.1} were expected, \
                     which luck alone does once in {:.0} times",
                    1.0 / chance.max(1e-30)
                )
            });
        }
        None
    }

    fn note(&mut self, right: bool) {
        self.right_in_a_row = if right { self.right_in_a_row + 1 } else { 0 };
        self.last.push_back(right);
        if self.last.len() > LAST {
            self.last.pop_front();
        }
    }

    fn step(&mut self, now: Duration) -> &mut Step {
        if self
            .steps
            .back()
            .is_none_or(|step| now >= step.start + STEP)
        {
            self.steps.push_back(Step {
                start: now,
                expected: 0.0,
                seen: 0,
            });
        }
        if self.steps.len() > STEPS {
            self.steps.pop_front();
        }
        self.steps.back_mut().expect("one was put there")
    }
}

/// What is done about a sick device, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// Other work takes the place of its own.
    Resend,
    /// Its work is given up first.
    Abort,
    Reset,
    /// It is closed and opened.
    Reopen,
    GiveUp,
}

impl Remedy {
    /// What is done, as a sentence without a subject.
    pub fn action(self) -> &'static str {
        match self {
            Self::Resend => "sent it other work",
            Self::Abort => "had it give up its work",
            Self::Reset => "restarted it",
            Self::Reopen => "closed it, to open it again",
            Self::GiveUp => "gave it up; plug it in again or enable it to try once more",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Recovery {
    pub complaint: String,
    since: Duration,
    last: Option<Remedy>,
    /// When it last did what it should.
    alive: Option<Duration>,
}

impl Recovery {
    pub fn new(now: Duration, complaint: String) -> Self {
        Self {
            complaint,
            since: now,
            last: None,
            alive: None,
        }
    }

    /// The device did what it should: the last remedy may be enough.
    pub fn shows_effect(&mut self, now: Duration) {
        self.alive = Some(now);
    }

    /// The remedy that is due, if one is: all but the last within the time that it takes to be sick.
    pub fn due(&mut self, now: Duration, limits: &Limits) -> Option<Remedy> {
        let sick = now.saturating_sub(self.since);
        let (next, after) = match self.last {
            None => (Remedy::Resend, Duration::ZERO),
            Some(Remedy::Resend) => (Remedy::Abort, limits.sick_after / 4),
            Some(Remedy::Abort) => (Remedy::Reset, limits.sick_after / 2),
            Some(Remedy::Reset) => (Remedy::Reopen, limits.sick_after),
            Some(Remedy::Reopen) => (Remedy::GiveUp, limits.dead_after),
            Some(Remedy::GiveUp) => return None,
        };
        let waits = self
            .alive
            .is_some_and(|alive| now < alive + limits.sick_after / 4);
        (sick >= after && !waits).then(|| {
            self.last = Some(next);
            next
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        sick_after: Duration::from_secs(120),
        dead_after: Duration::from_secs(600),
        canary_interval: Duration::ZERO,
    };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A device of which a result is expected every ten seconds, and that gives one every `every`.
    fn complaint_after(time: u64, every: Option<u64>) -> Option<String> {
        let mut health = Health::default();
        for now in 0..time {
            health.expect(seconds(now), 0.1);
            if every.is_some_and(|every| now % every == 0) {
                health.saw(seconds(now));
            }
        }
        health.complaint(seconds(time), &LIMITS)
    }

    #[test]
    fn silence_is_a_sickness_when_luck_cannot_explain_it() {
        assert_eq!(complaint_after(110, None), None, "too early to tell");
        let complaint = complaint_after(130, None).unwrap();
        assert!(complaint.starts_with("0 results in 12"), "{complaint}");
        assert!(complaint.contains("expected"), "{complaint}");
    }

    #[test]
    fn a_device_that_does_what_it_should_is_well() {
        for time in [130, 1000, 5000] {
            assert_eq!(complaint_after(time, Some(10)), None);
            assert_eq!(complaint_after(time, Some(12)), None, "a little slow");
        }
    }

    #[test]
    fn half_the_rate_is_noticed_in_the_end() {
        assert_eq!(complaint_after(200, Some(20)), None);
        assert!(complaint_after(1100, Some(20)).is_some());
    }

    #[test]
    fn nothing_is_expected_of_a_device_without_work() {
        let mut health = Health::default();
        health.expect(seconds(0), 1.0);
        assert_eq!(health.complaint(seconds(10_000), &LIMITS), None);
    }

    #[test]
    fn wrong_results_are_a_sickness_and_three_right_ones_a_cure() {
        let mut health = Health::default();
        for _ in 0..9 {
            health.erred();
        }
        assert_eq!(health.complaint(seconds(1), &LIMITS), None, "few");
        health.erred();
        let complaint = health.complaint(seconds(1), &LIMITS).unwrap();
        assert_eq!(complaint, "10 of its last 10 results were wrong");
        health.begin_again();
        assert_eq!(health.complaint(seconds(1), &LIMITS), None);
        for _ in 0..3 {
            assert!(!health.is_cured());
            health.saw(seconds(2));
        }
        assert!(health.is_cured());
    }

    #[test]
    fn one_wrong_result_in_many_is_not() {
        let mut health = Health::default();
        for number in 0..50 {
            match number % 10 {
                0 => health.erred(),
                _ => health.saw(seconds(number)),
            }
        }
        assert_eq!(health.complaint(seconds(50), &LIMITS), None);
    }

    #[test]
    fn help_comes_in_stages_and_ends() {
        let mut recovery = Recovery::new(seconds(100), "silence".into());
        let mut seen = Vec::new();
        for now in 100..2000 {
            if let Some(remedy) = recovery.due(seconds(now), &LIMITS) {
                seen.push((now - 100, remedy));
            }
        }
        let expected = [
            (0, Remedy::Resend),
            (30, Remedy::Abort),
            (60, Remedy::Reset),
            (120, Remedy::Reopen),
            (600, Remedy::GiveUp),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_remedy_that_may_be_enough_is_waited_for() {
        let mut recovery = Recovery::new(seconds(100), "silence".into());
        assert_eq!(recovery.due(seconds(100), &LIMITS), Some(Remedy::Resend));
        recovery.shows_effect(seconds(120));
        assert_eq!(recovery.due(seconds(149), &LIMITS), None);
        assert_eq!(recovery.due(seconds(150), &LIMITS), Some(Remedy::Abort));
    }
}
