//! The chip whole: controller and engine, with one clock.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `receive` | in | 1 | serial line to the chip, asynchronous; 1 when idle |
//! | `serial` | in | 64 | static: serial number of the board or device |
//! | `temperature` | in | 16 | hundredths of a degree Celsius |
//! | `has_temperature` | in | 1 | static: there is a sensor |
//! | `loader` | in | 1 | static: the matrix list is loaded from outside instead of made |
//! | `loaded` | in | 1 | one cycle: the loader has filled the memory |
//! | `request_ready` | in | 1 | the memory takes `request` in this cycle |
//! | `write_ready` | in | 1 | the memory takes `write_beat$i` in this cycle |
//! | `data_valid` | in | 1 | a beat that was read is in `data$i` |
//! | `data$i` | in | 32 | word i of that beat, lowest address first |
//! | `transmit` | out | 1 | serial line from the chip; 1 when idle |
//! | `seed_clear` | out | 1 | one cycle: the seed's lanes so far, and the list they ask for, are not wanted |
//! | `seed_valid` | out | 1 | a lane of the extended seed is in `seed_lane` |
//! | `seed_lane` | out | 64 | the 16 lanes of the extended seed, in order |
//! | `memory_reset` | out | 1 | level: the memory forgets all requests |
//! | `request` | out | 1 | a request to the memory; held until `request_ready` |
//! | `request_write` | out | 1 | with `request`: it writes |
//! | `address` | out | 24 | with `request`: byte address of its first beat |
//! | `beats` | out | 8 | with `request`: beats to move |
//! | `write_valid` | out | 1 | a beat to write is in `write_beat$i`; held until `write_ready` |
//! | `write_beat$i` | out | 32 | word i of that beat, lowest address first |
//! | `trace_issued` | out | 1 | the array takes a token; leave open in hardware |
//! | `trace_loading` | out | 1 | the array takes the first matrix of a chain; leave open in hardware |
//!
//! i counts the words of a beat, which has 4 bytes a lane. Cycles per hash are the core's
//! (`core.rs`); the memory's contract is that of `core/memory_port.rs`.
//!
//! Checked by `sim/tests/chip.rs`, with the firmware and through the serial line. No reset input:
//! the registers' power-up values are those of a reset, as on an FPGA. No memory of the matrix
//! list: `board/chip.rs` has one.

use rust_hdl::prelude::*;

use super::controller::Controller;
use super::engine::Engine;
use super::settings::Settings;
use crate::geometry::Geometry;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Soc {
    pub clock: Signal<In, Clock>,

    pub receive: Signal<In, Bit>,
    pub serial: Signal<In, Bits<64>>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,
    pub loader: Signal<In, Bit>,
    pub loaded: Signal<In, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,

    pub transmit: Signal<Out, Bit>,
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

    controller: Controller,
    engine: Engine,
}

impl Soc {
    /// A chip around a core of the given geometry, with the given settings.
    pub fn new(geometry: &Geometry, settings: &Settings) -> Self {
        let mut soc = Self {
            controller: Controller::new(geometry, settings),
            engine: Engine::new(geometry),
            ..Self::default()
        };
        let words = geometry.beat_words();
        soc.data.resize_with(words, Default::default);
        soc.write_beat.resize_with(words, Default::default);
        soc
    }
}

impl Logic for Soc {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, controller, engine);

        // Controller.
        self.controller.receive.next = self.receive.val();
        self.transmit.next = self.controller.transmit.val();
        self.controller.serial.next = self.serial.val();
        self.controller.loader.next = self.loader.val();
        self.controller.temperature.next = self.temperature.val();
        self.controller.has_temperature.next = self.has_temperature.val();

        // Controller to engine.
        self.engine.reset.next = self.controller.reset.val();
        self.engine.select.next = self.controller.select.val();
        self.engine.write.next = self.controller.write.val();
        self.engine.word.next = self.controller.word.val();
        self.engine.d.next = self.controller.d.val();
        self.controller.q.next = self.engine.q.val();
        self.controller.busy.next = false;

        // Matrix list.
        self.engine.loader.next = self.loader.val();
        self.engine.loaded.next = self.loaded.val();
        self.seed_clear.next = self.engine.seed_clear.val();
        self.seed_valid.next = self.engine.seed_valid.val();
        self.seed_lane.next = self.engine.seed_lane.val();
        self.memory_reset.next = self.engine.memory_reset.val();
        self.request.next = self.engine.request.val();
        self.engine.request_ready.next = self.request_ready.val();
        self.request_write.next = self.engine.request_write.val();
        self.address.next = self.engine.address.val();
        self.beats.next = self.engine.beats.val();
        self.write_valid.next = self.engine.write_valid.val();
        self.engine.write_ready.next = self.write_ready.val();
        self.engine.data_valid.next = self.data_valid.val();
        for i in 0..self.data.len() {
            self.engine.data[i].next = self.data[i].val();
            self.write_beat[i].next = self.engine.write_beat[i].val();
        }

        // Trace.
        self.trace_issued.next = self.engine.trace_issued.val();
        self.trace_loading.next = self.engine.trace_loading.val();
    }
}
