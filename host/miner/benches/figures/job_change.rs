//! Latency from a new job to the new ranges on the wires of all devices.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use tensority_source::Template;
use tensority_telemetry::source::Kind;

use crate::boards::{Boards, RESULTS_PER_MINUTE};
use crate::figure::Figure;
use crate::machine::{self, milliseconds, percentile};
use crate::miner::Running;
use crate::support::giver::{Giver, giver, work};
use crate::support::run::Plan;

const DEVICES: usize = 64;
const RATE: f64 = 12.0;
const JOBS: u64 = 200;
/// The time from one job to the next.
const INTERVAL: Duration = Duration::from_millis(250);
/// Hashes of a share.
const DIFFICULTY: f64 = 720.0;
const MUST: Duration = Duration::from_millis(5);

/// Measures it.
pub fn measure() -> Figure {
    let boards = Boards::start(DEVICES, RATE, None);
    let (source, giver) = giver(job(0));
    let mut plan = Plan::new().source("source", Kind::Pool, source);
    plan.devices = boards.selections(RESULTS_PER_MINUTE);
    plan.settings.goal.time = None;
    let miner = Running::start(plan);
    miner.wait_for_devices(DEVICES);
    let begun = change_jobs(&giver);
    miner.end();
    let delays = delays(&boards.end(), &begun);
    let mut last: Vec<_> = delays
        .values()
        .filter_map(|all| all.last().copied())
        .collect();
    let mut each: Vec<_> = delays.into_values().flatten().collect();
    last.sort();
    each.sort();
    assert_eq!(
        each.len(),
        DEVICES * JOBS as usize,
        "each board gets each job once"
    );
    let text = |sorted: &[Duration]| {
        let [median, most, all] = [0.5, 0.99, 1.0].map(|part| percentile(sorted, part));
        let (median, most, all) = (milliseconds(median), milliseconds(most), milliseconds(all));
        format!("p50 {median}, p99 {most}, max {all} ms")
    };
    Figure {
        figure: "new job -> new work on the wires of 64 devices",
        must: "5 ms",
        aim: "",
        measured: text(&last),
        details: vec![
            format!("above: the last device, {JOBS} jobs; the must is p99"),
            format!("each device: {}", text(&each)),
        ],
        kept: percentile(&last, 0.99) <= MUST,
    }
}

/// Gives jobs; when each was given, by its parent.
fn change_jobs(giver: &Giver) -> BTreeMap<u64, Duration> {
    let give = |parent| {
        // The pace of new jobs.
        thread::sleep(INTERVAL);
        let work = job(parent);
        let now = machine::now();
        giver.give(work);
        (parent, now)
    };
    let begun = (1..=JOBS).map(give).collect();
    thread::sleep(INTERVAL);
    begun
}

fn job(parent: u64) -> Template {
    let mut work = work(0, DIFFICULTY);
    work.header.previous_block_hash[..8].copy_from_slice(&parent.to_le_bytes());
    work
}

/// The delays of all boards, in order, by the parent.
fn delays(
    report: &crate::boards::Report,
    begun: &BTreeMap<u64, Duration>,
) -> BTreeMap<u64, Vec<Duration>> {
    let mut delays = BTreeMap::<_, Vec<_>>::new();
    for switch in &report.switches {
        if let Some(&begin) = begun.get(&switch.parent) {
            let delay = switch.at.saturating_sub(begin);
            delays.entry(switch.parent).or_default().push(delay);
        }
    }
    delays.values_mut().for_each(|all| all.sort());
    delays
}
