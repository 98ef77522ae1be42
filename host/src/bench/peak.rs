//! The peak of this core.

use std::time::Duration;

use cpu_time::ThreadTime;
use tensority::fast::Backend;

/// The least time of a sample.
const SAMPLE: Duration = Duration::from_millis(2);

/// The greatest rate of int8 multiply-accumulates of a core, those of the fastest back end's
/// multiply instruction with registers alone.
#[derive(Debug)]
pub struct Peak {
    backend: Backend,
    times: usize,
}

impl Peak {
    /// Finds how often to repeat for a sample. `None` if no back end has such an instruction.
    pub fn of_this_core() -> Option<Self> {
        let backend = Backend::fastest();
        let mut peak = Self { backend, times: 1 };
        while peak.work()?.1 < SAMPLE {
            peak.times *= 2;
        }
        Some(peak)
    }

    /// The back end whose instruction it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Multiply-accumulates per second of processor time, measured now.
    pub fn sample(&self) -> f64 {
        let (macs, time) = self.work().expect("the peak was measured before");
        macs as f64 / time.as_secs_f64()
    }

    fn work(&self) -> Option<(u64, Duration)> {
        let start = ThreadTime::now();
        let macs = self.backend.multiply_in_registers(self.times)?;
        Some((macs, start.elapsed()))
    }
}
