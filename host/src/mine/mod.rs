//! `tensority mine`: a node's work, hashed by devices.
//!
//! ```text
//! node ─ poll ─► controller ─ watch: the current job, leases ─► worker ─► device (one thread each)
//!                  ▲  │  ▲                                        │
//!                  │  │  └──────────── found, hashed ─────────────┘
//!                  │  ├─ verify ─┐
//!                  └──┴─ submit ─┴─► node
//! ```
//!
//! The controller and what it is made of (jobs, leases, ranges, ledger, rates) are state machines
//! that take the time as an argument and do no input or output; threads do that at the rim.

mod answer;
mod backoff;
mod controller;
mod events;
mod job;
mod leases;
mod ledger;
mod miner;
mod node_client;
mod poll;
mod ranges;
mod rate;
mod report;
mod submit;
#[cfg(test)]
mod tests;
mod verify;
mod watch;
mod worker;

use crate::failure::Failure;
use controller::{Controller, Goal};
use leases::LeaseSize;
use miner::Setup;
use node_client::NodeUrl;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use std::{
    io,
    num::NonZero,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tensority::fast::Backend;
use tensority_device::{choice::Choice, device::Device};
use worker::Opener;

/// The greatest nonce that a job may begin with: half of all nonces are above it.
const MAX_FIRST_NONCE: u64 = (1 << 62) - 1;

const HELP: &str = "\
Every nonce that a device finds is hashed again on the processor before it is submitted; a wrong one
counts as a hardware error of its device. A node that gives no work is asked for ever, and a device
that was lost is opened again. The first SIGINT or SIGTERM gives up all work, hands in what was found
and prints a summary; the second ends at once.

What happens is logged on standard error. Exit codes: 0 at the end; 1 if --blocks was not reached
within --seconds; 64 for arguments; 66 for a device that cannot be opened, 77 if it may not be; 69 if
the node gave no answer within --seconds, or no work at their end and --blocks was not reached; 70 for
a bug; 74 for an output that cannot be written.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The node, as http://HOST:PORT, or http://ID:SECRET@HOST:PORT if it asks for an access token.
    #[arg(short = 'o', long)]
    url: NodeUrl,
    /// A device; repeat it for more: the path of a serial port, sim[:OPTIONS] for a simulated board
    /// (sim:lanes=4,array=rtl), cpu[:THREADS] for the processor.
    #[arg(short, long = "device", value_name = "DEVICE", required = true)]
    devices: Vec<Choice>,
    /// Print JSON on standard output, one line for each event.
    #[arg(long)]
    json: bool,
    /// End after so many accepted blocks.
    #[arg(long, value_name = "N")]
    blocks: Option<NonZero<u64>>,
    /// End after so many seconds.
    #[arg(long, value_name = "S", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Find and verify nonces, but submit none.
    #[arg(long, conflicts_with = "blocks")]
    dry_run: bool,
    /// Nonces that a device gets at a time; without it, what it hashes in ten seconds.
    #[arg(long, value_name = "NONCES")]
    lease: Option<NonZero<u64>>,
    /// Milliseconds between two questions for work.
    #[arg(long, value_name = "MS", default_value = "100", value_parser = clap::value_parser!(u64).range(1..))]
    poll_interval: u64,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .filter(|&seconds| seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("expected a number of seconds above 0, found {text:?}"))
}

/// Mines until it is told to end.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let backend = Backend::from_environment()?;
    let devices = arguments
        .devices
        .iter()
        .map(open)
        .collect::<Result<_, _>>()?;
    // Until here there is nothing to hand in: a signal ends the program at once.
    let stop = stop_at_signals().map_err(Failure::no_signals)?;
    let goal = Goal {
        blocks: arguments.blocks.map(NonZero::get),
        time: arguments.seconds,
        dry_run: arguments.dry_run,
    };
    let setup = Setup {
        url: arguments.url.clone(),
        poll_interval: Duration::from_millis(arguments.poll_interval),
        backend,
        devices,
        lease_size: arguments
            .lease
            .map_or(LeaseSize::Measured, LeaseSize::Fixed),
        // Two miners of one node hash the same header: each begins elsewhere.
        first_nonce: rand::random_range(0..=MAX_FIRST_NONCE),
        goal: goal.clone(),
    };
    let tell = &mut |message: &_| report::tell(message, arguments.json);
    let controller = miner::mine(setup, &stop, tell)?;
    if !stop.load(Ordering::Relaxed) {
        check(&goal, &controller)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn open(choice: &Choice) -> Result<(Box<dyn Device>, Opener), Failure> {
    let device = choice.open()?;
    let choice = choice.clone();
    let open_again = move || choice.open().map_err(|error| error.to_string());
    Ok((device, Box::new(open_again)))
}

/// A flag that the first SIGINT or SIGTERM sets; after it, signals do what they do by default.
fn stop_at_signals() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Whether the time was enough for what was wanted.
fn check(goal: &Goal, controller: &Controller) -> Result<(), Failure> {
    let Some(time) = goal.time else {
        return Ok(());
    };
    if !controller.node_answered() {
        return Err(Failure::unavailable(format!(
            "no answer from the node within {time:?}; is it running, and is -o right?"
        )));
    }
    match goal.blocks {
        Some(blocks) if controller.accepted() < blocks => {
            let accepted = controller.accepted();
            let message = format!("{accepted} of {blocks} blocks accepted within {time:?}");
            Err(match controller.node_is_up() {
                true => Failure::not_reached(message),
                false => Failure::unavailable(format!("{message}; the node gives no work")),
            })
        }
        _ => Ok(()),
    }
}
