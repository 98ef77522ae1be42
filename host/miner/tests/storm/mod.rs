//! A miner with devices and a source that go wrong at random, and a judge who knows what is right.
//!
//! ```text
//! Quick ─► Flaky ─► Witness ─► the miner ◄─► Moody, the source
//!                      │           │            │
//!                      └──────► Judge ◄─────────┘
//! ```

mod judge;
mod moody;
mod witness;

pub use judge::{Judge, Outcome};

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use moody::Moody;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_device::flaky::{Faults, Flaky, Injected};
use tensority_miner::message::Message;
use tensority_miner::miner::{FatalError, Setup, Sink, mine};
use tensority_miner::{Limits, RangeSize, WorkerConfig};
use tensority_telemetry::State;
use tensority_telemetry::command::Command;
use tensority_telemetry::source::Kind;
use witness::Witness;

use crate::support::hashing::cheap;
use crate::support::quick::Control;
use crate::support::run::Plan;
use crate::support::{LONG, one, opener};

/// How much is to happen.
#[derive(Clone, Copy)]
pub struct Storm {
    /// Results that devices tell, right or wrong.
    pub results: u64,
    /// Devices.
    pub devices: usize,
    /// How likely a device hangs with a range, and how likely it never tells the range's end. It takes
    /// seconds until that is seen.
    pub hang: f64,
}

/// Nonces of a range. Every other is a result, for the devices are taken to be this fast and asked for
/// half as many results; they are far faster, so that silence is seen early.
const RANGE: NonZero<u64> = NonZero::new(64).unwrap();
const EXPECTED_RATE: f64 = 100.0;
const RESULTS_PER_MINUTE: f64 = 60.0 * EXPECTED_RATE / 2.0;
/// Hashes per second of a device: as many as it can.
const RATE: f64 = 1e9;
/// How often something happens to source or devices.
const MOMENT: Duration = Duration::from_millis(20);

/// Runs the storm; the same seed makes the same faults, as far as threads do.
pub fn run(storm: Storm, seed: u64) -> Outcome {
    let mut random = StdRng::seed_from_u64(seed);
    let judge = Arc::<Judge>::default();
    let injected = Arc::<Injected>::default();
    let (start, source) = Moody::new(random.random(), Arc::clone(&judge));
    let mut plan = Plan::new().source("moody", Kind::Pool, start);
    plan.settings.goal.time = None;
    plan.settings.limits = Limits {
        sick_after: Duration::from_secs(1),
        // Nobody is given up.
        dead_after: 100 * LONG,
        canary_interval: Duration::from_secs(1),
    };
    for number in 0..storm.devices {
        plan = plan.device(device(&storm, number, random.random(), &judge, &injected));
    }
    let stop = AtomicBool::new(false);
    let (commands, orders) = mpsc::channel();
    let mut sink = ToJudge(Arc::clone(&judge), State::default());
    let begin = Instant::now();
    let setup = Setup {
        settings: plan.settings,
        sources: plan.sources,
        devices: plan.devices,
        rehash: cheap(),
        verifiers: NonZero::new(2).expect("above 0"),
        recorder: None,
    };
    thread::scope(|scope| {
        let (is_stopped, sink) = (&stop, &mut sink);
        let miner = scope.spawn(move || mine(setup, is_stopped, &orders, sink).map(|_| ()));
        let reset = |number| {
            let device = name(number);
            commands
                .send(Command::Reset { device })
                .expect("the miner runs");
        };
        let (mut told, mut progress) = (0, Instant::now());
        while told < storm.results && progress.elapsed() < LONG && !miner.is_finished() {
            // The pace of what happens to source and devices.
            thread::sleep(MOMENT);
            source.moment();
            if random.random_bool(0.02) {
                reset(random.random_range(0..storm.devices));
            }
            if judge.told() > told {
                (told, progress) = (judge.told(), Instant::now());
            }
        }
        // Those that hang would keep the end waiting.
        (0..storm.devices).for_each(reset);
        // Time in which they come back.
        thread::sleep(10 * MOMENT);
        stop.store(true, Ordering::SeqCst);
        while !miner.is_finished() {
            source.settle();
            thread::sleep(MOMENT);
        }
        let outcome = miner.join().expect("the loop does not panic");
        outcome.expect("no error");
    });
    let ToJudge(_, state) = sink;
    let took = begin.elapsed();
    let mut outcome = judge.verdict(&state, &source.answers());
    outcome.note(format!("seed {seed}, {:.1} s", took.as_secs_f64()));
    outcome.note(format!("injected: {:?}", injected.counts()));
    if outcome.told < storm.results {
        outcome.complain(format!(
            "expected {} results, found {} and no more in {LONG:?}",
            storm.results, outcome.told
        ));
    }
    outcome
}

fn name(number: usize) -> String {
    format!("device {number}")
}

fn device(
    storm: &Storm,
    number: usize,
    seed: u64,
    judge: &Arc<Judge>,
    injected: &Arc<Injected>,
) -> tensority_miner::fleet::Selection {
    let config = WorkerConfig {
        expected_rate: Some(EXPECTED_RATE),
        results_per_minute: RESULTS_PER_MINUTE,
        range_size: RangeSize::Fixed(RANGE),
    };
    let faults = Faults {
        lost: 0.01,
        wrong_nonce: 0.01,
        wrong_hash: 0.01,
        repeated: 0.01,
        miscounted: 0.01,
        late: 0.01,
        delay: Duration::from_millis(20),
        endless: storm.hang,
        hang: storm.hang,
        restart: 5e-3,
        gone: 1e-3,
    };
    let (judge, injected) = (Arc::clone(judge), Arc::clone(injected));
    let opened = AtomicU64::new(0);
    let open = move || {
        let seed = seed.wrapping_add(opened.fetch_add(1, Ordering::Relaxed));
        let device = Control::default().open(RATE);
        let device = Flaky::new(device, faults, seed, Arc::clone(&injected));
        Witness::new(device, Arc::clone(&judge))
    };
    one(&name(number), config, opener(open))
}

/// Tells the judge, and keeps the state.
struct ToJudge(Arc<Judge>, State);

impl Sink for ToJudge {
    type Error = FatalError;

    fn tell(&mut self, message: &Message) -> Result<(), FatalError> {
        self.0.miner_told(message);
        Ok(())
    }

    fn publish(&mut self, state: State) -> Result<(), FatalError> {
        self.1 = state;
        Ok(())
    }
}
