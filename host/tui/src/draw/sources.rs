//! Sources as a table and in detail.

use ratatui::text::Line;
use tensority_telemetry::source::{Condition, Source};

use super::table::{self, Cell, Column, Set};
use super::totals::{LONGEST_NAME, estimate};
use super::{Seen, flow, heading, paragraph};
use crate::format::{self, known};
use crate::paint::Tone;

const COLUMNS: [Column; 9] = [
    column("source", 0, Set::Words(LONGEST_NAME)),
    column("condition", 1, Set::Words(10)),
    column("accepted", 3, Set::Number),
    column("rejected", 4, Set::Number),
    column("stale", 5, Set::Number),
    column("work", 6, Set::Number),
    column("answer", 7, Set::Number),
    column("H/s", 8, Set::Number),
    column("reason", 2, Set::Rest),
];

const fn column(title: &'static str, rank: u8, set: Set) -> Column {
    Column { title, rank, set }
}

/// The sources in their order, a line each.
pub fn table(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let rows: Vec<_> = seen.state.sources.iter().map(row).collect();
    let mut lines = table::lines(seen, &COLUMNS, &rows, width);
    lines.truncate(height);
    lines
}

/// The sources and what does not fit into a line.
pub fn in_detail(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let sources = &seen.state.sources;
    let title = format!("sources ({})", sources.len());
    let mut lines = vec![heading(seen, &title, width)];
    for source in sources.iter().skip(seen.choice.back) {
        if lines.len() > height {
            break;
        }
        lines.extend(detail(seen, source, width));
    }
    lines.truncate(height);
    lines
}

fn row(source: &Source) -> Vec<Cell> {
    let (tone, condition) = condition(source.condition);
    let shares = &source.shares;
    let plain = |text: String| (Tone::Plain, text);
    vec![
        plain(source.name.clone()),
        (tone, condition.to_owned()),
        plain(shares.accepted.to_string()),
        plain(shares.all_rejected().to_string()),
        plain(shares.stale.to_string()),
        plain(known(source.last_work_seconds, format::duration)),
        plain(known(source.answer_seconds, format::duration)),
        plain(estimate(&source.implied_rate)),
        plain(source.reason.clone()),
    ]
}

fn detail(seen: &Seen, source: &Source, width: usize) -> Vec<Line<'static>> {
    let (tone, condition) = condition(source.condition);
    let since = format::duration(source.condition_seconds);
    let mut lines = flow(
        vec![
            vec![seen.span(Tone::Strong, crate::text::cut(&source.name, LONGEST_NAME))],
            vec![seen.span(tone, condition), format!(" for {since}").into()],
            vec![crate::text::plain(&source.url).into()],
        ],
        width,
    );
    lines.extend(paragraph(seen, Tone::Plain, &source.reason, width));
    let shares = &source.shares;
    let user = source.user.as_deref().unwrap_or("none");
    let facts = format!(
        "user {user}, {} jobs, the last work {} ago, answers after {}, {} H/s implied",
        source.jobs,
        known(source.last_work_seconds, format::duration),
        known(source.answer_seconds, format::duration),
        estimate(&source.implied_rate),
    );
    lines.extend(paragraph(seen, Tone::Plain, &facts, width));
    let counts = format!(
        "shares: {} accepted, {} rejected, {} stale, {} unanswered, {} not submitted, {} pending, {} waiting",
        shares.accepted,
        shares.all_rejected(),
        shares.stale,
        shares.unanswered,
        shares.not_submitted,
        shares.pending,
        shares.waiting,
    );
    lines.extend(paragraph(seen, Tone::Plain, &counts, width));
    for (reason, count) in &shares.rejected {
        let rejected = format!("rejected {count} times: {reason}");
        lines.extend(paragraph(seen, Tone::Notice, &rejected, width));
    }
    lines
}

fn condition(condition: Condition) -> (Tone, &'static str) {
    match condition {
        Condition::Waiting => (Tone::Plain, "waiting"),
        Condition::Connecting => (Tone::Notice, "connecting"),
        Condition::Active => (Tone::Good, "active"),
        Condition::Standby => (Tone::Plain, "standby"),
        Condition::Down => (Tone::Bad, "down"),
    }
}
