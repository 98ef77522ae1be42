//! Speed of Verilator and of RustHDL's own simulator on the Keccak block.

use std::time::{Duration, Instant};

use rust_hdl::prelude::*;
use tensority_hdl::core::keccak::{CYCLES, Keccak};
use tensority_hdl::emit::Design;
use tensority_sim::error::Error;
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;

/// Cycles per second in Verilator and in RustHDL's simulator.
pub fn measure() -> Result<(f64, f64), Error> {
    let design = Design::new("keccak", Keccak::new())?;
    let mut model = BlockModel::open(&design, &default_cache(), &mut |_| {})?;
    model.set("fresh", 1);
    model.set("lane", 6);
    let verilator = cycles_per_second(|| {
        model.set("start", 1);
        model.step(1);
        model.set("start", 0);
        model.step(CYCLES - 1);
    });

    let mut block = Keccak::new();
    block.connect_all();
    block.fresh.next = true;
    block.lane.next = 6.into();
    let rust_hdl = cycles_per_second(|| {
        for cycle in 0..CYCLES {
            block.start.next = cycle == 0;
            for level in [true, false] {
                block.clock.next = Clock { clk: level };
                simulate(&mut block, 10);
            }
        }
    });
    Ok((verilator, rust_hdl))
}

/// Runs permutations for about a second.
fn cycles_per_second(mut permutation: impl FnMut()) -> f64 {
    permutation();
    let (begin, mut cycles) = (Instant::now(), 0);
    while begin.elapsed() < Duration::from_secs(1) {
        permutation();
        cycles += CYCLES;
    }
    cycles as f64 / begin.elapsed().as_secs_f64()
}
