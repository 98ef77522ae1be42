//! A path on the page: its delays as a bar, and its pieces as a table.

use maud::{Markup, html};

use super::die::stations;
use super::{Path, Segment};

/// Least part of a bar that has room for a number.
const ROOM: f64 = 0.05;

/// Start, end and length of a path.
pub fn title(path: &Path) -> Markup {
    html! {
        code { (path.from) } " to " code { (path.to) }
        ": " (path.length())
    }
}

/// The delays of a path.
pub fn bar(path: &Path) -> Markup {
    let all = path.delay_ns().max(f64::MIN_POSITIVE);
    let pieces = path
        .segments
        .iter()
        .filter(|segment| segment.delay_ns > 0.0);
    html! {
        p { (title(path)) }
        div.delays {
            @for segment in pieces {
                @let part = segment.delay_ns / all;
                i class=(segment.kind) style=(format!("width:{:.2}%", 100.0 * part))
                    title=(format!("{}: {:.2} ns, {}", segment.kind, segment.delay_ns, what(segment))) {
                    @if part >= ROOM { (format!("{:.2}", segment.delay_ns)) }
                }
            }
        }
        div.scale { span { "0" } span { (format!("{:.2} ns", path.delay_ns())) } }
    }
}

/// The pieces of a path, with the numbers of its cells as in the pictures.
pub fn table(path: &Path) -> Markup {
    let stations = stations(path);
    let mut number = 1;
    let mut sum = 0.0;
    let rows = path.segments.iter().map(|segment| {
        sum += segment.delay_ns;
        if stations
            .get(number)
            .is_some_and(|next| next.cell == segment.to.cell)
        {
            number += 1;
        }
        (segment, number, sum)
    });
    let rows: Vec<_> = rows.filter(|(segment, ..)| segment.counts()).collect();
    html! {
        div.scroll {
            table {
                tr { th.n { "cell" } th { "" } th.n { "ns" } th.n { "sum" } th.n { "place" } th { "what" } }
                @for (segment, number, sum) in rows {
                    tr {
                        td.n { (number) }
                        td { (segment.kind) }
                        td.n { (format!("{:.2}", segment.delay_ns)) }
                        td.n { (format!("{sum:.2}")) }
                        td.n { (segment.to.place.0) ", " (segment.to.place.1) }
                        td { code { (what(segment)) } }
                    }
                }
            }
        }
    }
}

/// The net of a wire, or the cell and its port.
fn what(segment: &Segment) -> String {
    match &segment.net {
        Some(net) => net.clone(),
        None => format!("{}.{}", segment.to.cell, segment.to.port),
    }
}
