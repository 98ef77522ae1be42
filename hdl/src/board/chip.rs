//! The chip of a board: controller, core, and the memory of the matrix list in SDRAM.
//!
//! ```text
//! controller's clock          core's clock
//! line ◄─► controller ─► bridge ─► accelerator ─► core ◄─► sdram ◄─► pads of the memory
//! ```
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `clock`, `core_clock` | in | 1 | the controller's, and the core's and memory's |
//! | `receive`, `transmit` | in, out | 1 | serial line, see `soc/uart.rs` |
//! | `serial` | in | 64 | serial number of the board |
//! | `command`, `bank`, `line`, `column_out`, `drive`, `column_in` | | | see `sdram/mod.rs`; a register each way is expected in the pads |
//! | `lights` | out | 8 | heartbeat of the controller and of the core, core at work, line in, line out, reset; 1 is on |
//! | `trace_issued`, `trace_loading` | out | 1 | the array has work; leave open in hardware |
//!
//! The two clocks need not know of each other. No reset input: the registers' power-up values are
//! those of a reset, and the clocks begin when they are sound (`boards/tops`).

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::core::Core;
use crate::geometry::Geometry;
use crate::memory::{Sdram, SdramError, Timing};
use crate::soc::{Accelerator, Bridge, Controller, Settings};

/// Registers in the pads of the memory, one each way, and the half cycle each way between the
/// clock at the memory and the core's: a column is taken a cycle later than without.
const PADS: u32 = 2;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct BoardChip {
    pub clock: Signal<In, Clock>,
    pub core_clock: Signal<In, Clock>,
    pub receive: Signal<In, Bit>,
    pub transmit: Signal<Out, Bit>,
    pub serial: Signal<In, Bits<64>>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,
    pub column_out: Signal<Out, Bits<16>>,
    pub drive: Signal<Out, Bit>,
    pub column_in: Signal<In, Bits<16>>,
    pub lights: Signal<Out, Bits<8>>,
    pub trace_issued: Signal<Out, Bit>,
    pub trace_loading: Signal<Out, Bit>,

    controller: Controller,
    bridge: Bridge,
    accelerator: Accelerator,
    core: Core,
    sdram: Sdram,
    beat: DFF<Bits<26>>,
    core_beat: DFF<Bits<27>>,
    light: DFF<Bits<8>>,
}

impl BoardChip {
    /// The chip around a core of the given geometry, with a memory of the given timing.
    ///
    /// # Errors
    /// If the memory cannot serve that core.
    pub fn new(
        geometry: &Geometry,
        settings: &Settings,
        timing: &Timing,
    ) -> Result<Self, SdramError> {
        Ok(Self {
            controller: Controller::new(geometry, settings),
            accelerator: Accelerator::new(),
            core: Core::new(geometry),
            sdram: Sdram::new(geometry, timing, PADS)?,
            ..Self::default()
        })
    }
}

impl Logic for BoardChip {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, controller, bridge, beat, light);
        self.bridge.core_clock.next = self.core_clock.val();
        clock!(self, core_clock, accelerator, core, sdram, core_beat);

        self.controller.receive.next = self.receive.val();
        self.transmit.next = self.controller.transmit.val();
        self.controller.serial.next = self.serial.val();
        self.controller.loader.next = false;
        self.controller.temperature.next = 0.into();
        self.controller.has_temperature.next = false;

        // To the other clock.
        self.bridge.reset.next = self.controller.reset.val();
        self.bridge.select.next = self.controller.select.val();
        self.bridge.write.next = self.controller.write.val();
        self.bridge.word.next = self.controller.word.val();
        self.bridge.d.next = self.controller.d.val();
        self.controller.busy.next = self.bridge.busy.val();
        self.controller.q.next = self.bridge.q.val();
        self.accelerator.reset.next = self.bridge.core_reset.val();
        self.accelerator.select.next = self.bridge.core_select.val();
        self.accelerator.write.next = self.bridge.core_write.val();
        self.accelerator.word.next = self.bridge.core_word.val();
        self.accelerator.d.next = self.bridge.core_d.val();
        self.bridge.core_q.next = self.accelerator.q.val();

        // Core.
        self.core.reset.next = self.accelerator.core_reset.val();
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
        self.core.loader.next = false;
        self.core.loaded.next = false;

        // Memory of the matrix list.
        self.sdram.reset.next = self.accelerator.core_reset.val();
        self.sdram.request.next = self.core.request.val();
        self.core.request_ready.next = self.sdram.request_ready.val();
        self.sdram.request_write.next = self.core.request_write.val();
        self.sdram.address.next = self.core.address.val();
        self.sdram.beats.next = self.core.beats.val();
        self.sdram.write_valid.next = self.core.write_valid.val();
        self.core.write_ready.next = self.sdram.write_ready.val();
        self.core.data_valid.next = self.sdram.data_valid.val();
        for i in 0..self.core.data.len() {
            self.core.data[i].next = self.sdram.data[i].val();
            self.sdram.write_beat[i].next = self.core.write_beat[i].val();
        }
        self.command.next = self.sdram.command.val();
        self.bank.next = self.sdram.bank.val();
        self.line.next = self.sdram.line.val();
        self.column_out.next = self.sdram.column_out.val();
        self.drive.next = self.sdram.drive.val();
        self.sdram.column_in.next = self.column_in.val();

        // Lights.
        self.beat.d.next = self.beat.q.val() + 1;
        self.core_beat.d.next = self.core_beat.q.val() + 1;
        self.light.d.next = unsigned_cast_extend::<8, 1>(self.beat.q.val().get_bits::<1>(25))
            | (unsigned_cast_extend::<8, 1>(self.core_beat.q.val().get_bits::<1>(26)) << 1)
            | (unsigned_cast_extend::<8, 1>(self.core.running.val().into()) << 2)
            | (unsigned_cast_extend::<8, 1>((!self.receive.val()).into()) << 3)
            | (unsigned_cast_extend::<8, 1>((!self.controller.transmit.val()).into()) << 4)
            | (unsigned_cast_extend::<8, 1>(self.controller.reset.val().into()) << 5);
        self.lights.next = self.light.q.val();
        self.trace_issued.next = self.core.trace_issued.val();
        self.trace_loading.next = self.core.trace_loading.val();
    }
}
