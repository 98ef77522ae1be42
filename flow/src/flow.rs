//! The steps one after the other.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use crate::cache::Cache;
use crate::error::Error;
use crate::place::{Job, Outcome};
use crate::progress::Listener;
use crate::project::{Hashing, Project};
use crate::report::{self, Report, Trial};
use crate::sweep::{Best, sweep};
use crate::synthesis::{Synthesis, synthesise};
use crate::tools::Tools;

/// Which seeds of the placement are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// This one.
    One(u32),
    /// From 1 to this one, until one meets all clocks.
    Sweep(u32),
}

/// What came of a build.
#[derive(Clone, Debug)]
pub struct Built {
    /// What is known of it.
    pub report: Report,
    /// Where its bitstream is kept; none if a clock was missed.
    pub bitstream: Option<PathBuf>,
}

/// Builds a project. What was done before, by what it depends on, is taken from `cache`.
///
/// A missed clock is no error: the report tells it, and there is no bitstream.
///
/// # Errors
/// If a tool refuses the design, or a file cannot be worked with.
pub fn build(
    project: &Project,
    tools: &Tools,
    cache: &Cache,
    seeds: Seeds,
    listen: Listener,
) -> Result<Built, Error> {
    let synthesis = synthesise(project, tools, cache, listen)?;
    let job = Job {
        project,
        tools,
        cache,
        synthesis: &synthesis,
        listen,
    };
    let best = match seeds {
        Seeds::One(seed) => one(&job, seed)?,
        Seeds::Sweep(count) => sweep(&job, count.max(1))?,
    };
    Ok(Built {
        report: report(project, tools, &synthesis, &best)?,
        bitstream: best.outcome.bitstream,
    })
}

fn one(job: &Job, seed: u32) -> Result<Best, Error> {
    let outcome = match job.kept(seed)? {
        Some(outcome) => outcome,
        None => {
            let outcome = job.run(seed, &AtomicBool::new(false))?;
            outcome.expect("only a request ends a run")
        }
    };
    let margin = outcome.placed.margin();
    Ok(Best {
        seed,
        outcome,
        tried: vec![Trial { seed, margin }],
    })
}

fn report(
    project: &Project,
    tools: &Tools,
    synthesis: &Synthesis,
    best: &Best,
) -> Result<Report, Error> {
    let Outcome { placed, bitstream } = &best.outcome;
    let hashing = match &project.hashing {
        Some(hashing) => Some(rates(hashing, &placed.clocks)?),
        None => None,
    };
    let bitstream = match bitstream {
        Some(path) => {
            let bytes = fs::read(path).map_err(Error::file("read", path))?;
            Some(report::Bitstream {
                bytes: bytes.len() as u64,
                sha256: hex::encode(Sha256::digest(&bytes)),
            })
        }
        None => None,
    };
    let step = |name: &str, seconds: f64| report::Step {
        name: name.into(),
        seconds: (seconds * 10.0).round() / 10.0,
    };
    let mut steps = vec![
        step("synthesis", synthesis.took.as_secs_f64()),
        step("place and route", placed.place_seconds),
    ];
    steps.extend(
        placed
            .pack_seconds
            .map(|seconds| step("bitstream", seconds)),
    );
    let names = [
        ("synthesis", &tools.yosys),
        ("place and route", &tools.nextpnr),
        ("bitstream", &tools.ecppack),
    ];
    let names = names.map(|(name, tool)| (name.to_string(), tool.version.clone()));
    Ok(Report {
        format: report::FORMAT,
        name: project.name.clone(),
        board: project.board.clone(),
        part: project.part_name(),
        lanes: project.lanes,
        seed: best.seed,
        tried: best.tried.clone(),
        tools: BTreeMap::from(names),
        clocks: placed.clocks.clone(),
        hashing,
        resources: placed.resources.clone(),
        blocks: placed.blocks.clone(),
        paths: placed.paths.clone(),
        steps,
        bitstream,
        placement: Some(placed.placement.clone()),
    })
}

/// Hashes per second at the array's clock.
fn rates(hashing: &Hashing, clocks: &[report::Clock]) -> Result<report::Hashing, Error> {
    let clock = clocks.iter().find(|clock| clock.name == hashing.clock);
    let clock = clock.ok_or_else(|| Error::NoClock {
        clock: hashing.clock.clone(),
    })?;
    let rate = |mhz: f64| mhz * 1e6 / hashing.cycles as f64;
    Ok(report::Hashing {
        clock: clock.name.clone(),
        cycles_per_hash: hashing.cycles,
        per_second: rate(clock.constraint_mhz),
        per_second_achieved: rate(clock.achieved_mhz),
    })
}
