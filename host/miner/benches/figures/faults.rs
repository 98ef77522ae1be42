//! A million results with faults of devices and source among them.

use crate::figure::Figure;
use crate::storm::{Storm, run};

const STORM: Storm = Storm {
    results: 1_000_000,
    devices: 16,
    hang: 3e-4,
};

/// Measures it.
pub fn measure() -> Figure {
    let seed = testvectors::seed();
    let outcome = run(STORM, seed);
    Figure {
        figure: "10^6 results with faults: lost / wrong submitted",
        must: "0 / 0",
        aim: "",
        measured: format!("{} / {}", outcome.lost, outcome.wrong_shares),
        details: outcome.lines(),
        kept: outcome.complaints.is_empty(),
    }
}
