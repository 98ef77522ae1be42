//! Hashes per second over time.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The window of a live rate.
pub const WINDOW: Duration = Duration::from_secs(60);

/// Counts hashes with the time that they took.
#[derive(Debug, Default)]
pub struct Meter {
    hashes: u64,
    began: Option<Instant>,
    spans: VecDeque<Span>,
}

/// Hashes made one after the other from `start` to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When the first began.
    pub start: Instant,
    /// When the last was over.
    pub end: Instant,
    /// How many.
    pub hashes: u64,
}

impl Meter {
    /// Adds a span, which ends after all spans before.
    pub fn add(&mut self, span: Span) {
        self.hashes += span.hashes;
        self.began.get_or_insert(span.start);
        self.spans.push_back(span);
        let window_start = span.end.checked_sub(WINDOW);
        while window_start.is_some_and(|start| self.spans[0].end < start) {
            self.spans.pop_front();
        }
    }

    /// All hashes.
    pub fn hashes(&self) -> u64 {
        self.hashes
    }

    /// Hashes per second from the first span's start to the last one's end.
    pub fn since_start(&self) -> Option<f64> {
        let seconds = (self.spans.back()?.end - self.began?).as_secs_f64();
        (seconds > 0.0).then(|| self.hashes as f64 / seconds)
    }

    /// Hashes per second in the [`WINDOW`] that ends with the last span; nothing until there is so
    /// much time.
    pub fn live(&self) -> Option<f64> {
        let window_start = self.spans.back()?.end.checked_sub(WINDOW)?;
        if self.began? > window_start {
            return None;
        }
        let inside: f64 = self.spans.iter().map(|span| span.after(window_start)).sum();
        Some(inside / WINDOW.as_secs_f64())
    }
}

impl Span {
    /// The hashes after an instant, if they were made evenly.
    fn after(&self, instant: Instant) -> f64 {
        let whole = (self.end - self.start).as_secs_f64();
        let inside = (self.end - self.start.max(instant)).as_secs_f64();
        if whole > 0.0 {
            self.hashes as f64 * inside / whole
        } else {
            self.hashes as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(spans: &[(u64, u64, u64)]) -> Meter {
        let zero = Instant::now();
        let mut meter = Meter::default();
        for &(start, end, hashes) in spans {
            meter.add(Span {
                start: zero + Duration::from_secs(start),
                end: zero + Duration::from_secs(end),
                hashes,
            });
        }
        meter
    }

    #[test]
    fn nothing_is_known_of_no_time() {
        assert_eq!(meter(&[]).since_start(), None);
        assert_eq!(meter(&[]).live(), None);
        assert_eq!(meter(&[(5, 5, 3)]).since_start(), None);
    }

    #[test]
    fn the_rate_since_the_start_counts_pauses() {
        let meter = meter(&[(0, 10, 100), (30, 40, 100)]);
        assert_eq!(meter.since_start(), Some(5.0));
        assert_eq!(meter.hashes(), 200);
    }

    #[test]
    fn the_live_rate_waits_for_a_full_window() {
        assert_eq!(meter(&[(0, 59, 590)]).live(), None);
        assert_eq!(meter(&[(0, 60, 600)]).live(), Some(10.0));
    }

    #[test]
    fn the_live_rate_forgets_what_is_older_than_its_window() {
        let meter = meter(&[(0, 100, 1_000_000), (100, 180, 80), (180, 200, 100)]);
        // From 140 to 180 half of 80, then 100.
        assert_eq!(meter.live(), Some(140.0 / 60.0));
        assert_eq!(meter.spans.len(), 2);
    }
}
