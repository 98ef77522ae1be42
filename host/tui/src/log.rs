//! The last log lines.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::text;

/// As many lines are kept.
pub const LINES: usize = 1000;
/// Characters of a line that are kept.
const LENGTH: usize = 1000;

/// The last log lines, the latest last.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: VecDeque<Arc<str>>,
    written: u64,
}

impl Log {
    /// Adds a text, a line for each of its lines.
    pub fn write(&mut self, text: &str) {
        for line in text.lines() {
            if self.lines.len() == LINES {
                self.lines.pop_front();
            }
            let line: String = line.chars().take(LENGTH).collect();
            self.lines.push_back(text::plain(&line).into());
            self.written += 1;
        }
    }

    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.lines.iter().map(AsRef::as_ref)
    }

    /// How many lines there ever were.
    pub fn written(&self) -> u64 {
        self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_no_more() {
        let mut log = Log::default();
        for number in 0..LINES + 2 {
            log.write(&format!("line {number}"));
        }
        log.write("two\nlines");
        assert_eq!(log.lines().len(), LINES);
        assert_eq!(log.lines().next(), Some("line 4"));
        assert_eq!(log.lines().next_back(), Some("lines"));
        assert_eq!(log.written(), LINES as u64 + 4);
    }

    #[test]
    fn a_huge_line_is_cut() {
        let mut log = Log::default();
        log.write(&"é".repeat(1 << 20));
        assert_eq!(log.lines().next().unwrap().chars().count(), LENGTH);
    }
}
