//! A report as text: totals by device and source, rates over time, decisions.

use tensority_history::{DeviceSpan, Report};
use tensority_telemetry::format::{duration, interval, known, number, rate, temperature};

use super::time;
use crate::table::aligned;

/// All of it, in paragraphs.
pub fn of(report: &Report) -> String {
    let mut paragraphs = vec![head(report)];
    if !report.devices.is_empty() {
        paragraphs.push(devices(report));
    }
    if !report.sources.is_empty() {
        paragraphs.push(sources(report));
    }
    if !report.spans.is_empty() {
        paragraphs.push(spans(report));
    }
    if !report.decisions.is_empty() {
        paragraphs.push(decisions(report));
    }
    paragraphs.join("\n\n")
}

fn head(report: &Report) -> String {
    let (since, until) = (
        time::shown(report.since_unix),
        time::shown(report.until_unix),
    );
    let mined: f64 = report.spans.iter().map(|span| span.counts.seconds).sum();
    let hashes: u64 = report.spans.iter().map(|span| span.counts.hashes).sum();
    let runs = report.runs.len();
    format!(
        "{since} to {until}: mined for {}, runs {runs}, hashes {hashes}",
        duration(mined)
    )
}

fn devices(report: &Report) -> String {
    let mut rows = vec![
        [
            "device",
            "rate",
            "by results",
            "valid",
            "wrong",
            "duplicate",
            "stale",
            "accepted",
            "rejected",
            "healthy",
            "restarts",
            "warmest",
        ]
        .map(String::from),
    ];
    for device in &report.devices {
        let DeviceSpan { counts, .. } = device.total;
        rows.push([
            device.name.clone(),
            known(device.total.rate, rate),
            known(device.total.verified, |verified| interval(&verified)),
            counts.valid.to_string(),
            counts.hardware_errors.to_string(),
            counts.duplicates.to_string(),
            counts.stale.to_string(),
            counts.shares_accepted.to_string(),
            counts.shares_rejected.to_string(),
            part(counts.healthy_seconds, counts.seconds),
            counts.restarts.to_string(),
            known(counts.temperature_c, temperature),
        ]);
    }
    aligned(&rows)
}

fn sources(report: &Report) -> String {
    let mut rows = vec![
        [
            "source",
            "jobs",
            "accepted",
            "rejected",
            "stale",
            "unanswered",
            "not submitted",
            "hashed",
            "stands for",
        ]
        .map(String::from),
    ];
    for source in &report.sources {
        let counts = &source.counts;
        rows.push([
            source.name.clone(),
            counts.jobs.to_string(),
            counts.accepted.to_string(),
            counts.rejected.to_string(),
            counts.stale.to_string(),
            counts.unanswered.to_string(),
            counts.not_submitted.to_string(),
            duration(counts.active_seconds),
            known(source.implied, |implied| {
                format!("{} H/s", interval(&implied))
            }),
        ]);
    }
    aligned(&rows)
}

fn spans(report: &Report) -> String {
    const WIDEST: f64 = 40.0;
    let rates = report.spans.iter().filter_map(|span| span.rate);
    let greatest = rates.fold(0.0, f64::max);
    let length = duration(report.span_seconds as f64);
    let mut rows = vec![[
        format!("in {length} from"),
        "H/s".into(),
        "by results".into(),
        String::new(),
    ]];
    for span in &report.spans {
        let part = span.rate.map_or(0.0, |rate| rate / greatest);
        let bar = if part.is_finite() {
            (part * WIDEST).round() as usize
        } else {
            0
        };
        rows.push([
            time::shown(span.start_unix),
            known(span.rate, number),
            known(span.verified, |verified| interval(&verified)),
            "█".repeat(bar),
        ]);
    }
    aligned(&rows)
}

fn decisions(report: &Report) -> String {
    let lines = report.decisions.iter().map(|decision| {
        let at = time::shown(decision.at_unix);
        format!(
            "{at}  {}: {}: {}",
            decision.about, decision.action, decision.reason
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A part of a time: `96 %`.
fn part(part: f64, whole: f64) -> String {
    known(
        (whole > 0.0).then(|| part / whole),
        tensority_telemetry::format::percent,
    )
}
