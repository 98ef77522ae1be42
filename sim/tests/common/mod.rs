//! Parts that the tests of whole cores share.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code)]

use rand::SeedableRng;
use rand::rngs::StdRng;
use tensority_hdl::geometry::Geometry;
use tensority_sim::model::source::{ArrayKind, Variant, default_cache};
use tensority_sim::simulation::Simulation;

/// A model's variant without waveforms.
pub fn variant(dimension: usize, lanes: usize, fip: bool, array: ArrayKind) -> Variant {
    let geometry = Geometry::new(dimension, lanes, fip).expect("a geometry that exists");
    Variant {
        geometry,
        array,
        trace: false,
    }
}

/// A core with its matrix list in memory.
pub fn core(variant: &Variant, seed: &[u8; 32]) -> Simulation {
    let mut simulation =
        Simulation::new(variant, seed, &default_cache(), &mut |_| {}).expect("a model");
    simulation.fill_memory();
    simulation
}

/// The RTL core of dimension 32 with FIP.
pub fn small_core(lanes: usize, seed: &[u8; 32]) -> Simulation {
    core(&variant(32, lanes, true, ArrayKind::Rtl), seed)
}

/// Random numbers from a seed that is printed.
pub fn random() -> StdRng {
    StdRng::seed_from_u64(testvectors::seed())
}

/// A job that is not watched.
pub fn silent(_: &str, _: u64, _: u64) {}
