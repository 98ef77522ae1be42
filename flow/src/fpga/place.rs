//! From cells to places and wires, by nextpnr.
//!
//! nextpnr writes a configuration whether or not the clocks are met; it is kept only if they are.

mod blocks;
mod device;
mod netlist;
mod placed;
pub mod sweep;
mod timing;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use self::device::Device;
use self::placed::{Placed, REPORT, ROUTED};
use super::build::Build;
use super::cache::Key;
use super::error::Error;
use super::progress::{Event, Step, of_nextpnr};
use super::run::{self, End};
use super::synthesis::{NETLIST, Synthesis};

/// The constraints, in the folder of the run.
const CONSTRAINTS: &str = "constraints.lpf";
/// The configuration, in the folder of the run and in the entry.
const CONFIGURATION: &str = "design.config";
/// The outcome, in the entry.
const PLACED: &str = "placed.json";
/// nextpnr's electrostatic placer. Its default leaves the long chains of an array far apart: of one netlist of a
/// whole chip the wires were 399 464 long with it, 292 231 with this.
const PLACER: &str = "static";
/// nextpnr's words for a constraint on a net that the design does not have.
const IGNORED: &str = "ignoring clock constraint";

/// A netlist to be placed.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    pub build: Build<'a>,
    pub synthesis: &'a Synthesis,
}

/// The outcome of a seed, with its configuration if all clocks are met.
pub struct Outcome {
    pub placed: Placed,
    pub routed: Option<Routed>,
}

/// A routed design that meets all clocks.
pub struct Routed {
    /// All that it depends on.
    pub key: Key,
    pub configuration: PathBuf,
}

impl Job<'_> {
    /// The kept outcome of a seed, if it was tried before.
    pub fn kept(&self, seed: u32) -> Result<Option<Outcome>, Error> {
        let key = self.key(seed)?;
        let Some(entry) = self.build.cache.find(&key) else {
            return Ok(None);
        };
        let outcome = read(&entry, key)?;
        let placed = &outcome.placed;
        self.tell(
            Step::Place(seed),
            &placed.outcome(),
            placed.place_seconds,
            true,
        );
        Ok(Some(outcome))
    }

    /// Tries a seed; none if it was cancelled.
    pub fn run(&self, seed: u32, cancelled: &dyn Fn() -> bool) -> Result<Option<Outcome>, Error> {
        let key = self.key(seed)?;
        (self.build.listen)(Step::Place(seed), Event::Began);
        let folder = self.build.cache.begin()?;
        let Some(placed) = self.place(seed, &key, folder.path(), cancelled)? else {
            (self.build.listen)(Step::Place(seed), Event::Dropped);
            return Ok(None);
        };
        self.tell(
            Step::Place(seed),
            &placed.outcome(),
            placed.place_seconds,
            false,
        );
        let configuration = (!placed.met()).then_some(CONFIGURATION);
        let useless = [NETLIST, CONSTRAINTS, REPORT, ROUTED].into_iter();
        for name in useless.chain(configuration) {
            let path = folder.path().join(name);
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
        }
        let path = folder.path().join(PLACED);
        let text = serde_json::to_vec(&placed).map_err(Error::output("nextpnr", "report"))?;
        fs::write(&path, text).map_err(Error::file("write", &path))?;
        let entry = self.build.cache.keep(folder, &key)?;
        read(&entry, key).map(Some)
    }

    /// Says that a step is done.
    fn tell(&self, step: Step, outcome: &str, seconds: f64, kept: bool) {
        let event = Event::Done {
            outcome: outcome.into(),
            took: Duration::from_secs_f64(seconds),
            kept,
        };
        (self.build.listen)(step, event);
    }

    fn key(&self, seed: u32) -> Result<Key, Error> {
        Ok(Key::new(&[
            ("netlist", self.synthesis.key.text()),
            ("tool", &self.build.tools.nextpnr.version),
            ("arguments", &self.arguments(seed)?.join(" ")),
            ("constraints", &self.build.project.constraints()),
        ]))
    }

    fn arguments(&self, seed: u32) -> Result<Vec<String>, Error> {
        let part = &self.build.project.part;
        let speed = part.speed_grade.to_string();
        let seed = seed.to_string();
        let arguments = [
            Device::of(part)?.flag,
            "--package",
            &part.package,
            "--speed",
            &speed,
            "--json",
            NETLIST,
            "--lpf",
            CONSTRAINTS,
            "--seed",
            &seed,
            "--placer",
            PLACER,
            // Routes anew what is too slow: with two lanes it makes 112.5 MHz into 116.9, of the same placement.
            "--tmg-ripup",
            "--report",
            REPORT,
            "--write",
            ROUTED,
            "--textcfg",
            CONFIGURATION,
        ];
        Ok(arguments.map(String::from).into())
    }

    fn place(
        &self,
        seed: u32,
        key: &Key,
        folder: &Path,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Placed>, Error> {
        let start = Instant::now();
        let netlist = folder.join(NETLIST);
        fs::hard_link(&self.synthesis.netlist, &netlist).map_err(Error::file("link", &netlist))?;
        let path = folder.join(CONSTRAINTS);
        fs::write(&path, self.build.project.constraints()).map_err(Error::file("write", &path))?;
        let log = self.build.cache.log(key, "nextpnr")?;
        let mut command = self.build.tools.nextpnr.command(folder);
        command.args(self.arguments(seed)?);
        let mut ignored = None;
        let end = run::run(&mut command, &log, cancelled, &mut |line| {
            if line.contains(IGNORED) {
                ignored = line.split('\'').nth(1).map(String::from);
                return ControlFlow::Break(());
            }
            if let Some(at) = of_nextpnr(line) {
                (self.build.listen)(Step::Place(seed), Event::At(at));
            }
            ControlFlow::Continue(())
        })?;
        if let Some(clock) = ignored {
            return Err(Error::NoClock { clock });
        }
        let End::Exit(status) = end else {
            return Ok(None);
        };
        let failed = || self.build.tools.nextpnr.refusal(&log);
        if !folder.join(REPORT).is_file() {
            return Err(failed());
        }
        let device = Device::of(&self.build.project.part)?;
        let mut placed = Placed::read(folder, &netlist, &self.build.project.top, &device)?;
        // A failure that is not a missed clock is one of the tool.
        if !status.success() && placed.met() {
            return Err(failed());
        }
        placed.place_seconds = start.elapsed().as_secs_f64();
        Ok(Some(placed))
    }
}

fn read(entry: &Path, key: Key) -> Result<Outcome, Error> {
    let path = entry.join(PLACED);
    let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    let placed = serde_json::from_str(&text).map_err(Error::output("nextpnr", "report"))?;
    let configuration = entry.join(CONFIGURATION);
    let routed = configuration
        .is_file()
        .then_some(Routed { key, configuration });
    Ok(Outcome { placed, routed })
}
