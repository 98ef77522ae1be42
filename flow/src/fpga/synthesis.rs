//! From Verilog to cells, by Yosys.

mod carry_ends;

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::build::Build;
use super::cache::Key;
use super::error::Error;
use super::progress::{Event, Step, of_yosys};
use super::project::Project;
use super::run::{self, End};

/// The netlist in its entry.
pub const NETLIST: &str = "netlist.json";
/// The pass after Yosys, which makes another netlist when it changes.
const CARRY_ENDS: &str = include_str!("synthesis/carry_ends.rs");
/// The time it took, in seconds.
const SECONDS: &str = "seconds";

/// A synthesised design.
pub struct Synthesis {
    pub key: Key,
    pub netlist: PathBuf,
    /// Time of Yosys, now or when it ran.
    pub took: Duration,
}

/// Synthesises a project, unless that was done before.
pub fn synthesise(build: &Build) -> Result<Synthesis, Error> {
    let Build {
        project,
        tools,
        cache,
        stop,
        listen,
    } = *build;
    listen(Step::Synthesis, Event::Began);
    let script = script(project);
    let mut parts = vec![
        ("tool", tools.yosys.version.as_str()),
        ("script", &script),
        ("carry ends", CARRY_ENDS),
    ];
    let sources = project.sources.iter();
    parts.extend(sources.map(|source| (source.name.as_str(), source.text.as_str())));
    let key = Key::new(&parts);
    if let Some(entry) = cache.find(&key) {
        let path = entry.join(SECONDS);
        let seconds = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let took = Duration::from_secs_f64(seconds.parse().unwrap_or_default());
        listen(Step::Synthesis, done(took, true));
        return Ok(Synthesis {
            key,
            netlist: entry.join(NETLIST),
            took,
        });
    }
    let start = Instant::now();
    let folder = cache.begin()?;
    for source in &project.sources {
        let path = folder.path().join(&source.name);
        fs::write(&path, &source.text).map_err(Error::file("write", &path))?;
    }
    let log = cache.log(&key, "yosys")?;
    let mut command = tools.yosys.command(folder.path());
    command.args(["-p", &script]);
    let end = run::run(
        &mut command,
        &log,
        &|| stop.load(Ordering::Relaxed),
        &mut |line| {
            if let Some(pass) = of_yosys(line) {
                listen(Step::Synthesis, Event::At(pass));
            }
            ControlFlow::Continue(())
        },
    )?;
    match end {
        End::Exit(status) if status.success() => {}
        End::Exit(_) => return Err(tools.yosys.refusal(&log)),
        End::Cancelled => return Err(Error::Stopped),
    }
    let path = folder.path().join(NETLIST);
    let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    let text = carry_ends::release(&text).map_err(Error::output("Yosys", "netlist"))?;
    fs::write(&path, text).map_err(Error::file("write", &path))?;
    let took = start.elapsed();
    for source in &project.sources {
        let path = folder.path().join(&source.name);
        fs::remove_file(&path).map_err(Error::file("remove", &path))?;
    }
    let path = folder.path().join(SECONDS);
    fs::write(&path, format!("{}", took.as_secs_f64())).map_err(Error::file("write", &path))?;
    let entry = cache.keep(folder, &key)?;
    listen(Step::Synthesis, done(took, false));
    Ok(Synthesis {
        key,
        netlist: entry.join(NETLIST),
        took,
    })
}

fn done(took: Duration, kept: bool) -> Event {
    Event::Done {
        outcome: "netlist".into(),
        took,
        kept,
    }
}

fn script(project: &Project) -> String {
    let sources = project.sources.iter();
    let read = sources.map(|source| format!("read_verilog {}; ", source.name));
    format!(
        "{}synth_ecp5 -top {} -json {NETLIST}",
        read.collect::<String>(),
        project.top
    )
}
