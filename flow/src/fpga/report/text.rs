//! The report as text, for the terminal.

use super::table::{lines, table};
use super::{Block, Path, Report, Usage};

/// Part of the design that a block must hold to be shown.
const SHARE: f64 = 0.005;
/// Blocks are shown down to this depth.
const DEPTH: usize = 4;

/// The text of a report.
pub fn text(report: &Report) -> String {
    let lanes = match report.lanes {
        1 => "1 lane".to_string(),
        lanes => format!("{lanes} lanes"),
    };
    let mut text = format!(
        "{}: {}, {lanes}, seed {}\n{}\n\n",
        report.name,
        report.part,
        report.seed,
        verdict(report)
    );
    let mut parts = vec![clocks(report), resources(report), blocks(report)];
    parts.extend(report.paths.iter().map(path_text));
    parts.push(tail(report));
    text += &parts.join("\n");
    text
}

/// Whether timing is met, and what it hashes.
pub(crate) fn verdict(report: &Report) -> String {
    let met = match report.missed() {
        None => "timing met".into(),
        Some(missed) => format!("TIMING MISSED, {missed}"),
    };
    match &report.hashing {
        None => met,
        Some(hashing) => format!(
            "{:.2} H/s at the wanted clock, {:.2} at the achieved one ({} cycles per hash); {met}",
            hashing.per_second, hashing.per_second_achieved, hashing.cycles_per_hash
        ),
    }
}

fn clocks(report: &Report) -> String {
    let mut table = table(["clock", "wanted", "achieved", "margin"]);
    for clock in &report.clocks {
        table.add_row([
            clock.name.clone(),
            format!("{:.2} MHz", clock.constraint_mhz),
            format!("{:.2} MHz", clock.achieved_mhz),
            format!("{:+.1} %", 100.0 * (clock.margin() - 1.0)),
        ]);
    }
    lines(table, 1, 3)
}

fn resources(report: &Report) -> String {
    let mut table = table(["resource", "used", "of", ""]);
    for (name, resource) in report.main_resources() {
        table.add_row([
            name.to_string(),
            resource.used.to_string(),
            resource.available.to_string(),
            format!("{:.1} %", 100.0 * resource.share()),
        ]);
    }
    lines(table, 1, 3)
}

fn blocks(report: &Report) -> String {
    let mut table = table(["block", "LUT4", "CCU2C", "FF", "DSP", "EBR"]);
    let mut rest = 0;
    for (depth, block) in rows(&report.blocks, &report.blocks, 0, &mut rest) {
        let mut row = vec![format!("{}{}", "  ".repeat(depth), label(block))];
        row.extend(block.usage.counts().map(|count| count.to_string()));
        table.add_row(row);
    }
    let mut text = lines(table, 1, 5);
    if rest > 0 {
        text += &format!("{rest} smaller or inner blocks are counted in those around them.\n");
    }
    text
}

/// The blocks that are shown, with their depth; counts the others into `rest`.
fn rows<'a>(
    block: &'a Block,
    all: &Block,
    depth: usize,
    rest: &mut usize,
) -> Vec<(usize, &'a Block)> {
    let mut found = vec![(depth, block)];
    for inner in &block.blocks {
        if depth < DEPTH && share(inner, all) >= SHARE {
            found.extend(rows(inner, all, depth + 1, rest));
        } else {
            *rest += 1;
        }
    }
    found
}

/// The largest part of any resource that a block has of a design's.
pub(crate) fn share(block: &Block, all: &Block) -> f64 {
    // A carry is two LUT4, which count already.
    let kinds = |usage: &Usage| [usage.luts, usage.ffs, usage.dsps, usage.ebrs];
    let parts = kinds(&block.usage).into_iter().zip(kinds(&all.usage));
    parts.fold(0.0, |most, (part, all)| {
        most.max(part as f64 / all.max(1) as f64)
    })
}

/// A block's name with the number of those there are.
pub(crate) fn label(block: &Block) -> String {
    match block.count {
        0 | 1 => block.name.clone(),
        count => format!("{} x{count}", block.name),
    }
}

fn path_text(path: &Path) -> String {
    let mut text = format!(
        "slowest path from {} to {}: {}\n",
        path.from,
        path.to,
        path.length()
    );
    let mut table = table(["", "ns", "sum", "place", "cell or net"]);
    let mut sum = 0.0;
    for segment in path.segments.iter().filter(|segment| segment.counts()) {
        sum += segment.delay_ns;
        let (column, row) = segment.to.place;
        let place = format!("{column},{row}");
        let what = match &segment.net {
            Some(net) => format!("net {net}"),
            None => format!("{}.{}", segment.to.cell, segment.to.port),
        };
        let delay = format!("{:.2}", segment.delay_ns);
        table.add_row([
            segment.kind.clone(),
            delay,
            format!("{sum:.2}"),
            place,
            what,
        ]);
    }
    text += &lines(table, 1, 3);
    text
}

fn tail(report: &Report) -> String {
    let mut text = String::new();
    if report.tried.len() > 1 {
        text += &format!("seeds tried: {}\n", seeds(report));
    }
    for step in &report.steps {
        let tool = report.tools.get(&step.name).map_or("", String::as_str);
        let took = duration(step.seconds);
        text += &format!("{:16} {took:>10}  {tool}\n", step.name);
    }
    if let Some(bitstream) = &report.bitstream {
        text += &format!(
            "bitstream {} bytes, SHA-256 {}\n",
            bitstream.bytes, bitstream.sha256
        );
    }
    text
}

/// The seeds that were tried, each with its margin.
pub(crate) fn seeds(report: &Report) -> String {
    let margin = |margin: f64| 100.0 * (margin - 1.0);
    let tried = report.tried.iter();
    let tried = tried.map(|trial| format!("{} {:+.1} %", trial.seed, margin(trial.margin)));
    tried.collect::<Vec<_>>().join(", ")
}

/// A duration in seconds, from a minute on in minutes and seconds.
pub fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor();
    if minutes < 1.0 {
        format!("{seconds:.1} s")
    } else {
        format!(
            "{minutes} min {:02.0} s",
            (seconds - 60.0 * minutes).floor()
        )
    }
}
