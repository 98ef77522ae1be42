//! A block under Verilator, and accesses to its registers.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code)]

use rust_hdl::prelude::Block;
use tensority_hdl::emit::Design;
use tensority_protocol::register::Register;
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;

/// The model of a block.
pub fn model(name: &str, block: impl Block) -> BlockModel {
    let design = Design::new(name, block).unwrap();
    BlockModel::open(&design, &default_cache(), &mut |_| {}).unwrap()
}

/// Writes a register, in one cycle.
pub fn write(model: &mut BlockModel, register: &Register, value: u32) {
    model.set("select", 1);
    model.set("write", 1);
    model.set("word", register.index().into());
    model.set("d", value.into());
    model.step(1);
    model.set("select", 0);
    model.set("write", 0);
}

/// Reads a register, in two cycles.
pub fn read(model: &mut BlockModel, register: &Register) -> u32 {
    read_word(model, register, 0)
}

/// Reads word `index` of a register, in two cycles.
pub fn read_word(model: &mut BlockModel, register: &Register, index: u32) -> u32 {
    model.set("select", 1);
    model.set("word", (register.index() + index).into());
    model.step(1);
    model.set("select", 0);
    model.settle();
    let value = model.get("q") as u32;
    model.step(1);
    value
}
