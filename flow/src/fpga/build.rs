//! A build: its steps one after the other.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::cache::Cache;
use super::error::Error;
use super::pack::{Packed, pack};
use super::place::Job;
use super::place::sweep::{Best, sweep};
use super::progress::Listener;
use super::project::{Hashing, Project};
use super::report::{self, Report};
use super::synthesis::{Synthesis, synthesise};
use super::tools::Tools;

/// Seeds of the placement to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// This one only.
    One(u32),
    /// From 1 to this one, until one meets all clocks.
    Sweep(u32),
}

/// The result of a build.
#[derive(Clone, Debug)]
pub struct Built {
    /// Clocks, paths, use and places.
    pub report: Report,
    /// The kept bitstream; none if a clock was missed.
    pub bitstream: Option<PathBuf>,
}

/// A build with all that its steps need.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Build<'a> {
    pub project: &'a Project,
    pub tools: &'a Tools,
    /// The results of earlier builds, which are taken from there.
    pub cache: &'a Cache,
    /// Set from outside, it ends the build: no tool runs on, and nothing unfinished is left.
    pub stop: &'a AtomicBool,
    pub listen: Listener<'a>,
}

impl Build<'_> {
    /// Builds the project. A missed clock is no error: the report tells it, and there is no bitstream.
    ///
    /// # Errors
    /// If a tool refuses the design, a file cannot be worked with, or the build is stopped.
    pub fn run(&self, seeds: Seeds) -> Result<Built, Error> {
        let synthesis = synthesise(self)?;
        let job = Job {
            build: *self,
            synthesis: &synthesis,
        };
        let best = match seeds {
            Seeds::One(seed) => sweep(&job, seed..=seed)?,
            Seeds::Sweep(count) => sweep(&job, 1..=count.max(1))?,
        };
        let packed = match &best.outcome.routed {
            Some(routed) => Some(pack(self, best.seed, routed)?),
            None => None,
        };
        Ok(Built {
            report: report(self, &synthesis, &best, packed.as_ref())?,
            bitstream: packed.map(|packed| packed.bitstream),
        })
    }
}

fn report(
    build: &Build,
    synthesis: &Synthesis,
    best: &Best,
    packed: Option<&Packed>,
) -> Result<Report, Error> {
    let Build { project, tools, .. } = build;
    let placed = &best.outcome.placed;
    let hashing = match &project.hashing {
        Some(hashing) => Some(rates(hashing, &placed.clocks)?),
        None => None,
    };
    let bitstream = match packed {
        Some(Packed { bitstream, .. }) => {
            let bytes = fs::read(bitstream).map_err(Error::file("read", bitstream))?;
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
    steps.extend(packed.map(|packed| step("bitstream", packed.seconds)));
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
