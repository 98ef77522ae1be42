//! The totals: what the miner is about, its job, rates, shares and losses.

use ratatui::text::{Line, Span};
use tensority_telemetry::Mode;
use tensority_telemetry::account::{Estimate, Windows};
use tensority_telemetry::device::Condition;

use super::{Seen, flow, losses};
use crate::format::{self, known};
use crate::paint::Tone;
use crate::text;

/// Names are cut after so many cells.
pub const LONGEST_NAME: usize = 24;

/// No more than `height` lines.
pub fn lines(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let state = seen.state;
    let total = &state.total;
    // Each block with its rank, 0 to 7; the one with the greatest is left out first.
    let blocks: [(usize, Vec<Line>); 8] = [
        (0, flow(program(seen), width)),
        (1, trouble(seen, width)),
        (3, flow(job(seen), width)),
        (2, flow(rates(seen), width)),
        (6, flow(windows(seen, &total.rates.device), width)),
        (4, flow(shares(seen), width)),
        (5, vec![losses::bar(seen, &total.losses, width)]),
        (7, losses::legend(seen, &total.losses, width)),
    ];
    let mut room = height;
    let mut ranks: Vec<_> = blocks
        .iter()
        .map(|(rank, lines)| (*rank, lines.len()))
        .collect();
    ranks.sort_unstable();
    let mut shown = Vec::new();
    for (_, lines) in ranks {
        shown.push(lines.min(room));
        room = room.saturating_sub(lines);
    }
    let of_block = |(rank, lines): (usize, Vec<Line<'static>>)| lines.into_iter().take(shown[rank]);
    blocks.into_iter().flat_map(of_block).collect()
}

/// What became of shares; what is rare only where there is some.
fn shares(seen: &Seen) -> Vec<Vec<Span<'static>>> {
    let shares = &seen.state.total.shares;
    let mut items = vec![
        seen.titled("shares accepted", shares.accepted.to_string()),
        seen.titled("rejected", shares.all_rejected().to_string()),
        seen.titled("stale", shares.stale.to_string()),
    ];
    let rare = [
        ("unanswered", shares.unanswered),
        ("not submitted", shares.not_submitted),
        ("pending", shares.pending),
        ("waiting", shares.waiting),
        ("to verify", seen.state.verification.waiting),
    ];
    let some = rare.into_iter().filter(|(_, count)| *count > 0);
    items.extend(some.map(|(title, count)| seen.titled(title, count.to_string())));
    items
}

/// A rate that is known from lucky events, over the last 15 minutes or since the start.
pub fn estimate(estimate: &Estimate) -> String {
    known(estimate.over_15m.or(estimate.since_start), |rate| {
        format::interval(&rate)
    })
}

fn program(seen: &Seen) -> Vec<Vec<Span<'static>>> {
    let state = seen.state;
    let program = &state.program;
    let (tone, mode) = match state.mode {
        Mode::Starting => (Tone::Notice, "starting"),
        Mode::Mining => (Tone::Good, "mining"),
        Mode::NoWork => (Tone::Bad, "no work"),
        Mode::Paused => (Tone::Chosen, "paused"),
        Mode::Ending => (Tone::Notice, "ending"),
    };
    let name = format!("{} {}", program.name, program.version);
    vec![
        vec![seen.span(Tone::Strong, text::cut(name.trim(), LONGEST_NAME))],
        vec![seen.span(tone, mode)],
        seen.titled("up", format::duration(state.uptime_seconds)),
    ]
}

/// Devices that are not well.
fn trouble(seen: &Seen, width: usize) -> Vec<Line<'static>> {
    let unwell = |condition| {
        matches!(
            condition,
            Condition::Sick | Condition::Away | Condition::Dead
        )
    };
    let mut devices = seen
        .state
        .devices
        .iter()
        .filter(|device| unwell(device.condition));
    let Some(first) = devices.next() else {
        return Vec::new();
    };
    let more = match devices.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let name = text::cut(&first.name, LONGEST_NAME);
    let what = format!(
        "! {name} {}{more}: {}",
        first.condition.word(),
        first.reason
    );
    vec![seen.span(Tone::Bad, text::cut(&what, width)).into()]
}

fn job(seen: &Seen) -> Vec<Vec<Span<'static>>> {
    let Some(job) = &seen.state.job else {
        return vec![seen.titled("job", "none")];
    };
    vec![
        seen.titled("height", job.height.to_string()),
        seen.titled("job age", format::duration(job.age_seconds)),
        seen.titled("from", text::cut(&job.source, LONGEST_NAME)),
        seen.titled("block", format::difficulty(job.block_difficulty)),
        seen.titled("share", format::difficulty(job.share_difficulty)),
    ]
}

/// The three ways of counting side by side, over the same time.
fn rates(seen: &Seen) -> Vec<Vec<Span<'static>>> {
    let rates = &seen.state.total.rates;
    let device = rates.device.over_15m.or(rates.device.since_start);
    let device = vec![
        seen.span(Tone::Title, "rate "),
        seen.span(Tone::Strong, known(device, format::rate)),
    ];
    vec![
        device,
        seen.titled("verified", estimate(&rates.verified)),
        seen.titled("pool", estimate(&rates.pool)),
    ]
}

pub fn windows(seen: &Seen, windows: &Windows) -> Vec<Vec<Span<'static>>> {
    [
        ("rate in 5 s", windows.over_5s),
        ("1 min", windows.over_1m),
        ("5 min", windows.over_5m),
        ("15 min", windows.over_15m),
        ("since start", windows.since_start),
    ]
    .map(|(title, rate)| seen.titled(title, known(rate, format::number)))
    .into()
}
