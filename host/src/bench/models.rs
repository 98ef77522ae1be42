//! The measurements of networks, against the peak of a core.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use tensority::fast::Backend;
use tensority_infer::Model;
use tensority_infer::fast::Engine;
use tensority_infer::fixed_point::Multiplier;
use tensority_infer::graph::{Bounds, Convolution, Kind, Operator, Shape, Tensor, Window};

use super::peak::Peak;
use super::samples::Samples;
use crate::failure::Failure;
use crate::infer::read_model;
use crate::table;

/// Inputs that are run at a time.
const BATCHES: [usize; 2] = [1, 128];

/// Inputs and outputs of the fully connected layer that is measured beside the files.
const DENSE: usize = 1024;

/// The least time of a sample.
const SAMPLE: Duration = Duration::from_millis(2);

/// A network on a back end, on one thread, in processor time.
#[derive(Serialize)]
struct Measurement {
    network: String,
    backend: &'static str,
    batch: usize,
    /// For an input: the least of the samples, and the one in the middle.
    microseconds: f64,
    microseconds_median: f64,
    /// 10^9 multiply-accumulates per second, those of padding too.
    gmacs_per_second: f64,
    /// By the peak of the fastest back end's instruction, measured before and after each sample: the median; `null`
    /// where no peak is known.
    percent_of_peak: Option<f64>,
}

/// The figures of networks, of the fully connected layer first.
#[derive(Serialize)]
pub struct Report {
    models: Vec<Measurement>,
}

/// Measures the networks of files on each back end, each figure for about so long.
pub fn measure(files: &[PathBuf], backends: &[Backend], time: Duration) -> Result<Report, Failure> {
    let mut networks = vec![(format!("dense {DENSE}"), dense())];
    for file in files {
        let name = file.file_name().unwrap_or(file.as_os_str());
        networks.push((name.to_string_lossy().into_owned(), read_model(file)?));
    }
    let peak = Peak::of_this_core();
    let mut models = Vec::new();
    for (name, model) in &networks {
        for backend in backends {
            for batch in BATCHES {
                let mut engine = Engine::new(model.clone(), *backend);
                models.push(measure_one(name, &mut engine, batch, peak.as_ref(), time)?);
            }
        }
    }
    Ok(Report { models })
}

fn measure_one(
    name: &str,
    engine: &mut Engine,
    batch: usize,
    peak: Option<&Peak>,
    time: Duration,
) -> Result<Measurement, Failure> {
    let size = engine.model().tensors[engine.model().input].shape.bytes();
    let mut random = StdRng::seed_from_u64(1);
    let inputs: Vec<Vec<i8>> = (0..batch)
        .map(|_| (0..size).map(|_| random.random()).collect())
        .collect();
    let macs = engine.model().macs() as f64;
    let mut sample = |times: usize| {
        let start = ThreadTime::now();
        for _ in 0..times {
            let outputs = engine.run(&inputs);
            std::hint::black_box(&outputs);
            outputs.map_err(|error| Failure::software(error.to_string()))?;
        }
        Ok::<_, Failure>(start.elapsed())
    };
    let mut times = 1;
    while sample(times)? < SAMPLE {
        times *= 2;
    }
    let (mut seconds, mut ratios) = (Samples::default(), Samples::default());
    let start = Instant::now();
    while start.elapsed() < time || seconds.len() < 2 {
        let before = peak.map(Peak::sample);
        let taken = sample(times)?.as_secs_f64() / (times * batch) as f64;
        let after = peak.map(Peak::sample);
        seconds.push(taken);
        if let Some((before, after)) = before.zip(after) {
            ratios.push(macs / taken / before.midpoint(after));
        }
    }
    Ok(Measurement {
        network: name.into(),
        backend: engine.backend().name(),
        batch,
        microseconds: 1e6 * seconds.least(),
        microseconds_median: 1e6 * seconds.median(),
        gmacs_per_second: macs / seconds.least() / 1e9,
        percent_of_peak: peak.map(|_| 100.0 * ratios.median()),
    })
}

/// A fully connected layer of random weights.
fn dense() -> Model {
    let mut random = StdRng::seed_from_u64(1);
    let tensor = |name: &str| Tensor {
        name: name.into(),
        shape: Shape {
            height: 1,
            width: 1,
            channels: DENSE,
        },
        scale: 1.0,
        zero: 0,
    };
    let layer = Convolution {
        window: Window {
            height: 1,
            width: 1,
            stride_y: 1,
            stride_x: 1,
            top: 0,
            left: 0,
        },
        weights: (0..DENSE * DENSE).map(|_| random.random()).collect(),
        bias: vec![0; DENSE],
        // Sums of so many products are about as large as 2^17.
        multipliers: vec![Multiplier::of(1.0 / 4096.0); DENSE],
        zeros: (0, 0),
        bounds: Bounds {
            least: -128,
            greatest: 127,
        },
    };
    Model {
        tensors: vec![tensor("input"), tensor("output")],
        operators: vec![Operator {
            kind: Kind::Convolution(layer),
            input: 0,
            output: 1,
        }],
        input: 0,
        output: 1,
    }
}

impl Report {
    pub fn to_table(&self) -> String {
        let names = [
            "network",
            "back end",
            "batch",
            "us per input (median)",
            "GMAC/s",
            "% of peak",
        ];
        let mut rows = vec![names.map(String::from)];
        rows.extend(self.models.iter().map(|m| {
            let percent = m.percent_of_peak.map(|percent| format!("{percent:.1}"));
            [
                m.network.clone(),
                m.backend.into(),
                m.batch.to_string(),
                format!("{:.2} ({:.2})", m.microseconds, m.microseconds_median),
                format!("{:.1}", m.gmacs_per_second),
                percent.unwrap_or_else(|| "unknown".into()),
            ]
        }));
        table::aligned(&rows)
    }
}
