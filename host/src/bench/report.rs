//! The figures of a run, for people and for programs.

use serde::Serialize;

use crate::failure::Failure;

#[derive(Serialize)]
pub struct Report {
    /// From the slowest back end to the fastest.
    pub backends: Vec<Measurement>,
}

/// The figures of a back end, on one thread but for `threads`. Times are processor time, the least of their samples,
/// unless they say that they are the median.
#[derive(Serialize)]
pub struct Measurement {
    pub backend: &'static str,
    /// The make of SMix that was measured to be the fastest here, `scalar` or `vector`.
    pub smix: &'static str,
    /// To build a list in the memory of another.
    pub list_ms: f64,
    /// To hash with a list.
    pub hash_ms: f64,
    pub hash_median_ms: f64,
    /// The time to build a list and hash once, by that of a hash alone.
    pub cold_over_warm: f64,
    pub cold_over_warm_median: f64,
    /// What of the peak of the core is reached; `null` where no peak is known.
    pub peak: Option<OfPeak>,
    pub threads: Vec<Threads>,
    /// The last of a chain of hashes, the same for all back ends and machines.
    pub checksum: String,
}

/// The rate of int8 multiply-accumulates, those of the 252 real multiplies of a hash, by that of
/// the best instruction of the core.
#[derive(Serialize)]
pub struct OfPeak {
    /// The back end whose multiply instruction sets the peak.
    pub instructions_of: &'static str,
    /// 10^9 multiply-accumulates per second: the greatest sample.
    pub gmacs_per_second: f64,
    /// The fastest hash by the greatest peak.
    pub percent: f64,
    /// The median of each hash by the peak measured just before and just after.
    pub percent_median: f64,
}

/// The rate of some number of threads.
#[derive(Serialize)]
pub struct Threads {
    pub threads: usize,
    /// By the clock on the wall, so that it suffers from whatever else runs.
    pub hashes_per_second: f64,
    /// By the time that the processors gave to this process.
    pub hashes_per_cpu_second: f64,
}

impl Report {
    pub fn check(&self) -> Result<(), Failure> {
        for pair in self.backends.windows(2) {
            let [a, b] = [&pair[0], &pair[1]];
            if a.checksum != b.checksum {
                return Err(Failure::software(format!(
                    "expected one checksum of all back ends, found {} of {} and {} of {}; use the \
                     portable back end and report this",
                    a.checksum, a.backend, b.checksum, b.backend
                )));
            }
        }
        Ok(())
    }

    pub fn to_table(&self) -> String {
        let mut lines = vec![String::from(
            "back end    SMix      list ms   hash ms (median)  cold/warm (median)  % of peak (median)",
        )];
        for m in &self.backends {
            let percent = m.peak.as_ref().map_or_else(
                || "unknown".into(),
                |peak| format!("{:.1} ({:.1})", peak.percent, peak.percent_median),
            );
            let hash = format!("{:.2} ({:.2})", m.hash_ms, m.hash_median_ms);
            let cold = format!("{:.2} ({:.2})", m.cold_over_warm, m.cold_over_warm_median);
            let (backend, smix, list_ms) = (m.backend, m.smix, m.list_ms);
            lines.push(format!(
                "{backend:<10}  {smix:<6}  {list_ms:>9.2}  {hash:>17}  {cold:>18}  {percent:>18}"
            ));
        }
        for m in &self.backends {
            lines.push(String::new());
            lines.extend(m.threads.iter().map(|at| {
                format!(
                    "{:<10} {:>3} thread(s)  {:>8.2} H/s  {:>8.2} H per CPU second",
                    m.backend, at.threads, at.hashes_per_second, at.hashes_per_cpu_second
                )
            }));
            lines.push(format!("{:<10} checksum {}", m.backend, m.checksum));
        }
        let mut peaks = self.backends.iter().filter_map(|m| m.peak.as_ref());
        lines.extend(peaks.next_back().map(|peak| {
            format!(
                "\npeak of a core: {:.1} GMAC/s (int8, the instruction of {})",
                peak.gmacs_per_second, peak.instructions_of
            )
        }));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(backend: &'static str, checksum: &str) -> Measurement {
        Measurement {
            backend,
            smix: "scalar",
            list_ms: 1.0,
            hash_ms: 2.0,
            hash_median_ms: 3.0,
            cold_over_warm: 4.0,
            cold_over_warm_median: 5.0,
            peak: None,
            threads: Vec::new(),
            checksum: checksum.into(),
        }
    }

    #[test]
    fn back_ends_that_contradict_each_other_are_a_failure() {
        let backends = |checksum| vec![measurement("slow", "00"), measurement("fast", checksum)];
        let report = |checksum| Report {
            backends: backends(checksum),
        };
        assert!(report("00").check().is_ok());
        assert!(report("01").check().is_err());
    }

    #[test]
    fn an_unknown_peak_is_called_so() {
        let report = Report {
            backends: vec![measurement("portable", "00")],
        };
        assert!(report.to_table().contains("unknown"));
    }
}
