//! Devices as a table and in detail.

use ratatui::text::Line;
use tensority_telemetry::device::{Condition, Device, Kind};

use super::table::{self, Cell, Column, Set};
use super::totals::{LONGEST_NAME, estimate, windows};
use super::{Seen, flow, losses, paragraph};
use crate::format::{self, known};
use crate::paint::Tone;
use crate::text;

/// What stands before the selected device.
const SELECTED: &str = "> ";
const NOT_SELECTED: &str = "  ";

const COLUMNS: [Column; 12] = [
    column("  device", 0, Set::Words(LONGEST_NAME)),
    column("condition", 1, Set::Words(10)),
    column("H/s 1 min", 2, Set::Number),
    column("verified", 3, Set::Number),
    column("valid", 5, Set::Number),
    column("hw err", 4, Set::Number),
    column("dup", 8, Set::Number),
    column("stale", 7, Set::Number),
    column("temp", 9, Set::Number),
    column("last valid", 6, Set::Number),
    column("lost to", 10, Set::Words(40)),
    column("reason", 11, Set::Rest),
];

const fn column(title: &'static str, rank: u8, set: Set) -> Column {
    Column { title, rank, set }
}

/// The devices around the selected one, a line each.
pub fn table(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let Some(rows) = height.checked_sub(1) else {
        return Vec::new();
    };
    let devices = &seen.state.devices;
    let selected = seen.choice.row(seen.state);
    let shown = table::around(selected.unwrap_or_default(), devices.len(), rows);
    let rows: Vec<_> = shown
        .map(|place| row(&devices[place], Some(place) == selected))
        .collect();
    table::lines(seen, &COLUMNS, &rows, width)
}

/// The devices, and the selected one in detail.
pub fn in_detail(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let device = seen.choice.device(seen.state);
    let detail = device.map_or_else(Vec::new, |device| detail(seen, device, width));
    // The table has half of the lines, or what the other half does not need.
    let of_table = (height - height / 2).max(height.saturating_sub(detail.len()));
    let mut lines = table(seen, width, of_table);
    lines.extend(detail);
    lines.truncate(height);
    lines
}

fn row(device: &Device, selected: bool) -> Vec<Cell> {
    let nonces = &device.nonces;
    let (tone, mark) = match selected {
        true => (Tone::Strong, SELECTED),
        false => (Tone::Plain, NOT_SELECTED),
    };
    let plain = |text: String| (Tone::Plain, text);
    let errors = match nonces.hardware_errors {
        0 => Tone::Plain,
        _ => Tone::Bad,
    };
    vec![
        (tone, mark.to_owned() + &device.name),
        (
            condition(device.condition),
            device.condition.word().to_owned(),
        ),
        plain(known(device.rates.device.over_1m, format::number)),
        plain(estimate(&device.rates.verified)),
        plain(nonces.valid.to_string()),
        (errors, nonces.hardware_errors.to_string()),
        plain(nonces.duplicates.to_string()),
        plain(nonces.stale.to_string()),
        plain(known(device.temperature_c, format::temperature)),
        plain(known(device.last_valid_seconds, format::duration)),
        plain(losses::summary(&device.losses)),
        plain(device.reason.clone()),
    ]
}

fn detail(seen: &Seen, device: &Device, width: usize) -> Vec<Line<'static>> {
    let kind = match device.kind {
        Kind::Board => "board",
        Kind::Simulated => "simulated board",
        Kind::Processor => "processor",
    };
    let condition = seen.span(condition(device.condition), device.condition.word());
    let since = format::duration(device.condition_seconds);
    let name = text::cut(&device.name, LONGEST_NAME);
    let mut lines = vec![super::heading(seen, &name, width)];
    lines.extend(flow(
        vec![
            vec![condition, format!(" for {since}").into()],
            seen.titled(kind, text::cut(&device.id, width)),
            seen.titled(
                "at",
                text::cut(device.port.as_deref().unwrap_or("no port"), width),
            ),
            seen.titled("lanes", device.lanes.to_string()),
            seen.titled("promises", known(device.expected_rate, format::rate)),
        ],
        width,
    ));
    lines.extend(paragraph(seen, Tone::Plain, &device.reason, width));
    lines.extend(flow(windows(seen, &device.rates.device), width));
    lines.extend(flow(
        vec![
            seen.titled("verified", estimate(&device.rates.verified)),
            seen.titled("pool", estimate(&device.rates.pool)),
            seen.titled("hashes", device.hashes.to_string()),
        ],
        width,
    ));
    lines.push(losses::bar(seen, &device.losses, width));
    lines.extend(losses::legend(seen, &device.losses, width));
    let tests = format!(
        "{} right, {} wrong",
        device.canaries_right, device.canaries_wrong
    );
    lines.extend(flow(
        vec![
            seen.titled("canaries", tests),
            seen.titled("not verified", device.nonces.unverified.to_string()),
            seen.titled(
                "seed switch",
                known(device.seed_switch_seconds, format::duration),
            ),
            seen.titled("restarts", device.restarts.to_string()),
        ],
        width,
    ));
    if let Some(error) = &device.last_error {
        lines.extend(paragraph(
            seen,
            Tone::Notice,
            &format!("last error: {error}"),
            width,
        ));
    }
    lines
}

fn condition(condition: Condition) -> Tone {
    match condition {
        Condition::Healthy => Tone::Good,
        Condition::Starting | Condition::Idle => Tone::Notice,
        Condition::Sick | Condition::Away | Condition::Dead => Tone::Bad,
        Condition::Disabled => Tone::Plain,
    }
}
