//! `tensority mine`: mining by a configuration until a signal or a goal ends it.

mod given;
mod history;
mod paid;
mod payee;
mod receipts;
mod selection;
mod sink;
mod source;
mod stop;

use std::fs::File;
use std::io::LineWriter;
use std::num::NonZero;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

pub use given::{Files, Given, overrides};
use history::History;
use receipts::Receipts;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sink::Sink;
pub use source::settings as source_settings;
use tensority::fast::Backend;
use tensority_api::Running;
use tensority_command::Program as _;
use tensority_config::{Loaded, Origin, Overrides};
use tensority_miner::controller::{Controller, Goal, Settings};
use tensority_miner::miner::{Setup, mine};
use tensority_miner::record::Recorder;
use tensority_miner::verifier::OnProcessor;
use tensority_miner::{Limits, Patience, Policy, RangeSize, unix_now};
use tensority_telemetry::Program;
use tensority_telemetry::command::Command;
use tensority_telemetry::lifetime::Lifetime;
use tensority_telemetry::lifetime_file::{LifetimeFile, LifetimeFileError};
use tensority_telemetry::published::Published;

use crate::config;
use crate::failure::{Failure, Tensority};
use crate::serve::no_signals;

/// The greatest nonce that a node's job may begin with: half of all nonces are above it.
const MAX_FIRST_NONCE: u64 = (1 << 62) - 1;

const HELP: &str = "\
Flags stand over the environment, that over the file, that over the defaults: `tensority config explain`
shows what holds. Without -d every board that is found mines, also one that is plugged in later.

By default every result is hashed again on the processor before it is submitted; a wrong one counts as
a hardware error of its device and goes nowhere. Sources are asked for ever, and devices that were lost
are opened again. The first SIGINT, SIGTERM or SIGHUP gives up all work, hands in what was found and prints a
summary; the second ends at once.

What happens is logged on standard error, or shown on the terminal if there is one. Exit codes: 0 at
the end; 1 if --shares was not reached within --seconds; 64 for arguments; 65 for a configuration that
makes no sense; 66 if none of the devices can be opened, 77 if that is for lack of permission; 69 if no
source gave work within --seconds, or none gives any at their end and --shares was not reached; 70 for a
bug; 74 for an output that cannot be written.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(flatten)]
    given: Given,
    /// Which results are hashed again: before (all, before they are submitted), after, sample:1/N.
    #[arg(long, value_name = "POLICY")]
    verify: Option<String>,
    /// Where the HTTP API and the metrics are, or off.
    #[arg(long, value_name = "ADDRESS")]
    api_listen: Option<String>,
    /// Where the API for fleet tools is, such as 127.0.0.1:4028, or off.
    #[arg(long, value_name = "ADDRESS")]
    fleet_listen: Option<String>,
    /// Whether there is a live view: auto, on or off.
    #[arg(long, value_name = "WHEN")]
    view: Option<String>,
    /// Milliseconds between two questions for work to a node.
    #[arg(long, value_name = "MS")]
    poll_interval: Option<String>,
    /// Print JSON on standard output, one line for each event; there is no live view then.
    #[arg(long)]
    json: bool,
    /// End after so many accepted shares; at a node each is a block.
    #[arg(long, value_name = "N", visible_alias = "blocks")]
    shares: Option<NonZero<u64>>,
    /// End after so many seconds.
    #[arg(long, value_name = "S", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Find and verify nonces, but submit none.
    #[arg(long, conflicts_with = "shares")]
    dry_run: bool,
    /// Nonces that a device gets at a time; without it, what it hashes in ten seconds.
    #[arg(long, value_name = "NONCES")]
    lease: Option<NonZero<u64>>,
    #[command(flatten)]
    files: Files,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .filter(|&seconds| seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("expected a number of seconds above 0, found {text:?}"))
}

/// Mines until it is told to end.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    raise_file_limit();
    let backend = Backend::from_environment()?;
    let environment = tensority_config::of_process();
    let overrides = arguments.overrides();
    let loaded =
        tensority_config::load(arguments.given.config.as_deref(), &environment, &overrides)?;
    config::warn(&loaded);
    let (tell_later, notes) = mpsc::channel();
    let sources = source::of_config(&loaded, &tell_later)?;
    // Those who tell have theirs: when all have ended, there is nothing more to wait for.
    drop(tell_later);
    let lease_size = arguments
        .lease
        .map_or(RangeSize::Measured, RangeSize::Fixed);
    let devices = selection::of_config(&loaded, lease_size)?;
    let nothing_yet = selection::is_nothing_yet(&devices);
    // Until here there is nothing to hand in: a signal ends the program at once.
    let stop = stop::at_signals().map_err(no_signals)?;

    let (file, lifetime) = open_lifetime(&loaded)?;
    let goal = Goal {
        shares: arguments.shares.map(NonZero::get),
        time: arguments.seconds,
        dry_run: arguments.dry_run,
    };
    let receipts = arguments.files.receipts.as_deref().map(Receipts::open);
    let receipts = receipts.and_then(|opened| opened.map_err(|error| Tensority::warn(&error)).ok());
    let history = loaded.config.state.history.as_deref().map(History::open);
    let history = history.and_then(|opened| opened.map_err(|error| Tensority::warn(&error)).ok());
    let watched = sources.into_iter().map(|(name, start)| match &receipts {
        Some(receipts) => {
            let start = receipts.watch(&name.name, start);
            (name, start)
        }
        None => (name, start),
    });
    let (names, sources) = watched.unzip();
    let settings = settings(&loaded, backend, names, goal.clone(), lifetime);
    let config = &loaded.config;
    let setup = Setup {
        recorder: recorder(arguments, &settings)?,
        settings,
        sources,
        devices,
        rehash: Arc::new(OnProcessor::new(backend, count(config.verify.matrix_lists))),
        verifiers: count(config.verify.threads),
    };
    let published = Arc::<Published>::default();
    let (sender, commands) = mpsc::channel();
    let api = serve(&loaded, &published, sender.clone())?;
    let mode = sink::mode(config.output.view, arguments.json);
    let mut sink = Sink::new(mode, published, file, sender, &stop)?;
    if let Some(address) = api.as_ref().and_then(Running::addr) {
        sink.log(format!(
            "the page is at http://{address}, the API at http://{address}/api/v0"
        ));
    }
    sink.log(introduction(&loaded, backend));
    if nothing_yet {
        sink.log("no board is there yet; each is taken as it is plugged in, -d PORT names one on another adapter, and -d cpu \
             mines on the processor".to_owned());
    }
    sink.receipts = receipts;
    sink.history = history;
    sink.notes = Some(notes);
    let mined = mine(setup, &stop, &commands, &mut sink);
    sink.end_notes();
    sink.end_files();
    let controller = mined?;
    if !stop.load(Ordering::Relaxed) {
        check(&goal, &controller)?;
    }
    Ok(())
}

/// Asks for as many open files as this user may have: a board takes two, and the usual limit is
/// 1024.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Where it is refused, the usual limit does for five hundred boards.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// What mines here, and by which configuration.
fn introduction(loaded: &Loaded, backend: Backend) -> String {
    let config = match &loaded.file {
        Some(file) => format!("configuration {}", file.display()),
        None => "no configuration file".to_owned(),
    };
    let version = env!("CARGO_PKG_VERSION");
    let [sources, devices] = [loaded.config.sources.len(), loaded.config.devices.len()];
    format!("tensority {version}, {backend}, {config}, sources {sources}, devices {devices}")
}

impl Arguments {
    fn overrides(&self) -> Overrides {
        Overrides {
            poll_interval: self.poll_interval.clone(),
            verify: self.verify.clone(),
            api_listen: self.api_listen.clone(),
            fleet_listen: self.fleet_listen.clone(),
            view: self.view.clone(),
            ..overrides(&self.given, &self.files)
        }
    }
}

fn settings(
    loaded: &Loaded,
    backend: Backend,
    sources: Vec<tensority_miner::SourceName>,
    goal: Goal,
    lifetime: Lifetime,
) -> Settings {
    let config = &loaded.config;
    Settings {
        program: Program {
            name: "tensority".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            backend: backend.to_string(),
        },
        sources,
        patience: Patience {
            return_after: Duration::from_secs(config.failover.return_after_seconds),
            silence: Duration::from_secs(config.failover.silence_seconds),
        },
        policy: match config.verify.policy {
            tensority_config::Policy::Before => Policy::Before,
            tensority_config::Policy::After => Policy::After,
            tensority_config::Policy::Sample(of) => Policy::Sample(of.into()),
        },
        limits: Limits {
            sick_after: Duration::from_secs(config.health.sick_after_seconds),
            dead_after: Duration::from_secs(config.health.dead_after_seconds),
            canary_interval: Duration::from_secs(config.health.canary_interval_seconds),
        },
        goal,
        started_unix: unix_now(),
        lifetime,
        // Two miners of one node hash the same header: each begins elsewhere.
        first_nonce: rand::random_range(0..=MAX_FIRST_NONCE),
        salt: rand::random(),
    }
}

/// A number that the configuration has checked.
fn count(number: u64) -> NonZero<usize> {
    let number = usize::try_from(number).ok().and_then(NonZero::new);
    number.unwrap_or(NonZero::<usize>::MIN)
}

fn open_lifetime(loaded: &Loaded) -> Result<(Option<LifetimeFile>, Lifetime), Failure> {
    let Some(path) = &loaded.config.state.file else {
        return Ok((None, Lifetime::default()));
    };
    match LifetimeFile::open(path) {
        Ok((file, lifetime, corrupt)) => {
            if let Some(corrupt) = corrupt {
                Tensority::warn(&corrupt);
            }
            Ok((Some(file), lifetime))
        }
        // A second miner that nobody gave a file of its own mines without one.
        Err(error @ LifetimeFileError::InUse { .. })
            if loaded.origin("state.file") == Origin::Default =>
        {
            Tensority::warn(&format!("{error}; totals are not kept"));
            Ok((None, Lifetime::default()))
        }
        Err(error) => Err(error.into()),
    }
}

fn recorder(arguments: &Arguments, settings: &Settings) -> Result<Option<Recorder>, Failure> {
    let Some(path) = &arguments.files.record else {
        return Ok(None);
    };
    let begin = || Recorder::new(Box::new(LineWriter::new(File::create(path)?)), settings);
    begin()
        .map(Some)
        .map_err(|error| Failure::cannot_write(path, &error))
}

fn serve(
    loaded: &Loaded,
    published: &Arc<Published>,
    commands: mpsc::Sender<Command>,
) -> Result<Option<Running>, Failure> {
    let api = &loaded.config.api;
    let settings = tensority_api::Settings {
        listen: api.listen.0,
        token: api.token.clone(),
        allowed_hosts: api.allowed_hosts.clone(),
        fleet_listen: api.fleet_listen.0,
        history: loaded.config.state.history.clone(),
    };
    if settings.listen.is_none() && settings.fleet_listen.is_none() {
        return Ok(None);
    }
    match tensority_api::start(settings, Arc::clone(published), commands) {
        Ok(running) => Ok(Some(running)),
        // Nobody asked for this address: another miner may have it.
        Err(error @ tensority_api::StartError::Listen { .. })
            if loaded.origin("api.listen") == Origin::Default && api.fleet_listen.0.is_none() =>
        {
            Tensority::warn(&format!("{error}; there is no API"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the time was enough for what was wanted.
fn check(goal: &Goal, controller: &Controller) -> Result<(), Failure> {
    let Some(time) = goal.time else {
        return Ok(());
    };
    if !controller.was_answered() {
        return Err(Failure::unavailable(format!(
            "no answer from any source within {time:?}; do they run, and is -o right?"
        )));
    }
    if !controller.had_work() {
        return Err(Failure::unavailable(format!(
            "no work from any source within {time:?}; what they said instead stands above"
        )));
    }
    match goal.shares {
        Some(shares) if controller.accepted() < shares => {
            let accepted = controller.accepted();
            let message = format!("{accepted} of {shares} shares accepted within {time:?}");
            Err(match controller.ended_at_work() {
                true => Failure::unmet(message),
                false => Failure::unavailable(format!("{message}; no source gives work")),
            })
        }
        _ => Ok(()),
    }
}
