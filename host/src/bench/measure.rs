//! The measurements of one back end.

use std::num::NonZero;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use tensority::fast::{Backend, Hasher, MatrixList, Pool, unwatched};
use tensority::{ARRAY_MULTIPLIES, DIMENSION, INITIAL_SEED};

use super::peak::Peak;
use super::report::{Measurement, OfPeak, Threads};
use super::samples::Samples;

/// The int8 multiply-accumulates of a hash: those of its multiplies that are not loads.
const MACS: f64 = (ARRAY_MULTIPLIES * DIMENSION * DIMENSION * DIMENSION) as f64;
/// The hashes of the chain whose last one is the checksum.
const CHECKSUM_HASHES: usize = 5;

pub struct Effort {
    /// The time for each figure; each has a few samples at least.
    pub time: Duration,
    /// The greatest number of threads.
    pub threads: NonZero<usize>,
}

/// Measures one back end, in the time that the processor gave to this thread: what else runs on the machine takes
/// nothing away. What will be compared is sampled by turns, so that a processor that grows slower meanwhile does so for
/// both.
pub fn measure(backend: Backend, effort: &Effort) -> Measurement {
    let mut list = MatrixList::build(backend, &INITIAL_SEED);
    let checksum = hex::encode(checksum(&list));

    let mut hasher = Hasher::new();
    let peak = Peak::of_this_core();
    let (mut build, mut cold, mut warm) = <(Samples, Samples, Samples)>::default();
    let (mut peaks, mut ratios) = <(Samples, Samples)>::default();
    let start = Instant::now();
    while start.elapsed() < effort.time || cold.len() < 2 {
        let cold_start = ThreadTime::now();
        list = list
            .rebuild(&INITIAL_SEED, &unwatched)
            .expect("nobody watches and cancels");
        build.push(cold_start.elapsed().as_secs_f64());
        hasher.hash(&[0; 32], &list);
        cold.push(cold_start.elapsed().as_secs_f64());
        for byte in 1..4 {
            let before = peak.as_ref().map(Peak::sample);
            let warm_start = ThreadTime::now();
            hasher.hash(&[byte; 32], &list);
            let time = warm_start.elapsed().as_secs_f64();
            warm.push(time);
            let after = peak.as_ref().map(Peak::sample);
            if let Some((before, after)) = before.zip(after) {
                peaks.push(before.max(after));
                ratios.push(MACS / time / before.midpoint(after));
            }
        }
    }
    let threads = (1..=effort.threads.get()).filter_map(NonZero::new);
    Measurement {
        backend: backend.name(),
        smix: backend.smix().name(),
        list_ms: 1e3 * build.least(),
        hash_ms: 1e3 * warm.least(),
        hash_median_ms: 1e3 * warm.median(),
        cold_over_warm: cold.least() / warm.least(),
        cold_over_warm_median: cold.median() / warm.median(),
        peak: peak.map(|peak| OfPeak {
            instructions_of: peak.backend().name(),
            gmacs_per_second: peaks.greatest() / 1e9,
            percent: 100.0 * MACS / warm.least() / peaks.greatest(),
            percent_median: 100.0 * ratios.median(),
        }),
        threads: threads
            .map(|threads| throughput(threads, &list, warm.least(), effort.time))
            .collect(),
        checksum,
    }
}

/// Each hash is the header hash of the next: whatever goes wrong shows in the last.
fn checksum(list: &MatrixList) -> [u8; 32] {
    let mut hasher = Hasher::new();
    (0..CHECKSUM_HASHES).fold([0; 32], |link, _| hasher.hash(&link, list))
}

/// Hashes with so many threads for about so long.
fn throughput(
    threads: NonZero<usize>,
    list: &MatrixList,
    hash_seconds: f64,
    time: Duration,
) -> Threads {
    let hashes_per_thread = (time.as_secs_f64() / hash_seconds).ceil().max(2.0);
    let hashes = hashes_per_thread as usize * threads.get();
    let header_hashes: Vec<_> = (0..hashes).map(|i| [i as u8; 32]).collect();
    let (start, cpu_start) = (Instant::now(), ProcessTime::now());
    Pool::new(threads)
        .hash_batch(&header_hashes, list, &unwatched)
        .expect("nobody watches and cancels");
    let (time, cpu_time) = (start.elapsed(), cpu_start.elapsed());
    Threads {
        threads: threads.get(),
        hashes_per_second: hashes as f64 / time.as_secs_f64(),
        hashes_per_cpu_second: hashes as f64 / cpu_time.as_secs_f64(),
    }
}
