//! Runs of refusals, by which a pool shows that it has forgotten the session.

use std::time::{Duration, Instant};

use crate::event::{Answer, Reason};

/// Refusals that are a run. One may be an odd job, two a coincidence.
const RUN: usize = 3;
/// How long after a refusal a new block still explains it: the pool knew of it first.
const DOUBT: Duration = Duration::from_millis(500);

/// The first refusals since the pool last showed that it knows us, at most [`RUN`], that no new block explains.
#[derive(Debug, Default)]
pub struct Refusals(Vec<Instant>);

impl Refusals {
    /// Takes the answer to a share of the block that is being mined.
    pub fn take(&mut self, answer: &Answer, now: Instant) {
        match denies(answer) {
            true if self.0.len() < RUN => self.0.push(now),
            true => {}
            false => self.0.clear(),
        }
    }

    /// There is a new block to mine.
    pub fn new_block(&mut self, now: Instant) {
        self.0.retain(|&refused| refused + DOUBT <= now);
    }

    /// When the run will have lasted for so long; nothing if there is none.
    pub fn last_for(&self, time: Duration) -> Option<Instant> {
        (self.0.len() == RUN).then(|| self.0[0] + time)
    }
}

/// Whether a pool answers so that knows neither the job nor us. What finds fault with the share itself knows both.
fn denies(answer: &Answer) -> bool {
    match answer {
        Answer::Stale(_) => true,
        Answer::Rejected(reason) => matches!(&*reason.word, Reason::UNAUTHORIZED | "other"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn rejected(word: &str) -> Answer {
        Answer::Rejected(Reason::new(word, "x"))
    }

    /// Whether these answers, one a second, are a run.
    fn is_run(answers: &[Answer]) -> bool {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        for (second, answer) in answers.iter().enumerate() {
            refusals.take(answer, start + Duration::from_secs(second as u64));
        }
        refusals.last_for(PATIENCE).is_some()
    }

    #[test]
    fn three_in_a_row_are_a_run_and_what_shows_that_we_are_known_ends_it() {
        let stale = || Answer::Stale(Reason::new("stale", "x"));
        assert!(is_run(&[
            stale(),
            rejected("unauthorized"),
            rejected("other")
        ]));
        assert!(!is_run(&[stale(), stale()]));
        for known in [
            Answer::Accepted,
            rejected("low_difficulty"),
            rejected("duplicate"),
        ] {
            assert!(!is_run(&[
                stale(),
                stale(),
                known.clone(),
                stale(),
                stale()
            ]));
            assert!(is_run(&[known, stale(), stale(), stale(), stale()]));
        }
    }

    #[test]
    fn a_run_lasts_from_its_first_refusal_and_a_new_block_explains_the_latest() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        for ms in [0, 700, 900] {
            refusals.take(&rejected("other"), at(ms));
        }
        assert_eq!(refusals.last_for(PATIENCE), Some(start + PATIENCE));
        refusals.new_block(at(1000));
        assert_eq!(refusals.last_for(PATIENCE), None);
        refusals.take(&rejected("other"), at(1100));
        refusals.take(&rejected("other"), at(1200));
        assert_eq!(refusals.last_for(PATIENCE), Some(start + PATIENCE));
    }
}
