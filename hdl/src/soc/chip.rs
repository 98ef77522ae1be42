//! Chip: which chip this is.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `select` | in | 1 | one cycle: a read of the register `word` |
//! | `word` | in | 10 | register, counted in words |
//! | `serial` | in | 64 | static: serial number of the board or device |
//! | `loader` | in | 1 | static: the matrix list is loaded from outside |
//! | `temperature` | in | 16 | hundredths of a degree Celsius |
//! | `has_temperature` | in | 1 | static: there is a sensor |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//!
//! Registers: `chip` in docs/registers.md; all can only be read. Latency of a read 1. The first
//! word is the bytes `TENS`, the first in bits 7..0. Those that never change are words of a block RAM,
//! which is filled after routing (`contents.rs`); in plain Verilog `BUILD` is 0.
//!
//! Checked by `sim/tests/controller.rs` and, through the firmware, by `sim/tests/chip.rs`. Measures
//! nothing: the temperature comes from outside.

use rust_hdl::prelude::*;
use tensority_protocol::registers::{MAP_VERSION, chip};

use super::at;
use super::contents::Filled;
use super::settings::Settings;
use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::Ram;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Chip {
    pub clock: Signal<In, Clock>,

    pub select: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub serial: Signal<In, Bits<64>>,
    pub loader: Signal<In, Bit>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,

    pub q: Signal<Out, Bits<32>>,

    q_reg: DFF<Bits<32>>,
    /// The last cycle's access read a word of `constants`.
    constant_reg: DFF<Bit>,

    /// Registers that never change; never written.
    constants: Ram<9, 32>,
    serial_low_at: Parameter<10>,
    serial_high_at: Parameter<10>,
    capabilities_at: Parameter<10>,
    temperature_at: Parameter<10>,
}

impl Chip {
    /// A chip around a core of the given geometry, with the given settings.
    pub fn new(geometry: &Geometry, settings: &Settings) -> Self {
        let constants = Self::constants(geometry, settings, 0);
        let constants = settings.netlist(Filled::Constants, &constants);
        Self {
            constants: Ram::filled(Filled::Constants.depth(), &constants),
            serial_low_at: at(&chip::SERIAL_LOW, 0),
            serial_high_at: at(&chip::SERIAL_HIGH, 0),
            capabilities_at: at(&chip::CAPABILITIES, 0),
            temperature_at: at(&chip::TEMPERATURE, 0),
            ..Self::default()
        }
    }

    /// The registers that never change, each at its index, and zeros between them.
    pub(super) fn constants(geometry: &Geometry, settings: &Settings, build: u32) -> Vec<u32> {
        let size = chip::DIMENSION.put(geometry.dimension() as u32)
            | chip::LANES.put(geometry.lanes() as u32);
        let mut words = vec![0; Filled::Constants.depth()];
        for (register, value) in [
            (chip::MAGIC, u32::from_le_bytes(*b"TENS")),
            (chip::VERSION, MAP_VERSION),
            (chip::BUILD, build),
            (chip::CLOCK, settings.clock()),
            (chip::CORE_CLOCK, settings.core_clock()),
            (chip::GEOMETRY, size),
        ] {
            words[register.index() as usize] = value;
        }
        words
    }
}

impl Logic for Chip {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, constants);
        dff_setup!(self, clock, q_reg, constant_reg);
        self.constants.read_address.next = self.word.val().get_bits::<9>(0);
        self.constants.write.next = false;
        self.constants.write_address.next = 0.into();
        self.constants.d.next = 0.into();
        self.constant_reg.d.next = self.select.val() & (!self.word.val().get_bit(9));
        self.q_reg.d.next = 0.into();
        if self.select.val() {
            if self.word.val() == self.serial_low_at.q.val() {
                self.q_reg.d.next = self.serial.val().get_bits::<32>(0);
            }
            if self.word.val() == self.serial_high_at.q.val() {
                self.q_reg.d.next = self.serial.val().get_bits::<32>(32);
            }
            if self.word.val() == self.capabilities_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 1>(self.loader.val().into())
                    | (unsigned_cast_extend::<32, 1>(self.has_temperature.val().into()) << 1);
            }
            if self.word.val() == self.temperature_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 16>(self.temperature.val());
            }
        }
        self.q.next = self.q_reg.q.val();
        if self.constant_reg.q.val() {
            self.q.next = self.q_reg.q.val() | self.constants.q.val();
        }
    }
}
