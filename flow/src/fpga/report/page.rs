//! The report as one page that needs nothing else: tables, the chip, the slowest path.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::text::{label, share};
use super::{Block, Clock, Path, Report, die, path_view, text};

const STYLE: &str = include_str!("page.css");
/// Part of the design that a block must hold to be shown.
const SHARE: f64 = 0.003;

/// The page of a report.
pub fn page(report: &Report) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.name) ": report of a build" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(report))
                (cards(report))
                (chip(report))
                (paths(report))
                (clocks(report))
                (resources(report))
                (blocks(report))
                (build(report))
            }
        }
    };
    markup.into_string()
}

/// The path of the clock that is nearest to its constraint or farthest behind it.
fn slowest(report: &Report) -> Option<&Path> {
    let clocks = report.clocks.iter();
    let clock = clocks.min_by(|a, b| a.margin().total_cmp(&b.margin()))?;
    report.path(&clock.name)
}

fn head(report: &Report) -> Markup {
    let lanes = if report.lanes == 1 { "lane" } else { "lanes" };
    html! {
        header {
            h1 { (report.name) }
            @if report.met() { span.pill { "timing met" } } @else { span.pill.missed { "timing missed" } }
            p.soft { (report.part) " on " (report.board) ", " (report.lanes) " " (lanes) ", seed " (report.seed) }
            @if let Some(missed) = report.missed() { p.bad { (missed) } }
        }
    }
}

fn cards(report: &Report) -> Markup {
    html! {
        div.cards {
            @if let Some(hashing) = &report.hashing {
                (card(&format!("{:.2} H/s", hashing.per_second), &format!(
                    "at the wanted clock, {} cycles per hash", grouped(hashing.cycles_per_hash)), None))
            }
            @for clock in &report.clocks {
                (card(&format!("{:.1} MHz", clock.achieved_mhz),
                    &format!("{}, wanted {:.1}", clock.name, clock.constraint_mhz), None))
            }
            @for (name, resource) in report.main_resources().take(4) {
                @let part = resource.share();
                (card(&format!("{:.1} %", 100.0 * part),
                    &format!("{} of {} {name}", grouped(resource.used), grouped(resource.available)), Some(part)))
            }
        }
    }
}

fn card(value: &str, meaning: &str, part: Option<f64>) -> Markup {
    html! {
        div.card {
            b { (value) }
            span { (meaning) }
            @if let Some(part) = part { (meter(part)) }
        }
    }
}

fn meter(part: f64) -> Markup {
    html! { div.meter { i style=(format!("width:{:.1}%", 100.0 * part.min(1.0))) {} } }
}

fn chip(report: &Report) -> Markup {
    let Some(placement) = &report.placement else {
        return html! {};
    };
    let path = slowest(report);
    html! {
        section {
            h2 { "The chip" }
            div.chip-view {
                figure {
                    (die::whole(placement, path))
                    figcaption {
                        "A tile has the colour of the block that has most of it, the stronger the fuller it is. "
                        "Dots are multipliers (DSP), bars block memories (EBR)."
                    }
                }
                div {
                    ul.legend {
                        @for (number, block) in placement.blocks.iter().enumerate() {
                            @let tiles = placement.tiles.iter().filter(|tile| tile.2 == number).count();
                            @if tiles > 0 {
                                li {
                                    span class={ "key b" (number) } {}
                                    span { (block_name(block, &placement.blocks)) }
                                    span { (grouped(tiles as u64)) " tiles" }
                                }
                            }
                        }
                    }
                    @if let Some(path) = path {
                        figure {
                            (die::enlarged(placement, path))
                            figcaption { "The slowest path, enlarged; numbers as below." }
                        }
                    }
                }
            }
        }
    }
}

/// The meaning of a colour: a block, but for the blocks in it that have their own.
fn block_name(block: &str, all: &[String]) -> String {
    let name = if block.is_empty() { "top" } else { block };
    let inner = |other: &&String| block.is_empty() || other.starts_with(&format!("{block}."));
    match all.iter().filter(|other| *other != block).find(inner) {
        Some(_) => format!("{name}, the rest"),
        None => name.into(),
    }
}

fn paths(report: &Report) -> Markup {
    let first = slowest(report);
    let others = report.paths.iter().filter(|path| first != Some(path));
    html! {
        section {
            h2 { "Slowest paths" }
            p.kinds {
                span { span.key style="color:var(--logic)" {} "logic" }
                span { span.key style="color:var(--wire)" {} "wires" }
                span { span.key style="color:var(--edge)" {} "flip-flop or memory at the ends" }
            }
            @if let Some(path) = first { (path_view::bar(path)) (path_view::table(path)) }
            @for path in others {
                details {
                    summary { (path_view::title(path)) }
                    (path_view::bar(path))
                    (path_view::table(path))
                }
            }
        }
    }
}

fn clocks(report: &Report) -> Markup {
    let row = |clock: &Clock| {
        let class = if clock.met() { "n good" } else { "n bad" };
        html! {
            tr {
                td { code { (clock.name) } }
                td.n { (format!("{:.2} MHz", clock.constraint_mhz)) }
                td.n { (format!("{:.2} MHz", clock.achieved_mhz)) }
                td class=(class) { (format!("{:+.1} %", 100.0 * (clock.margin() - 1.0))) }
            }
        }
    };
    html! {
        section {
            h2 { "Clocks" }
            table {
                tr { th { "clock" } th.n { "wanted" } th.n { "achieved" } th.n { "margin" } }
                @for clock in &report.clocks { (row(clock)) }
            }
            @if let Some(hashing) = &report.hashing {
                p.soft {
                    "A hash takes " (grouped(hashing.cycles_per_hash)) " cycles of " code { (hashing.clock) }
                    (format!(": {:.3} H/s at the wanted clock, {:.3} at the achieved one.",
                        hashing.per_second, hashing.per_second_achieved))
                }
            }
        }
    }
}

fn resources(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Use of the part" }
            table {
                tr { th { "resource" } th.n { "used" } th.n { "of" } th.n { "" } th {} }
                @for (name, resource) in report.main_resources() {
                    tr {
                        td { (name) }
                        td.n { (grouped(resource.used)) }
                        td.n { (grouped(resource.available)) }
                        td.n { (format!("{:.1} %", 100.0 * resource.share())) }
                        td { (meter(resource.share())) }
                    }
                }
            }
        }
    }
}

fn blocks(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Blocks" }
            div.scroll {
                table {
                    tr {
                        th { "block" } th.n { "LUT4" } th.n { "CCU2C" } th.n { "FF" } th.n { "DSP" } th.n { "EBR" }
                        th { "largest share" }
                    }
                    (block_rows(&report.blocks, &report.blocks, 0))
                }
            }
            p.soft {
                "A block holds the blocks in it. The two LUT4 of a CCU2C are counted as LUT4 too. A cell belongs to "
                "the block whose register or net it is named after."
            }
        }
    }
}

fn block_rows(block: &Block, all: &Block, depth: usize) -> Markup {
    let part = share(block, all);
    html! {
        tr {
            td style=(format!("padding-left:{:.1}rem", 1.1 * depth as f64)) { (label(block)) }
            @for count in block.usage.counts() {
                td.n { @if count > 0 { (grouped(count)) } }
            }
            td { (meter(part)) }
        }
        @for inner in block.blocks.iter().filter(|inner| share(inner, all) >= SHARE) {
            (block_rows(inner, all, depth + 1))
        }
    }
}

fn build(report: &Report) -> Markup {
    let total: f64 = report.steps.iter().map(|step| step.seconds).sum();
    html! {
        section {
            h2 { "The build" }
            table {
                tr { th { "step" } th.n { "time" } th { "tool" } }
                @for step in &report.steps {
                    tr {
                        td { (step.name) }
                        td.n { (text::duration(step.seconds)) }
                        td { code { (report.tools.get(&step.name).map_or("", String::as_str)) } }
                    }
                }
                tr { td { "together" } td.n { (text::duration(total)) } td {} }
            }
            @if report.tried.len() > 1 {
                p { "Seeds tried, with the least margin over all clocks: " (text::seeds(report)) }
            }
            @if let Some(bitstream) = &report.bitstream {
                p { "Bitstream: " (grouped(bitstream.bytes)) " bytes, SHA-256 " code { (bitstream.sha256) } }
            }
        }
    }
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(16_585_528), "16\u{202f}585\u{202f}528");
    }

    #[test]
    fn a_colour_says_whether_inner_blocks_have_their_own() {
        let all = ["", "core", "core.array"].map(String::from);
        assert_eq!(block_name("", &all), "top, the rest");
        assert_eq!(block_name("core", &all), "core, the rest");
        assert_eq!(block_name("core.array", &all), "core.array");
    }
}
