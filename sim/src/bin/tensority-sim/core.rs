//! The commands `hash`, `mine` and `matrix-list`, on a core by itself.

use std::fs;
use std::sync::Arc;

use serde::Serialize;
use tensority::Target;
use tensority_command::{print, print_json, stop_at_signals};
use tensority_sim::error::Error;
use tensority_sim::model::source::{Variant, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::simulation::{HashOutcome, Simulation};

use crate::args::{self, CoreArgs, DEFAULT_LANES, HashArgs, HashingArgs, MatrixListArgs, MineArgs};
use crate::board_hash;
use crate::failure::Failure;
use crate::report::{Account, Bar};

#[derive(Serialize)]
struct HashJson {
    hash: String,
    #[serde(flatten)]
    account: Account,
}

#[derive(Serialize)]
struct MineJson {
    /// The first nonce that meets the target, and its hash.
    nonce: Option<u64>,
    hash: Option<String>,
    /// All of them.
    results: Vec<Found>,
    #[serde(flatten)]
    account: Account,
}

#[derive(Serialize)]
struct Found {
    nonce: u64,
    hash: String,
}

#[derive(Serialize)]
struct MatrixListJson {
    cycles: u64,
    wall_secs: f64,
    kcycles_per_sec: f64,
    stages_checked: u64,
}

/// Hashes a header hash.
pub fn hash(args: &HashArgs) -> Result<(), Failure> {
    if let Some(top) = args.top.top(args.hashing.core.lanes)? {
        return board_hash::hash(args, top);
    }
    let work = Work::HeaderHash(args::bytes("--header-hash", &args.header_hash)?);
    let (outcome, account) = simulate(&args.hashing, &work, Target::MAX)?;
    let [result] = &outcome.results[..] else {
        let found = outcome.results.len();
        return Err(Failure::software(format!(
            "expected one result of the core, found {found}"
        )));
    };
    let hash = hex::encode(result.hash);
    if args.hashing.core.json {
        print_json(&HashJson { hash, account })?;
    } else {
        print(format_args!("hash             {hash}"))?;
        account.print()?;
    }
    Ok(())
}

/// Searches a range of nonces.
pub fn mine(args: &MineArgs) -> Result<(), Failure> {
    let prefix = args::header_prefix(&args.header)?;
    let work = args::nonces(prefix, args.start, args.count)?;
    let (outcome, account) = simulate(&args.hashing, &work, args::target(&args.goal)?)?;
    let found = |result: &tensority_sim::stage::HashReport| Found {
        nonce: result.nonce,
        hash: hex::encode(result.hash),
    };
    let results: Vec<Found> = outcome.results.iter().map(found).collect();
    if args.hashing.core.json {
        let first = results.first();
        print_json(&MineJson {
            nonce: first.map(|found| found.nonce),
            hash: first.map(|found| found.hash.clone()),
            results,
            account,
        })?;
        return Ok(());
    }
    if results.is_empty() {
        print(format_args!(
            "none of the {} nonces meets the target",
            args.count
        ))?;
    }
    for Found { nonce, hash } in &results {
        print(format_args!(
            "nonce            {nonce}\nhash             {hash}"
        ))?;
    }
    account.print()?;
    Ok(())
}

/// Generates a matrix list.
pub fn matrix_list(args: &MatrixListArgs) -> Result<(), Failure> {
    let seed = args::bytes("--seed", &args.seed)?;
    let mut simulation = open(&args.core, &seed)?;
    let mut bar = Bar::new();
    let outcome =
        simulation.generate_list(&mut |stage, cycles, expected| bar.show(stage, cycles, expected));
    bar.finish();
    complete_waveform(&args.core, &mut simulation)?;
    let outcome = outcome?;
    let (cycles, stages_checked) = (outcome.cycles, outcome.stages_checked);
    let wall_secs = outcome.wall.as_secs_f64();
    let kcycles_per_sec = outcome.stepped as f64 / wall_secs / 1e3;
    if args.core.json {
        print_json(&MatrixListJson {
            cycles,
            wall_secs,
            kcycles_per_sec,
            stages_checked,
        })?;
    } else {
        print(format_args!("matrix list      {cycles} cycles"))?;
        print(format_args!(
            "speed            {wall_secs:.2} s, {kcycles_per_sec:.0} kcycle/s"
        ))?;
        print(format_args!(
            "stages           {stages_checked} compared with the reference, all equal"
        ))?;
    }
    Ok(())
}

fn simulate(
    args: &HashingArgs,
    work: &Work,
    target: Target,
) -> Result<(HashOutcome, Account), Failure> {
    let seed = args::bytes("--seed", &args.seed)?;
    let mut simulation = open(&args.core, &seed)?;
    let mut bar = Bar::new();
    let mut progress = |stage: &str, cycles: u64, expected: u64| bar.show(stage, cycles, expected);
    let mut run = || {
        let list = match args.generate_list {
            true => Some(simulation.generate_list(&mut progress)?),
            false => {
                simulation.fill_memory();
                None
            }
        };
        let outcome = match args.unchecked {
            true => simulation.hash_unchecked(work, target, &mut progress)?,
            false => simulation.hash(work, target, &mut progress)?,
        };
        Ok::<_, Error>((list, outcome))
    };
    let outcome = run();
    bar.finish();
    complete_waveform(&args.core, &mut simulation)?;
    let (list, outcome) = outcome?;
    let cycles = list.map(|list| list.cycles);
    let stages = list.map_or(0, |list| list.stages_checked);
    let account = Account::new(&outcome, cycles, stages);
    Ok((outcome, account))
}

/// Builds the model that the arguments describe, and opens its waveform.
fn open(args: &CoreArgs, seed: &[u8; 32]) -> Result<Simulation, Failure> {
    let geometry = args::geometry(args.dim, args.lanes.unwrap_or(DEFAULT_LANES), !args.no_fip)?;
    let (from, to) = (args.trace_from, args.trace_to);
    if from >= to {
        return Err(Failure::usage(format!(
            "--trace-from, --trace-to: expected a window, found {from} to {to}; give a later end"
        )));
    }
    let variant = Variant {
        geometry,
        array: args.array.unwrap_or_default(),
        trace: args.trace.is_some(),
    };
    let models = args.models.clone().unwrap_or_else(default_cache);
    let mut simulation = Simulation::new(&variant, seed, &models, &mut |line| eprintln!("{line}"))?;
    if let Some(path) = &args.trace {
        // Else a signal ends the command as it ends any.
        let stop = Arc::default();
        stop_at_signals(&stop)?;
        simulation.stop_at(&stop);
        simulation.model().trace(path, from, to)?;
    }
    Ok(simulation)
}

/// Completes the waveform, whatever became of the job. One whose window was not reached would not open.
fn complete_waveform(args: &CoreArgs, simulation: &mut Simulation) -> Result<(), Failure> {
    let cycle = simulation.model().cycle();
    simulation.model().close_trace()?;
    if let Some(path) = args.trace.as_ref().filter(|_| cycle <= args.trace_from) {
        eprintln!(
            "tensority-sim: no waveform is left: expected --trace-from before the end, cycle {cycle}, found {}",
            args.trace_from
        );
        if path.is_file() {
            fs::remove_file(path).map_err(|error| Failure::cannot_write(path, &error))?;
        }
    }
    Ok(())
}
