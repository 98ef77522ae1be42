//! What is told while a build runs, and what a tool's log says of how far it is.

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

/// What happened to a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It began.
    Began,
    /// It is at this.
    At(String),
    /// It is done.
    Done {
        /// What came out, in a few words.
        outcome: String,
        /// How long it took.
        took: Duration,
        /// Whether it was done before, and took that long then.
        kept: bool,
    },
    /// It is of no more use.
    Dropped,
}

/// Is told of events, from any thread.
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

/// What a line of Yosys's log says of how far it is: `2.46.14. Executing AIGMAP pass (map logic to AIG).`
pub(crate) fn of_yosys(line: &str) -> Option<String> {
    let (number, rest) = line.split_once(". Executing ")?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let pass = rest.split([' ', '.', ':']).next().filter(|_| numbered)?;
    Some(format!("{number} {pass}"))
}

/// What nextpnr's log says of how far it is.
#[derive(Debug, Default)]
pub(crate) struct OfNextpnr {
    arcs: u64,
}

impl OfNextpnr {
    /// What a line says, if anything.
    pub fn line(&mut self, line: &str) -> Option<String> {
        let line = line.strip_prefix("Info: ")?.trim();
        if let Some(rest) = line.strip_prefix("at iteration #") {
            let number = rest.split(':').next()?.split(',').next()?;
            // The last wire length is that of legal places.
            let length = rest
                .split("legal = ")
                .nth(1)
                .or(rest.split("wirelen = ").nth(1))?;
            let length = length.split(';').next()?.trim();
            let phase = if rest.contains("legal = ") {
                "place"
            } else {
                "refine"
            };
            return Some(format!("{phase}, iteration {number}, wire length {length}"));
        }
        if let Some(rest) = line
            .strip_prefix("Routing ")
            .and_then(|rest| rest.strip_suffix(" arcs."))
        {
            self.arcs = rest.parse().ok()?;
            return Some(format!("route {} connections", self.arcs));
        }
        if self.arcs > 0 && line.contains('|') {
            // IterCnt | with and without rip-up | the same since | remaining | time
            let remaining: u64 = line.split('|').nth(3)?.trim().parse().ok()?;
            let done = 100.0 * (1.0 - remaining as f64 / self.arcs as f64);
            return Some(format!(
                "route, {remaining} of {} connections left ({done:.0} %)",
                self.arcs
            ));
        }
        let phases = [
            ("Packing LUTs", "pack"),
            ("Promoting globals", "clock trees"),
            ("Creating initial analytic placement", "first places"),
            ("Running main analytical placer", "place"),
            ("Running simulated annealing", "refine"),
            ("Routing complete", "timing"),
        ];
        let phase = phases.iter().find(|(start, _)| line.starts_with(start));
        phase.map(|(_, phase)| (*phase).to_string())
    }
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
        let mut progress = OfNextpnr::default();
        let mut said = |line: &str| progress.line(line);
        assert_eq!(
            said("Info:     at iteration #3, type ALL: wirelen solved = 72, spread = 141, legal = 582; time = 0.01s").as_deref(),
            Some("place, iteration 3, wire length 582")
        );
        assert_eq!(
            said("Info:   at iteration #5: temp = 0.000000, timing cost = 28, wirelen = 412")
                .as_deref(),
            Some("refine, iteration 5, wire length 412")
        );
        assert_eq!(said("Info:  legend: | bars"), None);
        assert_eq!(
            said("Info: Routing 200 arcs.").as_deref(),
            Some("route 200 connections")
        );
        assert_eq!(
            said("Info:       1000 |       40        183 |   40   183 |        50|       0.27       0.27|").as_deref(),
            Some("route, 50 of 200 connections left (75 %)")
        );
    }
}
