//! Events of a build while it runs, some of them from the lines of a tool's log.

use std::time::Duration;

/// A step of the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Verilog to cells.
    Synthesis,
    /// Cells to places and wires, with a seed.
    Place(u32),
    /// Places and wires to a bitstream.
    Pack(u32),
}

/// An event of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The step began.
    Began,
    /// The step is at this place, in a few words.
    At(String),
    /// The step is done, with an outcome in a few words; `kept` means by an earlier build, which it
    /// `took` this long.
    #[allow(missing_docs)]
    Done {
        outcome: String,
        took: Duration,
        kept: bool,
    },
    /// The step is of no more use.
    Dropped,
}

/// A receiver of events, from any thread.
pub type Listener<'a> = &'a (dyn Fn(Step, Event) + Sync);

impl std::fmt::Display for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Synthesis => write!(formatter, "synthesis"),
            Self::Place(seed) => write!(formatter, "place and route, seed {seed}"),
            Self::Pack(seed) => write!(formatter, "bitstream, seed {seed}"),
        }
    }
}

/// Progress in a line of Yosys's log: `2.46.14. Executing AIGMAP pass (map logic to AIG).`
pub(crate) fn of_yosys(line: &str) -> Option<String> {
    let (number, rest) = line.split_once(". Executing ")?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let pass = rest.split([' ', '.', ':']).next().filter(|_| numbered)?;
    Some(format!("{number} {pass}"))
}

/// Progress in a line of nextpnr's log.
pub(crate) fn of_nextpnr(line: &str) -> Option<String> {
    let line = line.strip_prefix("Info: ")?.trim();
    // What follows a word, up to the next blank or separator.
    let value = |word: &str| {
        let (_, rest) = line.split_once(word)?;
        rest.split([' ', ',', ':', ';']).next()
    };
    if let Some(overlap) = value("overlap: COMB=") {
        return Some(format!("place, {overlap} of the LUTs overlap"));
    }
    if let (Some(number), Some(length)) = (value("at iteration #"), value("wirelen = ")) {
        return Some(format!("refine, iteration {number}, wire length {length}"));
    }
    if line.ends_with('|') {
        // IterCnt | with and without rip-up | the same since | remaining | time
        let remaining: u64 = line.split('|').nth(3)?.trim().parse().ok()?;
        return Some(format!("route, {remaining} connections left"));
    }
    let phases = [
        ("Packing LUTs", "pack"),
        ("Promoting globals", "clock trees"),
        ("Running simulated annealing", "refine"),
        ("Routing..", "route"),
        ("Critical path report", "timing"),
    ];
    let phase = phases.iter().find(|(start, _)| line.starts_with(start));
    phase.map(|(_, phase)| (*phase).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yosys_pass_is_told_with_its_number() {
        let line = "2.46.14. Executing AIGMAP pass (map logic to AIG).";
        assert_eq!(of_yosys(line).as_deref(), Some("2.46.14 AIGMAP"));
        assert_eq!(of_yosys("  Optimizing cells in module \\top."), None);
    }

    #[test]
    fn nextpnr_is_followed_through_its_phases() {
        let said = |line: &str, expected: Option<&str>| {
            assert_eq!(of_nextpnr(line).as_deref(), expected, "{line}");
        };
        said(
            "Info: overlap: COMB=9.7%, FF=3.4%, RAM=0.0%, MUL=0.0%",
            Some("place, 9.7% of the LUTs overlap"),
        );
        said(
            "Info:   at iteration #5: temp = 0.000000, timing cost = 28, wirelen = 412",
            Some("refine, iteration 5, wire length 412"),
        );
        said("Info: Routing globals...", None);
        said("Info: Routing..", Some("route"));
        said(
            "Info:       1000 |       40        183 |   40   183 |        50|       0.27       0.27|",
            Some("route, 50 connections left"),
        );
        said(
            "Info:    IterCnt |  w/ripup   wo/ripup |  w/r  wo/r |      arcs| batch(sec) total(sec)|",
            None,
        );
        said("Warning: unused port", None);
    }
}
