//! The last log lines.

use ratatui::text::Line;

use super::Seen;
use super::decisions::section;
use crate::text;

pub fn lines(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for line in seen.log.lines().rev().skip(seen.choice.back) {
        if lines.len() > height {
            break;
        }
        let wrapped = text::wrap(line, width).into_iter().map(Line::from);
        lines.splice(0..0, wrapped);
    }
    let title = match seen.choice.back {
        0 => "log".to_owned(),
        back => format!("log, {back} lines back"),
    };
    section(seen, &title, lines, width, height)
}

/// The last ones, each on one line.
pub fn latest(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let last = seen.log.lines().rev().take(height.saturating_sub(1));
    let lines = last.map(|line| text::cut(line, width).into()).rev();
    section(seen, "log", lines.collect(), width, height)
}
