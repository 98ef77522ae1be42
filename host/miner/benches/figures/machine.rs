//! Processor time and memory of this process.

use std::fs;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

/// The time, by a clock that all processes share.
pub fn now() -> Duration {
    time(ClockId::Monotonic)
}

/// Processor time of this process, all threads together.
pub fn processor_time() -> Duration {
    time(ClockId::ProcessCPUTime)
}

fn time(clock: ClockId) -> Duration {
    clock_gettime(clock).try_into().expect("not before 0")
}

/// The most memory that this process ever had, in bytes.
pub fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: u64 = kibibytes
        .and_then(|n| n.parse().ok())
        .expect("a number of kB");
    kibibytes << 10
}

/// Keeps this thread, and those that it starts, on the processor of this place among those that it may
/// use; on the last of them if there are fewer.
pub fn stay_on_processor(place: usize) {
    let allowed = sched_getaffinity(None).expect("a set");
    let mut all = (0..CpuSet::MAX_CPU).filter(|&number| allowed.is_set(number));
    let one = all.clone().nth(place).or_else(|| all.next_back());
    let mut set = CpuSet::new();
    set.set(one.expect("a processor"));
    sched_setaffinity(None, &set).expect("one of those allowed");
}

/// The value that this part of all is not above, 0.5 for the median.
pub fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let place = (sorted.len() as f64 * part).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}

/// A time in milliseconds, for people.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}
