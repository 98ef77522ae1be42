//! Engine: the core behind its registers, with its side of the memory of the matrix list.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | chip reset: all of the engine is as after power-up |
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write of `d` |
//! | `word` | in | 10 | register, counted in words |
//! | `d` | in | 32 | value to write |
//! | `loader` | in | 1 | static: the matrix list is loaded from outside instead of made |
//! | `loaded` | in | 1 | one cycle: the loader has filled the memory |
//! | `request_ready` | in | 1 | the memory takes `request` in this cycle |
//! | `write_ready` | in | 1 | the memory takes `write_beat$i` in this cycle |
//! | `data_valid` | in | 1 | a beat that was read is in `data$i` |
//! | `data$i` | in | 32 | word i of that beat, lowest address first |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//! | `running` | out | 1 | a command is in work |
//! | `seed_clear` | out | 1 | one cycle: the seed's lanes so far, and the list they ask for, are not wanted |
//! | `seed_valid` | out | 1 | a lane of the extended seed is in `seed_lane` |
//! | `seed_lane` | out | 64 | the 16 lanes of the extended seed, in order |
//! | `memory_reset` | out | 1 | level: the memory forgets all requests; chip reset, or the register RESET |
//! | `request` | out | 1 | a request to the memory; held until `request_ready` |
//! | `request_write` | out | 1 | with `request`: it writes |
//! | `address` | out | 24 | with `request`: byte address of its first beat |
//! | `beats` | out | 8 | with `request`: beats to move |
//! | `write_valid` | out | 1 | a beat to write is in `write_beat$i`; held until `write_ready` |
//! | `write_beat$i` | out | 32 | word i of that beat, lowest address first |
//! | `trace_issued` | out | 1 | the array takes a token; leave open in hardware |
//! | `trace_loading` | out | 1 | the array takes the first matrix of a chain; leave open in hardware |
//!
//! i counts the words of a beat, which has 4 bytes a lane. Latency of an access 1 cycle, one access
//! a cycle; the memory's contract is that of `core/memory_port.rs`.
//!
//! Checked by `sim/tests/chip.rs`, and in a board's pads by `sim/tests/top.rs`. Neither arbitrates
//! accesses nor crosses clocks: `soc/bridge.rs` does for a core with a clock of its own.

use rust_hdl::prelude::*;

use super::accelerator::Accelerator;
use crate::core::Core;
use crate::core::counters::COUNTERS;
use crate::geometry::Geometry;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Engine {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub loader: Signal<In, Bit>,
    pub loaded: Signal<In, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,

    pub q: Signal<Out, Bits<32>>,
    pub running: Signal<Out, Bit>,
    pub seed_clear: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub memory_reset: Signal<Out, Bit>,
    pub request: Signal<Out, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,

    pub trace_issued: Signal<Out, Bit>,
    pub trace_loading: Signal<Out, Bit>,

    accelerator: Accelerator,
    core: Core,
}

impl Engine {
    /// A core of the given geometry and its registers.
    pub fn new(geometry: &Geometry) -> Self {
        let mut engine = Self {
            accelerator: Accelerator::new(),
            core: Core::new(geometry),
            ..Self::default()
        };
        let words = geometry.beat_words();
        engine.data.resize_with(words, Default::default);
        engine.write_beat.resize_with(words, Default::default);
        engine
    }
}

impl Logic for Engine {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, accelerator, core);

        // Registers.
        self.accelerator.reset.next = self.reset.val();
        self.accelerator.select.next = self.select.val();
        self.accelerator.write.next = self.write.val();
        self.accelerator.word.next = self.word.val();
        self.accelerator.d.next = self.d.val();
        self.q.next = self.accelerator.q.val();

        // Registers to core.
        self.core.reset.next = self.accelerator.core_reset.val();
        self.core.job_write.next = self.accelerator.job_write.val();
        self.core.job_address.next = self.accelerator.job_address.val();
        self.core.job_data.next = self.accelerator.job_data.val();
        self.core.start.next = self.accelerator.start.val();
        self.core.command.next = self.accelerator.command.val();
        self.core.cancel.next = self.accelerator.cancel.val();
        self.core.result_ready.next = self.accelerator.result_ready.val();
        self.core.checksum_ready.next = self.accelerator.checksum_ready.val();

        // Core to registers.
        self.accelerator.ready.next = self.core.ready.val();
        self.accelerator.running.next = self.core.running.val();
        self.running.next = self.core.running.val();
        self.accelerator.result_valid.next = self.core.result_valid.val();
        self.accelerator.result_range.next = self.core.result_range.val();
        self.accelerator.result_nonce.next = self.core.result_nonce.val();
        self.accelerator.result_hit.next = self.core.result_hit.val();
        for i in 0..4 {
            self.accelerator.result_hash[i].next = self.core.result_hash[i].val();
        }
        self.accelerator.checksum_valid.next = self.core.checksum_valid.val();
        self.accelerator.checksum_index.next = self.core.checksum_index.val();
        self.accelerator.checksum.next = self.core.checksum.val();
        self.accelerator.round.next = self.core.round.val();
        for i in 0..COUNTERS {
            self.accelerator.count[i].next = self.core.count[i].val();
        }

        // Matrix list.
        self.core.loader.next = self.loader.val();
        self.core.loaded.next = self.loaded.val();
        self.seed_clear.next = self.core.seed_clear.val();
        self.seed_valid.next = self.core.seed_valid.val();
        self.seed_lane.next = self.core.seed_lane.val();
        self.memory_reset.next = self.accelerator.core_reset.val();
        self.request.next = self.core.request.val();
        self.core.request_ready.next = self.request_ready.val();
        self.request_write.next = self.core.request_write.val();
        self.address.next = self.core.address.val();
        self.beats.next = self.core.beats.val();
        self.write_valid.next = self.core.write_valid.val();
        self.core.write_ready.next = self.write_ready.val();
        self.core.data_valid.next = self.data_valid.val();
        for i in 0..self.data.len() {
            self.core.data[i].next = self.data[i].val();
            self.write_beat[i].next = self.core.write_beat[i].val();
        }

        // Trace.
        self.trace_issued.next = self.core.trace_issued.val();
        self.trace_loading.next = self.core.trace_loading.val();
    }
}
