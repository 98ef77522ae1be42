//! A campaign: faults one after the other until its time is over, and the reckoning.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::fault::Draw;
use crate::ledger::Reckoning;
use crate::run::Run;
use crate::world::POOLS;

pub use crate::world::Settings;

/// Time between two looks at the request to end.
const LOOK: Duration = Duration::from_millis(200);

/// A campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// What fails.
    pub settings: Settings,
    /// What the faults are drawn from.
    pub seed: u64,
    /// How long.
    pub time: Duration,
    /// The mean time between two faults.
    pub gap: Duration,
}

/// What is kept of a campaign.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What the faults were drawn from.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// The hash function: `Tensority`, or `SHA3` in its place.
    pub hash: String,
    /// How many boards there were.
    pub boards: usize,
    /// Results that the miner was told, in a second.
    pub results_per_second: f64,
    /// Results that the miner was told.
    pub results: u64,
    /// Faults by kind.
    pub faults: BTreeMap<String, u64>,
    /// Faults that this machine does not allow, by kind.
    pub impossible: BTreeMap<String, u64>,
    /// What was counted.
    pub reckoning: Reckoning,
    /// What must not be.
    pub violations: Vec<String>,
}

impl Campaign {
    /// Runs it below a folder, which is empty. When `stop` is set it ends early, and leaves no process and no file system
    /// behind.
    ///
    /// # Errors
    /// If a process cannot be started, or a file not be read or written.
    pub fn run(&self, folder: &Path, stop: &AtomicBool) -> io::Result<Report> {
        let mut run = Run::start(self.settings.clone(), folder)?;
        let mut draw = Draw::new(self.seed, self.settings.boards, POOLS, self.gap);
        let mut next = run.start + draw.gap();
        let end = run.start + self.time;
        while Instant::now() < end && !stop.load(Ordering::Relaxed) {
            run.listen_until(next.min(end).min(Instant::now() + LOOK))?;
            if Instant::now() >= next {
                let fault = draw.fault();
                next += draw.gap();
                run.fail(fault)?;
            }
        }
        let seconds = run.start.elapsed().as_secs_f64();
        let (faults, impossible) = (run.faults.clone(), run.impossible.clone());
        let checked = run.end()?;
        let results = checked.reckoning.results.values().sum::<u64>();
        Ok(Report {
            seed: self.seed,
            seconds: (seconds * 10.0).round() / 10.0,
            hash: if cfg!(tensority_cheap) {
                "SHA3"
            } else {
                "Tensority"
            }
            .to_owned(),
            boards: self.settings.boards,
            results_per_second: (results as f64 / seconds * 10.0).round() / 10.0,
            results,
            faults,
            impossible,
            reckoning: checked.reckoning,
            violations: checked.violations,
        })
    }
}
