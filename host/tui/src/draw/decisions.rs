//! Decisions of the miner, the latest last.

use ratatui::text::Line;
use tensority_telemetry::Decision;

use super::{Seen, heading};
use crate::paint::Tone;
use crate::{format, text};

pub fn lines(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let title = format!("decisions ({})", seen.state.decisions.len());
    let mut lines = Vec::new();
    for decision in seen.state.decisions.iter().rev().skip(seen.choice.back) {
        if lines.len() > height {
            break;
        }
        let text = words(seen, decision);
        lines.splice(0..0, super::paragraph(seen, Tone::Plain, &text, width));
    }
    section(seen, &title, lines, width, height)
}

/// The last ones, each on one line.
pub fn latest(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let decisions = &seen.state.decisions;
    let shown = decisions.len().min(height.saturating_sub(1));
    let lines = decisions[decisions.len() - shown..].iter();
    let lines = lines.map(|decision| text::cut(&words(seen, decision), width).into());
    section(seen, "decisions", lines.collect(), width, height)
}

/// A heading and the last of some lines.
pub fn section(
    seen: &Seen,
    title: &str,
    mut lines: Vec<Line<'static>>,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let Some(room) = height.checked_sub(1) else {
        return Vec::new();
    };
    lines.drain(..lines.len().saturating_sub(room));
    lines.insert(0, heading(seen, title, width));
    lines
}

fn words(seen: &Seen, decision: &Decision) -> String {
    let now = seen.state.started_unix as f64 + seen.state.uptime_seconds;
    let ago = format::duration((now - decision.at_unix as f64).round());
    let Decision {
        about,
        action,
        reason,
        ..
    } = decision;
    format!("{ago} ago  {about}: {action}. {reason}")
}
