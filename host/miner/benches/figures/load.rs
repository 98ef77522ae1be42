//! Devices that one processor bears, at one result a second each.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tensority::fast::Backend;
use tensority_miner::Policy;
use tensority_miner::verifier::{OnProcessor, Rehash};
use tensority_telemetry::State;
use tensority_telemetry::source::Kind;

use crate::boards::{Boards, Report};
use crate::figure::Figure;
use crate::machine::{self, milliseconds};
use crate::miner::Running;
use crate::support::giver::{giver, work};
use crate::support::hashing::Cheap;
use crate::support::run::Plan;

/// The numbers that are tried, the greatest first, which is the must.
const DEVICES: [usize; 3] = [1024, 512, 256];
/// A result in so many hashes; a power of two, as the miner chooses.
const RATE: f64 = 16.0;
const RESULTS_PER_MINUTE: f64 = 60.0;
/// A share a minute and device.
const DIFFICULTY: f64 = RATE * 60.0;
/// One of so many results is hashed again.
const SAMPLE: NonZero<u64> = NonZero::new(64).unwrap();
const TIME: Duration = Duration::from_secs(20);
const NEW_JOB: Duration = Duration::from_secs(5);
/// The part of the processor that may be taken.
const MOST: f64 = 0.9;
/// An acknowledgement that takes longer is late. When a job comes, all devices want one at once.
const LATE: Duration = Duration::from_millis(500);

/// Measures it.
pub fn measure() -> Figure {
    let mut details = Vec::new();
    let mut borne = None;
    for devices in DEVICES {
        let run = run(devices);
        details.push(run.to_string());
        if run.is_borne() {
            borne = Some(devices);
            break;
        }
    }
    details.push(format!(
        "in {} s, a new job every {} s; miner and boards on a processor each",
        TIME.as_secs(),
        NEW_JOB.as_secs()
    ));
    Figure {
        figure: "devices on one core, 1 result/s each, sample:1/64",
        must: "1024",
        aim: "",
        measured: borne.map_or("none".to_owned(), |devices| format!("{devices} devices")),
        details,
        kept: borne == Some(DEVICES[0]),
    }
}

struct Run {
    devices: usize,
    /// The part of a processor.
    busy: f64,
    report: Report,
    /// Results that the miner counts.
    counted: u64,
}

impl Run {
    fn is_borne(&self) -> bool {
        let expected = TIME.as_secs_f64() * self.devices as f64;
        self.busy <= MOST
            && self.report.longest <= LATE
            && self.counted == self.report.acknowledged
            && self.report.found as f64 > 0.9 * expected
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Report {
            found,
            acknowledged,
            sent_again,
            longest,
            pause,
            ..
        } = self.report;
        write!(
            f,
            "{} devices: {:.1} % of the core; {found} found, {acknowledged} acknowledged, {} counted; \
             {sent_again} sent again; slowest acknowledgement {} ms, {} ms of it may be the boards' own",
            self.devices,
            self.busy * 100.0,
            self.counted,
            milliseconds(longest),
            milliseconds(pause)
        )
    }
}

fn run(devices: usize) -> Run {
    let mut boards = Boards::start(devices, RATE, Some(1));
    machine::stay_on_processor(0);
    let (source, giver) = giver(work(0, DIFFICULTY));
    let mut plan = Plan::new().source("source", Kind::Pool, source);
    plan.devices = boards.selections(RESULTS_PER_MINUTE);
    plan.settings.goal.time = None;
    plan.settings.policy = Policy::Sample(SAMPLE);
    plan.rehash = Arc::new(Costly::new());
    let miner = Running::start(plan);
    miner.wait_for_devices(devices);
    boards.count_delays();
    let (begin, begin_busy) = (Instant::now(), machine::processor_time());
    for parent in 1.. {
        let left = TIME.saturating_sub(begin.elapsed());
        if left.is_zero() {
            break;
        }
        thread::sleep(left.min(NEW_JOB));
        giver.give(work(parent, DIFFICULTY));
    }
    let busy = machine::processor_time() - begin_busy;
    let seconds = begin.elapsed().as_secs_f64();
    let state = miner.end();
    Run {
        devices,
        busy: busy.as_secs_f64() / seconds,
        report: boards.end(),
        counted: results(&state),
    }
}

fn results(state: &State) -> u64 {
    let nonces = &state.total.nonces;
    nonces.valid + nonces.unverified + nonces.stale + nonces.duplicates + nonces.hardware_errors
}

/// Answers with the cheap hash of the boards, and takes the time and the memory of the real one.
pub struct Costly(OnProcessor);

impl Costly {
    /// With room for two seeds.
    pub fn new() -> Self {
        let seeds = NonZero::new(2).expect("above 0");
        Self(OnProcessor::new(Backend::fastest(), seeds))
    }
}

impl Rehash for Costly {
    fn hash(&self, header_hash: &[u8; 32], seed: &[u8; 32]) -> [u8; 32] {
        std::hint::black_box(self.0.hash(header_hash, seed));
        Cheap.hash(header_hash, seed)
    }

    fn prepare(&self, seed: &[u8; 32]) {
        self.0.prepare(seed);
    }
}
