//! The figures of a report, by name.

use super::{Block, Report, Usage};

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The larger one.
    More,
    /// The smaller one.
    Less,
}

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it tells.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its value.
    pub value: f64,
    /// Digits behind the point that mean something.
    pub digits: usize,
    /// Which of two is better.
    pub better: Better,
}

/// The kinds of use, each with its name and value.
pub fn uses(usage: &Usage) -> [(&'static str, u64); 5] {
    [
        ("LUT4", usage.luts),
        ("of these in CCU2C", 2 * usage.carries),
        ("FF", usage.ffs),
        ("DSP", usage.dsps),
        ("EBR", usage.ebrs),
    ]
}

/// All figures of a report, those of the whole first.
pub fn figures(report: &Report) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut add = |name: String, unit, value: f64, digits, better| {
        figures.push(Figure {
            name,
            unit,
            value,
            digits,
            better,
        });
    };
    if let Some(hashing) = &report.hashing {
        let cycles = hashing.cycles_per_hash as f64;
        add("cycles per hash".into(), "", cycles, 0, Better::Less);
        let wanted = hashing.per_second;
        add(
            "hashes at the wanted clock".into(),
            "H/s",
            wanted,
            3,
            Better::More,
        );
        let achieved = hashing.per_second_achieved;
        add(
            "hashes at the achieved clock".into(),
            "H/s",
            achieved,
            3,
            Better::More,
        );
    }
    for clock in &report.clocks {
        let name = &clock.name;
        add(
            format!("{name}, wanted"),
            "MHz",
            clock.constraint_mhz,
            2,
            Better::More,
        );
        add(
            format!("{name}, achieved"),
            "MHz",
            clock.achieved_mhz,
            2,
            Better::More,
        );
        if let Some(path) = report.path(name) {
            add(
                format!("{name}, slowest path"),
                "ns",
                path.delay_ns(),
                2,
                Better::Less,
            );
            add(
                format!("{name}, wires of it"),
                "ns",
                path.routing_ns(),
                2,
                Better::Less,
            );
        }
    }
    for (name, value) in uses(&report.blocks.usage) {
        add(name.into(), "", value as f64, 0, Better::Less);
    }
    if let Some(bitstream) = &report.bitstream {
        add(
            "bitstream".into(),
            "bytes",
            bitstream.bytes as f64,
            0,
            Better::Less,
        );
    }
    for step in &report.steps {
        add(
            format!("time of {}", step.name),
            "s",
            step.seconds,
            1,
            Better::Less,
        );
    }
    for block in &report.blocks.blocks {
        of_block(block, "", &mut add);
    }
    figures
}

fn of_block(
    block: &Block,
    around: &str,
    add: &mut impl FnMut(String, &'static str, f64, usize, Better),
) {
    let path = format!("{around}{}", block.name);
    for (name, value) in uses(&block.usage) {
        add(format!("{path}, {name}"), "", value as f64, 0, Better::Less);
    }
    for inner in &block.blocks {
        of_block(inner, &format!("{path}."), add);
    }
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
