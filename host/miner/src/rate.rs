//! Hashes per second over time.

use std::collections::VecDeque;
use std::time::Duration;

use tensority_telemetry::account::{Estimate, Windows};
use tensority_telemetry::poisson;

const SECOND: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// How long after the last span a rate is that of the spans. A device tells of a range when it is
/// over, and until then nothing is known; after that it is known to be slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// Hashes made one after the other from `start` to `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub start: Duration,
    pub end: Duration,
    pub hashes: u64,
}

impl Span {
    /// The hashes between two times, if they were made evenly.
    pub fn between(&self, from: Duration, to: Duration) -> f64 {
        let whole = self.end.saturating_sub(self.start).as_secs_f64();
        let inside = self.end.min(to).saturating_sub(self.start.max(from));
        if whole > 0.0 {
            self.hashes as f64 * inside.as_secs_f64() / whole
        } else if (from..=to).contains(&self.end) {
            self.hashes as f64
        } else {
            0.0
        }
    }
}

/// Counts hashes with the time that they took.
#[derive(Debug, Default)]
pub struct Meter {
    hashes: u64,
    began: Option<Duration>,
    spans: VecDeque<Span>,
}

impl Meter {
    /// Adds a span, which ends after all spans before.
    pub fn add(&mut self, span: Span) {
        self.hashes += span.hashes;
        self.began.get_or_insert(span.start);
        let oldest = span.end.saturating_sub(LONGEST + PATIENCE);
        // Short spans are put together, so that there are never many.
        match self.spans.back_mut() {
            Some(last) if span.end.saturating_sub(last.start) < SECOND => {
                last.end = span.end;
                last.hashes += span.hashes;
            }
            _ => self.spans.push_back(span),
        }
        while self.spans.front().is_some_and(|span| span.end < oldest) {
            self.spans.pop_front();
        }
    }

    pub fn hashes(&self) -> u64 {
        self.hashes
    }

    /// Hashes per second over all windows.
    pub fn windows(&self, now: Duration) -> Windows {
        let over = |seconds| self.over(now, Duration::from_secs(seconds));
        Windows {
            over_5s: over(5),
            over_1m: over(60),
            over_5m: over(5 * 60),
            over_15m: over(15 * 60),
            since_start: self.since_start(now),
        }
    }

    /// The end of what is known at a time.
    fn end(&self, now: Duration) -> Option<Duration> {
        let last = self.spans.back()?.end;
        Some(if now > last + PATIENCE { now } else { last })
    }

    fn since_start(&self, now: Duration) -> Option<f64> {
        let seconds = self.end(now)?.saturating_sub(self.began?).as_secs_f64();
        (seconds > 0.0).then(|| self.hashes as f64 / seconds)
    }

    /// Nothing until there is so much time.
    fn over(&self, now: Duration, window: Duration) -> Option<f64> {
        let end = self.end(now)?;
        let from = end.checked_sub(window)?;
        if self.began? > from {
            return None;
        }
        let inside: f64 = self.spans.iter().map(|span| span.between(from, end)).sum();
        Some(inside / window.as_secs_f64())
    }
}

/// Counts lucky events, each of which stands for a number of hashes.
#[derive(Debug, Default)]
pub struct Tally {
    began: Option<Duration>,
    count: u64,
    worth: f64,
    steps: VecDeque<Step>,
}

#[derive(Debug)]
struct Step {
    start: Duration,
    count: u64,
    worth: f64,
}

const STEP: Duration = Duration::from_secs(10);

impl Tally {
    /// The time from which on events could happen, unless it is known.
    pub fn begin(&mut self, now: Duration) {
        self.began.get_or_insert(now);
    }

    /// Adds an event that takes `worth` hashes on average.
    pub fn add(&mut self, now: Duration, worth: f64) {
        self.begin(now);
        self.count += 1;
        self.worth += worth;
        match self.steps.back_mut() {
            Some(step) if now < step.start + STEP => {
                step.count += 1;
                step.worth += worth;
            }
            _ => self.steps.push_back(Step {
                start: now,
                count: 1,
                worth,
            }),
        }
        let oldest = now.saturating_sub(LONGEST);
        while self.steps.front().is_some_and(|step| step.start < oldest) {
            self.steps.pop_front();
        }
    }

    /// The hashes that all events stand for.
    pub fn worth(&self) -> f64 {
        self.worth
    }

    /// The rate of hashing that explains the events.
    pub fn estimate(&self, now: Duration) -> Estimate {
        let Some(began) = self.began else {
            return Estimate::default();
        };
        let all = now.saturating_sub(began);
        let oldest = now.saturating_sub(LONGEST);
        let recent = self.steps.iter().filter(|step| step.start >= oldest);
        let (count, worth) = recent.fold((0, 0.0), |(count, worth), step| {
            (count + step.count, worth + step.worth)
        });
        Estimate {
            over_15m: interval(count, worth, all.min(LONGEST)),
            since_start: interval(self.count, self.worth, all),
        }
    }
}

fn interval(
    count: u64,
    worth: f64,
    time: Duration,
) -> Option<tensority_telemetry::account::Interval> {
    // Without an event nobody knows what one would be worth.
    (count > 0)
        .then(|| poisson::rate(count, worth / count as f64, time.as_secs_f64()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn meter(spans: &[(u64, u64, u64)]) -> Meter {
        let mut meter = Meter::default();
        for &(start, end, hashes) in spans {
            meter.add(Span {
                start: seconds(start),
                end: seconds(end),
                hashes,
            });
        }
        meter
    }

    #[test]
    fn nothing_is_known_of_no_time() {
        assert_eq!(meter(&[]).windows(seconds(9)), Windows::default());
        assert_eq!(meter(&[(5, 5, 3)]).windows(seconds(5)).since_start, None);
    }

    #[test]
    fn the_rate_since_the_start_counts_pauses() {
        let meter = meter(&[(0, 10, 100), (30, 40, 100)]);
        assert_eq!(meter.windows(seconds(40)).since_start, Some(5.0));
        assert_eq!(meter.hashes(), 200);
    }

    #[test]
    fn a_rate_waits_for_a_full_window() {
        let windows = meter(&[(0, 59, 590)]).windows(seconds(59));
        assert_eq!((windows.over_5s, windows.over_1m), (Some(10.0), None));
        let windows = meter(&[(0, 60, 600)]).windows(seconds(60));
        assert_eq!(windows.over_1m, Some(10.0));
    }

    #[test]
    fn a_rate_forgets_what_is_older_than_its_window() {
        let meter = meter(&[(0, 100, 1_000_000), (100, 180, 80), (180, 200, 100)]);
        // From 140 to 180 half of 80, then 100.
        assert_eq!(meter.windows(seconds(200)).over_1m, Some(140.0 / 60.0));
    }

    #[test]
    fn a_device_that_tells_nothing_more_is_slow_in_the_end() {
        let meter = meter(&[(0, 100, 1000)]);
        assert_eq!(meter.windows(seconds(129)).over_1m, Some(10.0));
        assert_eq!(meter.windows(seconds(131)).over_5s, Some(0.0));
        assert!(meter.windows(seconds(200)).over_1m == Some(0.0));
    }

    #[test]
    fn short_spans_are_put_together_and_lose_nothing() {
        let mut meter = Meter::default();
        for number in 0..100_000 {
            meter.add(Span {
                start: Duration::from_millis(number),
                end: Duration::from_millis(number + 1),
                hashes: 3,
            });
        }
        assert!(meter.spans.len() < 120, "{}", meter.spans.len());
        let rate = meter.windows(seconds(100)).over_5s.unwrap();
        assert!((rate - 3000.0).abs() < 5.0, "{rate}");
    }

    #[test]
    fn events_stand_for_a_rate_with_an_interval() {
        let mut tally = Tally::default();
        assert_eq!(tally.estimate(seconds(1)), Estimate::default());
        tally.begin(seconds(0));
        for number in 1..=120 {
            tally.add(seconds(number * 10), 120.0);
        }
        let estimate = tally.estimate(seconds(1200));
        let all = estimate.since_start.unwrap();
        assert!((all.value - 12.0).abs() < 1e-9);
        assert!(all.low > 9.9 && all.high < 14.5, "{all:?}");
        let recent = estimate.over_15m.unwrap();
        assert!((recent.value - 12.0).abs() < 0.2, "{recent:?}");
        assert!(tally.steps.len() <= 92);
    }
}
