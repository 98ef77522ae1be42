//! The chip whole.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `receive`, `transmit` | in, out | 1 | serial line, see `uart.rs` |
//! | `serial`, `temperature`, `has_temperature` | in | 64, 16, 1 | see `chip.rs` |
//! | `loader`, `loaded`, `seed_clear`, `seed_valid`, `seed_lane` | | | see `core.rs` |
//! | `request` … `data$i` | | | memory of the matrix list, see `memory_port.rs` |
//! | `memory_reset` | out | 1 | the memory forgets all requests |
//! | `trace_issued`, `trace_loading` | out | 1 | the array has work; leave open in hardware |
//!
//! No reset input: the registers' power-up values are those of a reset, as on an FPGA.

use rust_hdl::prelude::*;

use super::accelerator::Accelerator;
use super::controller::Controller;
use super::settings::Settings;
use crate::core::Core;
use crate::geometry::Geometry;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Soc {
    pub clock: Signal<In, Clock>,
    pub receive: Signal<In, Bit>,
    pub transmit: Signal<Out, Bit>,
    pub serial: Signal<In, Bits<64>>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,
    pub loader: Signal<In, Bit>,
    pub loaded: Signal<In, Bit>,
    pub seed_clear: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub memory_reset: Signal<Out, Bit>,
    pub trace_issued: Signal<Out, Bit>,
    pub trace_loading: Signal<Out, Bit>,

    controller: Controller,
    accelerator: Accelerator,
    core: Core,
}

impl Soc {
    /// A chip around a core of the given geometry, with the given settings.
    pub fn new(geometry: &Geometry, settings: &Settings) -> Self {
        let mut soc = Self {
            controller: Controller::new(geometry, settings),
            accelerator: Accelerator::new(),
            core: Core::new(geometry),
            ..Self::default()
        };
        let words = geometry.beat_words();
        soc.write_beat.resize_with(words, Default::default);
        soc.data.resize_with(words, Default::default);
        soc
    }
}

impl Logic for Soc {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, controller, accelerator, core);
        self.controller.receive.next = self.receive.val();
        self.transmit.next = self.controller.transmit.val();
        self.controller.serial.next = self.serial.val();
        self.controller.loader.next = self.loader.val();
        self.controller.temperature.next = self.temperature.val();
        self.controller.has_temperature.next = self.has_temperature.val();

        self.accelerator.reset.next = self.controller.reset.val();
        self.accelerator.select.next = self.controller.select.val();
        self.accelerator.write.next = self.controller.write.val();
        self.accelerator.word.next = self.controller.word.val();
        self.accelerator.d.next = self.controller.d.val();
        self.controller.q.next = self.accelerator.q.val();
        self.controller.busy.next = false;

        // Core.
        self.core.reset.next = self.accelerator.core_reset.val();
        self.memory_reset.next = self.accelerator.core_reset.val();
        self.core.job_write.next = self.accelerator.job_write.val();
        self.core.job_address.next = self.accelerator.job_address.val();
        self.core.job_data.next = self.accelerator.job_data.val();
        self.core.start.next = self.accelerator.start.val();
        self.core.command.next = self.accelerator.command.val();
        self.core.cancel.next = self.accelerator.cancel.val();
        self.accelerator.ready.next = self.core.ready.val();
        self.accelerator.running.next = self.core.running.val();
        self.accelerator.result_valid.next = self.core.result_valid.val();
        self.core.result_ready.next = self.accelerator.result_ready.val();
        self.accelerator.result_range.next = self.core.result_range.val();
        self.accelerator.result_nonce.next = self.core.result_nonce.val();
        self.accelerator.result_hit.next = self.core.result_hit.val();
        for i in 0..4 {
            self.accelerator.result_hash[i].next = self.core.result_hash[i].val();
        }
        self.accelerator.checksum_valid.next = self.core.checksum_valid.val();
        self.core.checksum_ready.next = self.accelerator.checksum_ready.val();
        self.accelerator.checksum_index.next = self.core.checksum_index.val();
        self.accelerator.checksum.next = self.core.checksum.val();
        self.accelerator.round.next = self.core.round.val();
        for i in 0..6 {
            self.accelerator.count[i].next = self.core.count[i].val();
        }

        // Memory of the matrix list.
        self.core.loader.next = self.loader.val();
        self.core.loaded.next = self.loaded.val();
        self.seed_clear.next = self.core.seed_clear.val();
        self.seed_valid.next = self.core.seed_valid.val();
        self.seed_lane.next = self.core.seed_lane.val();
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
        self.trace_issued.next = self.core.trace_issued.val();
        self.trace_loading.next = self.core.trace_loading.val();
    }
}
