//! From places and wires to a bitstream: contents of block RAMs by `fill`, the rest by ecppack.
//!
//! Compression and the clock of the configuration come from the pins' preference file (`SYSCONFIG`); the part's
//! id is the board's, the user code the number of the build.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::build::Build;
use super::cache::Key;
use super::error::Error;
use super::fill::fill;
use super::place::Routed;
use super::progress::{Event, Step};
use super::project::Project;
use super::run::{self, End};

/// The configuration with its contents, in the folder of the run.
const CONFIGURATION: &str = "design.config";
/// The bitstream, in its entry.
const BITSTREAM: &str = "design.bit";
/// How long it took, in seconds.
const SECONDS: &str = "seconds";

/// A bitstream that was made.
pub struct Packed {
    /// Its place in the cache.
    pub bitstream: PathBuf,
    /// Seconds of making it.
    pub seconds: f64,
}

/// Makes the bitstream of a design that is routed with `seed`, unless that was done before.
pub fn pack(build: &Build, seed: u32, routed: &Routed) -> Result<Packed, Error> {
    let Build { project, cache, .. } = build;
    let step = Step::Pack(seed);
    let arguments = arguments(project);
    let contents = format!("{:?}", project.contents);
    let key = Key::new(&[
        ("routed", routed.key.text()),
        ("tool", &build.tools.ecppack.version),
        ("arguments", &arguments.join(" ")),
        ("contents", &contents),
    ]);
    (build.listen)(step, Event::Began);
    let kept = cache.find(&key);
    let is_kept = kept.is_some();
    let entry = match kept {
        Some(entry) => entry,
        None => {
            let start = Instant::now();
            let folder = cache.begin()?;
            let path = &routed.configuration;
            let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
            let text = fill(&text, &project.contents)?;
            let path = folder.path().join(CONFIGURATION);
            fs::write(&path, text).map_err(Error::file("write", &path))?;
            run(
                build,
                folder.path(),
                &arguments,
                &cache.log(&key, "ecppack")?,
            )?;
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
            let path = folder.path().join(SECONDS);
            let seconds = start.elapsed().as_secs_f64();
            fs::write(&path, format!("{seconds}")).map_err(Error::file("write", &path))?;
            cache.keep(folder, &key)?
        }
    };
    let path = entry.join(SECONDS);
    let seconds = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    let seconds = seconds.parse().unwrap_or_default();
    let event = Event::Done {
        outcome: "bitstream".into(),
        took: Duration::from_secs_f64(seconds),
        kept: is_kept,
    };
    (build.listen)(step, event);
    Ok(Packed {
        bitstream: entry.join(BITSTREAM),
        seconds,
    })
}

fn arguments(project: &Project) -> Vec<String> {
    let idcode = format!("{:#010x}", project.part.idcode);
    // In decimal: ecppack takes no other.
    let usercode = project.build.to_string();
    let arguments = [
        CONFIGURATION,
        BITSTREAM,
        "--idcode",
        &idcode,
        "--usercode",
        &usercode,
    ];
    arguments.map(String::from).into()
}

fn run(build: &Build, folder: &Path, arguments: &[String], log: &Path) -> Result<(), Error> {
    let tool = &build.tools.ecppack;
    let mut command = tool.command(folder);
    command.args(arguments);
    let stopped = || build.stop.load(Ordering::Relaxed);
    let mut ignore = |_: &str| ControlFlow::Continue(());
    match run::run(&mut command, log, &stopped, &mut ignore)? {
        End::Exit(status) if status.success() => Ok(()),
        End::Exit(_) => Err(tool.refusal(log)),
        End::Cancelled => Err(Error::Stopped),
    }
}
