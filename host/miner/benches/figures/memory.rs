//! The most memory that 16 boards take, with the matrix lists of two seeds.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tensority_source::Template;
use tensority_telemetry::source::Kind;

use crate::boards::{Boards, RESULTS_PER_MINUTE};
use crate::figure::Figure;
use crate::load::Costly;
use crate::machine;
use crate::miner::Running;
use crate::support::giver::{giver, work};
use crate::support::run::Plan;

const DEVICES: usize = 16;
const RATE: f64 = 12.0;
const DIFFICULTY: f64 = RATE * 60.0;
/// How long each seed is hashed with.
const TIME: Duration = Duration::from_secs(10);
/// In MiB.
const MUST: f64 = 60.0;

/// Measures it.
pub fn measure() -> Figure {
    let boards = Boards::start(DEVICES, RATE, None);
    let (source, giver) = giver(work(0, DIFFICULTY));
    let mut plan = Plan::new().source("source", Kind::Pool, source);
    plan.devices = boards.selections(RESULTS_PER_MINUTE);
    plan.settings.goal.time = None;
    plan.rehash = Arc::new(Costly::new());
    let miner = Running::start(plan);
    miner.wait_for_devices(DEVICES);
    // The time over which memory may grow.
    thread::sleep(TIME);
    giver.give(Template {
        seed: [7; 32],
        ..work(1, DIFFICULTY)
    });
    thread::sleep(TIME);
    let state = miner.end();
    boards.end();
    let peak = machine::peak_memory() as f64 / f64::from(1 << 20);
    Figure {
        figure: "peak memory, 16 boards, two seeds",
        must: "60 MiB",
        aim: "",
        measured: format!("{peak:.0} MiB"),
        details: vec![format!(
            "{} results verified; with history and page, without the terminal",
            state.verification.verified
        )],
        kept: peak <= MUST,
    }
}
