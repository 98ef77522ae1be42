//! Tables that leave out the least important columns where there is no room.

use ratatui::style::Stylize;
use ratatui::text::{Line, Span};

use super::Seen;
use crate::paint::Tone;
use crate::text;

/// Cells between two columns.
const GAP: usize = 2;
/// The least that is useful of a column that takes the rest.
const LEAST_REST: usize = 30;

pub struct Column {
    pub title: &'static str,
    /// The column with the greatest one is left out first.
    pub rank: u8,
    pub set: Set,
}

/// How a column is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Words of no more than so many cells, at the left.
    Words(usize),
    /// Numbers, at the right.
    Number,
    /// A sentence in what the other columns leave, cut where it ends.
    Rest,
}

pub type Cell = (Tone, String);

/// The line of titles, and a line for each row, all of whose cells are there.
pub fn lines(
    seen: &Seen,
    columns: &[Column],
    rows: &[Vec<Cell>],
    width: usize,
) -> Vec<Line<'static>> {
    let widths = fit(columns, rows, width);
    let line = |cells: &mut dyn Iterator<Item = (Tone, &str)>| {
        let mut spans: Vec<Span> = Vec::new();
        for ((column, &width), (tone, content)) in columns.iter().zip(&widths).zip(cells) {
            let Some(width) = width else { continue };
            let content = text::cut(content, width);
            let pad = " ".repeat(width.saturating_sub(text::width(&content)));
            let (before, after) = match column.set {
                Set::Number => (pad, String::new()),
                Set::Words(_) | Set::Rest => (String::new(), pad),
            };
            if !spans.is_empty() {
                spans.push(" ".repeat(GAP).into());
            }
            spans.extend([before.into(), seen.span(tone, content), after.into()]);
        }
        Line::from(spans)
    };
    let mut titles = columns.iter().map(|column| (Tone::Title, column.title));
    let mut lines = vec![line(&mut titles).underlined()];
    lines.extend(
        rows.iter()
            .map(|row| line(&mut row.iter().map(|(tone, content)| (*tone, content.as_str())))),
    );
    lines
}

/// The widths of the columns that have room.
fn fit(columns: &[Column], rows: &[Vec<Cell>], width: usize) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let content = rows.iter().map(|row| text::width(&row[place].1));
            let natural = content.fold(text::width(column.title), usize::max);
            Some(match column.set {
                Set::Words(most) => natural.min(most),
                Set::Number => natural,
                Set::Rest => natural.min(LEAST_REST),
            })
        })
        .collect();
    loop {
        let shown = widths.iter().flatten().count();
        let taken = widths.iter().flatten().sum::<usize>() + GAP * shown.saturating_sub(1);
        if taken <= width {
            let rest = columns.iter().position(|column| column.set == Set::Rest);
            if let Some(rest) = rest.and_then(|place| widths[place].as_mut()) {
                *rest += width - taken;
            }
            return widths;
        }
        let places = (0..columns.len()).filter(|&place| widths[place].is_some());
        match places.max_by_key(|&place| columns[place].rank) {
            Some(place) if shown > 1 => widths[place] = None,
            Some(place) => widths[place] = Some(width),
            None => return widths,
        }
    }
}

/// The rows of `all` that are shown in `height` lines so that `selected` is among them.
pub fn around(selected: usize, all: usize, height: usize) -> std::ops::Range<usize> {
    let height = height.min(all);
    let start = selected.saturating_sub(height / 2).min(all - height);
    start..start + height
}
