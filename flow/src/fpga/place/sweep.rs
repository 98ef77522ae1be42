//! Sweep of seeds: as many at a time as there are processors, until one meets all clocks.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use super::{Job, Outcome};
use crate::fpga::error::Error;
use crate::fpga::progress::{Event, Step};
use crate::fpga::report::Trial;

/// The best of the seeds.
pub struct Best {
    pub seed: u32,
    pub outcome: Outcome,
    /// All that were tried to the end.
    pub tried: Vec<Trial>,
}

/// Tries the seeds; takes the first that meets all clocks, or else the one that is nearest.
pub fn sweep(job: &Job, seeds: RangeInclusive<u32>) -> Result<Best, Error> {
    let mut outcomes = BTreeMap::new();
    for seed in seeds.clone() {
        if let Some(outcome) = job.kept(seed)? {
            outcomes.insert(seed, outcome);
        }
    }
    if !outcomes.values().any(met) {
        let missing: Vec<u32> = seeds.filter(|seed| !outcomes.contains_key(seed)).collect();
        outcomes.append(&mut attempt(job, &missing, outcomes.is_empty())?);
    }
    let tried = outcomes.iter().map(|(seed, outcome)| Trial {
        seed: *seed,
        margin: outcome.placed.margin(),
    });
    let tried: Vec<Trial> = tried.collect();
    let seed = best(&tried);
    let outcome = outcomes
        .remove(&seed)
        .expect("the best seed is one of those tried");
    Ok(Best {
        seed,
        outcome,
        tried,
    })
}

/// The first seed that meets all clocks, or else the one that is nearest.
fn best(tried: &[Trial]) -> u32 {
    let met = tried.iter().find(|trial| trial.margin >= 1.0);
    let nearest = tried.iter().max_by(|a, b| a.margin.total_cmp(&b.margin));
    met.or(nearest).map_or(1, |trial| trial.seed)
}

fn met(outcome: &Outcome) -> bool {
    outcome.routed.is_some()
}

/// Tries `seeds`. A seed for which the tool finds no way is passed over, unless that is so for all and
/// `needed`.
fn attempt(job: &Job, seeds: &[u32], needed: bool) -> Result<BTreeMap<u32, Outcome>, Error> {
    let enough = AtomicBool::new(false);
    let stopped = || job.build.stop.load(Ordering::Relaxed);
    let cancelled = || enough.load(Ordering::Relaxed) || stopped();
    let next = AtomicU32::new(0);
    let outcomes = Mutex::new(BTreeMap::new());
    let refused = Mutex::new(None);
    let fault = Mutex::new(None);
    let work = || {
        while !cancelled() {
            let place = next.fetch_add(1, Ordering::Relaxed) as usize;
            let Some(&seed) = seeds.get(place) else {
                break;
            };
            match job.run(seed, &cancelled) {
                Ok(None) => {}
                Ok(Some(outcome)) => {
                    if met(&outcome) {
                        enough.store(true, Ordering::Relaxed);
                    }
                    lock(&outcomes).insert(seed, outcome);
                }
                Err(error @ Error::Tool { .. }) => {
                    (job.build.listen)(Step::Place(seed), Event::Dropped);
                    lock(&refused).get_or_insert(error);
                }
                Err(error) => {
                    enough.store(true, Ordering::Relaxed);
                    lock(&fault).get_or_insert(error);
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores.min(seeds.len()) {
            scope.spawn(work);
        }
    });
    if let Some(fault) = take(fault) {
        return Err(fault);
    }
    if stopped() {
        return Err(Error::Stopped);
    }
    let outcomes = take(outcomes);
    match take(refused) {
        Some(error) if outcomes.is_empty() && needed => Err(error),
        _ => Ok(outcomes),
    }
}

/// The content of a mutex; a thread that panicked with it has left it whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn take<T>(mutex: Mutex<T>) -> T {
    mutex
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_seed_that_meets_the_clocks_is_taken_else_the_nearest() {
        let trial = |seed, margin| Trial { seed, margin };
        assert_eq!(best(&[trial(1, 0.9), trial(2, 1.0), trial(3, 1.2)]), 2);
        assert_eq!(best(&[trial(1, 0.9), trial(2, 0.98), trial(3, 0.97)]), 2);
    }
}
