//! Choice of the source to hash for: the first that is well, in the order of preference.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Times after which sources take each other's place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    /// How long a preferred source must be well before it is returned to.
    pub return_after: Duration,
    /// How long a source may give no work.
    pub silence: Duration,
}

/// How long a source may be without work before the next one is asked: a node is between two blocks,
/// a pool closes a connection now and then.
const GRACE: Duration = Duration::from_secs(5);
/// The last answers that are looked at, and how many of them must be rejections for a source to be
/// avoided, and for how long it is.
const ANSWERS: usize = 20;
const TOO_MANY: usize = 10;
const AVOIDED: Duration = Duration::from_secs(600);
/// How long a source that is no longer hashed for is kept for the answers to its shares.
const LINGER: Duration = Duration::from_secs(60);

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Start(usize),
    Stop(usize),
    /// Hash for it, instead of the one before.
    Choose {
        source: usize,
        /// Why, as a sentence, where it is not the first choice.
        reason: Option<String>,
    },
}

#[derive(Debug)]
pub struct Failover {
    patience: Patience,
    sources: Vec<Status>,
    active: Option<usize>,
    active_since: Duration,
}

#[derive(Debug, Default)]
struct Status {
    started: Option<Duration>,
    up: bool,
    has_work: bool,
    /// Since when it is down or without work; nothing if it is well.
    lacking: Option<Duration>,
    well_since: Duration,
    last_work: Duration,
    /// Whether the last answers to shares were rejections.
    rejections: VecDeque<bool>,
    avoided_until: Option<Duration>,
    pending: u64,
}

impl Failover {
    /// So many sources, none of which is asked yet.
    pub fn new(sources: usize, patience: Patience) -> Self {
        Self {
            patience,
            sources: (0..sources).map(|_| Status::default()).collect(),
            active: None,
            active_since: Duration::ZERO,
        }
    }

    pub fn active(&self) -> Option<usize> {
        self.active
    }

    pub fn is_asked(&self, source: usize) -> bool {
        self.sources[source].started.is_some()
    }

    /// Whether a source is up and gives work.
    pub fn is_well(&self, source: usize) -> bool {
        let status = &self.sources[source];
        status.up && status.has_work
    }

    /// A source answers as it should, or does not.
    pub fn set_up(&mut self, now: Duration, source: usize, up: bool) {
        self.sources[source].up = up;
        self.sources[source].settle(now);
    }

    /// A source gave work, or said that all work is worthless.
    pub fn set_work(&mut self, now: Duration, source: usize, work: bool) {
        let status = &mut self.sources[source];
        status.has_work = work;
        if work {
            status.last_work = now;
        }
        status.settle(now);
    }

    /// A share is on its way to a source.
    pub fn submitted(&mut self, source: usize) {
        self.sources[source].pending += 1;
    }

    pub fn answered(&mut self, now: Duration, source: usize, rejected: bool) {
        let status = &mut self.sources[source];
        status.pending = status.pending.saturating_sub(1);
        status.rejections.push_back(rejected);
        if status.rejections.len() > ANSWERS {
            status.rejections.pop_front();
        }
        let rejections = status.rejections.iter().filter(|rejected| **rejected);
        if rejections.count() >= TOO_MANY {
            status.rejections.clear();
            status.avoided_until = Some(now + AVOIDED);
        }
    }

    pub fn steps(&mut self, now: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        self.ask_those_needed(now, &mut steps);
        self.choose(now, &mut steps);
        self.leave_those_not_needed(now, &mut steps);
        steps
    }

    /// Asks sources in their order, up to the first that is well.
    fn ask_those_needed(&mut self, now: Duration, steps: &mut Vec<Step>) {
        for source in 0..self.sources.len() {
            let status = &mut self.sources[source];
            let started = *status.started.get_or_insert_with(|| {
                steps.push(Step::Start(source));
                status.lacking = Some(now);
                now
            });
            let is_new = now < started + GRACE && status.lacking.is_some();
            if is_new || self.is_usable(now, source) {
                break;
            }
        }
    }

    fn choose(&mut self, now: Duration, steps: &mut Vec<Step>) {
        let mut all = 0..self.sources.len();
        let usable = all.find(|&source| self.is_usable(now, source));
        // One that rejects or is silent is better than none.
        let mut all = 0..self.sources.len();
        let Some(best) = usable.or_else(|| all.find(|&source| self.is_well(source))) else {
            return;
        };
        let reason = match self.active {
            None if best == 0 => None,
            None => Some(self.complaint(now, best - 1)),
            Some(active) if active == best => return,
            Some(active) if best < active && self.is_usable(now, active) => {
                let well_for = now.saturating_sub(self.sources[best].well_since);
                if well_for < self.patience.return_after {
                    return;
                }
                let seconds = well_for.as_secs();
                Some(format!(
                    "it is preferred, and has been well for {seconds} s"
                ))
            }
            Some(active) => Some(self.complaint(now, active)),
        };
        self.active = Some(best);
        self.active_since = now;
        steps.push(Step::Choose {
            source: best,
            reason,
        });
    }

    fn leave_those_not_needed(&mut self, now: Duration, steps: &mut Vec<Step>) {
        let Some(active) = self.active.filter(|&active| self.is_usable(now, active)) else {
            return;
        };
        let waited = now >= self.active_since + LINGER;
        for (source, status) in self.sources.iter_mut().enumerate().skip(active + 1) {
            if status.started.is_some() && (status.pending == 0 || waited) {
                *status = Status {
                    avoided_until: status.avoided_until,
                    ..Status::default()
                };
                steps.push(Step::Stop(source));
            }
        }
    }

    /// Whether a source is well, or is the active one and was until a moment ago.
    pub fn is_usable(&self, now: Duration, source: usize) -> bool {
        let status = &self.sources[source];
        let patience = match self.active == Some(source) {
            true => GRACE,
            false => Duration::ZERO,
        };
        let works = match status.lacking {
            None => status.started.is_some(),
            Some(since) => status.last_work > Duration::ZERO && now < since + patience,
        };
        works && !self.is_silent(now, source) && status.avoided_until.is_none_or(|end| now >= end)
    }

    fn is_silent(&self, now: Duration, source: usize) -> bool {
        now >= self.sources[source].last_work + self.patience.silence
    }

    /// Why a source is not hashed for any more.
    fn complaint(&self, now: Duration, source: usize) -> String {
        let status = &self.sources[source];
        if let Some(since) = status.lacking {
            let seconds = now.saturating_sub(since).as_secs();
            return format!("the source before gives no work, for {seconds} s");
        }
        if self.is_silent(now, source) {
            let seconds = now.saturating_sub(status.last_work).as_secs();
            return format!("the source before has been silent for {seconds} s");
        }
        format!("the source before rejected {TOO_MANY} of its last {ANSWERS} shares")
    }
}

impl Status {
    fn settle(&mut self, now: Duration) {
        match (self.up && self.has_work, self.lacking) {
            (true, Some(since)) => {
                self.lacking = None;
                // The moment between two blocks does not make a source unwell.
                if now >= since + GRACE || self.well_since.is_zero() {
                    self.well_since = now;
                }
            }
            (false, None) => self.lacking = Some(now),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        return_after: Duration::from_secs(60),
        silence: Duration::from_secs(600),
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn chosen(source: usize) -> Step {
        let reason = None;
        Step::Choose { source, reason }
    }

    /// Two sources, the first of which gives work at second 1.
    fn first_is_active() -> Failover {
        let mut failover = Failover::new(2, PATIENCE);
        assert_eq!(failover.steps(at(0)), [Step::Start(0)]);
        failover.set_up(at(1), 0, true);
        failover.set_work(at(1), 0, true);
        assert_eq!(failover.steps(at(1)), [chosen(0)]);
        failover
    }

    /// The first is down at second 100, and the second takes its place.
    fn second_is_active() -> Failover {
        let mut failover = first_is_active();
        failover.set_up(at(100), 0, false);
        assert_eq!(failover.steps(at(104)), []);
        assert_eq!(failover.steps(at(105)), [Step::Start(1)]);
        failover.set_up(at(106), 1, true);
        failover.set_work(at(106), 1, true);
        let steps = failover.steps(at(106));
        let [Step::Choose { source: 1, reason }] = &steps[..] else {
            panic!("{steps:?}")
        };
        assert!(reason.as_ref().unwrap().contains("no work, for 6 s"));
        failover
    }

    #[test]
    fn a_first_choice_that_is_not_the_first_source_has_a_reason() {
        let mut failover = Failover::new(2, PATIENCE);
        failover.steps(at(0));
        failover.steps(at(5));
        failover.set_up(at(6), 1, true);
        failover.set_work(at(6), 1, true);
        let steps = failover.steps(at(6));
        assert!(
            matches!(&steps[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("no work")),
            "{steps:?}"
        );
    }

    #[test]
    fn only_the_first_source_is_asked_while_it_is_well() {
        let mut failover = first_is_active();
        for now in (1..500).step_by(100) {
            failover.set_work(at(now), 0, true);
            assert_eq!(failover.steps(at(now)), []);
        }
        assert!(!failover.is_asked(1));
    }

    #[test]
    fn the_moment_between_two_blocks_changes_nothing() {
        let mut failover = first_is_active();
        failover.set_work(at(100), 0, false);
        assert_eq!(failover.steps(at(103)), []);
        failover.set_work(at(104), 0, true);
        assert_eq!(failover.steps(at(200)), []);
    }

    #[test]
    fn the_next_source_takes_the_place_of_one_that_is_down() {
        second_is_active();
    }

    #[test]
    fn the_first_is_returned_to_when_it_has_been_well_for_long_enough() {
        let mut failover = second_is_active();
        failover.set_up(at(200), 0, true);
        assert_eq!(failover.steps(at(259)), []);
        // Down again for longer than a moment: it has to prove itself anew.
        failover.set_up(at(240), 0, false);
        failover.set_up(at(250), 0, true);
        assert_eq!(failover.steps(at(300)), []);
        let steps = failover.steps(at(310));
        assert!(
            matches!(&steps[..], [Step::Choose { source: 0, .. }, Step::Stop(1)]),
            "{steps:?}"
        );
    }

    #[test]
    fn a_source_that_is_left_is_kept_for_its_answers() {
        let mut failover = second_is_active();
        failover.submitted(1);
        failover.set_up(at(200), 0, true);
        assert_eq!(failover.steps(at(260)).len(), 1, "chosen, not stopped");
        assert_eq!(failover.steps(at(270)), []);
        failover.answered(at(271), 1, false);
        assert_eq!(failover.steps(at(271)), [Step::Stop(1)]);
    }

    #[test]
    fn a_silent_source_is_left() {
        let mut failover = first_is_active();
        assert_eq!(failover.steps(at(600)), []);
        assert_eq!(failover.steps(at(601)), [Step::Start(1)]);
        failover.set_up(at(602), 1, true);
        failover.set_work(at(602), 1, true);
        let steps = failover.steps(at(602));
        assert!(
            matches!(&steps[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("silent")),
            "{steps:?}"
        );
    }

    #[test]
    fn a_source_that_rejects_is_avoided_and_tried_again_later() {
        let mut failover = first_is_active();
        for now in 10..20 {
            failover.submitted(0);
            failover.answered(at(now), 0, true);
        }
        assert_eq!(failover.steps(at(20)), [Step::Start(1)]);
        failover.set_up(at(21), 1, true);
        failover.set_work(at(21), 1, true);
        assert!(
            matches!(&failover.steps(at(21))[..], [Step::Choose { source: 1, reason: Some(reason) }] if reason.contains("rejected"))
        );
        failover.set_work(at(500), 0, true);
        failover.set_work(at(500), 1, true);
        assert_eq!(failover.steps(at(600)), []);
        assert_eq!(failover.steps(at(700)).len(), 2, "back to the first");
    }

    #[test]
    fn without_any_good_source_all_are_asked_and_the_last_one_is_kept() {
        let mut failover = first_is_active();
        failover.set_up(at(100), 0, false);
        failover.set_work(at(100), 0, false);
        assert_eq!(failover.steps(at(106)), [Step::Start(1)]);
        assert_eq!(failover.steps(at(10_000)), []);
        assert_eq!(failover.active(), Some(0));
        failover.set_up(at(10_001), 0, true);
        failover.set_work(at(10_001), 0, true);
        assert_eq!(failover.steps(at(10_001)), [Step::Stop(1)]);
    }

    #[test]
    fn a_single_source_that_rejects_is_better_than_none() {
        let mut failover = Failover::new(1, PATIENCE);
        failover.steps(at(0));
        failover.set_up(at(1), 0, true);
        failover.set_work(at(1), 0, true);
        failover.steps(at(1));
        for now in 2..30 {
            failover.answered(at(now), 0, true);
        }
        assert_eq!(failover.steps(at(31)), []);
        assert_eq!(failover.active(), Some(0));
    }
}
