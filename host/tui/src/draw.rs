//! The screen as a function of the state: totals at the top, a pane below them, keys at the bottom.
//!
//! Everything is lines of text. What does not fit is left out line by line, the least important
//! first.

mod decisions;
mod devices;
mod footer;
mod log;
mod losses;
mod overview;
mod sources;
mod table;
mod totals;

use ratatui::Frame;
use ratatui::text::{Line, Span};
use tensority_telemetry::State;

use crate::choice::{Choice, Pane};
use crate::log::Log;
use crate::paint::{Paint, Tone};
use crate::text;

/// All that a frame depends on.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub state: &'a State,
    pub log: &'a Log,
    pub choice: &'a Choice,
    /// Whether the miner was told to end.
    pub stopping: bool,
    pub paint: Paint,
}

impl Seen<'_> {
    fn span(&self, tone: Tone, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.paint.style(tone))
    }

    /// A title and what it is the title of.
    fn titled(&self, title: &str, text: impl Into<String>) -> Vec<Span<'static>> {
        vec![
            self.span(Tone::Title, format!("{title} ")),
            self.span(Tone::Plain, text),
        ]
    }
}

/// Draws a frame of any size.
pub fn draw(frame: &mut Frame, seen: &Seen) {
    let area = frame.area();
    let lines = lines(seen, area.width.into(), area.height.into());
    for (y, line) in (area.top()..area.bottom()).zip(&lines) {
        frame
            .buffer_mut()
            .set_line(area.left(), y, line, area.width);
    }
}

/// Exactly `height` lines, of which `width` cells are seen.
fn lines(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let footer = match height {
        0 => None,
        // There a line of the state is more useful than the keys.
        1 | 2 if !footer::is_urgent(seen) => None,
        _ => Some(footer::line(seen, width)),
    };
    let height = height - usize::from(footer.is_some());
    let mut lines = if seen.choice.help {
        footer::help(seen, width)
    } else {
        let of_totals = match seen.choice.pane {
            Pane::Overview => height / 2 + 2,
            _ => height / 4 + 2,
        };
        let mut lines = totals::lines(seen, width, of_totals.min(height));
        let rest = height - lines.len();
        lines.extend(pane(seen, width, rest));
        lines
    };
    lines.resize(height, Line::default());
    lines.extend(footer);
    lines
}

/// No more than `height` lines of the pane that was chosen.
fn pane(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    match seen.choice.pane {
        Pane::Overview => overview::lines(seen, width, height),
        Pane::Devices => devices::in_detail(seen, width, height),
        Pane::Sources => sources::in_detail(seen, width, height),
        Pane::Decisions => decisions::lines(seen, width, height),
        Pane::Log => log::lines(seen, width, height),
    }
}

/// Items one after the other, on as many lines as they need.
fn flow(items: Vec<Vec<Span<'static>>>, width: usize) -> Vec<Line<'static>> {
    const GAP: usize = 3;
    let mut lines: Vec<Line> = Vec::new();
    for item in items {
        let length: usize = item.iter().map(Span::width).sum();
        match lines.last_mut() {
            Some(line) if line.width() + GAP + length <= width => {
                line.push_span(" ".repeat(GAP));
                line.extend(item);
            }
            _ => lines.push(item.into()),
        }
    }
    lines
}

/// A title of a section, and a rule to the end of the line.
fn heading(seen: &Seen, title: &str, width: usize) -> Line<'static> {
    let title = text::cut(title, width);
    let rule = "─".repeat(width.saturating_sub(text::width(&title) + 1));
    Line::from(vec![
        seen.span(Tone::Strong, title + " "),
        seen.span(Tone::Plain, rule),
    ])
}

/// A text on lines of its own, away from the edge.
fn paragraph(seen: &Seen, tone: Tone, text: &str, width: usize) -> Vec<Line<'static>> {
    const EDGE: &str = "  ";
    text::wrap(text, width.saturating_sub(EDGE.len()))
        .into_iter()
        .map(|line| seen.span(tone, EDGE.to_owned() + &line).into())
        .collect()
}

#[cfg(test)]
mod tests;
