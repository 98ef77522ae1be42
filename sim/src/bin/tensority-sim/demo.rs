//! The command `demo`: Bytom's mainnet genesis block, mined by the simulated hardware.

use tensority::{ARRAY_MULTIPLIES, BlockHeader, Target};
use tensority_command::{Unprinted, print};
use tensority_hdl::geometry::Geometry;
use tensority_sim::model::source::{ArrayKind, Variant, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::simulation::Simulation;

use crate::args::{DEFAULT_LANES, geometry};
use crate::failure::Failure;
use crate::report::{Account, Bar};

/// Nonces in front of the solution that are tried too.
const BEFORE: u64 = 1;
const COUNT: u64 = 3;

/// Finds the genesis block's nonce, and says what that proves.
pub fn run() -> Result<(), Failure> {
    let genesis = testvectors::headers()
        .into_iter()
        .find(|header| header.name == "mainnet genesis")
        .ok_or_else(|| Failure::software("the test vectors hold no mainnet genesis header"))?;
    let header = BlockHeader::deserialize(&genesis.serialized)
        .map_err(|error| Failure::software(format!("mainnet genesis: {error}")))?;
    let seed = tensority::INITIAL_SEED;
    let target = Target::from_bits(header.bits)
        .map_err(|error| Failure::software(format!("mainnet genesis: {error}")))?;
    let start = header.nonce - BEFORE;
    let geometry = geometry(256, DEFAULT_LANES, true)?;

    print(format_args!(
        "Bytom mainnet genesis block, as it was published in 2018"
    ))?;
    print(format_args!(
        "  header hash    {}",
        hex::encode(header.hash())
    ))?;
    print(format_args!("  seed           {}", hex::encode(seed)))?;
    print(format_args!("  target         {target}"))?;
    print(format_args!(
        "  nonces         {start} … {}",
        start + COUNT - 1
    ))?;
    let multipliers = geometry.lanes() * geometry.dimension();
    print(format_args!(
        "The core has {} lanes: {multipliers} multiply-accumulates a cycle. Its Verilog comes from \
         RustHDL and is simulated by Verilator.\n",
        geometry.lanes(),
    ))?;
    let variant = Variant {
        geometry,
        array: ArrayKind::Rtl,
        trace: false,
    };
    let mut simulation = Simulation::new(&variant, &seed, &default_cache(), &mut |line| {
        eprintln!("{line}");
    })?;
    simulation.fill_memory();
    let work = Work::Nonces {
        prefix: header.prefix(),
        start,
        count: COUNT,
    };
    let mut bar = Bar::new();
    let mut passed = Passed::default();
    let outcome = simulation.hash(&work, target, &mut |stage, cycles, expected| {
        passed.add(stage);
        bar.show(stage, cycles, expected);
    })?;
    bar.finish();

    print(format_args!(
        "stage            passed, each equal to the reference"
    ))?;
    for (stage, count) in &passed.stages {
        print(format_args!("  {stage:14} {count:5}"))?;
    }
    print("")?;
    let [found] = &outcome.results[..] else {
        let found = outcome.results.len();
        return Err(Failure::software(format!(
            "expected one nonce, the core found {found}"
        )));
    };
    print(format_args!("nonce found      {}", found.nonce))?;
    print(format_args!("hash             {}", hex::encode(found.hash)))?;
    Account::new(&outcome, None, 0).print()?;
    if found.nonce != header.nonce || !target.is_met_by(&found.hash) {
        return Err(Failure::software(format!(
            "expected nonce {}",
            header.nonce
        )));
    }
    Ok(print_conclusion(&geometry, header.bits)?)
}

fn print_conclusion(geometry: &Geometry, bits: u64) -> Result<(), Unprinted> {
    print(format_args!(
        "\nWhat this proves: the hardware design, simulated gate for gate, was given the header of \
         a real block\nand {COUNT} nonces. It rejected {} of them and found the one that Bytom's \
         founders published: a hash that\nonly 1 in {} nonces reaches. Every matrix on the way, \
         {} multiplies a nonce, was compared byte for byte\nwith an independent software \
         implementation, which in turn reproduces the results of Bytom's own.",
        COUNT - 1,
        tensority::work(bits),
        ARRAY_MULTIPLIES,
    ))?;
    print(format_args!(
        "At 100 MHz this core would try {:.0} nonces a second.",
        100e6 / geometry.ideal_cycles() as f64
    ))
}

/// The stages that were passed, in the order of their first passing.
#[derive(Default)]
struct Passed {
    stages: Vec<(String, u64)>,
}

impl Passed {
    fn add(&mut self, stage: &str) {
        match self.stages.iter_mut().find(|(name, _)| name == stage) {
            Some((_, count)) => *count += 1,
            None => self.stages.push((stage.to_string(), 1)),
        }
    }
}
