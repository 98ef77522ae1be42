//! The last lines of the log.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Lines that are kept.
const MOST_LINES: usize = 200;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// Its number, from 1 on.
    pub number: u64,
    /// When it was written.
    pub at_unix: u64,
    /// What it says, for people.
    pub text: String,
}

/// The last lines, numbered.
#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: VecDeque<LogLine>,
    written: u64,
}

impl Log {
    pub fn write(&mut self, at_unix: u64, text: String) {
        self.written += 1;
        if self.lines.len() == MOST_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(LogLine {
            number: self.written,
            at_unix,
            text,
        });
    }

    /// Those that are kept of the lines behind the one with this number.
    pub fn after(&self, number: u64) -> Vec<LogLine> {
        let new = self.lines.iter().filter(|line| line.number > number);
        new.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_under_their_numbers() {
        let mut log = Log::default();
        assert_eq!(log.after(0), []);
        for number in 1..=250 {
            log.write(1000 + number, format!("line {number}"));
        }
        let all = log.after(0);
        assert_eq!((all.len(), all[0].number), (200, 51));
        let new = log.after(248);
        assert_eq!(new.len(), 2);
        assert_eq!(new[0].text, "line 249");
        assert_eq!(new[0].at_unix, 1249);
    }
}
