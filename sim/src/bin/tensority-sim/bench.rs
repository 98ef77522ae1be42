//! The command `bench`: utilisation and speed, measured.

mod boards;
mod keccak;

use tensority::{INITIAL_SEED, Target};
use tensority_command::print;
use tensority_hdl::geometry::{Geometry, LANES};
use tensority_sim::error::Error;
use tensority_sim::model::source::{ArrayKind, Variant, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::simulation::{HashOutcome, Simulation};

use crate::args::{BenchArgs, DEFAULT_LANES, Table, geometry};
use crate::failure::Failure;

/// Times that a run is repeated; the fastest counts.
const REPEATS: usize = 3;

/// Prints the tables that are asked for.
pub fn run(args: &BenchArgs) -> Result<(), Failure> {
    let wanted = |table| args.only.is_none_or(|only| only == table);
    if wanted(Table::Cores) {
        measure_cores(args.lanes)?;
    }
    if wanted(Table::Boards) {
        measure_boards(args.lanes)?;
    }
    if wanted(Table::Keccak) {
        measure_keccak()?;
    }
    Ok(())
}

fn measure_keccak() -> Result<(), Failure> {
    let (verilator, rust_hdl) = keccak::measure()?;
    print(format_args!(
        "Keccak: Verilator {:.0} kcycle/s, RustHDL's simulator {:.2} kcycle/s, ratio {:.0}",
        verilator / 1e3,
        rust_hdl / 1e3,
        verilator / rust_hdl,
    ))?;
    Ok(())
}

fn measure_boards(only: Option<usize>) -> Result<(), Failure> {
    print(format_args!(
        "| lanes | board with functional array |\n|---|---|"
    ))?;
    for lanes in chosen(only)? {
        let speed = boards::measure(&geometry(256, lanes, true)?)?;
        let (kilocycles, hashes) = (speed.cycles / 1e3, speed.hashes);
        print(format_args!(
            "| {lanes} | {kilocycles:.0} kcycle/s, {hashes:.2} H/s |"
        ))?;
    }
    print("")?;
    Ok(())
}

/// The numbers of lanes to measure.
fn chosen(only: Option<usize>) -> Result<Vec<usize>, Failure> {
    Ok(match only {
        Some(lanes) => vec![geometry(256, lanes, true)?.lanes()],
        None => LANES.to_vec(),
    })
}

fn measure_cores(only: Option<usize>) -> Result<(), Failure> {
    print(format_args!(
        "| lanes | cycles/hash | MAC utilisation | RTL array, checked | functional array |"
    ))?;
    print(format_args!("|---|---|---|---|---|"))?;
    for lanes in chosen(only)? {
        let geometry = geometry(256, lanes, true)?;
        let rtl = hash(&geometry, ArrayKind::Rtl, true)?;
        let functional = hash(&geometry, ArrayKind::Functional, false)?;
        print(format_args!(
            "| {lanes} | {} | {:.3} % | {} | {} |",
            rtl.cycles,
            100.0 * rtl.utilization(),
            speed(&rtl),
            speed(&functional),
        ))?;
    }
    let geometry = geometry(256, only.unwrap_or(DEFAULT_LANES), true)?;
    let mut simulation = open(&geometry, ArrayKind::Functional)?;
    let list = simulation.generate_list(&mut |_, _, _| {})?;
    print(format_args!(
        "\nmatrix list, {} lanes: {} cycles per seed\n",
        geometry.lanes(),
        list.cycles
    ))?;
    Ok(())
}

fn open(geometry: &Geometry, array: ArrayKind) -> Result<Simulation, Error> {
    let variant = Variant {
        geometry: *geometry,
        array,
        trace: false,
    };
    Simulation::new(&variant, &INITIAL_SEED, &default_cache(), &mut |line| {
        eprintln!("{line}")
    })
}

/// The fastest of some hashes.
fn hash(geometry: &Geometry, array: ArrayKind, checked: bool) -> Result<HashOutcome, Error> {
    let mut simulation = open(geometry, array)?;
    simulation.fill_memory();
    let work = Work::HeaderHash([0; 32]);
    let mut run = || match checked {
        true => simulation.hash(&work, Target::MAX, &mut |_, _, _| {}),
        false => simulation.hash_unchecked(&work, Target::MAX, &mut |_, _, _| {}),
    };
    let mut best = run()?;
    for _ in 1..REPEATS {
        let outcome = run()?;
        if outcome.wall < best.wall {
            best = outcome;
        }
    }
    Ok(best)
}

fn speed(outcome: &HashOutcome) -> String {
    let seconds = outcome.wall.as_secs_f64();
    format!(
        "{seconds:.2} s, {:.0} kcycle/s",
        outcome.cycles as f64 / seconds / 1e3
    )
}
