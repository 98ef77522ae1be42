//! Figures of a report, each with a name of its own.

use super::{Block, Report, Usage};

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    More,
    Less,
}

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name, which no other figure of the report has.
    pub name: String,
    pub unit: &'static str,
    /// Digits behind the point that mean something.
    pub digits: usize,
    pub value: f64,
    pub better: Better,
}

fn figure(
    better: Better,
    name: impl Into<String>,
    unit: &'static str,
    digits: usize,
    value: f64,
) -> Figure {
    Figure {
        name: name.into(),
        unit,
        digits,
        value,
        better,
    }
}

/// All figures of a report, those of the whole first.
pub fn figures(report: &Report) -> Vec<Figure> {
    use Better::{Less, More};
    let mut all = Vec::new();
    if let Some(hashing) = &report.hashing {
        let (wanted, achieved) = (hashing.per_second, hashing.per_second_achieved);
        let cycles = hashing.cycles_per_hash as f64;
        all.push(figure(Less, "cycles per hash", "", 0, cycles));
        all.push(figure(More, "hashes at the wanted clock", "H/s", 3, wanted));
        all.push(figure(
            More,
            "hashes at the achieved clock",
            "H/s",
            3,
            achieved,
        ));
    }
    for clock in &report.clocks {
        let named = |what: &str| format!("{}, {what}", clock.name);
        let (wanted, achieved) = (clock.constraint_mhz, clock.achieved_mhz);
        all.push(figure(More, named("wanted"), "MHz", 2, wanted));
        all.push(figure(More, named("achieved"), "MHz", 2, achieved));
        if let Some(path) = report.path(&clock.name) {
            let (delay, wires) = (path.delay_ns(), path.routing_ns());
            all.push(figure(Less, named("slowest path"), "ns", 2, delay));
            all.push(figure(Less, named("wires of it"), "ns", 2, wires));
        }
    }
    all.extend(uses("", &report.blocks.usage));
    if let Some(bitstream) = &report.bitstream {
        let bytes = bitstream.bytes as f64;
        all.push(figure(Less, "bitstream", "bytes", 0, bytes));
    }
    for step in &report.steps {
        let name = format!("time of {}", step.name);
        all.push(figure(Less, name, "s", 1, step.seconds));
    }
    for block in &report.blocks.blocks {
        of_block(block, "", &mut all);
    }
    all
}

fn of_block(block: &Block, around: &str, all: &mut Vec<Figure>) {
    let path = format!("{around}{}", block.name);
    all.extend(uses(&format!("{path}, "), &block.usage));
    for inner in &block.blocks {
        of_block(inner, &format!("{path}."), all);
    }
}

/// The kinds of use, with `before` in front of their names.
fn uses(before: &str, usage: &Usage) -> impl Iterator<Item = Figure> {
    let kinds = [
        ("LUT4", usage.luts),
        ("of these in CCU2C", 2 * usage.carries),
        ("FF", usage.ffs),
        ("DSP", usage.dsps),
        ("EBR", usage.ebrs),
    ];
    kinds.into_iter().map(move |(kind, count)| {
        let name = format!("{before}{kind}");
        figure(Better::Less, name, "", 0, count as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fpga::report::{Bitstream, Step};

    #[test]
    fn no_two_figures_have_one_name() {
        let step = |name: &str| Step {
            name: name.into(),
            seconds: 1.0,
        };
        let mut report =
            Report::from_json(include_str!("../../../tests/common/least.json")).unwrap();
        report.steps = vec![step("synthesis"), step("bitstream")];
        report.bitstream = Some(Bitstream {
            bytes: 1,
            sha256: String::new(),
        });
        let figures = figures(&report);
        let names: std::collections::BTreeSet<_> = figures.iter().map(|f| &f.name).collect();
        assert_eq!(names.len(), figures.len(), "{figures:?}");
    }
}
