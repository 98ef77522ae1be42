//! Processor time of 16 boards when little happens.

use std::thread;
use std::time::{Duration, Instant};

use tensority_telemetry::source::Kind;

use crate::boards::{Boards, RESULTS_PER_MINUTE};
use crate::figure::Figure;
use crate::machine;
use crate::miner::Running;
use crate::support::giver::{giver, work};
use crate::support::run::Plan;

const DEVICES: usize = 16;
const RATE: f64 = 12.0;
/// Hashes of a share: one a minute and device.
const DIFFICULTY: f64 = RATE * 60.0;
const TIME: Duration = Duration::from_secs(60);
const NEW_JOB: Duration = Duration::from_secs(15);
/// The part of a processor that may be taken.
const MUST: f64 = 0.01;

/// Measures it.
pub fn measure() -> Figure {
    let boards = Boards::start(DEVICES, RATE, None);
    let (source, giver) = giver(work(0, DIFFICULTY));
    let mut plan = Plan::new().source("source", Kind::Pool, source);
    plan.devices = boards.selections(RESULTS_PER_MINUTE);
    plan.settings.goal.time = None;
    let miner = Running::start(plan);
    miner.wait_for_devices(DEVICES);
    let (begin, begin_busy) = (Instant::now(), machine::processor_time());
    for parent in 1.. {
        if begin.elapsed() >= TIME {
            break;
        }
        // The pace of new jobs.
        thread::sleep(NEW_JOB);
        giver.give(work(parent, DIFFICULTY));
    }
    let busy = machine::processor_time() - begin_busy;
    let part = busy.as_secs_f64() / begin.elapsed().as_secs_f64();
    let state = miner.end();
    let found = boards.end().found;
    Figure {
        figure: "processor, 16 boards of 12 H/s, 1 share/min each",
        must: "1 %",
        aim: "",
        measured: format!("{:.2} % of a core", part * 100.0),
        details: vec![format!(
            "over {} s, a new job every {} s, {found} results, {} shares, cheap hashes",
            TIME.as_secs(),
            NEW_JOB.as_secs(),
            state.total.shares.accepted
        )],
        kept: part <= MUST,
    }
}
