//! The chip of a board: controller, engine, and the memory of the matrix list in SDRAM.
//!
//! ```text
//! controller's clock          core's clock
//! line ◄─► controller ─► bridge ─► engine (accelerator, core) ◄─► sdram ◄─► pads of the memory
//! ```
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `core_clock` | in | 1 | clock of the core and of the memory |
//! | `receive` | in | 1 | serial line to the chip, asynchronous; 1 when idle |
//! | `serial` | in | 64 | static: serial number of the board |
//! | `column_in` | in | 16 | what the memory's data pins said, behind a register in the pads |
//! | `transmit` | out | 1 | serial line from the chip; 1 when idle |
//! | `command` | out | 3 | RAS, CAS and WE of the memory, low for active |
//! | `bank` | out | 2 | bank of the command |
//! | `line` | out | 13 | address lines of the command |
//! | `column_out` | out | 16 | with `drive`: a column for the memory |
//! | `drive` | out | 1 | the memory's data pins are driven |
//! | `lights` | out | 8 | heartbeat of the controller and of the core, core at work, line in, line out, reset, two unused; 1 is on |
//! | `trace_issued` | out | 1 | the array takes a token; leave open in hardware |
//! | `trace_loading` | out | 1 | the array takes the first matrix of a chain; leave open in hardware |
//!
//! `clock` is the controller's, `core_clock` the core's and the memory's; they need not know of
//! each other. A register each way is expected in the pads of the memory. Cycles per hash are the
//! core's (`core.rs`), but for what the memory takes for refreshes (`memory.rs`).
//!
//! Checked by `sim/tests/top.rs`, in a board's pads with the firmware and a memory that knows its
//! data sheet. No reset input: the registers' power-up values are those of a reset, and the clocks
//! begin when they are sound (`boards/tops`). No temperature sensor and no loader of matrix lists.

use rust_hdl::prelude::*;

use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::memory::{Sdram, SdramError, Timing};
use crate::soc::{Bridge, Controller, Engine, Settings};

/// Registers in the pads of the memory, one each way, and the half cycle each way between the
/// clock at the memory and the core's: a column is taken a cycle later than without.
const PADS: u32 = 2;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct BoardChip {
    pub clock: Signal<In, Clock>,
    pub core_clock: Signal<In, Clock>,

    pub receive: Signal<In, Bit>,
    pub serial: Signal<In, Bits<64>>,
    pub column_in: Signal<In, Bits<16>>,

    pub transmit: Signal<Out, Bit>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,
    pub column_out: Signal<Out, Bits<16>>,
    pub drive: Signal<Out, Bit>,
    pub lights: Signal<Out, Bits<8>>,

    pub trace_issued: Signal<Out, Bit>,
    pub trace_loading: Signal<Out, Bit>,

    controller: Controller,
    bridge: Bridge,
    engine: Engine,
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
            engine: Engine::new(geometry),
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
        clock!(self, core_clock, engine, sdram, core_beat);

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
        self.engine.reset.next = self.bridge.core_reset.val();
        self.engine.select.next = self.bridge.core_select.val();
        self.engine.write.next = self.bridge.core_write.val();
        self.engine.word.next = self.bridge.core_word.val();
        self.engine.d.next = self.bridge.core_d.val();
        self.bridge.core_q.next = self.engine.q.val();

        // Memory of the matrix list.
        self.engine.loader.next = false;
        self.engine.loaded.next = false;
        self.sdram.reset.next = self.engine.memory_reset.val();
        self.sdram.request.next = self.engine.request.val();
        self.engine.request_ready.next = self.sdram.request_ready.val();
        self.sdram.request_write.next = self.engine.request_write.val();
        self.sdram.address.next = self.engine.address.val();
        self.sdram.beats.next = self.engine.beats.val();
        self.sdram.write_valid.next = self.engine.write_valid.val();
        self.engine.write_ready.next = self.sdram.write_ready.val();
        self.engine.data_valid.next = self.sdram.data_valid.val();
        for i in 0..self.engine.data.len() {
            self.engine.data[i].next = self.sdram.data[i].val();
            self.sdram.write_beat[i].next = self.engine.write_beat[i].val();
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
            | (unsigned_cast_extend::<8, 1>(self.engine.running.val().into()) << 2)
            | (unsigned_cast_extend::<8, 1>((!self.receive.val()).into()) << 3)
            | (unsigned_cast_extend::<8, 1>((!self.controller.transmit.val()).into()) << 4)
            | (unsigned_cast_extend::<8, 1>(self.controller.reset.val().into()) << 5);
        self.lights.next = self.light.q.val();
        self.trace_issued.next = self.engine.trace_issued.val();
        self.trace_loading.next = self.engine.trace_loading.val();
    }
}
