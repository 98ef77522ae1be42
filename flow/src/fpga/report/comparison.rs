//! Comparison of two builds, figure by figure.

use super::figures::{Better, Figure, figures};
use super::{Report, table};

/// A figure of both builds.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Row {
    pub name: String,
    pub unit: &'static str,
    /// Digits behind the point that mean something.
    pub digits: usize,
    /// The first build's value, if it has one.
    pub first: Option<f64>,
    /// The second build's value, if it has one.
    pub second: Option<f64>,
    /// Whether the second is the better one; nothing if they are equal or one is missing.
    pub second_is_better: Option<bool>,
}

impl Row {
    fn new(figure: &Figure, first: Option<f64>, second: Option<f64>) -> Self {
        let second_is_better = match (first, second) {
            (Some(first), Some(second)) if first != second => {
                Some((second > first) == (figure.better == Better::More))
            }
            _ => None,
        };
        Self {
            name: figure.name.clone(),
            unit: figure.unit,
            digits: figure.digits,
            first,
            second,
            second_is_better,
        }
    }
}

/// All figures that one of two builds has, in the order of the first.
pub fn compare(first: &Report, second: &Report) -> Vec<Row> {
    let (a, b) = (figures(first), figures(second));
    let value = |figures: &[Figure], name: &str| {
        let figure = figures.iter().find(|figure| figure.name == name);
        figure.map(|figure| figure.value)
    };
    let both = a
        .iter()
        .map(|figure| Row::new(figure, Some(figure.value), value(&b, &figure.name)));
    let only = b.iter().filter(|figure| value(&a, &figure.name).is_none());
    let only = only.map(|figure| Row::new(figure, None, Some(figure.value)));
    both.chain(only).collect()
}

/// Two builds as text. Figures of blocks that do not differ, or that one build does not have, are left out.
pub fn text(first: &Report, second: &Report) -> String {
    let heads = ["", "", "first", "second", "difference", "ratio", "better"];
    let mut table = table::table(heads);
    let (mut same, mut lacking) = (0, 0);
    for row in compare(first, second) {
        let of_block = row.name.contains(", ") && row.unit.is_empty();
        let pair = row.first.zip(row.second);
        if of_block && row.first == row.second {
            same += 1;
            continue;
        }
        if of_block && pair.is_none() {
            lacking += 1;
            continue;
        }
        let digits = row.digits;
        let number = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.digits$}"));
        let difference = pair.map_or("-".into(), |(a, b)| format!("{:+.digits$}", b - a));
        let ratio = pair.filter(|(a, _)| *a != 0.0);
        let ratio = ratio.map_or("-".into(), |(a, b)| format!("{:.3}", b / a));
        let better = match row.second_is_better {
            Some(true) => "second",
            Some(false) => "first",
            None => "",
        };
        let (unit, a, b) = (row.unit.to_string(), number(row.first), number(row.second));
        table.add_row([row.name, unit, a, b, difference, ratio, better.into()]);
    }
    let line = |which: &str, report: &Report| {
        let Report {
            name, part, seed, ..
        } = report;
        let met = match report.met() {
            true => "timing met",
            false => "TIMING MISSED",
        };
        format!("{which:7} {name}, {part}, seed {seed}: {met}\n")
    };
    let mut text = line("first", first) + &line("second", second) + "\n";
    text += &table::lines(table, 2, 4);
    let left_out = [
        (same, "of blocks are equal"),
        (lacking, "are of blocks that only one build has"),
    ];
    for (count, why) in left_out.into_iter().filter(|(count, _)| *count > 0) {
        text += &format!("\n{count} figures {why}, and left out.\n");
    }
    text
}
