//! Verilog to cells, by Yosys.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::cache::{Cache, Key};
use crate::carry_ends;
use crate::error::Error;
use crate::progress::{Event, Listener, Step, of_yosys};
use crate::project::Project;
use crate::run::{self, End};
use crate::tools::Tools;

/// The netlist in its entry.
pub const NETLIST: &str = "netlist.json";
/// How long it took, in seconds.
const SECONDS: &str = "seconds";

/// A synthesised design.
pub struct Synthesis {
    /// What it depends on.
    pub key: Key,
    /// The netlist.
    pub netlist: PathBuf,
    /// How long it took.
    pub took: Duration,
}

/// Synthesises a project, unless that was done before.
pub fn synthesise(
    project: &Project,
    tools: &Tools,
    cache: &Cache,
    listen: Listener,
) -> Result<Synthesis, Error> {
    listen(Step::Synthesis, Event::Began);
    let script = script(project);
    let mut parts = vec![
        ("tool", tools.yosys.version.as_str()),
        ("script", &script),
        ("carry", "ends released"),
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
    let end = run::run(&mut command, &log, &AtomicBool::new(false), &mut |line| {
        if let Some(pass) = of_yosys(line) {
            listen(Step::Synthesis, Event::At(pass));
        }
        ControlFlow::Continue(())
    })?;
    if !matches!(end, End::Exit(status) if status.success()) {
        return Err(Error::Tool {
            tool: tools.yosys.name,
            reason: run::reason(&log),
            log,
        });
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
