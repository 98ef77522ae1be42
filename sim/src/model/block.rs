//! Model of a single block, its ports reached by name.

use std::collections::HashMap;
use std::ffi::{CString, c_char, c_void};
use std::path::Path;

use tensority_hdl::emit::{Design, Module};
use verilator::ModelSource;

use super::library::{self, Library};
use super::source::file;
use crate::error::Error;

library::harness! {
    block_new() block_delete;
    safe {
        block_settle();
        block_step(cycles: u64);
    }
    raw {
        block_port(name: *const c_char, bytes: *mut usize) -> *mut c_void;
    }
}

/// A running model of a block without ports above 64 bits; its clock, if it has one, is `clock`.
pub struct BlockModel {
    harness: Harness,
    /// Place in the model, and bytes.
    ports: HashMap<String, (*mut u8, usize)>,
}

impl BlockModel {
    /// Builds the model of a design in the folder `models` if it is not there, and loads it.
    ///
    /// # Errors
    /// If a tool is missing or refuses the design, or a file cannot be written.
    pub fn open(
        design: &Design,
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let names = port_names(design);
        let member = |name: &String| name.replace('$', "__024");
        let ports: String = names
            .iter()
            .map(|name| format!(" X({name}, {})", member(name)))
            .collect();
        let clock = match names.iter().any(|name| name == "clock") {
            true => "CLOCK(block, level) block->top.clock = level",
            false => "CLOCK(block, level)",
        };
        let mut verilog = vec![file("block.v", &design.code())];
        verilog.extend(design.cell_models().map(|cells| file("ecp5.v", cells)));
        let header = format!("#pragma once\n#define PORTS{ports}\n#define {clock}\n");
        let source = ModelSource {
            name: format!("block_{}", design.top),
            top: design.top.clone(),
            verilog,
            cpp: vec![
                file("block.cpp", include_str!("../../cpp/block.cpp")),
                file("ports.h", &header),
            ],
            trace: false,
            public: Vec::new(),
            warnings_off: library::GENERATED_CODE_WARNINGS.map(String::from).to_vec(),
        };
        let harness = Harness::new(Library::open(&source, models, progress)?)?;
        let mut ports = HashMap::new();
        for name in names {
            let mut bytes = 0;
            // A Verilog name holds no zero byte.
            let text = CString::new(name.as_str()).unwrap_or_default();
            // SAFETY: the name ends with a zero.
            let port = unsafe { harness.block_port(text.as_ptr(), &mut bytes) };
            ports.insert(name, (port.cast::<u8>(), bytes));
        }
        Ok(Self { harness, ports })
    }

    /// Drives an input; seen by [`Self::step`] and [`Self::settle`].
    ///
    /// # Panics
    /// If the block has no such port.
    pub fn set(&mut self, port: &str, value: u64) {
        let (place, bytes) = self.ports[port];
        // SAFETY: the port is `bytes` bytes of the live model; the machine is little-endian.
        unsafe { std::ptr::copy_nonoverlapping(value.to_le_bytes().as_ptr(), place, bytes) }
    }

    /// Reads a port as it was after the last step.
    ///
    /// # Panics
    /// If the block has no such port.
    pub fn get(&self, port: &str) -> u64 {
        let (place, bytes) = self.ports[port];
        let mut value = [0; 8];
        // SAFETY: as in `set`.
        unsafe { std::ptr::copy_nonoverlapping(place, value.as_mut_ptr(), bytes) };
        u64::from_le_bytes(value)
    }

    /// Lets the inputs reach the outputs without a clock edge.
    pub fn settle(&mut self) {
        self.harness.block_settle();
    }

    /// Steps rising edges of the clock.
    pub fn step(&mut self, cycles: u64) {
        self.harness.block_step(cycles);
    }
}

/// The ports of the top module.
fn port_names(design: &Design) -> Vec<String> {
    let ports = design.module(&design.top).map(Module::ports);
    let names = ports.into_iter().flatten().map(|port| port.name);
    names.collect()
}
