//! The blocks that decide what happens when, one by one: the emitted Verilog under Verilator against models
//! written from the blocks' heads, with random stalls. Each has a negative control.

#[path = "../common/mod.rs"]
mod common;
mod control;
mod fetch;
mod hasher;
mod issue;
mod sequencer;

use std::collections::VecDeque;

use rust_hdl::prelude::Block;
use tensority_hdl::emit::Design;
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;

/// What a test of a block found: nothing, or the first difference.
type Verdict = Result<(), String>;

fn model(name: &str, block: impl Block) -> BlockModel {
    let design = Design::new(name, block).expect("a block that RustHDL takes");
    BlockModel::open(&design, &default_cache(), &mut |_| {}).expect("a model")
}

/// Takes the next expected thing, which has to be what was found.
fn expect<T: PartialEq + std::fmt::Debug>(expected: &mut VecDeque<T>, found: T) -> Verdict {
    match expected.pop_front() {
        Some(next) if next == found => Ok(()),
        next => Err(format!("expected {next:?}, found {found:?}")),
    }
}

/// A pass as `pass.rs` packs it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pass {
    multiply: bool,
    load: bool,
    last: bool,
    chain: u64,
}

impl Pass {
    fn bits(self) -> u64 {
        u64::from(self.multiply)
            | u64::from(self.load) << 1
            | u64::from(self.last) << 2
            | self.chain << 3
    }
}
